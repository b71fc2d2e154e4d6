"""Open, won, lost or cancelled: from the status column, else the CRM's flags, else the stage's
name."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reading.columns.headers import word
from kpi_helpers.reading.columns.mapping import Mapping
from kpi_helpers.reading.columns.vocabulary import (
    competitor_words,
    meaning,
    stage_probabilities,
    statuses,
)
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.meaning.export_day import export_day
from kpi_helpers.reading.view import View

MOST_STAGES = 5_000


@dataclass(frozen=True)
class Words:
    """Tables of what stands in a column: word, status (null: not known), chance; and the stages of
    which only a part was known."""

    statuses: str = "status_words"
    stages: str = "stage_words"
    reasons: str = "reason_words"
    by_parts: dict[str, str] = field(default_factory=dict)


def make_words(
    db: Connection, clean: View, mapping: Mapping, words: dict[str, dict[str, str]]
) -> Words:
    """What stands in the data, each word with its meaning or null. `words`: field -> word ->
    status, as the CRM's profile has it."""
    made = Words()
    chances = stage_probabilities() | mapping.stage_probability
    tables = {made.stages: "stage", made.statuses: "status", made.reasons: "status_reason"}
    for table, column in tables.items():
        known = statuses() | words.get(column, {}) | mapping.stages
        db.run(
            f"CREATE OR REPLACE TEMP TABLE {table} (word VARCHAR, status VARCHAR, chance DOUBLE)"
        )
        found = _distinct(db, clean, column) if column in clean.types else []
        told = {w: (meaning(w, known), chances.get(word(w))) for w in found}
        rows = [(w, s, c) for w, (s, c) in told.items() if (s, c) != (None, None)]
        if rows:
            listed = ", ".join(
                f"({lit(w)}, {lit(s) if s else 'NULL'}, {c if c is not None else 'NULL'})"
                for w, s, c in rows
            )
            db.run(f"INSERT INTO {table} VALUES {listed}")
        made.by_parts.update({w: s for w, s, _ in rows if s and word(w) not in known})
    return made


def _distinct(db: Connection, clean: View, column: str) -> list[str]:
    found = db.rows(
        f"SELECT DISTINCT {column} FROM {clean.name} WHERE {column} IS NOT NULL LIMIT "
        f"{MOST_STAGES + 1}"
    )
    if len(found) > MOST_STAGES and column == "stage":
        raise KitError(
            f"The column mapped to stage holds more than {MOST_STAGES:,} different values, e.g. "
            f"{found[0][0]!r}: is it the stage? Map another with ",
            Argument("mapping", {"stage": "COLUMN"}),
            ".",
        )
    return [row[0] for row in found]


# What the flags say where no column tells the status itself. A closed flag says won or lost only
# with another beside it: a stage that is not known, or known as open, leaves it open which.
_FLAGS = """CASE WHEN status IS NOT NULL THEN NULL
             WHEN is_won THEN 'won'
             WHEN is_closed AND stage_word IN ('lost', 'cancelled') THEN stage_word
             WHEN is_closed AND is_won IS NOT DISTINCT FROM false THEN 'lost'
             WHEN is_closed THEN nullif(stage_word, 'open')
             WHEN is_closed = false THEN 'open'
             WHEN active = false AND stage_word IS DISTINCT FROM 'won' THEN 'lost'
             WHEN is_won = false AND stage_word = 'won' THEN NULL
             WHEN reason_word IS NOT NULL THEN reason_word
             WHEN stage_word IS NOT NULL THEN stage_word
             WHEN won_on IS NOT NULL THEN 'won'
             WHEN lost_on IS NOT NULL THEN 'lost'
             WHEN closed_on IS NULL AND ({stage_may_be_open} OR {neither}) THEN 'open' END"""
# Stage, flags and status that cannot all be true; a lost deal's stage may say cancelled.
_CONTRADICTS = """status IS NOT NULL AND (
    (stage_word IN ('won', 'lost', 'cancelled')
      AND replace(stage_word, 'cancelled', 'lost') <> replace(status, 'cancelled', 'lost'))
    OR (said_status IS NULL AND is_closed AND stage_word = 'open')
    OR (status = 'won') <> is_won OR (status = 'open') = is_closed)"""


def make_judged(db: Connection, typed: View, words: Words) -> View:
    """The typed deals with status, close dates and lost_to_competitor settled.

    A stage that is not known is open where some of its deals still expect to close: if all their
    dates have passed it may as well mean won or lost.
    """
    judged = _judge(db, typed, words, ())
    if not {"stage", "closes_on"} <= typed.types.keys():
        return judged
    guessed = f"FROM {judged.name} WHERE {GUESSED} AND stage IS NOT NULL AND closes_on IS NOT NULL"
    if not db.rows(f"SELECT 1 {guessed} LIMIT 1"):
        return judged
    day = export_day(db, judged) or "infinity"
    over = db.rows(f"SELECT stage {guessed} GROUP BY 1 HAVING max(closes_on) <= DATE {lit(day)}")
    return _judge(db, typed, words, tuple(stage for (stage,) in over))


def _judge(db: Connection, typed: View, words: Words, over: tuple[str, ...]) -> View:
    types = typed.types
    competitor = " OR ".join(f"contains(lower({{0}}), {lit(w)})" for w in competitor_words())
    named = f"({competitor.format('lost_reason')})"
    close = [f for f in ("closed_on", "won_on", "lost_on", "closes_on") if f in types]
    unread = (
        " OR ".join(
            f"(r_{f} IS NOT NULL AND {'t_' if f == 'closed_on' else ''}{f} IS NULL)" for f in close
        )
        or "false"
    )
    outsold = f"({competitor.format('status_reason')})"
    lost_stage = f"({competitor.format('stage')})"
    passed = f"closes_on IS NULL OR stage NOT IN ({', '.join(map(lit, over))})" if over else "true"
    flags = _FLAGS.format(
        stage_may_be_open=f"(stage IS NOT NULL AND ({passed}))",
        neither=str(not {"stage", "status"} & types.keys()).lower(),
    )
    status = f"""coalesce(
        CASE WHEN status_word = 'lost'
          AND reason_word = 'cancelled' THEN 'cancelled' ELSE status_word END,
        {flags})"""
    db.run(f"""CREATE OR REPLACE TEMP VIEW judged AS
        WITH worded AS (
            SELECT t.*, sw.status AS status_word, rw.status AS reason_word,
              g.status AS stage_word, g.chance
            FROM {typed.name} t
            LEFT JOIN {words.statuses} sw ON sw.word = t.status
            LEFT JOIN {words.reasons} rw ON rw.word = t.status_reason
            LEFT JOIN {words.stages} g ON g.word = t.stage
        ), told AS (SELECT * REPLACE ({status} AS status), status AS said_status,
          {unread} AS unread_close FROM worded
        ), dated AS (
            SELECT * REPLACE (
                coalesce(closed_on,
                         CASE WHEN status = 'won' THEN won_on WHEN status IN ('lost',
                           'cancelled') THEN lost_on END,
                         CASE WHEN status <> 'open' THEN closes_on END) AS closed_on,
                coalesce(expected_close_on, CASE
                  WHEN status = 'open' THEN closes_on END) AS expected_close_on)
            FROM told
        )
        SELECT * REPLACE (
            CASE WHEN status = 'open' THEN NULL ELSE closed_on END AS closed_on,
            CASE WHEN status = 'open' THEN coalesce(expected_close_on, closed_on)
                 ELSE expected_close_on END AS expected_close_on,
            CASE WHEN status = 'won' THEN coalesce(actual_amount, amount) ELSE amount END AS amount,
            CASE WHEN lost_to_competitor IS NOT NULL OR status <> 'lost' THEN lost_to_competitor
                 WHEN competitor IS NOT NULL OR {named} OR {outsold} OR {lost_stage} THEN true
            END AS lost_to_competitor),
            status = 'open' AND closed_on IS NOT NULL AS moved,
            aside IS NULL AND coalesce({_CONTRADICTS}, false) AS contradicts
        FROM dated""")
    return View("judged", types)


# Taken as open although nothing known says so.
GUESSED = (
    "aside IS NULL AND status = 'open' AND stage_word IS NULL AND is_closed IS NULL "
    "AND said_status IS NULL"
)
UNKNOWN = "aside IS NULL AND status IS NULL AND said_status IS NULL"
MOST_LISTED = 100  # stages in one message


def doubts(db: Connection, judged: View, words: Words) -> Iterator[Note]:
    """What was read from a part of a stage's name, is not known, or contradicts itself."""
    if words.by_parts:
        listed = ", ".join(f"{w!r} {s}" for w, s in [*words.by_parts.items()][:MOST_LISTED])
        yield Note("stages_by_parts", stages=listed)
    for code, which in (("unmapped_stages", UNKNOWN), ("guessed_stages", GUESSED)):
        found = db.rows(
            f"SELECT stage, count(*) FROM {judged.name} WHERE {which} AND stage IS NOT NULL "
            f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_LISTED}"
        )
        if found:
            yield Note(code, stages=", ".join(f"{stage!r} {n:,}" for stage, n in found))
    found = db.rows(
        "SELECT coalesce(stage, said_status, 'flags'), status, count(*) AS n "
        f"FROM {judged.name} WHERE contradicts GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
    )
    if found:
        listed = ", ".join(f"{stage!r} as {status} {n:,}" for stage, status, n in found[:10])
        yield Note("stages_contradict", n=sum(n for *_, n in found), listed=listed)
    if "is_won" in judged.types and not judged.types.keys() & SAYS_LOST:
        (n,) = db.one(f"SELECT count(*) FROM {judged.name} WHERE is_won = false AND aside IS NULL")
        if n:
            yield Note("won_flag_alone", n=n)


# With one of these beside a won flag it is known which of the others were lost.
SAYS_LOST = {"status", "stage", "is_closed", "active", "lost_on", "status_reason"}
