"""Panels of widgets for JupyterLab and Voila; ipywidgets is imported here only, and only when a
panel is made."""

from kpi_helpers.errors import nearest_names
from kpi_helpers.panels.audience import somebody_watches

__all__ = ["somebody_watches", "what_if_panel"]


@nearest_names
def what_if_panel(
    data, *, partner=None, window=None, as_of=None, scenario=None, target=None, folder="."
):
    """The what-if panel on what `load` gave; its `show()` puts it below a cell.

    `scenario` is a `whatif.Scenario` to begin with; scenarios are saved in `folder`. The chances
    are learned once.

    Parameters
    ----------
    data : Loaded
        What `load` gave.
    partner : str, optional
        Whom to begin with.
    window : str or Window, optional
        As for `whatif.baseline`.
    as_of : date or str, optional
        As for `whatif.baseline`.
    scenario : Scenario, optional
        What to begin with.
    target : float, optional
        What is to be reached, in the measure's unit.
    folder : str or path
        Where scenarios are saved.

    Returns
    -------
    WhatIfPanel
        Widgets.
    """
    import pandas as pd

    from kpi_helpers import whatif
    from kpi_helpers.judging import learn, period_ahead
    from kpi_helpers.panels.what_if import WhatIfPanel

    deals, as_of = data.deals("pandas"), pd.Timestamp(as_of or data.as_of)
    history = learn(deals, as_of)
    month = as_of.to_period("M")
    kinds = (window, str(month), f"{as_of.year}-Q{as_of.quarter}", str(as_of.year))
    windows = dict.fromkeys(period_ahead(kind, as_of).label for kind in kinds)

    def start(partner, window):
        sides = {"spend": data.spend, "targets": data.targets, "target": target}
        return whatif.baseline(
            deals, partner=partner, window=window, as_of=as_of, history=history, **sides
        )

    partners = sorted(deals["partner"].unique())
    return WhatIfPanel(
        start,
        partners,
        list(windows),
        partner=partner,
        currency=data.currency,
        scenario=scenario,
        folder=folder,
    )
