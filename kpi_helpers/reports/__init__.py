"""Reports: a plan of notebooks, their execution through papermill, and the pages made of them."""

from .run import Run, run_reports

__all__ = ["Run", "run_reports"]
