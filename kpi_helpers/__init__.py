"""partner-kpi-kit: a CRM export goes in, every channel partner gets an honest report.

    from kpi_helpers import load_deals, scorecard, close_rate

Each name loads its module when it is first used, so importing the package costs next to nothing.
"""

import lazy_loader

_HOMES = {
    "errors": ("KitError",),
    "kpis": (
        "KPIS",
        "average_deal_size",
        "close_rate",
        "deal_count",
        "deal_success",
        "deal_velocity",
        "marketing_channels",
        "pipeline",
        "quality_score",
    ),
    "history.movement": ("pipeline_movement",),
    "views.portfolio": ("portfolio_view",),
    "reading": ("load", "load_deals"),
    "scoring.scorecard": ("scorecard", "slow_cycle"),
    "views.partner": ("partner_view",),
    "contract.windows": ("Window", "parse_window"),
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_HOMES)
