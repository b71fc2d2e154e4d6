"""What makes a row unusable: a list of conditions, all told at once for every row."""

from dataclasses import dataclass

from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.connection import Engine, lit
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.typed import SETTLED


@dataclass(frozen=True)
class Fault:
    """A condition on view `judged`; `column`, `value` and `reason` say it to the user (value and
    reason are SQL)."""

    column: str
    when: str
    value: str
    reason: str


READS = {
    "date": f"not a date from {values.FIRST_DATE[:4]} to {values.LAST_DATE[:4]} in a form that "
    f"can be read",
    "number": "not a number that can be read",
    "share": "not a number that can be read",
    "flag": "neither true nor false (true, false, 1, 0, yes, no, evet, hayır)",
}


def faults(types: dict[str, str], stages_flag: str = "a mapping file's [stages]") -> list[Fault]:
    """Every fault a deal can have, given the mapped fields."""
    found = [
        Fault(
            f,
            f"r_{f} IS NOT NULL AND {f if f not in SETTLED else f't_{f}'} IS NULL",
            f"r_{f}",
            lit(READS[FIELDS[f].kind]),
        )
        for f in types
        if f in FIELDS and FIELDS[f].kind in READS
    ]
    nobody = "status IS NULL AND said_status IS NULL"
    if "credit" in types:
        found.append(
            Fault(
                "credit",
                "credit <= 0 OR credit > 1",
                "r_credit",
                lit("a share must be above 0 and at most 1"),
            )
        )
    if "probability" in types:
        outside = "probability < 0 OR probability > 1"
        found.append(
            Fault("probability", outside, "r_probability", lit("a probability must be from 0 to 1"))
        )
    if "deal_id" in types:  # where no column holds ids, the row numbers do
        found.append(
            Fault("deal_id", "deal_id IS NULL", "NULL", lit("missing: a deal needs its id"))
        )
    found += [
        Fault(
            "partner",
            "partner IS NULL",
            "NULL",
            lit("missing: a deal needs the partner it is credited to"),
        ),
        Fault(
            "partner",
            "partner = '*'",
            "partner",
            lit("* stands for all partners together; name the one partner"),
        ),
        Fault(
            "status",
            "said_status IS NOT NULL AND status_word IS NULL",
            "said_status",
            "'status ' || quoted(said_status) || ' is not known: add it to ' || "
            "" + lit(stages_flag) + " || ' as open, won, lost or cancelled'",
        ),
        Fault(
            "stage",
            f"{nobody} AND stage IS NOT NULL",
            "stage",
            "'stage ' || quoted(stage) || ' is not known and the deal has a closing date: say "
            "what it means in ' || "
            + lit(stages_flag)
            + " || ', e.g. ' || quoted(stage) || ' = \"won\"'",
        ),
        Fault(
            "status",
            f"{nobody} AND stage IS NULL",
            "NULL",
            lit("missing: neither status nor stage says how the deal stands"),
        ),
        Fault(
            "closed_on",
            "status IN ('won', 'lost', 'cancelled') AND closed_on IS NULL AND NOT unread_close",
            "NULL",
            "'missing: a ' || status || ' deal needs the date on which it was ' || status",
        ),
        Fault(
            "closed_on",
            "closed_on < created_on",
            "closed_on::VARCHAR",
            "'closed before it was created (' || created_on::VARCHAR || ')'",
        ),
    ]
    return found


def make_checked(engine: Engine, types: dict[str, str]) -> list[Fault]:
    """Views `checked` (judged deals and what the faults need) and `bad` (only the rows with a
    fault)."""
    engine.run("CREATE OR REPLACE TEMP MACRO quoted(x) AS '\"' || x || '\"'")
    all_faults = faults(types)
    anyone = " OR ".join(f"coalesce({f.when}, false)" for f in all_faults)
    engine.run(f"CREATE OR REPLACE TEMP VIEW checked AS SELECT *, {anyone} AS faulty FROM judged")
    return all_faults


def collect(engine: Engine, all_faults: list[Fault]) -> int:
    """Fill table `rejects` (part, row, column, value, reason) with every fault; the number of
    faulty rows."""
    told = ", ".join(
        f"CASE WHEN {f.when} THEN "
        f"{{'column': {lit(f.column)}, 'value': CAST({f.value} AS VARCHAR), 'reason': "
        f"{f.reason}}} END"
        for f in all_faults
    )
    engine.run(
        "CREATE OR REPLACE TEMP TABLE rejects AS "
        'SELECT _part, _row, fault."column" AS "column", fault.value AS value, fault.reason AS '
        "reason FROM ("
        f"SELECT _part, _row, unnest(list_filter([{told}], lambda f: f IS NOT NULL)) AS fault "
        f"FROM checked WHERE faulty)"
    )
    return engine.one("SELECT count(*) FROM (SELECT DISTINCT _part, _row FROM rejects)")[0]


def make_good(engine: Engine) -> int:
    """View `good`: the judged deals that no fault was found in; gives how many rows are refused."""
    refused = engine.one("SELECT count(*) FROM (SELECT DISTINCT _part, _row FROM rejects)")[0]
    without = (
        "ANTI JOIN (SELECT DISTINCT _part, _row FROM rejects) USING (_part, _row)"
        if refused
        else ""
    )
    engine.run(f"CREATE OR REPLACE TEMP VIEW good AS SELECT * FROM judged {without}")
    return refused
