"""`partner-kpis what-if` as scripts use it."""

import json

import pytest
from conftest import ROOT

from kpi_helpers.whatif import read_scenario

SAMPLE = (ROOT / "data" / "sample", "--as-of", "2025-12-31")
PARTNER = ("--partner", "Işık Bilişim")


def told(answer):
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_json_has_baseline_and_scenario(command):
    answer = told(
        command(
            "what-if",
            *SAMPLE,
            *PARTNER,
            "--set",
            "average_deal_size=+20%",
            "--set",
            "close_rate=+0pp",
            "--target",
            350000,
            "--format",
            "json",
        )
    )
    for side in ("baseline", "scenario"):
        for measure in ("revenue", "deal_count"):
            ranges = answer[side][measure]
            assert (
                set(ranges) == {"p10", "p50", "p90", "mean"}
                and ranges["p10"] <= ranges["p50"] <= ranges["p90"]
            )
    assert answer["scenario"]["revenue"]["mean"] == pytest.approx(
        1.2 * answer["baseline"]["revenue"]["mean"]
    )
    assert answer["scenario"]["deal_count"] == answer["baseline"]["deal_count"]
    assert 0 < answer["baseline"]["chance"] < answer["scenario"]["chance"] < 1
    assert (answer["window"], answer["currency"]) == ("2026-Q1", "EUR")


def test_the_scenario_file_of_the_notebook_says_the_same(command, tmp_path):
    words = ("--set", "close_rate=+5pp", "--set", "spend.paid=-20%", "--returns", "0.3")
    first = told(
        command("what-if", *SAMPLE, *PARTNER, *words, "--save", "plan.json", "--format", "json")
    )
    again = told(
        command("what-if", *SAMPLE, *PARTNER, "--scenario", "plan.json", "--format", "json")
    )
    assert again["scenario"] == first["scenario"]
    assert read_scenario(tmp_path / "plan.json").set == {"close_rate": "+5pp", "spend.paid": "-20%"}


def test_the_table_says_what_reaches_the_target(command):
    answer = command(
        "what-if",
        *SAMPLE,
        "--unit",
        "Cloud",
        "--target",
        10**12,
        "--goal",
        "close_rate",
        "--out",
        "t.xlsx",
    )
    assert answer.returncode == 0, answer.stderr
    assert "cannot be reached by" in answer.stdout and "P10 | P50 | P90" in answer.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--partner", "Isik Bilisim"), "Did you mean"),
        ((*PARTNER, "--set", "closerate=+5pp"), "Did you mean 'close_rate'"),
        ((*PARTNER, "--set", "close_rate"), "DRIVER=CHANGE"),
        ((*PARTNER, "--set", "close_rate=lots"), "not understood"),
        ((*PARTNER, "--goal", "close_rate"), "--target"),
        ((*PARTNER, "--scenario", "none.json"), "cannot be read"),
    ],
)
def test_a_mistake_is_one_clear_line(command, words, said):
    answer = command("what-if", *SAMPLE, *words)
    assert answer.returncode == 2 and said in answer.stderr and "Traceback" not in answer.stderr
