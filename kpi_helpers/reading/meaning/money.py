"""One reporting currency: which one, and what each deal is worth in it at the rate of its day."""

from dataclasses import dataclass, field

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import Argument, KitError, UnknownValue
from kpi_helpers.reading.columns.vocabulary import table
from kpi_helpers.reading.connection import Engine, lit
from kpi_helpers.reading.values import numbers


@dataclass
class Money:
    """How amounts become reporting amounts: SQL over the checked deals `d`, and the join the SQL
    needs."""

    currency: str | None
    amount: str
    amount_original: str
    currency_original: str
    join: str = ""
    warnings: list[Note] = field(default_factory=list)


def code(column: str) -> str:
    """SQL of a currency's code: signs and names become codes, capitals."""
    known = " ".join(
        f"WHEN {lit(said)} THEN {lit(c)}" for said, c in table("currencies.toml")["codes"].items()
    )
    return f"CASE upper({column}) {known} ELSE upper({column}) END"


def contradictions(engine: Engine, view: str, headers: dict[str, str]) -> list[Note]:
    """A warning where a sign or code beside the amount is not what the currency column says.

    A dollar, a krone or a pound has many countries, so only signs that mean one currency can
    contradict.
    """
    sign, said = code(numbers.currency_sql("p")), code("currency")
    many = ", ".join(map(lit, table("currencies.toml")["shared"]["signs"]))
    row = engine.one(
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


def plan(engine: Engine, types: dict[str, str], wanted: str | None, as_of) -> Money:
    """Choose the reporting currency (see kpis.md 1, Money) and prepare the rates; KitError when it
    cannot be told."""
    prepared = bool({"amount_original", "currency_original"} & types.keys())
    wanted = engine.one(f"SELECT {code(lit(wanted))}")[0] if wanted else None
    if prepared:
        stored = [
            r[0]
            for r in engine.rows(
                f"SELECT DISTINCT {code('currency')} FROM good WHERE currency IS NOT NULL ORDER "
                f"BY 1"
            )
        ]
        if len(stored) > 1:
            raise KitError(
                "The deals have an original currency, so 'currency' must be one reporting "
                "currency; "
                f"it is {', '.join(stored)}."
            )
        if wanted is None or stored in ([wanted], []):
            return Money(
                stored[0] if stored else wanted,
                "d.amount",
                "d.amount_original",
                code("d.currency_original"),
            )
        amount, currency = "d.amount_original", code("d.currency_original")
    else:
        amount, currency = "d.amount", code("d.currency")
    if "currency" not in types:
        return Money(wanted, amount, amount, "CAST(NULL AS VARCHAR)")
    there = dict(
        engine.rows(
            f"SELECT {currency} AS c, count(*) FROM good d GROUP BY 1 HAVING c IS NOT NULL ORDER "
            f"BY 2 DESC, 1"
        )
    )
    rated = (
        {r[0] for r in engine.rows("SELECT DISTINCT currency FROM rates")}
        if _has_rates(engine)
        else None
    )
    reporting, warnings = _reporting(there, rated, wanted)
    blank = engine.one(
        f"SELECT count(*) FROM good d WHERE {currency} IS NULL AND {amount} IS NOT NULL"
    )[0]
    if blank and reporting:
        warnings.append(Note("currency_assumed", n=blank, currency=reporting))
    if reporting is None or set(there) <= {reporting}:
        return Money(reporting, amount, amount, currency, warnings=warnings)
    if rated is None:
        return Money(
            reporting,
            f"CASE WHEN coalesce({currency}, {lit(reporting)}) = {lit(reporting)} THEN {amount} "
            f"END",
            amount,
            currency,
            warnings=warnings,
        )
    _make_rate_days(engine, as_of)
    day = (
        f"CASE WHEN d.status <> 'open' AND d.closed_on <= DATE {lit(as_of)} THEN d.closed_on "
        f"ELSE DATE {lit(as_of)} END"
    )
    join = f"LEFT JOIN rate_days rd ON rd.currency = {currency} AND rd.day = {day}"
    # Rounded far below a cent: 400 x 1.10 is 440, not 440.00000000000006.
    same = f"coalesce({currency}, {lit(reporting)}) = {lit(reporting)}"
    priced = f"CASE WHEN {same} THEN {amount} ELSE round({amount} * rd.rate, 6) END"
    return Money(reporting, priced, amount, currency, join, warnings)


def _has_rates(engine: Engine) -> bool:
    return bool(engine.one("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'rates'")[0])


def _reporting(
    there: dict[str, int], rated: set[str] | None, wanted: str | None
) -> tuple[str | None, list[Note]]:
    if wanted:
        if there and wanted not in there and not (rated or set()) & there.keys():
            raise UnknownValue("currency", wanted, there, "There are no rates into it.")
        return wanted, _unpriced(there, rated, wanted)
    if len(there) <= 1:
        return next(iter(there), None), []
    if rated is None:
        return (first := next(iter(there))), _unpriced(there, rated, first)
    own = [c for c in there if c not in rated]
    if len(own) == 1:
        return own[0], []
    raise KitError(
        f"The deals are in {', '.join(f'{c} ({n:,})' for c, n in there.items())}, "
        f"and the rates are for {', '.join(sorted(rated)) or 'none'}, "
        "so the reporting currency cannot be told. Say it, e.g. ",
        Argument("currency", next(iter(own or there))),
        ".",
    )


def _unpriced(there: dict[str, int], rated: set[str] | None, reporting: str) -> list[Note]:
    others = {c: n for c, n in there.items() if c != reporting}
    if rated is not None or not others:
        return []
    listed = ", ".join(f"{c} {n:,}" for c, n in others.items())
    return [Note("no_rates", n=sum(others.values()), currency=reporting, listed=listed)]


def _make_rate_days(engine: Engine, as_of) -> None:
    """Table rate_days: each currency's rate on each day, the latest on or before it, so that deals
    join by equality."""
    engine.run(f"""CREATE OR REPLACE TEMP TABLE rate_days AS
        WITH spans AS (SELECT currency, rate, date AS first,
                              lead(date) OVER (PARTITION BY currency ORDER BY date) AS following
                                FROM rates),
             last AS (SELECT greatest(DATE {lit(as_of)}, max(closed_on)) AS day FROM good)
        SELECT currency, rate, unnest(generate_series(
            first, coalesce(following - 1, (SELECT day FROM last)), INTERVAL 1 DAY))::DATE AS day
        FROM spans""")
