"""Deals that were closed before the day on which many of them were created: the day of an import,
which says nothing of when they began."""

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.checking.checks import Rejects
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.view import View

# From this many deals closed before one and the same created date on, it is an import's.
FEWEST = 3
CODE = "closed_before_its_creation"


def keep(db: Connection, judged: View, rejects: Rejects) -> tuple[View, list[Note]]:
    """Take such deals off `rejects`: decided deals whose created date is not known; each day is
    told."""
    if rejects.count(db, CODE) < FEWEST:
        return judged, []
    early = f"FROM {judged.name} WHERE closed_on < created_on"
    days = db.rows(
        f"SELECT created_on, count(*) {early} GROUP BY 1 HAVING count(*) >= {FEWEST} ORDER BY 1"
    )
    if not days:
        return judged, []
    there = f"created_on IN ({', '.join(f'DATE {lit(day)}' for day, _ in days)})"
    begins = lit(f'[["{CODE}"')
    db.run(
        f"DELETE FROM {rejects.name} WHERE starts_with(general, {begins}) "
        f"AND (_part, _row) IN (SELECT (_part, _row) {early} AND {there})"
    )
    unknown = f"CASE WHEN closed_on < created_on AND {there} THEN NULL ELSE created_on END"
    db.run(
        f"CREATE OR REPLACE TEMP VIEW imported AS SELECT * REPLACE ({unknown} AS created_on) "
        f"FROM {judged.name}"
    )
    return View("imported", judged.types), [Note("imported", n=n, day=str(day)) for day, n in days]
