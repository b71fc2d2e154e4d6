"""The same deals as the kit writes them, and as each CRM would export them: its headers, words and
quirks."""

import datetime
import random

import pandas as pd

PARTNERS, OWNERS = ["Anadolu Bilişim", "Nordic & Co", "Delta, Inc."], ["Ayşe", "Bo"]
SOURCES = ["Trade Show", "Referral", "Webinar", "Partner Referral", "Other"]
BASE = datetime.date(2025, 1, 3)


def deals(seed: int = 3, rows: int = 60) -> pd.DataFrame:
    """Deals in the kit's own format, with every status; open ones expected to close in 2026."""
    rng = random.Random(seed)
    table = []
    for n in range(rows):
        status = ["won", "lost", "open"][n % 3]
        created = BASE + datetime.timedelta(days=rng.randrange(200))
        ends = created + datetime.timedelta(days=rng.randrange(5, 120))
        table.append(
            {
                "deal_id": f"D-{n:04}",
                "partner": rng.choice(PARTNERS),
                "owner": rng.choice(OWNERS),
                "customer": f"Customer {n}",
                "source": rng.choice(SOURCES),
                "stage": {"won": "Closed Won", "lost": "Closed Lost", "open": "Negotiation"}[
                    status
                ],
                "status": status,
                "amount": round(rng.uniform(900, 90_000), 2),
                "probability": {"won": 1.0, "lost": 0.0, "open": rng.choice([0.2, 0.4, 0.75])}[
                    status
                ],
                "created_on": created,
                "closed_on": None if status == "open" else ends,
                "expected_close_on": ends + datetime.timedelta(days=365)
                if status == "open"
                else None,
                "currency": "EUR",
            }
        )
    return pd.DataFrame(table)


def _day(day, form: str) -> str:
    return "" if day is None or pd.isna(day) else day.strftime(form)


def _ends(d: pd.DataFrame) -> list:
    """The one closing date of a CRM that has but one: expected while the deal is open."""
    return [
        e if s == "open" else c
        for s, c, e in zip(d.status, d.closed_on, d.expected_close_on, strict=True)
    ]


def salesforce_report(d: pd.DataFrame) -> str:
    """American writing, Windows-1254, and the lines at the end of a report."""
    out = pd.DataFrame(
        {
            "Opportunity Owner": d.owner,
            "Account Name": d.customer,
            "Opportunity Name": d.customer + " - deal",
            "Opportunity ID": d.deal_id,
            "Stage": d.stage,
            "Fiscal Period": "Q1-2025",
            "Amount": [f"{a:,.2f}" for a in d.amount],
            "Amount Currency": d.currency,
            "Probability (%)": [f"{p * 100:.0f}%" for p in d.probability],
            "Age": "12",
            "Close Date": [_day(e, "%m/%d/%Y") for e in _ends(d)],
            "Created Date": [_day(c, "%m/%d/%Y") for c in d.created_on],
            "Lead Source": d.source,
            "Type": "New Business",
            "Closed": [str(int(s != "open")) for s in d.status],
            "Won": [str(int(s == "won")) for s in d.status],
            "Primary Partner": d.partner,
        }
    )
    end = [
        f"Grand Totals ({len(d)} records)",
        "",
        "Confidential Information - Do Not Distribute",
        "Copyright 2025",
    ]
    return (
        out.to_csv(index=False, quoting=1)
        + "\n"
        + "".join(f'"{line}"\n' if line else "\n" for line in end)
    )


def salesforce_api(d: pd.DataFrame) -> str:
    """Times with an offset, flags as true and false."""
    return pd.DataFrame(
        {
            "Id": d.deal_id,
            "Name": d.customer + " - deal",
            "AccountId": d.customer,
            "Amount": d.amount,
            "CloseDate": [_day(e, "%Y-%m-%d") for e in _ends(d)],
            "CreatedDate": [_day(c, "%Y-%m-%dT09:30:00.000+0000") for c in d.created_on],
            "StageName": d.stage,
            "Probability": d.probability * 100,
            "IsClosed": [str(s != "open").lower() for s in d.status],
            "IsWon": [str(s == "won").lower() for s in d.status],
            "ForecastCategoryName": "Pipeline",
            "LeadSource": d.source,
            "OwnerId": d.owner,
            "CurrencyIsoCode": d.currency,
            "PartnerAccountId": d.partner,
        }
    ).to_csv(index=False)


def hubspot_export(d: pd.DataFrame) -> str:
    """The partner in a column of the user's own."""
    return pd.DataFrame(
        {
            "Record ID": d.deal_id,
            "Deal Name": d.customer,
            "Deal Stage": d.stage,
            "Pipeline": "Sales",
            "Deal owner": d.owner,
            "Amount": d.amount,
            "Currency": d.currency,
            "Close Date": [_day(e, "%Y-%m-%d 14:05") for e in _ends(d)],
            "Create Date": [_day(c, "%Y-%m-%d 09:00") for c in d.created_on],
            "Deal probability": d.probability,
            "Is Closed Won": [str(s == "won").lower() for s in d.status],
            "Is Deal Closed?": [str(s != "open").lower() for s in d.status],
            "Original Traffic Source": d.source,
            "Associated Company": d.customer,
            "Referral Partner": d.partner,
        }
    ).to_csv(index=False)


def hubspot_api(d: pd.DataFrame) -> str:
    """Milliseconds since 1970 and stages by their internal names."""
    names = {"Closed Won": "closedwon", "Closed Lost": "closedlost", "Negotiation": "contractsent"}
    at = [
        str(int(datetime.datetime.combine(e, datetime.time(10), datetime.UTC).timestamp() * 1000))
        for e in _ends(d)
    ]
    made = [
        str(int(datetime.datetime.combine(c, datetime.time(8), datetime.UTC).timestamp() * 1000))
        for c in d.created_on
    ]
    return pd.DataFrame(
        {
            "hs_object_id": d.deal_id,
            "dealname": d.customer,
            "dealstage": d.stage.map(names),
            "pipeline": "default",
            "amount": d.amount,
            "closedate": at,
            "createdate": made,
            "hs_is_closed_won": [str(s == "won").lower() for s in d.status],
            "hs_is_closed": [str(s != "open").lower() for s in d.status],
            "hubspot_owner_id": d.owner,
            "hs_analytics_source": d.source,
            "hs_deal_stage_probability": d.probability,
            "deal_currency_code": d.currency,
            "partner": d.partner,
        }
    ).to_csv(index=False)


def dynamics_365(d: pd.DataFrame) -> str:
    """Euro signs beside amounts; the estimate stays beside what a won deal really brought."""
    money = [f"€{a:,.2f}" for a in d.amount]
    return pd.DataFrame(
        {
            "(Do Not Modify) Opportunity": d.deal_id,
            "Topic": d.customer,
            "Potential Customer": d.customer,
            "Est. close date": [_day(e, "%d/%m/%Y") for e in d.expected_close_on],
            "Est. revenue": money,
            "Actual Revenue": [
                m if s == "won" else "" for m, s in zip(money, d.status, strict=True)
            ],
            "Actual Close Date": [_day(c, "%d/%m/%Y") for c in d.closed_on],
            "Status": d.status.str.title(),
            "Status Reason": d.status.map(
                {"won": "Won", "lost": "Out-Sold", "open": "In Progress"}
            ),
            "Sales Stage": "Propose",
            "Probability": (d.probability * 100).astype(int),
            "Owner": d.owner,
            "Created On": [_day(c, "%d/%m/%Y 09:15") for c in d.created_on],
            "Partner Account": d.partner,
            "Source": d.source,
        }
    ).to_csv(index=False)


def pipedrive(d: pd.DataFrame) -> str:
    """A prefix on every header; the stage says nothing of the outcome."""
    won, lost = (
        [c if s == what else None for s, c in zip(d.status, d.closed_on, strict=True)]
        for what in ("won", "lost")
    )
    return pd.DataFrame(
        {
            "Deal - ID": d.deal_id,
            "Deal - Title": d.customer,
            "Deal - Owner": d.owner,
            "Deal - Value": d.amount,
            "Deal - Currency": d.currency,
            "Deal - Probability": (d.probability * 100).astype(int),
            "Deal - Organization": d.customer,
            "Deal - Pipeline": "Main",
            "Deal - Stage": "Demo Scheduled",
            "Deal - Status": d.status.str.title(),
            "Deal - Deal created": [_day(c, "%Y-%m-%d 10:11:12") for c in d.created_on],
            "Deal - Won time": [_day(x, "%Y-%m-%d 01:02:03") for x in won],
            "Deal - Lost time": [_day(x, "%Y-%m-%d 01:02:03") for x in lost],
            "Deal - Expected close date": [_day(e, "%Y-%m-%d") for e in d.expected_close_on],
            "Deal - Source channel": d.source,
            "Deal - Channel Partner": d.partner,
        }
    ).to_csv(index=False)


def zoho(d: pd.DataFrame) -> str:
    """One closing date; lost deals with their reason in the stage."""
    stage = d.stage.replace({"Closed Lost": "Closed Lost to Competition"})
    return pd.DataFrame(
        {
            "Record Id": d.deal_id,
            "Deal Name": d.customer,
            "Account Name": d.customer,
            "Deal Owner": d.owner,
            "Stage": stage,
            "Closing Date": [_day(e, "%d-%b-%Y") for e in _ends(d)],
            "Amount": [f"€ {a:,.2f}" for a in d.amount],
            "Probability": (d.probability * 100).astype(int),
            "Expected Revenue": d.amount * d.probability,
            "Lead Source": d.source,
            "Created Time": [_day(c, "%d-%b-%Y 08:00 PM") for c in d.created_on],
            "Modified Time": "31-Dec-2025 08:00 PM",
            "Partner Name": d.partner,
        }
    ).to_csv(index=False)


def odoo(d: pd.DataFrame) -> str:
    """Archived leads are the lost ones; per cent with decimals."""
    return pd.DataFrame(
        {
            "id": d.deal_id,
            "name": d.customer,
            "partner_id": d.customer,
            "expected_revenue": d.amount,
            "company_currency": d.currency,
            "stage_id": d.stage,
            "probability": d.probability * 100,
            "create_date": [_day(c, "%Y-%m-%d 07:08:09") for c in d.created_on],
            "date_closed": [_day(c, "%Y-%m-%d 07:08:09") for c in d.closed_on],
            "date_deadline": [_day(e, "%Y-%m-%d") for e in d.expected_close_on],
            "won_status": d.status.replace({"open": "pending"}),
            "active": [str(s != "lost") for s in d.status],
            "user_id": d.owner,
            "team_id": "Sales",
            "source_id": d.source,
            "partner_assigned_id": d.partner,
        }
    ).to_csv(index=False)


def partnerstack(d: pd.DataFrame) -> str:
    """No outcome but the stage."""
    return pd.DataFrame(
        {
            "Deal key": d.deal_id,
            "Name": d.customer,
            "Account name": d.customer,
            "Partner": d.partner,
            "Partner key": "pk",
            "Stage": d.stage,
            "Expected revenue": [f"€{a:,.2f}" for a in d.amount],
            "Commissions": "0",
            "Group": "Gold",
            "Partner Manager": d.owner,
            "Source": d.source,
            "Expected close date": [_day(e, "%Y-%m-%d") for e in d.expected_close_on],
            "Created at": [_day(c, "%Y-%m-%dT10:00:00Z") for c in d.created_on],
            "Closed at": [_day(c, "%Y-%m-%dT10:00:00Z") for c in d.closed_on],
            "Probability": d.probability,
        }
    ).to_csv(index=False)


def turkish(d: pd.DataFrame) -> str:
    """A Turkish spreadsheet: semicolons, decimal commas, days first."""
    status = d.status.map({"won": "Kazanıldı", "lost": "Kaybedildi", "open": "Açık"})
    money = [f"{a:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".") for a in d.amount]
    return pd.DataFrame(
        {
            "Fırsat No": d.deal_id,
            "İş Ortağı": d.partner,
            "Sorumlu": d.owner,
            "Müşteri": d.customer,
            "Durum": status,
            "Tutar": money,
            "Para Birimi": d.currency,
            "Olasılık": [f"%{p * 100:.0f}" for p in d.probability],
            "Kaynak": d.source,
            "Oluşturma Tarihi": [_day(c, "%d.%m.%Y") for c in d.created_on],
            "Kapanış Tarihi": [_day(c, "%d.%m.%Y") for c in d.closed_on],
            "Tahmini Kapanış Tarihi": [_day(e, "%d.%m.%Y") for e in d.expected_close_on],
        }
    ).to_csv(index=False, sep=";")


# The profile each is recognised as, what writes it, and its encoding.
EXPORTS = {
    "salesforce-report": (salesforce_report, "cp1254"),
    "salesforce-api": (salesforce_api, "utf-8"),
    "hubspot-export": (hubspot_export, "utf-8-sig"),
    "hubspot-api": (hubspot_api, "utf-8"),
    "dynamics-365": (dynamics_365, "utf-16"),
    "pipedrive": (pipedrive, "utf-8"),
    "zoho": (zoho, "utf-8"),
    "odoo": (odoo, "utf-8"),
    "partnerstack": (partnerstack, "utf-8"),
    "generic": (turkish, "cp1254"),
}
