"""The picture of one basis by period."""

import numpy as np
import pandas as pd

from kpi_helpers.showing.figures import Picture, trend
from kpi_helpers.showing.format import period, shown
from kpi_helpers.showing.language import _
from kpi_helpers.views.partner import PartnerView


def trend_of(
    view: PartnerView, kpi: str, basis: str, unit: str, title: str, bars: bool = False
) -> Picture | None:
    periods, row = periods_of(view, kpi, basis), view.row(kpi, basis)
    if not periods["value"].fillna(0).any():
        return None
    text = _(
        "{title}, {first} to {last}: {values}",
        title=title,
        first=periods["period"].iloc[0],
        last=periods["period"].iloc[-1],
        values=", ".join(
            f"{name} {shown(value, unit, view.currency)}"
            for name, value in zip(periods["period"], periods["value"], strict=True)
        ),
    )
    # the peers' median belongs to the whole window; it fits the bars only where a bar is a window
    fits = period(view.window.label) == periods["period"].iloc[-1] or unit in (
        "ratio",
        "days",
        "money",
    )
    peers = row["peers_median"] if fits else np.nan
    return Picture(
        lambda ax: trend(
            periods, unit=unit, title=title, currency=view.currency, peers=peers, bars=bars, ax=ax
        ),
        text,
    )


def periods_of(view: PartnerView, kpi: str, basis: str) -> pd.DataFrame:
    periods = view.periods(kpi, basis)
    return periods.assign(period=periods["period"].map(period))
