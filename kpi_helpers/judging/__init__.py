"""Judging: what the KPIs' numbers can bear.

Each name loads its module when it is first used.
"""

import lazy_loader

_HOMES = {
    "backtesting": (
        "Backtest",
        "backtest",
        "reliability",
    ),
    "changes": (
        "WhatChanged",
        "what_changed",
    ),
    "channels": (
        "ChannelVerdicts",
        "channel_verdicts",
    ),
    "claims": (
        "Claim",
        "Compared",
        "Scatter",
        "beside_average",
        "beside_peers",
        "change_claim",
        "clearest",
        "learn_scatter",
        "together",
    ),
    "cohorts": ("with_expected",),
    "comparisons": (
        "adjusted_trends",
        "alerts",
    ),
    "enough": (
        "Enough",
        "enough_pipeline",
    ),
    "fairness": (
        "expected",
        "expected_each",
        "fair_comparison",
        "fair_limits",
        "learn_luck",
        "observed_expected",
    ),
    "forecasting": (
        "Forecast",
        "forecast",
        "period_ahead",
    ),
    "pace": (
        "logrank",
        "pace_of_years",
    ),
    "preferences": ("composite",),
    "programme_fit": (
        "ProgrammeFit",
        "fit_programme",
    ),
    "recommendations": (
        "Plan",
        "look_ahead",
        "recommend",
        "recommend_portfolio",
    ),
    "replaying": (
        "Replay",
        "replay",
    ),
    "rules": (
        "Rule",
        "Rules",
        "read_rules",
    ),
    "season": (
        "Season",
        "seasonal_index",
    ),
    "strategy_question": (
        "StrategyAnswer",
        "strategy_effect",
    ),
    "ranks": ("rank_intervals",),
    "strategies": ("strategy_answers",),
    "trials": ("closed_trials",),
    "uncertainty": ("with_intervals",),
    "win_chances": (
        "WinHistory",
        "learn",
        "win_chances",
    ),
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_HOMES)
