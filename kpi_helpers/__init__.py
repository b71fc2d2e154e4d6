"""partner-kpi-kit: a CRM export goes in, every channel partner gets an honest report.

from kpi_helpers import load_deals, scorecard, close_rate
"""

from .errors import KitError
from .kpis import (
    KPIS,
    average_deal_size,
    close_rate,
    deal_count,
    deal_success,
    deal_velocity,
    marketing_channels,
    pipeline,
    quality_score,
)
from .scorecard import scorecard, slow_cycle
from .windows import Window, parse_window

__all__ = [
    *("KPIS", "KitError", "Window", "average_deal_size", "close_rate", "deal_count", "deal_success", "deal_velocity"),
    *("marketing_channels", "parse_window", "pipeline", "quality_score", "scorecard", "slow_cycle"),
]
