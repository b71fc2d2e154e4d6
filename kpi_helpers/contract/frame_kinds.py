"""Frames that are not of the wanted kind: what was given, in words, and how a pandas frame is made
of it."""

import pandas as pd

from kpi_helpers.errors import KitError

_NAMES = {
    "polars": "Polars",
    "duckdb": "DuckDB",
    "_duckdb": "DuckDB",
    "pyspark": "Spark",
    "pyarrow": "Arrow",
}
# A method that tells the kind of frame, and what makes a pandas frame of that kind; the first that
# fits is meant.
_WAYS = {
    "toArrow": ".toArrow().to_pandas()",
    "compute": ".compute()",
    "to_native": ".to_native()",
    "fetchdf": ".df()",
    "to_pandas": ".to_pandas()",
    "collect_schema": ".collect().to_pandas()",
}


def described(thing: object) -> str:
    """What was given: its library's name where the kit reads frames of it, else its type with the
    module.

    >>> described(None), described(1), described(pd.Series([1]))
    ('None', 'an int', 'a pandas.Series')
    """
    kind = type(thing)
    library, name = kind.__module__.partition(".")[0], kind.__qualname__.removeprefix("DuckDBPy")
    if thing is None:
        return "None"
    if library in _NAMES:
        name = f"{_NAMES[library]} {name}"
    elif library != "builtins":
        name = f"{kind.__module__}.{name}"
    return f"an {name}" if name[0] in "AaEeIiOo" else f"a {name}"


def way(thing: object) -> str | None:
    """The call that makes a pandas frame of another library's frame; None where there is none to
    name."""
    kind = type(thing)
    return next(
        (
            call
            for method, call in _WAYS.items()
            if hasattr(kind, method) and hasattr(kind, "columns")
        ),
        None,
    )


def need_pandas(who: str, *tables: object) -> None:
    """Raise `KitError` unless every table is a pandas frame (None: not given), with what makes one
    of it."""
    for table in tables:
        if table is not None and not isinstance(table, pd.DataFrame):
            call = way(table)
            make = f"{call} makes one of it" if call else "load(...).deals('pandas') gives one"
            raise KitError(
                f"{who} takes a pandas frame, not {described(table)}; {make}. The KPIs themselves "
                f"(scorecard, close_rate, "
                "...) take pandas, Polars, DuckDB and Spark frames."
            )
