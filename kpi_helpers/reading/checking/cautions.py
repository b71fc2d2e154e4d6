"""Warnings about deals that were used: what looks wrong without being unusable, each with its
count."""

from collections.abc import Mapping

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.checking.duplicates import Duplicates
from kpi_helpers.reading.connection import Connection, lit

FEWEST_DEALS = 5  # from which on it is odd that each has a partner of its own


def cautions(
    db: Connection, deals: str, types: Mapping[str, str], copies: Duplicates, as_of
) -> list[Note]:
    """The warnings crm-exports.md asks for, from one pass over table `deals`."""
    day = f"DATE {lit(as_of)}" if as_of else "NULL::DATE"
    undated = "status = '{}' AND closed_on IS NULL"
    gone = {s: f"count(*) FILTER (WHERE {undated.format(s)})" for s in ("won", "lost", "cancelled")}
    won, lost, *counts = db.one(f"""SELECT count(*) FILTER (WHERE status = 'won'),
        count(*) FILTER (WHERE status = 'lost'),
        {", ".join(gone.values())},
        count(*) FILTER (WHERE status = 'won' AND amount_original IS NULL AND amount IS NULL),
        count(*) FILTER (WHERE status = 'won' AND coalesce(amount_original, amount) IN (0, 1)),
        count(*) FILTER (WHERE coalesce(amount_original, amount) < 0),
        count(*) FILTER (WHERE status = 'open' AND expected_close_on < {day}),
        count(*) FILTER (WHERE amount_original IS NOT NULL AND amount IS NULL),
        count(*) FILTER (WHERE created_on > {day} OR closed_on > {day}),
        count(*), count(DISTINCT partner) FROM {deals}""")
    codes = (
        "won_amount_blank",
        "won_amount_placeholder",
        "negative_amounts",
        "overdue",
        "unpriced",
        "after_as_of",
    )
    *counts, deals_, partners = counts
    without = dict(zip(gone, counts, strict=False))
    counts = counts[len(gone) :]
    said = [Note("no_lost_deals")] if won and not lost else []
    if deals_ == partners >= FEWEST_DEALS:
        said.append(Note("partner_each_deal", n=deals_))
    if n := sum(without.values()):
        said.append(
            Note(
                "undated",
                n=n,
                won=without["won"],
                lost=without["lost"],
                cancelled=without["cancelled"],
            )
        )
    said += [Note(code, n=n, day=str(as_of)) for code, n in zip(codes, counts, strict=True) if n]
    return said + _shares(db, deals, types, copies)


def _shares(db: Connection, deals: str, types: Mapping[str, str], copies: Duplicates) -> list[Note]:
    """Deals whose partners' shares do not sum to 1; without a credit column only those of two
    partners can be wrong."""
    if "deal_id" not in types:
        return []
    if "credit" not in types:
        several = db.one(
            f"SELECT count(*) FROM (SELECT deal_id FROM {deals} WHERE hash(deal_id) IN "
            f"(FROM {copies.repeated}) GROUP BY 1 HAVING count(*) > 1)"
        )[0]
        return [Note("unshared_splits", n=several)] if several else []
    n, example = db.one(
        f"SELECT count(*), min(deal_id) FROM (SELECT deal_id FROM {deals} GROUP BY 1 HAVING "
        "abs(sum(credit) - 1) > 1e-6)"
    )
    return [Note("shares_not_one", n=n, example=repr(example))] if n else []
