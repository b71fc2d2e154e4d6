import re

from hypothesis import given
from hypothesis import strategies as st

from kpi_helpers.reports.slugs import slugs

HOSTILE = [
    "Quote \" ' Partner",
    "line\nbreak",
    "../../x",
    "<script>alert(1)</script>",
    "ü" * 300,
    "İıĞş Ltd. Şti.",
    "Acme",
    "ACME",
    "con",
    "prepared",
    "...",
    "株式会社",
    "",
]


def test_hostile_names_get_safe_and_distinct_folders():
    made = slugs(HOSTILE)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,70}", slug) for slug in made.values())
    assert len(set(made.values())) == len(HOSTILE)
    assert made["İıĞş Ltd. Şti."] == "iigs-ltd-sti"
    assert made["con"] != "con"
    assert made["prepared"] != "prepared"


def test_a_name_keeps_its_folder_whichever_order_it_comes_in():
    assert slugs(HOSTILE) == dict(sorted(slugs(HOSTILE[::-1]).items(), key=lambda pair: HOSTILE.index(pair[0])))


@given(st.lists(st.text(max_size=40), unique=True, max_size=30))
def test_never_two_in_one_folder(names):
    made = slugs(names)
    assert len(set(made.values())) == len(names)
    assert all("/" not in slug and slug for slug in made.values())
