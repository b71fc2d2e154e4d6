"""The same deal and partner twice: exact copies are dropped, contradicting ones are all rejected;
both are told."""

from dataclasses import dataclass

from kpi_helpers.contract.notes import encode
from kpi_helpers.reading.checking.checks import Fault, Rejects
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.view import View

FAULTS = (
    Fault("deal_id", "kinds = 1 AND nth > 1", "deal_id", "exact_duplicate"),
    Fault("deal_id", "kinds > 1", "deal_id", "conflicting_duplicate", by_row={"copies": "n"}),
)


@dataclass(frozen=True)
class Duplicates:
    """How many rows are exact and how many contradicting copies; `repeated` is a table of the
    hashes of ids that came twice, None where none can have."""

    exact: int = 0
    contradicting: int = 0
    repeated: str | None = None


def reject(db: Connection, clean: View, typed: View, rejects: Rejects) -> Duplicates:
    """Add the copies to `rejects`."""
    if not {"deal_id", "partner"} <= typed.types.keys():
        return Duplicates()
    # Eight bytes a deal instead of its texts: ten million keys fit in memory; only the few that
    # repeat are compared.
    db.run(
        "CREATE OR REPLACE TEMP TABLE repeated AS SELECT h FROM "
        f"(SELECT hash(deal_id) AS h FROM {clean.name}) GROUP BY h HAVING count(*) > 1"
    )
    if not db.one("SELECT count(*) FROM repeated")[0]:
        return Duplicates(repeated="repeated")
    content = ", ".join(f for f in FIELDS if f in typed.types)
    db.run(f"""CREATE OR REPLACE TEMP TABLE copies AS
        WITH same AS (SELECT _part, _row, deal_id, partner, hash({content}) AS content
                      FROM {typed.name} WHERE aside IS NULL
                        AND deal_id IS NOT NULL AND partner IS NOT NULL
                        AND hash(deal_id) IN (SELECT h FROM repeated))
        SELECT *, count(*) OVER key AS n, count(DISTINCT content) OVER key AS kinds,
               row_number() OVER (PARTITION BY deal_id, partner ORDER BY _part, _row) AS nth
        FROM same WINDOW key AS (PARTITION BY deal_id, partner)""")
    for fault in FAULTS:
        db.run(
            f"INSERT INTO {rejects.name} SELECT _part, _row, {lit(fault.column)}, {fault.value}, "
            f"{fault.reason}, {lit(encode([fault.general]))} FROM copies WHERE {fault.when}"
        )
    exact, contradicting = db.one(
        "SELECT count(*) FILTER (WHERE kinds = 1 AND nth > 1), count(*) FILTER (WHERE kinds > 1) "
        "FROM copies"
    )
    return Duplicates(exact, contradicting, "repeated")
