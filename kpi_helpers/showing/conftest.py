"""What the examples of this room run with: the views of a small programme, made once."""

import pandas as pd
import pytest

from kpi_helpers.views.partner import partner_view
from kpi_helpers.views.portfolio import portfolio_view

WINDOW = {"window": "2025-Q2", "as_of": "2025-07-31"}


@pytest.fixture(scope="session")
def small_programme() -> pd.DataFrame:
    """200 deals of two partners, three in eight won, each decided after thirty days."""
    created = pd.date_range("2025-01-01", periods=200).as_unit("us")
    return pd.DataFrame(
        {
            "deal_id": [f"D{i}" for i in range(200)],
            "partner": ["Ada", "Bora"] * 100,
            "status": (["won"] * 3 + ["lost"] * 5) * 25,
            "amount": 100.0,
            "created_on": created,
            "closed_on": created + pd.Timedelta(days=30),
        }
    )


@pytest.fixture(scope="session")
def small_view(small_programme):
    return partner_view(small_programme, "Ada", **WINDOW)


@pytest.fixture(scope="session")
def small_portfolio(small_programme):
    return portfolio_view(small_programme, **WINDOW)


@pytest.fixture(autouse=True)
def views_of_examples(request, doctest_namespace):
    """Views cost seconds, so an example that shows one is given `view` or `programme`."""
    if not isinstance(request.node, pytest.DoctestItem):
        return
    source = "".join(example.source for example in request.node.dtest.examples)
    if "(view" in source:
        doctest_namespace["view"] = request.getfixturevalue("small_view")
    if "(programme" in source:
        doctest_namespace["programme"] = request.getfixturevalue("small_portfolio")
