"""Every text has its Turkish one, and nothing English is left where a Turkish reader looks."""

import re
import string
from html.parser import HTMLParser
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from babel.messages.pofile import read_po
from matplotlib.text import Text

from kpi_helpers.contract.notes import Note, decode
from kpi_helpers.errors import KitError
from kpi_helpers.history.movement import STEPS
from kpi_helpers.reports.catalogue import TURKISH, texts
from kpi_helpers.reports.run import run_reports
from kpi_helpers.showing.figures import (
    outcome_curve,
    quality_pair,
    spend_return,
    submitted,
    trend,
    waterfall,
)
from kpi_helpers.showing.format import changed, day, money, percent, period, points, shown
from kpi_helpers.showing.labels import OUTCOMES
from kpi_helpers.showing.language import _, filled, language, lower, ngettext, use, using
from kpi_helpers.showing.notes import listed, said

SAMPLE = Path(__file__).parents[2] / "data/sample"
PARTNERS = ("Öztürk & Oğulları", "Çiğdem Yazılım")  # one with much to say, one with little


@pytest.fixture(scope="module")
def catalogue():
    with TURKISH.open("rb") as file:
        return read_po(file, locale="tr")


def forms(text):
    return list(text) if isinstance(text, tuple) else [text]


def test_the_catalogue_holds_the_texts_there_are_and_no_others(catalogue):
    now, kept = ({str(m.id) for m in found if m.id} for found in (texts(), catalogue))
    assert now - kept == set(), "run make messages and translate what it adds"
    assert kept - now == set(), "run make messages"


def test_every_text_is_translated_and_none_is_fuzzy(catalogue):
    assert [m.id for m in catalogue if m.id and not all(forms(m.string))] == []
    assert [m.id for m in catalogue if m.id and m.fuzzy] == []


def test_places_are_the_same_in_both_languages(catalogue):
    def places(text):
        return {
            (name, spec)
            for _text, name, spec, _how in string.Formatter().parse(text)
            if name is not None
        }

    wanted = {m.id: set().union(*map(places, forms(m.id))) for m in catalogue if m.id}
    said = {m.id: [places(form) for form in forms(m.string) if form] for m in catalogue if m.id}
    assert [
        text for text, found in said.items() if any(form != wanted[text] for form in found)
    ] == []


def test_per_cent_stands_before_the_number_in_turkish(catalogue):
    said = [re.sub(r"\{[^}]*\}", "", form) for m in catalogue if m.id for form in forms(m.string)]
    assert [text for text in said if re.search(r"\d\s?%", text)] == []


def test_turkish_casing():
    assert ("i".upper(), "I".lower()) == (
        "I",
        "i",
    )  # why Python's own casing must not touch a Turkish text
    with using("tr"):
        assert lower("İPTAL IŞIK") == "iptal ışık"
        assert lower(_("Cancelled")) == "iptal edilen"
    assert lower("ITEM") == "item"


def test_nothing_that_people_read_is_cased_by_python():
    package = TURKISH.parents[3]
    code = [path for room in ("showing", "panels") for path in (package / room).rglob("*.py")]
    cased = re.compile(r"\.(upper|lower|title|capitalize|casefold)\(\)")
    assert [
        path.name
        for path in code
        if path.name != "language.py" and cased.search(path.read_text("utf-8"))
    ] == []
    style = (package / "reports" / "pages" / "template" / "style.css").read_text("utf-8")
    assert (
        "text-transform:uppercase" in style
    )  # by the page's lang: see that Turkish pages have theirs, below


def test_numbers_money_and_dates_in_turkish():
    with using("tr"):
        assert percent(0.6315, 2) == "%63,15"
        assert shown(0.3128, "ratio") == "%31,3"
        assert changed(-0.38, "money", 2, 1) == "-%38"
        assert points(0.133) == "+13,3 puan"
        assert money(1234567, "TRY") == "₺1.234.567"
        assert money(1234567, "EUR", compact=True).replace("\xa0", " ") == "1,23 Mn €"
        assert shown(44.5, "days") == "44,5 gün"
        assert day(pd.Timestamp("2025-12-31")) == "31 Ara 2025"
        assert period("2025-Q4") == "2025-Ç4"
        rests = ngettext("It rests on {count} deal only.", "It rests on only {count} deals.", 1200)
        assert rests == "Yalnızca 1.200 anlaşmaya dayanıyor."
        told = {"share": 0.5, "size": 1234.5, "change": 1.5}
        assert filled("{share:.0%} {size:,.1f} {change:+.2f}", **told) == "%50 1.234,5 +1,50"


def test_the_language_of_a_block_goes_before_that_of_the_process():
    try:
        use("tr")
        with using("en"):
            assert (language(), _("Close rate")) == ("en", "Close rate")
        assert (language(), _("Close rate")) == ("tr", "Kapanış oranı")
    finally:
        use("en")
    with pytest.raises(KitError, match="'de' is not known"), using("de"):
        pass


def test_warnings_are_told_with_their_numbers_and_dates():
    overdue = Note("overdue", n=1200, day="2025-12-31")
    assert said(overdue) == "1,200 open deals were expected to close before 2025-12-31."
    headline = (
        Note("rows", read=8375, used=8300, rejected=75),
        Note("warnings_one_alarm", n=2, alarms=1),
    )
    with using("tr"):
        assert (
            said(overdue)
            == "1.200 açık anlaşmanın beklenen kapanış tarihi 31 Ara 2025 gününden önce."
        )
        assert "8,375" not in listed(headline) and "8.375" in listed(headline)
        assert said("nobody wrote this") == "nobody wrote this"


def test_every_note_of_a_scorecard_is_known(golden_notes):
    with using("tr"):
        assert [note for note in golden_notes if said(note) == note] == []


@pytest.fixture(scope="module")
def golden_notes():
    """The notes of months, and of groups that lack what a KPI asks for."""
    from kpi_helpers import load_deals
    from kpi_helpers.scoring.scorecard import scorecard

    deals = load_deals(SAMPLE)
    bare = deals.assign(
        amount=float("nan"), created_on=pd.NaT, ideal=None, probability=float("nan")
    )
    cards = [
        scorecard(deals, by="partner", window="2025-Q4", as_of="2025-12-31"),
        scorecard(deals[:400], by="employee,month", window="2025", as_of="2025-12-31"),
        scorecard(bare, by="partner", window="2025-Q4", as_of="2025-12-31"),
    ]
    return sorted({note for card in cards for row in card["codes"] for note in decode(row)})


class Visible(HTMLParser):
    """What a reader sees or hears of a page: its text without code, and descriptions of figures."""

    def __init__(self):
        super().__init__()
        self.parts, self.hidden = [], None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.parts += [
            attrs[name] for name in ("alt", "aria-label", "title", "placeholder") if attrs.get(name)
        ]
        if tag in ("style", "script", "code") or attrs.get("class") == "code":
            self.hidden = self.hidden or tag

    def handle_endtag(self, tag):
        if tag == self.hidden:
            self.hidden = None

    def handle_data(self, data):
        if not self.hidden and data.strip():
            self.parts.append(" ".join(data.split()))


def english(catalogue):
    """The pieces of English texts between their places, long enough to be told from names."""
    pieces = set()
    for message in catalogue:
        if message.id and forms(message.id) != forms(message.string)[: len(forms(message.id))]:
            for form in forms(message.id):
                pieces |= {
                    " ".join(piece.split()).strip(" .:;,()*")
                    for piece in re.split(r"\{[^}]*\}", form)
                }
    return re.compile(
        rf"(?<!\w)(?:{'|'.join(re.escape(p) for p in sorted(pieces) if len(p) > 3)})(?!\w)"
    )


def test_figures_show_nothing_english(catalogue):
    periods = pd.DataFrame(
        {"period": ["2025-Ç3", "2025-Ç4"], "value": [3.0, 4], "low": [1.0, 2], "high": [5.0, 6]}
    )
    pair = pd.DataFrame({"period": ["2025-Ç3", "2025-Ç4"], "won": [3, 5], "amount": [100.0, 900.0]})
    steps = pd.DataFrame({"step": STEPS, "amount": [100.0, 40, 5, 5, 5, 5, 20, 10, 5, 105]})
    spent = {
        "channel": ["Ücretli"],
        "spend": [float("nan")],
        "revenue": [5.0],
        "leads": [3],
        "close_rate": [0.3],
    }
    curve = pd.DataFrame(
        {
            "day": [0, 30.0],
            "won": [0, 0.4],
            "open": [1, 0.2],
            "cancelled": [0, 0.1],
            "lost": [0, 0.3],
        }
    )
    with using("tr"):
        drawn = [
            *(
                trend(periods, unit=unit, title="", currency="TRY", peers=3)
                for unit in ("number", "days", "index")
            ),
            quality_pair(pair, peer_won=4, peer_amount=300, title="", currency="TRY"),
            waterfall(steps, title="", currency="TRY"),
            spend_return(pd.DataFrame(spent), title="", currency="TRY"),
            outcome_curve(curve, title=""),
            submitted(pd.Series(1, index=list(OUTCOMES)), title=""),
        ]
        said = [text.get_text() for ax in drawn for text in ax.findobj(Text) if text.get_text()]
    plt.close("all")
    assert "emsal medyanı" in said
    assert [text for text in said if english(catalogue).search(text)] == []


@pytest.fixture(scope="module")
def turkish(tmp_path_factory):
    out = tmp_path_factory.mktemp("tr")
    run = run_reports(
        SAMPLE, out=out, window="2025-Q4", as_of="2025-12-31", partners=PARTNERS, lang="tr"
    )
    assert not run.failed, run.failed
    return out


# Stages, customers and reasons of losses of the data, names of files and packages, and a command
# are no texts.
DATA = re.compile(
    r"Closed (Won|Lost)|Cancelled|Polder "
    r"Data|\w+\.(csv|html|jsonl|xlsx|ipynb)|partner-kpi-kit|papermill .*"
    r"|^(Never worked|Registration (rejected|expired)|Lost to competitor: .*|No "
    r"budget|Price|Project stopped)$"
)


def test_a_turkish_run_shows_nothing_english(turkish, catalogue):
    pages = [*turkish.glob("*.html"), *turkish.glob("*/report.html")]
    assert len(pages) >= 4
    said = english(catalogue)
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert '<html lang="tr">' in text
        reader = Visible()
        reader.feed(text)
        left = [part for part in reader.parts if said.search(DATA.sub("", part))]
        assert left == [], page.name


def test_the_executed_notebook_is_turkish_as_well(turkish):
    notebook = next(turkish.glob("*/report.ipynb")).read_text(encoding="utf-8")
    assert "## Kapanış oranı" in notebook
    assert "## Close rate" not in notebook
