"""Why deals were lost in the last twelve months: the reasons given, ranked."""

import pandas as pd

from kpi_helpers.contract.windows import parse_window
from kpi_helpers.errors import nearest_names
from kpi_helpers.showing.format import day, money, percent
from kpi_helpers.showing.language import _
from kpi_helpers.showing.tables import Html, paragraph, table
from kpi_helpers.views.partner import PartnerView

MOST = 8


@nearest_names
def losses(view: PartnerView) -> Html:
    """The reasons of lost deals, the most frequent first; equal numbers share a rank.

    Parameters
    ----------
    view : PartnerView
        What `partner_view` gave.

    Returns
    -------
    Html
        A table of at most eight reasons and of the deals without one; a sentence where no deal was
        lost or none has a reason.

    Notes
    -----
    It misleads as far as reasons do: they are what the seller wrote down.

    Examples
    --------
    >>> print(losses(view))
    No reason is given for the deals lost from 1 Aug 2024 to 31 Jul 2025.
    """
    year = parse_window("12m", view.as_of)
    found = view.losses()
    over = {"start": day(year.start), "end": day(year.end)}
    if found.empty:
        return paragraph(_("No deal was lost from {start} to {end}.", **over))
    if found["reason"].isna().all():
        return paragraph(_("No reason is given for the deals lost from {start} to {end}.", **over))
    named, unnamed = found[found["rank"].notna()], found[found["rank"].isna()]
    rows = [
        [
            _("not given") if pd.isna(row.reason) else row.reason,
            "" if pd.isna(row.rank) else f"{row.rank:.0f}",
            f"{row.lost:.0f}",
            percent(row.share),
            money(row.amount, view.currency),
        ]
        for row in pd.concat([named.head(MOST), unnamed]).itertuples()
    ]
    caption = _("Deals lost from {start} to {end}, by the reason given", **over)
    if len(named) > MOST:
        caption += " " + _("(the first {most} of {all} reasons)", most=MOST, all=len(named))
    head = [_("Reason"), _("Rank"), _("Lost deals"), _("Share"), _("Amount")]
    return table(head, rows, caption=caption, kind="losses")
