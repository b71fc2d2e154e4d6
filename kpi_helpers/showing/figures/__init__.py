"""Figures: each takes numbers and returns Axes."""

from .base import Picture
from .outcome_curve import outcome_curve
from .quality import quality_pair
from .spend_return import spend_return
from .submitted import submitted
from .trend import trend
from .waterfall import waterfall

__all__ = ["Picture", "outcome_curve", "quality_pair", "spend_return", "submitted", "trend", "waterfall"]
