"""The deal table itself: the usable rows with every column of the contract, sorted by partner and
deal."""

from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.contract.credit import FULL
from kpi_helpers.contract.deals import SQL_TYPES
from kpi_helpers.reading.columns.fields import OUTPUT
from kpi_helpers.reading.connection import IN_MEMORY_ROWS, Connection, lit, only
from kpi_helpers.reading.meaning.channels import Channels
from kpi_helpers.reading.meaning.money import Money
from kpi_helpers.reading.view import View

# A stage's own history speaks from this many decided deals on; under it the stage's listed default
# does.
DECIDED_TO_LEARN = 20
# Rows and number of a file's row groups: to find one partner's rows, all groups' ends are read and
# few groups' rows.
SMALLEST_GROUP, MOST_GROUPS = 4096, 256


@dataclass(frozen=True)
class Deals:
    """The deal table: its name in the connection, and its file where it is too large for memory."""

    name: str
    stored: Path | None = None


def make_deals(
    db: Connection, good: View, money: Money, channels: Channels, rows: int, parts: int, as_of
) -> Deals:
    """The usable rows in memory, or a view on a Parquet file when they are many; `rows` and `parts`
    are those of the export."""
    own_id = (
        "'row ' || (d._row + 1)" if parts == 1 else "'row ' || (d._part + 1) || '-' || (d._row + 1)"
    )
    special = {
        "deal_id": "d.deal_id" if "deal_id" in good.types else own_id,
        "credit": f"coalesce(d.credit, {FULL})",
        "channel": channels.column,
        "amount": money.amount,
        "currency": lit(money.currency) if money.currency else "CAST(NULL AS VARCHAR)",
        "amount_original": money.amount_original,
        "currency_original": money.currency_original,
        "probability": "coalesce(d.probability, CASE WHEN d.status = 'open' THEN "
        "coalesce(h.learned, d.chance) END)",
        "probability_source": "coalesce(d.probability_source, CASE WHEN d.probability IS NOT "
        "NULL THEN 'crm' "
        "WHEN d.status = 'open' AND h.learned IS NOT NULL THEN 'learned' "
        "WHEN d.status = 'open' AND d.chance IS NOT NULL THEN 'stage default' END)",
    }
    columns = ", ".join(
        f"CAST({special.get(f, f'd.{f}')} AS {SQL_TYPES[c.kind]}) AS {f}" for f, c in OUTPUT.items()
    )
    # Sorting by a number and a text is a third cheaper than by two texts.
    db.run(
        "CREATE OR REPLACE TEMP TABLE ranks AS SELECT partner AS ranked, row_number() OVER "
        "(ORDER BY partner) AS rank "
        f"FROM (SELECT DISTINCT partner FROM {good.name})"
    )
    sql = (
        f"SELECT {columns} FROM {good.name} d JOIN ranks ON ranked = d.partner {channels.joins} "
        f"{money.join} {_learned(good, as_of)} "
        "ORDER BY rank, deal_id"
    )
    db.run("DROP VIEW IF EXISTS deals")
    if rows <= IN_MEMORY_ROWS:
        db.run(f"CREATE OR REPLACE TEMP TABLE deals AS {sql}")
        return Deals("deals")
    path = db.new_file()
    db.run(f"COPY ({sql}) TO {lit(path)} ({sliced(rows)})")
    db.run(f"CREATE OR REPLACE TEMP VIEW deals AS SELECT * FROM read_parquet({only(path)})")
    return Deals("deals", path)


def sliced(rows: int) -> str:
    """COPY's options for a table sorted by partner: row groups so small that one partner's rows
    come with few others'.

    >>> sliced(10_000_000)
    'FORMAT parquet, ROW_GROUP_SIZE 39062'
    """
    return f"FORMAT parquet, ROW_GROUP_SIZE {max(SMALLEST_GROUP, rows // MOST_GROUPS)}"


def _learned(good: View, as_of) -> str:
    """Join: the share won of the deals decided by as_of while they stood in a stage (kpis.md 2.3).

    CRMs that move a deal to a closed stage leave nothing to learn: there the stage is won or lost
    itself.
    """
    known = f"AND closed_on <= DATE {lit(as_of)}" if as_of else ""
    return (
        "LEFT JOIN (SELECT stage AS learned_stage, avg(CAST(status = 'won' AS INTEGER)) AS "
        f"learned FROM {good.name} "
        f"WHERE status IN ('won', 'lost') AND stage IS NOT NULL {known} "
        f"GROUP BY stage HAVING count(*) >= {DECIDED_TO_LEARN}) h ON h.learned_stage = d.stage"
    )
