"""Reports: a plan of notebooks, their execution through papermill, and the pages made of them."""

__all__ = ["Run", "run_reports"]


def __getattr__(name: str):
    """Each report's process imports this package; only the runner needs what `run` pulls in."""
    if name in __all__:
        from kpi_helpers.reports import run

        return getattr(run, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
