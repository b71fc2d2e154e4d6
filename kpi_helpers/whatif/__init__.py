"""What if: a slice's measured drivers, changes to them, and what the coming window brings then.

    from kpi_helpers import whatif

    base = whatif.baseline(deals, partner="Işık Bilişim", spend=spend)
    whatif.simulate(base, {"close_rate": "+5pp", "spend.paid": "-20%"}).revenue

Pure functions: nothing is drawn, written or asked of a clock. Each name loads its module when it is
first used.
"""

import lazy_loader

_HOMES = {
    "answers": ("Answer", "Range", "simulate"),
    "baselines": ("Baseline", "baseline"),
    "changes": ("Change", "parse_change"),
    "questions": ("Goal", "compare", "goal_seek", "tornado"),
    "scenarios": ("Scenario", "export", "read_scenario", "save_scenario"),
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_HOMES)
