"""A composite of KPIs by the user's own weights, on request only, and how much it hangs on the
weights."""

import numpy as np
import pandas as pd

from kpi_helpers.contract import checks
from kpi_helpers.contract.notes import noted
from kpi_helpers.errors import KitError, UnknownValue, nearest_names
from kpi_helpers.kpis import KPIS
from kpi_helpers.stats import reasons

SPREAD = 20.0  # of the weights tried: some ± 20 % of the whole for a weight of one half


@nearest_names
def composite(
    card: pd.DataFrame, weights: dict[str, float], *, seed: int = 0, draws: int = 1000
) -> pd.DataFrame:
    """Each partner's weighted standing among all, 0 to 100, and the ranks other weights would
    give; higher is better.

    A KPI's standing is the share of partners it beats (ties half), turned so that better is higher;
    the composite is its mean by weight. `card` is a scorecard by partner of one window, `weights`
    are {"close_rate": 2, "deal_velocity.cycle_median": 1}: a KPI's headline basis, or kpi.basis;
    they need not sum to 1. A partner with an unknown KPI, or one of a young cohort, has no
    composite.

    Parameters
    ----------
    card : DataFrame
        A scorecard by partner of one window.
    weights : dict of str to float
        A KPI's name (its headline basis) or kpi.basis -> weight; they need not sum to 1.
    seed : int
        The same seed gives the same answer.
    draws : int
        Draws of other weights around these.

    Returns
    -------
    DataFrame
        Out by partner, best first: composite, rank, rank_low, rank_high (95 of 100 seeded draws of
        weights around these, Dirichlet), rank_equal (all weights equal), steady (the rank stays
        within one place), reason.

    Raises
    ------
    KitError
        For unknown KPIs, negative weights and KPIs without a better direction.

    Notes
    -----
    It misleads always: it adds up what cannot be added; look at the KPIs first.

    Examples
    --------
    >>> card = pd.DataFrame(
    ...     {
    ...         "partner": list("ABAB"),
    ...         "kpi": ["close_rate"] * 2 + ["deal_count"] * 2,
    ...         "basis": ["closed"] * 2 + ["won"] * 2,
    ...         "value": [0.5, 0.4, 10, 5],
    ...     }
    ... )
    >>> composite(card, {"close_rate": 2, "deal_count": 1})["composite"].round(6).tolist()
    [100.0, 0.0]
    """
    checks.columns("composite", card, ("partner", "kpi", "basis", "value"))
    if not weights or any(not w >= 0 for w in weights.values()) or not sum(weights.values()) > 0:
        raise KitError(
            f"composite needs weights of 0 or more, at least one above 0; got {weights}."
        )
    places = pd.DataFrame({name: _place(card, name) for name in weights})
    known = places.notna().all(axis=1).to_numpy()
    scores, share = places.to_numpy()[known], np.array(list(weights.values()), dtype=float)
    share = share / share.sum()
    tried = np.random.default_rng(seed).dirichlet(np.maximum(share * SPREAD, 1e-9), draws)
    ranks = np.array([_ranks(scores @ w) for w in tried]).reshape(draws, known.sum())
    table = pd.DataFrame(
        index=places.index, columns=["composite", "rank", "rank_low", "rank_high", "rank_equal"]
    )
    table = table.astype(float)
    if known.any():
        low, high = np.quantile(ranks, (0.025, 0.975), axis=0, method="nearest")
        equal = _ranks(scores @ np.full(len(share), 1 / len(share)))
        table.loc[known] = np.column_stack(
            [scores @ share, _ranks(scores @ share), low, high, equal]
        )
    table["steady"] = (table["rank_high"] - table["rank"] <= 1) & (
        table["rank"] - table["rank_low"] <= 1
    )
    table["reason"] = pd.array(np.where(known, None, reasons.NO_WEIGHTS), dtype="str")
    return table.sort_values("rank", kind="stable")


def _place(card, name):
    kpi, _, basis = name.partition(".")
    if kpi not in KPIS:
        raise UnknownValue("KPI", kpi, KPIS)
    bases = {b.name: b for b in KPIS[kpi].bases}
    basis = basis or KPIS[kpi].headline
    if basis not in bases:
        raise UnknownValue(f"basis of {kpi}", basis, bases)
    if bases[basis].better == "neither":
        raise KitError(f"composite: no direction of {name} is better, so it cannot be weighed.")
    rows = card[(card["kpi"] == kpi) & (card["basis"] == basis)].set_index("partner")
    rows = rows["value"].astype(float).mask(noted(rows, "young"))
    if rows.index.has_duplicates:
        raise KitError(
            "composite takes the scorecard of one window; this one has several rows a partner."
        )
    rank = rows.rank(ascending=bases[basis].better == "higher")
    return 100 * (rank - 1) / max(rows.notna().sum() - 1, 1)


def _ranks(scores):
    return 1.0 + (scores[None, :] > scores[:, None] + 1e-9).sum(axis=1)
