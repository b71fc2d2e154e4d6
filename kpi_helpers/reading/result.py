"""The deal table itself: the usable rows with every column of the contract, sorted by partner and deal."""

from pathlib import Path

from kpi_helpers.reading.channels import joins
from kpi_helpers.reading.engine import IN_MEMORY_ROWS, Engine, lit
from kpi_helpers.reading.fields import OUTPUT, SQL_TYPES
from kpi_helpers.reading.money import Money


def make_deals(engine: Engine, types: dict[str, str], money: Money, channel: str, rows: int, parts: int) -> Path | None:
    """Table `deals` in memory, or a view on a Parquet file when it is large; gives that file."""
    own_id = "'row ' || (d._row + 1)" if parts == 1 else "'row ' || (d._part + 1) || '-' || (d._row + 1)"
    special = {
        "deal_id": "d.deal_id" if "deal_id" in types else own_id,
        "credit": "coalesce(d.credit, 1.0)",
        "channel": channel,
        "amount": money.amount,
        "currency": lit(money.currency) if money.currency else "CAST(NULL AS VARCHAR)",
        "amount_original": money.amount_original,
        "currency_original": money.currency_original,
        "probability": "coalesce(d.probability, CASE WHEN d.status = 'open' THEN d.chance END)",
        "probability_source": "coalesce(d.probability_source, CASE WHEN d.probability IS NOT NULL THEN 'crm' "
        "WHEN d.status = 'open' AND d.chance IS NOT NULL THEN 'stage default' END)",
    }
    columns = ", ".join(f"CAST({special.get(f, f'd.{f}')} AS {SQL_TYPES[c.kind]}) AS {f}" for f, c in OUTPUT.items())
    sql = f"SELECT {columns} FROM good d {joins(types)} {money.join} ORDER BY partner, deal_id"
    engine.run("DROP VIEW IF EXISTS deals")
    if rows <= IN_MEMORY_ROWS:
        engine.run(f"CREATE OR REPLACE TEMP TABLE deals AS {sql}")
        return None
    path = engine.new_file()
    engine.run(f"COPY ({sql}) TO {lit(path)} (FORMAT parquet)")
    engine.run(f"CREATE OR REPLACE TEMP VIEW deals AS SELECT * FROM read_parquet({lit(path)})")
    return path
