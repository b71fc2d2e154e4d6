"""Every sentence that asserts something is a declared claim's."""

import re

import pytest

from kpi_helpers.judging.claims import ABOVE, ROSE, Claim
from kpi_helpers.judging.rules import read_rules
from kpi_helpers.reports.catalogue import updated
from kpi_helpers.showing.claimed import MARKS, TEXTS, WORDS, told
from kpi_helpers.showing.language import using

ROOMS = ("kpi_helpers/showing/", "kpi_helpers/reports/", "kpi_helpers/judging/")
ASSERTS = re.compile(
    r"\b(rose|fell|rising|falling|rises|falls|above|below|behind|stop|enough|at risk|faster|slower"
    r"|slowly|more than (chance|usual)|(is|are|was|were) met|missed|late|decline|largest part|most"
    r"|apart|better|worse|support|drive)\b",
    re.I,
)
# Sentences with such a word that assert nothing: captions, counts of listed rows, cautions.
ASSERT_NOTHING = {
    "Better",
    "Deals behind most of it",
    "What moves the mean most, each driver alone over its interval:",
    "One large deal can drive the mean: look at the median, too.",
    "It says who brings more, not who works better: territory and size are not considered.",
    "No deal created in the window has been missed so far.",
    "{count} more was missed.",
    "{target} cannot be reached by {name} alone: at most {best}.",
    "The Brier score of the {deals} chances given then is {brier:.3f}; one chance for all would "
    "score {base:.3f}; lower is better.",
}
LISTED = re.compile(r"\{most\}")  # "the first {most} of {all}"


def first_form(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def declared() -> set[str]:
    rules = [read_rules(edition=edition) for edition in ("internal", "partner")]
    texts = {text for kind in TEXTS.values() for text in kind.values()}
    texts |= {rule.text for made in rules for rule in made.rules}
    return texts | {*WORDS.values(), *MARKS.values(), *(made.too_few for made in rules)}


def test_every_assertive_sentence_is_a_claims():
    shown = {
        first_form(message)
        for message in updated()
        if any(name.startswith(ROOMS) for name, _line in message.locations)
    }
    assertive = {text for text in shown if ASSERTS.search(text) and not LISTED.search(text)}
    assert assertive - declared() - ASSERT_NOTHING == set()
    assert shown >= ASSERT_NOTHING


def test_every_claims_sentence_is_in_the_catalogue():
    shown = {first_form(message) for message in updated()}
    assert {text for kind in TEXTS.values() for text in kind.values()} <= shown


@pytest.mark.parametrize("lang", ["en", "tr"])
def test_only_a_sure_change_is_more_than_chance_explains(lang):
    facts = ("close_rate", "closed", "2025-Q4", "2025-Q3", 0.1, 0.01, 0.2, 0.03, False, ROSE)
    with using(lang):
        chance = {"en": "more than chance explains", "tr": "rastlantı"}[lang]
        words = {"change": "10 pp", "window": "2025-Q3"}
        alone, sure = (told(Claim(*facts, sure=sure), **words) for sure in (False, True))
    assert alone != sure
    assert chance in sure
    assert "more than chance explains" not in alone
    assert all("2025-Q3" in text for text in (alone, sure))


def test_an_index_that_rounds_to_100_is_never_below_it():
    """The claim's own rounding is tested beside it; here that the sentence follows the claim."""
    facts = ("quality_score", "peers", "2025-Q4", "average peer", 120.0, 104.0, 140.0, None, False)
    said = told(Claim(*facts, ABOVE, "average"), index=120.0)
    assert said.startswith("An index of 120 is above")
