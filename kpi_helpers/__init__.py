"""partner-kpi-kit: a CRM export goes in, every channel partner gets an honest report.

    from kpi_helpers import load_deals, scorecard, close_rate

Each name loads its module when it is first used, so importing the package costs next to nothing.
"""

from importlib import import_module

_HOMES = {
    "errors": ("KitError",),
    "kpis": (
        *("KPIS", "average_deal_size", "close_rate", "deal_count", "deal_success", "deal_velocity"),
        *("marketing_channels", "pipeline", "quality_score"),
    ),
    "movement": ("pipeline_movement",),
    "portfolio": ("portfolio_view",),
    "reading": ("load", "load_deals"),
    "scorecards": ("scorecard", "slow_cycle"),
    "view": ("partner_view",),
    "windows": ("Window", "parse_window"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str):
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
