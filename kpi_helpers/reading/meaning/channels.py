"""Paid, earned, owned, partner or unknown: from the channel column, else the lead source through an
editable map."""

from dataclasses import dataclass

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.headers import word
from kpi_helpers.reading.columns.mapping import Mapping
from kpi_helpers.reading.columns.vocabulary import channels
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.view import View

MOST_SOURCES, MOST_LISTED = 50_000, 10


NO_TEXT = "CAST(NULL AS VARCHAR)"


@dataclass(frozen=True)
class Channels:
    """SQL of the channel column over the good deals `d`, the joins that it needs, and the table of
    words it knows."""

    column: str = NO_TEXT
    joins: str = ""
    words: str | None = None


def make_channels(db: Connection, clean: View, mapping: Mapping) -> Channels:
    """The channel of the sources there are."""
    known = channels() | mapping.channels
    there = [f for f in ("channel", "source") if f in clean.types]
    words = {
        r[0]
        for f in there
        for r in db.rows(
            f"SELECT DISTINCT {f} FROM {clean.name} WHERE {f} IS NOT NULL LIMIT {MOST_SOURCES}"
        )
    }
    if not words:
        return Channels()
    db.run("CREATE OR REPLACE TEMP TABLE channel_words (word VARCHAR, channel VARCHAR)")
    rows = ", ".join(
        f"({lit(w)}, {lit(known[word(w)])})" for w in sorted(words) if word(w) in known
    )
    if rows:
        db.run(f"INSERT INTO channel_words VALUES {rows}")
    return Channels(
        f"coalesce({', '.join(f'{f}_word.channel' for f in there)}, 'unknown')",
        " ".join(f"LEFT JOIN channel_words {f}_word ON {f}_word.word = d.{f}" for f in there),
        "channel_words",
    )


def unknown(db: Connection, deals: str, made: Channels) -> list[Note]:
    """A warning that lists the sources no channel is known for, with counts."""
    if made.words is None:
        return []
    rows = db.rows(
        f"SELECT source, count(*) FROM {deals} WHERE channel = 'unknown' AND source IS NOT NULL "
        f"AND source NOT IN (SELECT word FROM {made.words}) GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    if not rows:
        return []
    deals, more = sum(n for _, n in rows), len(rows) - MOST_LISTED
    listed = ", ".join(f"{source!r} {n:,}" for source, n in rows[:MOST_LISTED])
    if more > 0:
        return [Note("sources_unknown_more", n=deals, listed=listed, more=more)]
    return [Note("sources_unknown", n=deals, listed=listed)]
