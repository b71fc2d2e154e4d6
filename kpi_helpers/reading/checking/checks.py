"""What makes a row unusable: a list of conditions, all told at once for every row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import Formatter

from kpi_helpers.contract.notes import ELLIPSIS, Note, encode
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.values import values
from kpi_helpers.reading.values.typed import SETTLED
from kpi_helpers.reading.view import View


@dataclass(frozen=True)
class Fault:
    """A condition on view `judged`; `value` is SQL of what stands there, `code` the reason's note.

    `fixed` are values of the note, `by_row` SQL of those that differ from row to row.
    """

    column: str
    when: str
    value: str
    code: str
    fixed: dict[str, str] = field(default_factory=dict)
    by_row: dict[str, str] = field(default_factory=dict)

    @property
    def general(self) -> Note:
        """The reason without what differs from row to row."""
        return Note(self.code, **self.fixed, **dict.fromkeys(self.by_row, ELLIPSIS))

    @property
    def reason(self) -> str:
        """SQL of the reason as a sentence."""
        places = {name: lit(value) for name, value in self.fixed.items()} | self.by_row
        return " || ".join(
            part
            for text, place, *_rest in Formatter().parse(self.general.template)
            for part in ((lit(text),) if text else ()) + ((places[place],) if place else ())
        )


READS = {
    "date": ("not_a_date", {"first": values.FIRST_DATE[:4], "last": values.LAST_DATE[:4]}),
    "number": ("not_a_number", {}),
    "share": ("not_a_number", {}),
    "flag": ("not_a_flag", {}),
}
# What a row is instead of a deal (see checking.aside) is all that is told of it.
ASIDE = {
    "row_deleted": "deal_id",
    "row_superseded": "deal_id",
    "row_header": "partner",
    "row_subtotal": "partner",
    "row_line": "product",
}
IN_MAPPING = {"where": "a mapping file's [stages]"}


def faults(types: Mapping[str, str]) -> list[Fault]:
    """Every fault a deal can have, given the mapped fields."""
    found = [
        Fault(
            f,
            f"r_{f} IS NOT NULL AND {f if f not in SETTLED else f't_{f}'} IS NULL",
            f"r_{f}",
            *READS[FIELDS[f].kind],
        )
        for f in types
        if f in FIELDS and FIELDS[f].kind in READS
    ]
    if "credit" in types:
        found.append(Fault("credit", "credit <= 0 OR credit > 1", "r_credit", "credit_range"))
    if "probability" in types:
        outside = "probability < 0 OR probability > 1"
        found.append(Fault("probability", outside, "r_probability", "probability_range"))
    if "deal_id" in types:  # where no column holds ids, the row numbers do
        found.append(Fault("deal_id", "deal_id IS NULL", "NULL", "id_missing"))
    return [
        *found,
        Fault("partner", "partner IS NULL", "NULL", "partner_missing"),
        Fault("partner", "partner = '*'", "partner", "partner_is_everyone"),
        *_standing(),
        Fault(
            "closed_on",
            "closed_on < created_on",
            "closed_on::VARCHAR",
            "closed_before_its_creation",
            by_row={"day": "created_on::VARCHAR"},
        ),
    ]


def _standing() -> list[Fault]:
    """What keeps one from telling whether a deal is open, won, lost or cancelled."""
    nobody = "status IS NULL AND said_status IS NULL"
    return [
        Fault(
            "status",
            "said_status IS NOT NULL AND status_word IS NULL",
            "said_status",
            "status_unknown",
            IN_MAPPING,
            {"status": "quoted(said_status)"},
        ),
        Fault(
            "stage",
            f"{nobody} AND stage IS NOT NULL AND stage_word IS NULL",
            "stage",
            "stage_unknown",
            IN_MAPPING | {"meaning": '"won"'},
            {"stage": "quoted(stage)", "example": "quoted(stage)"},
        ),
        Fault(
            "stage",
            f"{nobody} AND stage IS NOT NULL AND stage_word IS NOT NULL",
            "stage",
            "stage_contradicts",
            IN_MAPPING,
            {"stage": "quoted(stage)", "meaning": "stage_word"},
        ),
        Fault("status", f"{nobody} AND stage IS NULL", "NULL", "standing_missing"),
    ]


@dataclass(frozen=True)
class Rejects:
    """The table of all faults: _part, _row, column, value, reason, general."""

    name: str

    def rows(self) -> str:
        """SQL of the faulty rows, each once."""
        return f"SELECT DISTINCT _part, _row FROM {self.name}"

    def count(self, db: Connection, code: str) -> int:
        """How many faults of a kind there are."""
        begins = lit(f'[["{code}"')
        return db.one(f"SELECT count(*) FROM {self.name} WHERE starts_with(general, {begins})")[0]


def find(db: Connection, judged: View) -> Rejects:
    """Every fault of every judged deal."""
    db.run("CREATE OR REPLACE TEMP MACRO quoted(x) AS '\"' || x || '\"'")
    all_faults = [
        *(Fault(column, f"aside = {lit(code)}", column, code) for code, column in ASIDE.items()),
        *(replace(f, when=f"aside IS NULL AND ({f.when})") for f in faults(judged.types)),
    ]
    anyone = " OR ".join(f"coalesce({f.when}, false)" for f in all_faults)
    listed = ", ".join(
        f"CASE WHEN {f.when} THEN "
        f"{{'column': {lit(f.column)}, 'value': CAST({f.value} AS VARCHAR), 'reason': "
        f"{f.reason}, 'general': {lit(encode([f.general]))}}} END"
        for f in all_faults
    )
    db.run(
        "CREATE OR REPLACE TEMP TABLE rejects AS "
        'SELECT _part, _row, fault."column" AS "column", fault.value AS value, '
        "fault.reason AS reason, fault.general AS general FROM ("
        f"SELECT _part, _row, unnest(list_filter([{listed}], lambda f: f IS NOT NULL)) AS fault "
        f"FROM {judged.name} WHERE {anyone})"
    )
    return Rejects("rejects")


@dataclass(frozen=True)
class Good:
    """The judged deals that no fault was found in, and how many rows have one."""

    view: View
    refused: int


def make_good(db: Connection, judged: View, rejects: Rejects) -> Good:
    """Leave out the rows with a fault."""
    refused = db.one(f"SELECT count(*) FROM ({rejects.rows()})")[0]
    without = f"ANTI JOIN ({rejects.rows()}) USING (_part, _row)" if refused else ""
    db.run(f"CREATE OR REPLACE TEMP VIEW good AS SELECT * FROM {judged.name} {without}")
    return Good(View("good", judged.types), refused)
