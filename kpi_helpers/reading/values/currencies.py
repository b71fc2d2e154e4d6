"""Currencies: the codes that columns and the signs beside amounts stand for."""

from kpi_helpers.contract.notes import Note
from kpi_helpers.reading.columns.vocabulary import table
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.values import numbers


def code(column: str) -> str:
    """SQL of a currency's code: signs and names become codes, capitals."""
    known = " ".join(
        f"WHEN {lit(said)} THEN {lit(c)}" for said, c in table("currencies.toml")["codes"].items()
    )
    return f"CASE upper({column}) {known} ELSE upper({column}) END"


def contradictions(db: Connection, view: str, headers: dict[str, str]) -> list[Note]:
    """A warning where a sign or code beside the amount is not what the currency column says.

    A dollar, a krone or a pound has many countries, so only signs that mean one currency can
    contradict.
    """
    sign, said = code(beside("p")), code("currency")
    many = ", ".join(map(lit, table("currencies.toml")["shared"]["signs"]))
    row = db.one(
        f"SELECT count(*), any_value(amount), any_value(currency) FROM "
        f"(SELECT amount, currency, {numbers.take_apart('amount')} AS p FROM {view}) "
        f"WHERE {sign} <> {said} AND trim(p.pre || p.post) NOT IN ({many})"
    )
    if not row[0]:
        return []
    amount, currency = (headers.get(f, f) for f in ("amount", "currency"))
    example = f"{amount} {row[1]!r}, {currency} {row[2]!r}"
    column = repr(currency)
    return [
        Note("currencies_contradict", n=row[0], column=column, example=example, believed=column)
    ]


def beside(p: str) -> str:
    """The currency sign or code that stands beside an amount taken apart, null when there is
    none."""
    said = f"trim(CASE WHEN {p}.post <> '' THEN {p}.post ELSE {p}.pre END)"
    return f"CASE WHEN {said} <> '' AND upper({said}) IN {numbers.marks(False)} THEN {said} END"


def written(db: Connection, view: str, column: str) -> bool:
    """Whether any amount of the column has a currency beside it."""
    apart = f"(SELECT {numbers.take_apart(column)} AS p FROM {view})"
    return bool(db.one(f"SELECT count(*) FROM {apart} WHERE {beside('p')} IS NOT NULL")[0])
