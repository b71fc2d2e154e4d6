"""Pages of a deal table, without what takes long and hangs on no number."""

from datetime import date
from functools import partial
from unittest.mock import patch

from kpi_helpers.contract.windows import parse_window
from kpi_helpers.judging.programme_fit import fit_programme
from kpi_helpers.views import fleet
from kpi_helpers.views.partner import PartnerView


def measured(deals, day: date, window: str, **sides) -> fleet.Fleet:
    """Without the back-test, on which only hangs how well forecasts hold."""
    with patch.object(fleet, "fit_programme", partial(fit_programme, backtest_periods=0)):
        return fleet.measure(deals, parse_window(window, day), day, currency="EUR", **sides)


def page(
    made: fleet.Fleet, name, deals, edition="internal", targets=None, spend=None
) -> PartnerView:
    own = made.of(name)
    mine = [None if t is None else t[t["partner"] == name] for t in (deals, spend, targets)]
    return PartnerView(
        *(name, own.window, own.as_of, own.currency, own.slow_days, mine[0]),
        *(own.now, own.previous, own.peers if edition == "internal" else own.shared),
        *(own.trend, own.programme, *mine[1:]),
        edition=edition,
        year=own.year,
        scatter=own.scatter,
    )
