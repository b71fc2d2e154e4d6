"""The eight KPIs, each declared once in its own file, in the order of the report."""

from .average_deal_size import average_deal_size
from .close_rate import close_rate
from .deal_count import deal_count
from .deal_success import deal_success
from .deal_velocity import deal_velocity
from .marketing_channels import marketing_channels
from .pipeline import pipeline
from .quality_score import quality_score

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
