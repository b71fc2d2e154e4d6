"""Data health: what was read, what is blank, rejected or doubtful, and what that does to which
KPI."""

import json
from typing import Any

from kpi_helpers.contract.deals import DEAL_COLUMNS, SIDE_TABLES, STATUSES
from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.checking.coverage import coverage
from kpi_helpers.reading.columns.vocabulary import table as vocabulary
from kpi_helpers.reading.connection import name

SEVERITIES = ("alarm", "look", "note")
AMONG = {
    "all": "true",
    "open": "status = 'open'",
    "won": "status = 'won'",
    "lost": "status = 'lost'",
    "closed": "status IN ('won', 'lost', 'cancelled')",
}
DATES = ("created_on", "closed_on", "expected_close_on")
MOST_LISTED = 200  # rows of a list that a page shows; the counts beside it are of all


def health(loaded) -> dict[str, Any]:
    """The health of what `load` gave, as plain data that JSON can hold.

    Keys: rows (in, used, rejected, faults), profile, as_of, currency, partners, deals, period
    (column -> first, last), statuses (status, deals, amount), blanks (column, among, rows, blank,
    share, kpis, effect), rejections (reason, column, rows, example, file, line), warnings (text,
    severity, kpis, effect), stages, columns (field, from), decisions, side_tables (table, rows) and
    orders (None, or coverage's share, amount_share, totals, rows, left_out).

    >>> import pandas as pd
    >>> from kpi_helpers.reading import load
    >>> deals = {
    ...     "deal_id": ["1", "2"],
    ...     "partner": "Ada",
    ...     "status": ["won", "huh"],
    ...     "closed_on": "2025-02-03",
    ... }
    >>> found = health(load(pd.DataFrame(deals)))
    >>> found["rows"], found["warnings"][0]["severity"]
    ({'in': 2, 'used': 1, 'rejected': 1, 'faults': 1}, 'alarm')
    """
    relation = loaded.relation
    shape = ", ".join(f"min({c})::VARCHAR, max({c})::VARCHAR" for c in DATES)
    deals, partners, *days = relation.aggregate(
        f"count(DISTINCT deal_id), count(DISTINCT partner), {shape}"
    ).fetchall()[0]
    by_status = {
        s: (n, a)
        for s, n, a in relation.aggregate(
            "status, count(*), sum(amount * credit)", "status"
        ).fetchall()
    }
    found = {
        "rows": {
            "in": loaded.rows_in,
            "used": loaded.rows_used,
            "rejected": loaded.rows_rejected,
            "faults": len(loaded.rejected),
        },
        "profile": loaded.profile,
        "as_of": str(loaded.as_of) if loaded.as_of else None,
        "currency": loaded.currency,
        "partners": partners,
        "deals": deals,
        "period": {c: {"first": days[2 * i], "last": days[2 * i + 1]} for i, c in enumerate(DATES)},
        "statuses": [
            {
                "status": s,
                "deals": by_status.get(s, (0, None))[0],
                "amount": by_status.get(s, (0, None))[1],
            }
            for s in STATUSES
        ],
        "blanks": _blanks(relation),
        "rejections": loaded.rejections,
        "warnings": sorted(
            map(effect_of, loaded.warnings), key=lambda w: SEVERITIES.index(w["severity"])
        ),
        "stages": _records(loaded.stages),
        "columns": [{"field": f, "from": c} for f, c in loaded.mapping.items()],
        "decisions": {name: list(notes) for name, notes in loaded.decisions.items()},
        "side_tables": [
            {"table": t, "rows": len(getattr(loaded, t))}
            for t in SIDE_TABLES
            if getattr(loaded, t) is not None
        ],
        "orders": None,
    }
    if loaded.orders is not None:
        both = coverage(loaded.deals("pandas"), loaded.orders, as_of=loaded.as_of)
        open_questions = both.rows[both.rows["kind"] != "matched"]
        found["orders"] = {
            "share": both.share,
            "amount_share": both.amount_share,
            "totals": _records(both.totals),
            "rows": _records(open_questions.head(MOST_LISTED)),
            "rows_in_all": len(open_questions),
            "left_out": both.left_out,
        }
    return found


def effect_of(warning: Note) -> dict[str, Any]:
    """What a warning of the loader does to which KPI: text, severity, kpis, effect.

    >>> effect_of(Note("won_amount_blank", n=3))["kpis"][0]
    'average_deal_size'
    """
    known = vocabulary("effects.toml")["warnings"][warning.code]
    return {"text": warning} | {name: known[name] for name in ("severity", "kpis", "effect")}


def headline(found: dict[str, Any]) -> tuple[Note, Note]:
    """The rows and the warnings, for one line of every report.

    >>> rows = {"in": 5, "used": 4, "rejected": 1, "faults": 2}
    >>> headline({"rows": rows, "warnings": [{"severity": "alarm"}, {"severity": "note"}]})[1]
    '2 warnings, 1 of them an alarm'
    """
    rows, n = found["rows"], len(found["warnings"])
    alarms = sum(w["severity"] == "alarm" for w in found["warnings"])
    code = "warnings_alarms" if alarms > 1 else "warnings_one_alarm" if alarms else "warnings"
    counted = {"alarms": alarms} if alarms else {}
    return (
        Note("rows", read=rows["in"], used=rows["used"], rejected=rows["rejected"]),
        Note(code, n=n, **counted),
    )


def summary(loaded) -> tuple[Note, Note]:
    """`headline` of a load, without the work that the whole of `health` is."""
    rows = {"in": loaded.rows_in, "used": loaded.rows_used, "rejected": loaded.rows_rejected}
    return headline({"rows": rows, "warnings": [effect_of(w) for w in loaded.warnings]})


def _blanks(relation) -> list[dict]:
    """For each column of the contract the blanks among the deals it applies to; one pass over the
    deals."""
    effects = vocabulary("effects.toml")["blanks"]
    among = {c: effects.get(c, {}).get("among", "all") for c in DEAL_COLUMNS}
    asked = [
        f"count(*) FILTER (WHERE {AMONG[a]}), count({name(c)}) FILTER (WHERE {AMONG[a]})"
        for c, a in among.items()
    ]
    counts = relation.aggregate(", ".join(asked)).fetchall()[0]
    blanks = []
    for i, (column, which) in enumerate(among.items()):
        rows, filled = counts[2 * i], counts[2 * i + 1]
        known = effects.get(column, {})
        blanks.append(
            {
                "column": column,
                "what": DEAL_COLUMNS[column].what,
                "among": which,
                "rows": rows,
                "blank": rows - filled,
                "share": (rows - filled) / rows if rows else None,
                "kpis": known.get("kpis", []),
                "effect": known.get("effect", ""),
            }
        )
    return blanks


def _records(table) -> list[dict]:
    return json.loads(table.to_json(orient="records", date_format="iso", double_precision=15))
