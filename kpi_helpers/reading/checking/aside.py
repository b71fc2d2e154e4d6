"""Rows of an export that are no deals: in the CRM's bin, an earlier version, a subtotal, the header
again, a further product of the same deal. They are set aside before deals are compared."""

from collections.abc import Iterator, Mapping

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.checking.checks import Rejects
from kpi_helpers.reading.columns.fields import FIELDS
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.view import View

# What stands in a row of totals where a deal has its partner, id, stage or owner.
TOTALS = (
    r"^\W*((sub|grand )?totals?|sum|average|avg|max|min|(record |row )?count|"
    r"(ara |genel )?toplam[ıi]?|ortalama|adet|kayıt sayısı|zwischensumme|gesamt(summe)?|summe|"
    r"anzahl|sous-total|somme|suma|conteggio|totaal|subtotaal|итого|всего)\W*(\d[\d.,]*)?\W*$"
)
NAMING = ("partner", "deal_id", "stage", "status", "owner", "customer")
DATES = ("created_on", "closed_on", "closes_on", "expected_close_on", "won_on", "lost_on")
# What may differ between the lines of one deal.
OF_A_LINE = {"product", "amount", "actual_amount"}
TOLD = {
    "row_deleted": "deleted_rows",
    "row_superseded": "superseded_rows",
    "row_header": "repeated_headers",
    "row_subtotal": "subtotal_rows",
    "row_line": "line_rows",
}


def set_aside(db: Connection, typed: View, headers: Mapping[str, str]) -> View:
    """The typed rows with `aside`, the code of what each is instead of a deal; null for deals.
    `headers`: field -> the header it was read from."""
    named = [f for f in NAMING if f in typed.types]
    dates = [f"r_{f} IS NULL" for f in DATES if f in typed.types] or ["true"]
    total = [f"regexp_matches(lower({f}), {lit(TOTALS)})" for f in named] or ["false"]
    # A company may be called Total: its deals also have a status, an owner, a customer.
    bare = [
        f"({f} IS NULL OR try_cast({f} AS DOUBLE) IS NOT NULL OR {t})"
        for f, t in zip(named, total, strict=False)
    ]
    repeated = [f"{f} = {lit(headers[f])}" for f in named if f in headers]
    when = {
        "row_deleted": "deleted",
        "row_superseded": "current_version = false",
        "row_header": " AND ".join(repeated) if len(repeated) > 1 else "false",
        "row_subtotal": f"{' AND '.join([*dates, *bare])} AND ({' OR '.join(total)})",
    }
    cases = " ".join(f"WHEN {condition} THEN {lit(code)}" for code, condition in when.items())
    db.run(
        f"CREATE OR REPLACE TEMP VIEW deal_rows AS SELECT *, CASE {cases} END AS aside "
        f"FROM {typed.name}"
    )
    return _folded(db, View("deal_rows", typed.types))


def _folded(db: Connection, rows: View) -> View:
    """The lines of products under a deal as one row: their amounts add up, unless every line of
    every deal repeats its deal's."""
    if not {"deal_id", "partner", "product", "amount"} <= rows.types.keys():
        return rows
    # As for duplicates: eight bytes a deal instead of its texts, and then the few that repeat.
    db.run(
        "CREATE OR REPLACE TEMP TABLE several_rows AS SELECT hash(deal_id) AS h "
        f"FROM {rows.name} WHERE deal_id IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    )
    if not db.rows("SELECT 1 FROM several_rows LIMIT 1"):
        return rows
    same = ", ".join(f for f in FIELDS if f in rows.types and f not in OF_A_LINE)
    db.run(f"""CREATE OR REPLACE TEMP TABLE lines AS
        WITH several AS (
            SELECT deal_id, partner FROM {rows.name} WHERE aside IS NULL
            AND hash(deal_id) IN (FROM several_rows) AND deal_id IS NOT NULL
            AND partner IS NOT NULL GROUP BY 1, 2
            HAVING count(*) > 1 AND count(DISTINCT hash({same})) = 1)
        SELECT _part, _row, count(DISTINCT product) OVER deal AS products, product,
            count(DISTINCT coalesce(amount, 0)) OVER deal AS amounts,
            count(amount) OVER deal = count(*) OVER deal AS told, sum(amount) OVER deal AS total,
            row_number() OVER (PARTITION BY deal_id, partner ORDER BY _part, _row) AS nth
        FROM {rows.name} JOIN several USING (deal_id, partner) WHERE aside IS NULL
        WINDOW deal AS (PARTITION BY deal_id, partner)""")
    products, differ = db.one(
        "SELECT max(products), max(amounts) FILTER (WHERE products > 1) FROM lines"
    )
    if not products or products < 2:  # the same product again: copies, not lines
        return rows
    total = "CASE WHEN l.told THEN l.total END" if differ > 1 else "t.amount"
    db.run(f"""CREATE OR REPLACE TEMP VIEW folded AS SELECT t.* REPLACE (
            CASE WHEN l.nth IS NULL THEN t.amount ELSE {total} END AS amount,
            CASE WHEN l.products > 1 THEN NULL ELSE t.product END AS product,
            CASE WHEN l.nth > 1 THEN 'row_line' ELSE t.aside END AS aside)
        FROM {rows.name} t LEFT JOIN lines l USING (_part, _row)""")
    db.notes.append(Note("product_lines_add" if differ > 1 else "product_lines_repeat"))
    return View("folded", rows.types)


def told(db: Connection, rejects: Rejects) -> Iterator[Note]:
    """How many rows of each kind were set aside."""
    for code, warning in TOLD.items():
        if n := rejects.count(db, code):
            yield Note(warning, n=n)
