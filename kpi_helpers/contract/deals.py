"""The deal table: the contract between reading and the KPIs (one row per deal and credited
partner)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of the contract. `kind` is text, number, share, date or flag; a required one may
    not be blank."""

    kind: str
    what: str
    required: bool = False


# What holds a column of a kind: a pandas frame, and a DuckDB table.
PANDAS_TYPES = {
    "text": "str",
    "number": "float64",
    "share": "float64",
    "date": "datetime64[us]",
    "flag": "boolean",
}
SQL_TYPES = {
    "text": "VARCHAR",
    "number": "DOUBLE",
    "share": "DOUBLE",
    "date": "DATE",
    "flag": "BOOLEAN",
}
STATUSES = ("open", "won", "lost", "cancelled")
CHANNELS = ("paid", "earned", "owned", "partner", "unknown")

DEAL_COLUMNS: dict[str, Column] = {
    "deal_id": Column("text", "unique together with partner", required=True),
    "partner": Column("text", "who is measured", required=True),
    "credit": Column(
        "share", "this partner's share of the deal, in (0, 1]; 1 unless the deal is split"
    ),
    "owner": Column("text", "the employee"),
    "department": Column("text", "the employee's department"),
    "unit": Column("text", "the business unit"),
    "customer": Column("text", "who buys"),
    "deal_name": Column("text", "what the deal is called in the CRM"),
    "region": Column("text", "where"),
    "product": Column("text", "what"),
    "size_band": Column("text", "small, mid, enterprise or the like"),
    "source": Column("text", "the CRM's own lead source"),
    "channel": Column("text", "paid, earned, owned, partner or unknown"),
    "stage": Column("text", "the CRM's own stage"),
    "status": Column("text", "open, won, lost or cancelled", required=True),
    "amount": Column(
        "number", "deal value in the reporting currency; the whole deal, not the share"
    ),
    "currency": Column("text", "the reporting currency's code"),
    "amount_original": Column("number", "deal value as the CRM states it"),
    "currency_original": Column("text", "its currency's code"),
    "probability": Column("share", "chance to win in [0, 1], as the CRM states it"),
    "probability_source": Column(
        "text", "where the probability is from: crm, learned (the stage's history) or stage default"
    ),
    "ideal": Column("flag", "fits the ideal customer profile, or its registration was approved"),
    "created_on": Column("date", "when the deal was created"),
    "closed_on": Column("date", "when it was won, lost or cancelled; blank while open"),
    "expected_close_on": Column("date", "when the CRM expects it to close"),
    "lost_reason": Column("text", "why it was lost"),
    "lost_to_competitor": Column("flag", "lost to a competitor"),
}

SIDE_TABLES: dict[str, dict[str, Column]] = {
    "targets": {
        "partner": Column("text", "blank or * for the whole programme"),
        "period": Column("text", "2025, 2025-Q4 or 2025-12", required=True),
        "kpi": Column("text", "deal_count or won_amount", required=True),
        "target": Column("number", "what was agreed", required=True),
    },
    "spend": {
        "month": Column("text", "2025-12", required=True),
        "channel": Column("text", "paid, earned or owned", required=True),
        "partner": Column("text", "blank: spent for the whole programme"),
        "amount": Column("number", "in the reporting currency", required=True),
    },
    "orders": {
        "order_id": Column("text", "the ERP's number", required=True),
        "deal_id": Column("text", "the CRM's deal, where the ERP knows it"),
        "partner": Column("text", "who sold"),
        "ordered_on": Column("date", "the order's date"),
        "amount": Column("number", "in the reporting currency"),
    },
    "rates": {
        "currency": Column("text", "the foreign currency's code", required=True),
        "date": Column("date", "valid from this day", required=True),
        "rate": Column(
            "number", "units of the reporting currency for one unit of this one", required=True
        ),
    },
    "events": {
        "date": Column("date", "when it began", required=True),
        "partner": Column("text", "blank: the whole programme"),
        "name": Column("text", "a strategy that began", required=True),
    },
}
