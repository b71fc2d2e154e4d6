"""Partners with hardly a deal: a shorter, honest report, never a broken one."""

import csv

import pytest

from kpi_helpers import partner_view
from kpi_helpers import showing as show
from kpi_helpers.showing.kpis import PRESENTATIONS
from kpi_helpers.showing.pictures import PICTURES

COLUMNS = (
    "deal_id",
    "partner",
    "owner",
    "unit",
    "channel",
    "status",
    "amount",
    "created_on",
    "closed_on",
)
FEW = {
    "One open": ("F1", "One open", "Ayla", "Cloud", "paid", "open", 500, "2025-12-01", ""),
    "One won": ("F2", "One won", "Ayla", "Cloud", "paid", "won", 500, "2025-11-01", "2025-12-01"),
    "None now": ("F3", "None now", "Ayla", "Cloud", "paid", "won", 500, "2024-12-01", "2025-01-15"),
}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Six usual partners, and three with a single deal each: open, won, and won long before the
    window."""
    path = tmp_path_factory.mktemp("few") / "deals.csv"
    usual = [
        (
            f"D{p}-{d}",
            f"Usual {p}",
            "Rep",
            "Cloud",
            "owned",
            ("won", "lost")[(d + p) % 2],
            100 * d + 1,
            f"2025-{d + 1:02}-01",
            f"2025-{d + 2:02}-01",
        )
        for p in range(6)
        for d in range(11)
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *usual, *FEW.values()])
    return path


@pytest.mark.parametrize("partner", FEW)
@pytest.mark.parametrize("edition", ["internal", "partner"])
def test_every_part_of_the_report_is_made(source, partner, edition):
    view = partner_view(source, partner, window="2025-Q4", as_of="2025-12-31", edition=edition)
    whole = [
        show.masthead(view),
        show.summary(view),
        show.plan(view),
        show.moved(view),
        show.missed(view),
    ]
    whole += [
        show.fair(view),
        show.changes(view),
        show.levels(view, "unit", "employee"),
        show.outlook(view),
    ]
    for kpi in PRESENTATIONS:
        whole += [show.numbers(view, kpi), show.reading(view, kpi)]
    said = "\n".join(repr(part) for part in whole)
    assert not any(word in said for word in ("nan", "NaN", "inf", "{"))
    assert "uncertain" in said or not view.row("close_rate")["n"]


@pytest.mark.parametrize(
    ("partner", "silent"),
    [
        ("One open", {"average_deal_size", "deal_velocity", "quality_score"}),
        ("One won", {"pipeline"}),
        ("None now", {*PRESENTATIONS}),
    ],
)
def test_what_has_nothing_to_tell_is_one_sentence_without_a_picture(source, partner, silent):
    view = partner_view(source, partner, window="2025-Q4", as_of="2025-12-31")
    told = {
        kpi
        for kpi in PRESENTATIONS
        if "There is nothing to report: " in repr(show.numbers(view, kpi))
    }
    assert told == silent
    for kpi in silent:
        assert repr(show.numbers(view, kpi)).count(".") == 1
        assert show.reading(view, kpi) is None and show.picture(view, kpi) is None


def test_pictures_of_one_deal_are_drawn_or_left_out(source):
    for partner in FEW:
        view = partner_view(source, partner, window="2025-Q4", as_of="2025-12-31")
        drawn = {name for name in PICTURES if show.picture(view, name)}
        assert "fair" not in drawn or partner != "One open"
        assert ("deal_velocity" in drawn) == (partner == "One won")


def test_a_met_target_and_the_clearest_change_stand_in_the_summary(tmp_path):
    rows = [
        (f"E{d}", "A", "Rep", "Cloud", "owned", status, 100, f"2025-{month}-01", f"2025-{month}-20")
        for month, won in (("08", 2), ("11", 28))
        for d, status in enumerate(["won"] * won + ["lost"] * (30 - won), start=100 * int(month))
    ]
    with (tmp_path / "deals.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    (tmp_path / "targets.csv").write_text("partner,period,kpi,target\nA,2025-Q4,won_amount,2500\n")
    said = repr(show.masthead(partner_view(tmp_path, "A", window="2025-Q4", as_of="2025-12-31")))
    assert "is met (112%)" in said
    assert (
        "clearest change against 2025-Q3: close rate from 6.7% to 93.3%, more than chance explains"
        in said
    )
