"""Open, won, lost or cancelled: from the status column, else the CRM's flags, else the stage's
name."""

from dataclasses import dataclass

from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reading.columns.headers import word
from kpi_helpers.reading.columns.mapping import Mapping
from kpi_helpers.reading.columns.vocabulary import competitor_words, stage_probabilities, statuses
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.view import View

MOST_STAGES = 5_000


@dataclass(frozen=True)
class Words:
    """Tables of what stands in a column: word, status (null: not known), chance."""

    statuses: str = "status_words"
    stages: str = "stage_words"
    reasons: str = "reason_words"


def make_words(
    db: Connection, clean: View, mapping: Mapping, words: dict[str, dict[str, str]]
) -> Words:
    """What stands in the data, each word with its meaning or null. `words`: field -> word ->
    status, as the CRM's profile has it."""
    made = Words()
    chances = stage_probabilities() | mapping.stage_probability
    tables = {
        made.stages: ["stage"],
        made.statuses: ["status"],
        made.reasons: ["status_reason"],
    }
    for table, fields in tables.items():
        there = [f for f in fields if f in clean.types]
        known = (
            statuses()
            | {w: s for f in fields for w, s in words.get(f, {}).items()}
            | mapping.stages
        )
        db.run(
            f"CREATE OR REPLACE TEMP TABLE {table} (word VARCHAR, status VARCHAR, chance DOUBLE)"
        )
        for field in there:
            found = [
                r[0]
                for r in db.rows(
                    f"SELECT DISTINCT {field} FROM {clean.name} WHERE {field} IS NOT NULL LIMIT "
                    f"{MOST_STAGES + 1}"
                )
            ]
            if len(found) > MOST_STAGES and field == "stage":
                raise KitError(
                    f"The column mapped to stage holds more than {MOST_STAGES:,} different "
                    f"values, e.g. {found[0]!r}: "
                    "is it the stage? Map another with ",
                    Argument("mapping", {"stage": "COLUMN"}),
                    ".",
                )
            rows = [
                (w, known.get(word(w)), chances.get(word(w)))
                for w in found
                if word(w) in known or word(w) in chances
            ]
            if rows:
                listed = ", ".join(
                    f"({lit(w)}, {lit(s) if s else 'NULL'}, {c if c is not None else 'NULL'})"
                    for w, s, c in rows
                )
                db.run(
                    f"INSERT INTO {table} SELECT * FROM (VALUES {listed}) v(w, s, c) "
                    f"WHERE w NOT IN (SELECT word FROM {table})"
                )
    return made


def make_judged(db: Connection, typed: View, words: Words) -> View:
    """The typed deals with status, close dates and lost_to_competitor settled."""
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
    neither = str(not {"stage", "status"} & types.keys()).lower()
    status = f"""coalesce(
        CASE WHEN status_word = 'lost'
          AND reason_word = 'cancelled' THEN 'cancelled' ELSE status_word END,
        CASE WHEN status IS NOT NULL THEN NULL
             WHEN is_won THEN 'won'
             WHEN is_closed AND stage_word IN ('lost', 'cancelled') THEN stage_word
             WHEN is_closed AND is_won IS NOT DISTINCT FROM false THEN 'lost'
             WHEN is_closed THEN coalesce(nullif(stage_word, 'open'), 'lost')
             WHEN is_closed = false THEN 'open'
             WHEN active = false AND stage_word IS DISTINCT FROM 'won' THEN 'lost'
             WHEN stage_word IS NOT NULL THEN stage_word
             WHEN won_on IS NOT NULL THEN 'won'
             WHEN lost_on IS NOT NULL THEN 'lost'
             WHEN closed_on IS NULL AND (stage IS NOT NULL OR {neither}) THEN 'open' END)"""
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
            status = 'open' AND closed_on IS NOT NULL AS moved
        FROM dated""")
    return View("judged", types)
