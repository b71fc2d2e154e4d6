"""A small programme with known parts, and the sample."""

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from kpi_helpers import load, whatif
from kpi_helpers.judging import learn


@pytest.fixture(scope="package")
def sample():
    loaded = load(ROOT / "data" / "sample")
    deals = loaded.deals("pandas")
    return {
        "deals": deals,
        "spend": loaded.spend,
        "targets": loaded.targets,
        "history": learn(deals, loaded.as_of),
    }


@pytest.fixture(scope="package")
def base(sample):
    """A partner with spend on three channels."""
    return whatif.baseline(**sample, partner="Işık Bilişim", draws=4000)


@pytest.fixture(scope="package")
def everyone(sample):
    return whatif.baseline(**sample, draws=2000)


@pytest.fixture
def pipeline():
    """Three open deals and nothing else: kpis.md 2.3."""
    return pd.DataFrame(
        {
            "deal_id": list("abc"),
            "partner": "P",
            "status": "open",
            "amount": [1000.0, 2000.0, 5000.0],
            "probability": [0.2, 0.5, 0.8],
            "created_on": pd.Timestamp("2025-03-01"),
            "closed_on": pd.NaT,
        }
    )


def many(seed=1, n=400):
    """Deals of two partners, half of them won, a fifth still open."""
    rng = np.random.default_rng(seed)
    created = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D")
    status = np.where(rng.random(n) < 0.5, "won", "lost")
    closed = created + pd.to_timedelta(rng.integers(5, 120, n), unit="D")
    return pd.DataFrame(
        {
            "deal_id": [f"D{i}" for i in range(n)],
            "partner": rng.choice(["A", "B"], n),
            "channel": rng.choice(["paid", "earned", "owned"], n),
            "status": status,
            "amount": rng.integers(1, 50, n) * 1000.0,
            "created_on": created,
            "closed_on": closed,
            "lost_to_competitor": (status == "lost") & (rng.random(n) < 0.3),
        }
    )
