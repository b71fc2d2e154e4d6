"""Deals not yet created: how many there will be beside the last year's, and what they may win."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kpi_helpers.judging.win_chances import WinHistory, eventual, share_won_by_age

YEAR = 365
RECENT = (91, 182)  # days: the last quarter counts twice, so that a break is soon believed
SEASONS = 3  # years of which the season is learned
GROWS, TURNS = 0.35, 0.25  # log sd of a year's growth, and of a season, among programmes
NOISE = 0.12  # log sd of a quarter's number beyond its Poisson chance
GOLDEN = 0.6180339887  # spreads any number of days evenly


def arrivals_ahead(ages: Sequence[int], days: int) -> float:
    """The number of deals a day in the `days` to come over that of the last year; more is better.

    `ages` are the days since each deal of the programme was created, in ascending order. The last
    91 and 182 days over the same ones a year before say how the programme grows, the same days of
    the years before how its season stands; both are drawn to 1 as far as such numbers scatter by
    chance. 1 where there is less than a year of deals, no growth under a year and a half.

    >>> bool(abs(arrivals_ahead(np.arange(1400), 91) - 1) < 0.01)
    True
    >>> doubled = np.sort(np.concatenate([np.arange(1400), np.arange(182)]))
    >>> bool(1.2 < arrivals_ahead(doubled, 91) < 1.6)
    True
    """
    ages = np.asarray(ages, dtype=int)
    known, ahead = (ages[-1] if len(ages) else 0), days / YEAR

    def counted(oldest, youngest):
        return np.diff(np.searchsorted(ages, (youngest, oldest)))[0] + 0.5

    growth = 0.0
    if known >= YEAR + RECENT[1]:
        rises = [np.log(counted(d, 0) / counted(YEAR + d, YEAR)) for d in RECENT]
        chance = 1 / counted(RECENT[0], 0) + 1 / counted(YEAR + RECENT[0], YEAR) + 2 * NOISE**2
        growth = float(np.mean(rises)) * GROWS**2 / (GROWS**2 + chance)
    season, years = 0.0, min(int(known // YEAR), SEASONS)
    if years:
        same, whole = np.transpose(
            [
                (counted(YEAR * k, YEAR * k - days), counted(YEAR * k, YEAR * (k - 1)))
                for k in range(1, years + 1)
            ]
        )
        # The days lie at the beginning of their year: growth alone makes them fewer.
        turns = np.log(same / whole / ahead) + growth * (0.5 - ahead / 2)
        chance = (np.mean(1 / same) + NOISE**2) / years
        season = float(np.mean(turns)) * TURNS**2 / (TURNS**2 + chance)
    return float(np.exp(season + growth * (0.5 + ahead / 2)))


def deals_to_come(history: WinHistory, last_year: pd.DataFrame, observed, turn, days: int):
    """How many deals like each of the last year's are to be created in the `days` to come, and how
    many of those are won by their end: two arrays.

    They were `observed` for so many days; `turn` numbers a group's deals, to spread them evenly
    over the days to come: later ones have less time, and each month its own chance."""
    day = 1 + (np.asarray(turn) * GOLDEN % 1 * days).astype(int)
    then = last_year.assign(created_on=history.as_of + pd.to_timedelta(day, unit="D"))
    chance = eventual(history, then) * share_won_by_age(history, last_year, days - day)
    number = arrivals_ahead(history.ages, days) * days / np.asarray(observed, dtype=float)
    return number * np.ones(len(last_year)), number * chance
