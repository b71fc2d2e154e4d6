"""How each KPI is shown: one file a KPI, named as the KPI's own, in the order of the report."""

from importlib import import_module

from kpi_helpers.kpis import KPIS

PRESENTATIONS = {kpi: import_module(f"{__name__}.{kpi}").presentation for kpi in KPIS}
