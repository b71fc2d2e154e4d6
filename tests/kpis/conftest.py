"""Fixtures of the KPI tests; any warning while a KPI computes is a failure."""

from pathlib import Path

import pytest

from .engines import engine as engine

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error"))
