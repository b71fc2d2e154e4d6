import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_helpers.reports.slugs import RESERVED, slugs

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


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Łódka Danych", "lodka-danych"),
        ("Weißbach", "weissbach"),
        ("Ørsted Þór", "orsted-thor"),
        ("株式会社", "zhushihuishe"),
        ("Ирис", "iris"),
        ("Δέλτα", "delta"),
        ("☃", "snowman2"),
        ("...", "partner"),
        ("", "partner"),
    ],
)
def test_letters_of_every_script_are_spelt(name, slug):
    assert slugs([name]) == {name: slug}


def test_a_name_keeps_its_folder_whichever_order_it_comes_in():
    assert slugs(HOSTILE) == dict(
        sorted(slugs(HOSTILE[::-1]).items(), key=lambda pair: HOSTILE.index(pair[0]))
    )


@given(st.lists(st.text(max_size=40), unique=True, max_size=30))
def test_never_two_in_one_folder(names):
    made = slugs(names)
    assert len(set(made.values())) == len(names)
    assert all("/" not in slug and slug for slug in made.values())


def digits(name):
    return hashlib.sha256(name.encode()).hexdigest()[:8]


def test_a_partner_named_like_anothers_folder_has_its_own():
    names = ["Acme", "ACME", f"Acme {digits('Acme')}", f"con {digits('con')}", "con"]
    made = slugs(names)
    assert len(set(made.values())) == len(names)
    assert slugs(names[::-1]) == made
    assert slugs(["Acme", f"Acme {digits('Acme')}"])["Acme"] == "acme"


def test_names_of_the_same_digits_get_more_of_them():
    # spellings of one plain name: their first 8 digits are those of sha256, made alike here
    one, other = "Acme", "ACME"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            slugs.__globals__["hashlib"], "sha256", lambda told: Digest("0" * 8 + told.hex())
        )
        made = slugs([one, other])
    assert len(set(made.values())) == 2


class Digest(str):
    hexdigest = str.__str__


@st.composite
def confusing(draw):
    """Names that differ in case only, reserved ones, and those with the digits of other names'
    folders."""
    names = draw(
        st.lists(
            st.sampled_from(["a", "A", "Á", "a-", "b", "B", "Index", *sorted(RESERVED)]), max_size=8
        )
    )
    for at in draw(st.lists(st.integers(0, 20), max_size=8)):
        if names:
            name = names[at % len(names)]
            names.append(
                draw(st.sampled_from([f"{name} {digits(name)}", f"{name.upper()}-{digits(name)}"]))
            )
    return draw(st.permutations(list(dict.fromkeys(names))))


@given(confusing())
def test_never_two_in_one_folder_whatever_the_names(names):
    made = slugs(names)
    assert len(set(made.values())) == len(names)
    assert not RESERVED & set(made.values())
    assert slugs(sorted(names)) == made
