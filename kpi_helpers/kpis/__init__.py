"""The eight KPIs, each declared once in its own file, in the order of the report."""

from kpi_helpers.kpis.average_deal_size import average_deal_size
from kpi_helpers.kpis.close_rate import close_rate
from kpi_helpers.kpis.deal_count import deal_count
from kpi_helpers.kpis.deal_success import deal_success
from kpi_helpers.kpis.deal_velocity import deal_velocity
from kpi_helpers.kpis.marketing_channels import marketing_channels
from kpi_helpers.kpis.pipeline import pipeline
from kpi_helpers.kpis.quality_score import quality_score

KPIS = {
    kpi.name: kpi
    for kpi in (
        average_deal_size,
        deal_count,
        pipeline,
        marketing_channels,
        close_rate,
        deal_velocity,
        quality_score,
        deal_success,
    )
}

__all__ = ["KPIS", *KPIS]
