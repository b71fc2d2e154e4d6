"""What if: a slice's measured drivers, changes to them, and what the coming window brings then.

    from kpi_helpers import whatif

    base = whatif.baseline(deals, partner="Işık Bilişim", spend=spend)
    whatif.simulate(base, {"close_rate": "+5pp", "spend.paid": "-20%"}).revenue

Pure functions: nothing is drawn, written or asked of a clock. Each name loads its module when it is first used.
"""

from importlib import import_module

_HOMES = {
    "answers": ("Answer", "Range", "simulate"),
    "baselines": ("Baseline", "baseline"),
    "changes": ("Change", "parse_change"),
    "questions": ("Goal", "goal_seek", "tornado"),
    "scenarios": ("Scenario", "compare", "export", "read_scenario", "save_scenario"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str):
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
