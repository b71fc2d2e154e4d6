import subprocess
import sys

import pytest

from kpi_helpers import judging


def test_importing_judging_loads_no_statistics():
    code = "import sys, kpi_helpers.judging; sys.exit('scipy' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", judging.__all__)
def test_every_listed_name_is_there(name):
    assert getattr(judging, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        judging.nonsense  # noqa: B018
