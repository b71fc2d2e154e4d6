"""The simulated programmes are what they say, and their pages are read as a reader has them."""

import numpy as np
import pytest

from kpi_helpers.kpis import KPIS
from pages.channel import CHANCE, ODD, PLANTED, Programme, deals_of, known, write
from pages.collecting import PROGRAMME, SECTIONS, partner_page, portfolio_page, prepare

DAY = "2025-12-31"


def test_the_same_seed_is_the_same_programme_and_another_is_not():
    first, again, other = (deals_of(Programme(), seed) for seed in (1, 1, 2))
    assert first.equals(again) and len(first) != len(other)


def test_null_partners_and_channels_have_one_chance_and_rough_months():
    deals = deals_of(Programme(partners=60, season=0.0), 3)
    assert (deals["outcome"] == "won").mean() == pytest.approx(CHANCE, abs=0.01)
    months = deals.groupby(["partner", deals["created_on"].dt.to_period("M")]).size()
    assert 2.5 < months.var() / months.mean() < 4.5  # 1 + 8 x 0.3, where Poisson's is 1
    top = deals["amount"].nlargest(len(deals) // 100).sum() / deals["amount"].sum()
    assert top > 0.07


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_truth_is_of_one_partner_only(planted):
    deals = deals_of(Programme(partners=6, a_month=200, planted=planted), 4)
    odd, last = deals["partner"] == ODD, deals["ends_on"].between("2025-10-01", DAY)
    won, paid = deals["outcome"] == "won", deals["channel"] == "paid"
    assert won[~odd].mean() == pytest.approx(CHANCE, abs=0.01)
    assert won[odd & paid].any() == (planted != "stop_paid")
    if planted in ("halved", "fall"):
        assert won[odd & last].mean() < 0.7 * CHANCE
    if planted == "doubled":
        assert (odd & last).sum() > 1.4 * (~odd & last).sum() / 5


def test_a_day_knows_nothing_of_what_came_after_and_some_deals_are_never_closed():
    deals = deals_of(Programme(), 5)
    then, later = known(deals, "2025-03-31"), known(deals, "2035-12-31")
    assert then["created_on"].max() <= np.datetime64("2025-03-31")
    assert then["closed_on"].max() <= np.datetime64("2025-03-31")
    assert 0.04 < (later["status"] == "open").mean() < 0.08


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    deals = known(deals_of(Programme(partners=7), 6), DAY)
    return prepare(write(tmp_path_factory.mktemp("channel"), deals), "2025-Q4", DAY)


def test_a_page_is_read_whole_in_both_editions_and_languages(folder):
    pages = {
        (edition, lang): partner_page(folder, ODD, edition=edition, lang=lang)
        for edition in ("internal", "partner")
        for lang in ("en", "tr")
    }
    for page in pages.values():
        assert {*SECTIONS, *KPIS} <= page.texts.keys() and ODD in page.text
    assert len({page.text for page in pages.values()}) == 4
    assert "Partner 001" not in pages["partner", "en"].text
    assert {*PROGRAMME} <= portfolio_page(folder).texts.keys()
    assert "Partner 001" in portfolio_page(folder).text
