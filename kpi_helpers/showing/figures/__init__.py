"""Figures: each takes numbers and returns Axes."""

from kpi_helpers.showing.figures.base import Picture
from kpi_helpers.showing.figures.outcome_curve import outcome_curve
from kpi_helpers.showing.figures.quality import quality_pair
from kpi_helpers.showing.figures.spend_return import spend_return
from kpi_helpers.showing.figures.submitted import submitted
from kpi_helpers.showing.figures.trend import trend
from kpi_helpers.showing.figures.waterfall import waterfall

__all__ = [
    "Picture",
    "outcome_curve",
    "quality_pair",
    "spend_return",
    "submitted",
    "trend",
    "waterfall",
]
