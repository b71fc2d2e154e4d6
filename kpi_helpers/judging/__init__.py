"""Judging: what the KPIs' numbers can bear. Each name loads its module when it is first used."""

from importlib import import_module

_HOMES = {
    "backtesting": ("Backtest", "backtest", "reliability"),
    "channels": ("ChannelVerdicts", "channel_verdicts"),
    "common": ("Common", "fit_common"),
    "comparisons": ("adjusted_trends", "alerts", "rank_intervals"),
    "decomposition": ("AmountChange", "RateChange", "midpoint", "won_amount_change"),
    "multiplicity": ("benjamini_hochberg",),
    "newey_west": ("LeastSquares", "least_squares"),
    "pace": ("logrank", "pace_of_years"),
    "pipeline_outcome": ("Outcome", "outcome"),
    "known": ("ages", "known_at", "whole_deals"),
    "fairness": ("expected", "expected_each", "fair_comparison", "observed_expected"),
    "funnel_plot": ("Funnel", "funnel", "funnel_limits", "overdispersion"),
    "intervals": ("poisson", "wilson"),
    "preferences": ("composite",),
    "recommendations": ("Plan", "look_ahead", "recommend", "recommend_portfolio"),
    "rules": ("Rule", "Rules", "read_rules"),
    "regression": ("Logistic", "logistic"),
    "resampling": ("Interval", "bootstrap", "bootstrap_ratio"),
    "season": ("Season", "seasonal_index"),
    "shrinkage": ("Shrinkage", "empirical_bayes", "shrunk"),
    "strategy": ("Placebo", "StrategyEffect", "interrupted_series", "placebo_dates"),
    "strategy_question": ("StrategyAnswer", "strategy_effect"),
    "survival": ("kaplan_meier", "share_won_by", "time_to_outcome"),
    "trend": ("Trend", "mann_kendall", "theil_sen"),
    "trials": ("closed_trials",),
    "uncertainty": ("with_intervals",),
    "changes": ("WhatChanged", "what_changed"),
    "history": ("History", "learn", "win_chances"),
    "forecasting": ("Forecast", "forecast", "period_ahead"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str):
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
