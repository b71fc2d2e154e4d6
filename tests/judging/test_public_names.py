import pytest

from kpi_helpers import judging, stats, whatif


@pytest.mark.parametrize(
    ("room", "name"), [(room, name) for room in (judging, stats, whatif) for name in room.__all__]
)
def test_every_listed_name_is_there(room, name):
    assert getattr(room, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="nonsense"):
        judging.nonsense  # noqa: B018
