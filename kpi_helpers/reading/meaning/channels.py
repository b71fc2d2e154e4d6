"""Paid, earned, owned, partner or unknown: from the channel column, else the lead source through an
editable map."""

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.headers import word
from kpi_helpers.reading.columns.mapping import Mapping
from kpi_helpers.reading.columns.vocabulary import channels
from kpi_helpers.reading.connection import Engine, lit

MOST_SOURCES, MOST_LISTED = 50_000, 10


def make_channels(engine: Engine, mapping: Mapping, types: dict[str, str]) -> str:
    """Table channel_words of the sources there are; gives the SQL of the channel column."""
    known = channels() | mapping.channels
    engine.run("CREATE OR REPLACE TEMP TABLE channel_words (word VARCHAR, channel VARCHAR)")
    there = [f for f in ("channel", "source") if f in types]
    if not there:
        return "CAST(NULL AS VARCHAR)"
    words = {
        r[0]
        for f in there
        for r in engine.rows(
            f"SELECT DISTINCT {f} FROM clean WHERE {f} IS NOT NULL LIMIT {MOST_SOURCES}"
        )
    }
    if not words:
        return "CAST(NULL AS VARCHAR)"
    rows = ", ".join(
        f"({lit(w)}, {lit(known[word(w)])})" for w in sorted(words) if word(w) in known
    )
    if rows:
        engine.run(f"INSERT INTO channel_words VALUES {rows}")
    parts = [f"{f}_word.channel" for f in there]
    return f"coalesce({', '.join(parts)}, 'unknown')"


def joins(types: dict[str, str]) -> str:
    """The joins that `make_channels`' SQL needs."""
    return " ".join(
        f"LEFT JOIN channel_words {f}_word ON {f}_word.word = d.{f}"
        for f in ("channel", "source")
        if f in types
    )


def unknown(engine: Engine, deals: str, types: dict[str, str]) -> list[Note]:
    """A warning that lists the sources no channel is known for, with counts."""
    if "source" not in types:
        return []
    rows = engine.rows(
        f"SELECT source, count(*) FROM {deals} WHERE channel = 'unknown' AND source IS NOT NULL "
        f"AND source NOT IN (SELECT word FROM channel_words) GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    if not rows:
        return []
    deals, more = sum(n for _, n in rows), len(rows) - MOST_LISTED
    listed = ", ".join(f"{source!r} {n:,}" for source, n in rows[:MOST_LISTED])
    if more > 0:
        return [Note("sources_unknown_more", n=deals, listed=listed, more=more)]
    return [Note("sources_unknown", n=deals, listed=listed)]
