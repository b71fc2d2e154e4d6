"""The same deal and partner twice: exact copies are dropped, contradicting ones are all rejected;
both are told."""

from kpi_helpers.contract.notes import encode
from kpi_helpers.reading.checking.checks import Fault
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.connection import Engine, lit


def reject(engine: Engine, types: dict[str, str]) -> tuple[int, int]:
    """Add to `rejects`; the numbers of exact and of contradicting rows. Table `repeated` keeps what
    came twice."""
    if not {"deal_id", "partner"} <= types.keys():
        return 0, 0
    # Eight bytes a deal instead of its texts: ten million keys fit in memory; only the few that
    # repeat are compared.
    engine.run(
        "CREATE OR REPLACE TEMP TABLE repeated AS "
        "SELECT h FROM (SELECT hash(deal_id) AS h FROM clean) GROUP BY h HAVING count(*) > 1"
    )
    if not engine.one("SELECT count(*) FROM repeated")[0]:
        return 0, 0
    content = ", ".join(f for f in FIELDS if f in types)
    engine.run(f"""CREATE OR REPLACE TEMP TABLE copies AS
        WITH same AS (SELECT _part, _row, deal_id, partner, hash({content}) AS content FROM typed
                      WHERE deal_id IS NOT NULL AND partner IS NOT NULL
                        AND hash(deal_id) IN (SELECT h FROM repeated))
        SELECT *, count(*) OVER key AS n, count(DISTINCT content) OVER key AS kinds,
               row_number() OVER (PARTITION BY deal_id, partner ORDER BY _part, _row) AS nth
        FROM same WINDOW key AS (PARTITION BY deal_id, partner)""")
    for fault in (
        Fault("deal_id", "kinds = 1 AND nth > 1", "deal_id", "exact_duplicate"),
        Fault("deal_id", "kinds > 1", "deal_id", "conflicting_duplicate", by_row={"copies": "n"}),
    ):
        engine.run(
            f"INSERT INTO rejects SELECT _part, _row, {lit(fault.column)}, {fault.value}, "
            f"{fault.reason}, {lit(encode([fault.general]))} FROM copies WHERE {fault.when}"
        )
    return engine.one(
        "SELECT count(*) FILTER (WHERE kinds = 1 AND nth > 1), count(*) FILTER (WHERE kinds > 1) "
        "FROM copies"
    )
