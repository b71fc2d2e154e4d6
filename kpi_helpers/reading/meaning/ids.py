"""Ids as the CRM has them: without the fraction that pandas adds, Salesforce's two lengths as one,
and a word about those that Excel cut."""

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.view import View

_FLOAT, _CUT = r"\d+\.0", r"\d[.,]\d+E\+\d{2}"
# Salesforce writes an id in 15 characters, or in 18, of which the last three repeat the case.
_SHORT, _LONG = "[0-9A-Za-z]{15}", "[0-9A-Za-z]{15}[A-Z0-5]{3}"


def mended(db: Connection, view: View) -> View:
    """The view with one id for each deal; a warning in `db.notes` where Excel made several the
    same."""
    new = {}
    for column in ("deal_id", "partner"):
        if view.types.get(column) == "VARCHAR" and _all_floats(db, view, column):
            new[column] = f"left({column}, length({column}) - 2)"
    if view.types.get("deal_id") == "VARCHAR" and "deal_id" not in new:
        new |= _one_length(db, view)
        n, example = db.one(
            "SELECT count(*), min(deal_id) FROM "
            f"{view.name} WHERE deal_id LIKE '%E+__' AND regexp_full_match(deal_id, '{_CUT}')"
        )
        db.notes += [Note("ids_cut", n=n, example=example)] if n else []
    if not new:
        return view
    replaced = ", ".join(f"{sql} AS {column}" for column, sql in new.items())
    db.run(
        f"CREATE OR REPLACE TEMP VIEW {view.name}_ids AS SELECT * REPLACE ({replaced}) "
        f"FROM {view.name}"
    )
    return View(f"{view.name}_ids", view.types)


def _all_floats(db: Connection, view: View, column: str) -> bool:
    """Whether every value ends in .0: the first rows that do not settle it at once."""
    first = db.rows(f"SELECT {column} FROM {view.name} WHERE {column} IS NOT NULL LIMIT 1")
    if not first or not first[0][0].endswith(".0"):
        return False
    return not db.rows(
        f"SELECT 1 FROM {view.name} WHERE {column} IS NOT NULL "
        f"AND NOT regexp_full_match({column}, '{_FLOAT}') LIMIT 1"
    )


def _one_length(db: Connection, view: View) -> dict[str, str]:
    """The first 15 characters of an id of 18 where the same id stands there in 15, too."""
    short, long = (
        f"SELECT deal_id FROM {view.name} WHERE length(deal_id) = {n} "
        f"AND regexp_full_match(deal_id, '{form}')"
        for n, form in ((15, _SHORT), (18, _LONG))
    )
    both = f"SELECT DISTINCT l.deal_id FROM ({long}) l SEMI JOIN ({short}) s ON s.deal_id = "
    db.run(f"CREATE OR REPLACE TEMP TABLE long_ids AS {both} left(l.deal_id, 15)")
    if not db.one("SELECT count(*) FROM long_ids")[0]:
        return {}
    shortened = "CASE WHEN deal_id IN (FROM long_ids) THEN left(deal_id, 15) ELSE deal_id END"
    return {"deal_id": shortened}
