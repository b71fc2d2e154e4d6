"""How much more than chance the groups of a programme vary from period to period, learned from
their own history."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_helpers.contract.windows import Window
from kpi_helpers.stats.dispersion import count_dispersion, rate_dispersion

FEWEST = 3  # periods, to learn from
DAYS = {"M": 30.4, "Q": 91.3}


@dataclass(frozen=True)
class Dispersion:
    """Beyond chance: of won and of created deals in the window (`count_dispersion`), and of shares
    won (`rate_dispersion`); 0 is chance alone."""

    won: float = 0.0
    created: float = 0.0
    rate: float = 0.0

    def design_effect(self, n):
        """By how much `n` deals of a period tell less of a rate than if each ended on its own
        (Kish)."""
        return 1 + np.maximum(n - 1, 0) * self.rate


CHANCE = Dispersion()


def learn_dispersion(facts: pd.DataFrame, columns: list[str], window: Window, as_of) -> Dispersion:
    """What the whole months or quarters before `as_of`, but for the window's own, tell of a window
    like this one.

    Months teach windows of a month and less, quarters all others. A window of several quarters
    varies less, for their luck evens out.

    Parameters
    ----------
    facts : DataFrame
        A row a deal: created_on, closed_on, and won and decided as 0 or 1.
    columns : list of str
        Those that name a deal's group.
    window : Window
        The window that intervals are asked for.
    as_of : date
        The last day that is known.

    Returns
    -------
    Dispersion
        Chance alone with fewer than 3 such periods.

    Notes
    -----
    It misleads upwards where seasons or new strategies moved the groups: intervals are then wider
    than need be. Source: kpis.md 5.
    """
    letter = "M" if window.days <= 31 else "Q"
    last = (pd.Timestamp(as_of) + pd.Timedelta(days=1)).to_period(letter) - 1
    first = facts["created_on"].min()
    if pd.isna(first) or last.ordinal - pd.Period(first, letter).ordinal + 1 < FEWEST:
        return CHANCE
    periods = pd.period_range(first, last, freq=letter)
    own = pd.period_range(pd.Timestamp(window.start), pd.Timestamp(window.end), freq=letter)
    kept = ~periods.isin(own)
    if kept.sum() < FEWEST:
        return CHANCE
    whose = facts.groupby(columns, sort=True).ngroup() if columns else pd.Series(0, facts.index)

    def counted(anchor, flags):
        """Deals by group and period, in the order of time."""
        at = facts[anchor].dt.to_period(letter)
        there = (flags > 0) & (whose >= 0) & at.between(periods[0], periods[-1])
        table = np.zeros((int(whose.max()) + 1, len(periods)))
        place = [period.ordinal - periods[0].ordinal for period in at[there]]
        np.add.at(table, (whose[there].to_numpy(), np.array(place, dtype=int)), 1)
        return table[:, kept]

    won, decided = counted("closed_on", facts["won"]), counted("closed_on", facts["decided"])
    created = counted("created_on", facts["won"] * 0 + 1)
    evens_out = min(1.0, DAYS[letter] / window.days)
    return Dispersion(
        count_dispersion(won) * evens_out,
        count_dispersion(created) * evens_out,
        rate_dispersion(won, decided) * evens_out,
    )
