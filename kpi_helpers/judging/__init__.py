"""Judging: what the KPIs' numbers can bear. Each name loads its module when it is first used."""

import lazy_loader

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
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_HOMES)
