"""Who and what is in an earlier state and not in the export: partners and deals that left, and
deals that changed hands."""

from kpi_helpers.contract.notes import first_of


def departures(loaded, state, day) -> list[str]:
    """One sentence each for partners that left, deals that left and deals of another partner now;
    none where all are as they were.

    `loaded` is what `load` gave, `state` the earlier deals on DuckDB, as `read_snapshot` gives
    them, of `day`.
    """
    now, then = _partners_of(loaded.relation), _partners_of(state)
    there = {partner for of in now.values() for partner in of}
    gone = sorted({partner for of in then.values() for partner in of} - there)
    left = sorted(deal for deal in then if deal not in now)
    handed = [
        f"{deal}: {_all(of)} -> {_all(now[deal])}"
        for deal, of in sorted(then.items())
        if deal in now and now[deal] != of
    ]
    found = {
        "partners left the export": gone,
        "deals left the export": left,
        "deals changed hands": handed,
    }
    return [
        f"since the state of {day} {what}, {len(which):,}: {first_of(which)}"
        for what, which in found.items()
        if which
    ]


def _partners_of(deals) -> dict[str, frozenset[str]]:
    rows = deals.aggregate("deal_id, list(DISTINCT partner)", "deal_id").fetchall()
    return {deal: frozenset(partners) for deal, partners in rows}


def _all(partners) -> str:
    return " + ".join(sorted(partners))
