"""Warnings about deals that were used: what looks wrong without being unusable, each with its
count."""

from kpi_helpers.reading.connection import Engine, lit


def cautions(engine: Engine, types: dict[str, str], as_of) -> list[str]:
    """The warnings crm-exports.md asks for, from one pass over table `deals`."""
    day = f"DATE {lit(as_of)}" if as_of else "NULL::DATE"
    n = dict(
        zip(
            (
                "won",
                "lost",
                "no_amount",
                "placeholder",
                "negative",
                "overdue",
                "unpriced",
                "no_customer",
                "future",
            ),
            engine.one(f"""SELECT count(*) FILTER (WHERE status = 'won'),
              count(*) FILTER (WHERE status = 'lost'),
            count(*) FILTER (WHERE status = 'won' AND amount_original IS NULL AND amount IS NULL),
            count(*) FILTER (WHERE status = 'won' AND coalesce(amount_original, amount) IN (0, 1)),
            count(*) FILTER (WHERE coalesce(amount_original, amount) < 0),
            count(*) FILTER (WHERE status = 'open' AND expected_close_on < {day}),
            count(*) FILTER (WHERE amount_original IS NOT NULL AND amount IS NULL),
            0, count(*) FILTER (WHERE created_on > {day} OR closed_on > {day}) FROM deals"""),
            strict=True,
        )
    )
    said = []
    if n["won"] and not n["lost"]:
        said.append(
            "NO LOST DEALS at all: the export may leave them out (Odoo's does, unless archived "
            "leads are included); "
            "close rates would be far too high."
        )
    if n["no_amount"]:
        said.append(
            f"{n['no_amount']:,} won deals have no amount: counted, but in no sum and no average."
        )
    if n["placeholder"]:
        said.append(
            f"{n['placeholder']:,} won deals have an amount of 0 or 1, likely a placeholder that "
            f"pulls averages down."
        )
    if n["negative"]:
        said.append(f"{n['negative']:,} deals have a negative amount; they are read as refunds.")
    if n["overdue"]:
        said.append(f"{n['overdue']:,} open deals were expected to close before {as_of}.")
    if n["unpriced"]:
        said.append(
            f"{n['unpriced']:,} deals have an amount but no rate for their currency and day: "
            f"counted, not priced."
        )
    if n["future"]:
        said.append(
            f"{n['future']:,} deals were created or closed after {as_of}; "
            "as of that day they do not exist yet, or are still open."
        )
    return said + _shares(engine, types)


def _shares(engine: Engine, types: dict[str, str]) -> list[str]:
    """Deals whose partners' shares do not sum to 1; without a credit column only those of two
    partners can be wrong."""
    if "deal_id" not in types:
        return []
    if "credit" not in types:
        several = engine.one(
            "SELECT count(*) FROM (SELECT deal_id FROM deals WHERE hash(deal_id) IN (FROM "
            "repeated) "
            "GROUP BY 1 HAVING count(*) > 1)"
        )[0]
        what = (
            "deals stand with several partners but without shares (credit): each partner "
            "counts them whole."
        )
        return [f"{several:,} {what}"] if several else []
    deals, example = engine.one(
        "SELECT count(*), min(deal_id) FROM (SELECT deal_id FROM deals GROUP BY 1 HAVING "
        "abs(sum(credit) - 1) > 1e-6)"
    )
    return (
        [f"{deals:,} split deals have shares that do not sum to 1 (e.g. {example!r})."]
        if deals
        else []
    )
