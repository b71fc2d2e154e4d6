import subprocess
import sys

import pytest

from kpi_helpers import judging


def test_importing_judging_loads_no_statistics():
    code = (
        "import sys, kpi_helpers; had = {*sys.modules}; import kpi_helpers.judging; "
        "print(*{*sys.modules} - had)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {name.partition(".")[0] for name in loaded} <= {"kpi_helpers", "importlib"}
    assert "kpi_helpers.stats.survival" not in loaded


@pytest.mark.parametrize("name", judging.__all__)
def test_every_listed_name_is_there(name):
    assert getattr(judging, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        judging.nonsense  # noqa: B018
