"""One reporting currency: which one, and what each deal is worth in it at the rate of its day."""

from dataclasses import dataclass, field

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import Argument, KitError, UnknownValue
from kpi_helpers.reading.connection import Connection, lit
from kpi_helpers.reading.values.currencies import code
from kpi_helpers.reading.view import View


@dataclass(frozen=True)
class Money:
    """How amounts become reporting amounts: SQL over the checked deals `d`, and the join the SQL
    needs."""

    currency: str | None
    amount: str
    amount_original: str
    currency_original: str
    join: str = ""
    warnings: list[Note] = field(default_factory=list)


def plan(db: Connection, good: View, rates: str | None, wanted: str | None, as_of) -> Money:
    """Choose the reporting currency (see kpis.md 1, Money) and prepare the rates; KitError when it
    cannot be told. `rates`: the table of rates, None without one."""
    prepared = bool({"amount_original", "currency_original"} & good.types.keys())
    wanted = db.one(f"SELECT {code(lit(wanted))}")[0] if wanted else None
    if prepared:
        stored = [
            r[0]
            for r in db.rows(
                f"SELECT DISTINCT {code('currency')} FROM {good.name} "
                "WHERE currency IS NOT NULL ORDER BY 1"
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
    if "currency" not in good.types:
        return Money(wanted, amount, amount, "CAST(NULL AS VARCHAR)")
    there = dict(
        db.rows(
            f"SELECT {currency} AS c, count(*) FROM {good.name} d GROUP BY 1 "
            "HAVING c IS NOT NULL ORDER BY 2 DESC, 1"
        )
    )
    rated = {r[0] for r in db.rows(f"SELECT DISTINCT currency FROM {rates}")} if rates else None
    base = _base(db, rates, there, rated)
    if wanted and base and wanted != base:
        raise KitError(
            f"The rates are into {base}; they bring no amount into {wanted}. Leave out ",
            Argument("currency"),
            f", or give rates into {wanted}.",
        )
    reporting, warnings = _reporting(there, rated, wanted)
    blank = db.one(
        f"SELECT count(*) FROM {good.name} d WHERE {currency} IS NULL AND {amount} IS NOT NULL"
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
    days = _make_rate_days(db, good, rates, as_of)
    day = (
        f"CASE WHEN d.status <> 'open' AND d.closed_on <= DATE {lit(as_of)} THEN d.closed_on "
        f"ELSE DATE {lit(as_of)} END"
    )
    join = f"LEFT JOIN {days} rd ON rd.currency = {currency} AND rd.day = {day}"
    # Rounded far below a cent: 400 x 1.10 is 440, not 440.00000000000006.
    same = f"coalesce({currency}, {lit(reporting)}) = {lit(reporting)}"
    priced = f"CASE WHEN {same} THEN {amount} ELSE round({amount} * rd.rate, 6) END"
    return Money(reporting, priced, amount, currency, join, warnings)


def _base(
    db: Connection, rates: str | None, there: dict[str, int], rated: set[str] | None
) -> str | None:
    """What the rates are in: the one currency whose own rate is 1, else the only one of the deals
    that has no rate; None where neither tells."""
    if rates is None or rated is None:
        return None
    ones = [
        row[0]
        for row in db.rows(
            f"SELECT currency FROM {rates} GROUP BY 1 HAVING min(rate) = 1 AND max(rate) = 1"
        )
    ]
    own = ones or [currency for currency in there if currency not in rated]
    return own[0] if len(own) == 1 else None


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


def _make_rate_days(db: Connection, good: View, rates: str, as_of) -> str:
    """The table of each currency's rate on each day, the latest on or before it, so that deals
    join by equality."""
    db.run(f"""CREATE OR REPLACE TEMP TABLE rate_days AS
        WITH spans AS (SELECT currency, rate, date AS first,
                              lead(date) OVER (PARTITION BY currency ORDER BY date) AS following
                                FROM {rates}),
             last AS (SELECT greatest(DATE {lit(as_of)}, max(closed_on)) AS day FROM {good.name})
        SELECT currency, rate, unnest(generate_series(
            first, coalesce(following - 1, (SELECT day FROM last)), INTERVAL 1 DAY))::DATE AS day
        FROM spans""")
    return "rate_days"
