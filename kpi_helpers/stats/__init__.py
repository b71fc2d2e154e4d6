"""Statistics: arrays in, numbers out; nothing here knows a deal.

Each name loads its module when it is first used.
"""

import lazy_loader

_HOMES = {
    "differences": (
        "Difference",
        "count_ratio",
        "holm",
        "moved",
        "rate_difference",
        "scatter",
    ),
    "dispersion": (
        "count_dispersion",
        "rate_dispersion",
    ),
    "intervals": (
        "negative_binomial",
        "poisson",
        "wilson",
    ),
    "multiplicity": ("benjamini_hochberg",),
    "newey_west": (
        "LeastSquares",
        "least_squares",
    ),
    "pipeline_outcome": (
        "Outcome",
        "outcome",
    ),
    "products": (
        "Factor",
        "product_interval",
    ),
    "regression": (
        "Logistic",
        "logistic",
    ),
    "resampling": (
        "Interval",
        "bootstrap",
        "bootstrap_ratio",
    ),
    "shapes": (
        "Shape",
        "learn_shape",
    ),
    "shrinkage": (
        "Shrinkage",
        "empirical_bayes",
        "normal_posterior",
        "shrunk",
    ),
    "level_shift": ("level_shift",),
    "strategy": (
        "Placebo",
        "StrategyEffect",
        "interrupted_series",
        "placebo_dates",
    ),
    "survival": (
        "share_won_by",
        "time_to_outcome",
    ),
    "trend": (
        "Trend",
        "mann_kendall",
        "theil_sen",
    ),
}
__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, submod_attrs=_HOMES)
