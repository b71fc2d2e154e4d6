"""`partner-kpis plan`: the report's recommendations, ranked, with their evidence; silence is
said."""

import json
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "data/sample"
AS_OF = ("--as-of", "2025-12-31")


def test_a_partners_plan_is_told_with_evidence_prize_level_and_date(command):
    answer = command("plan", SAMPLE, "--partner", "Çınar Teknoloji", *AS_OF, "--format", "json")
    assert answer.returncode == 0, answer.stderr
    told = json.loads(answer.stdout)
    first = told["recommendations"][0]
    assert (told["window"], told["silence"], first["rule"], first["level"]) == (
        "2025-Q4",
        None,
        "stop_paid",
        "department",
    )
    assert first["value_at_stake"] == {"value": 136230, "low": 136230, "high": 136230}
    assert first["review_on"] == "2026-03-31"
    assert (first["evidence"]["won"], first["evidence"]["leads"], len(first["deal_ids"])) == (
        0,
        25,
        25,
    )


def test_without_a_partner_all_are_ranked_and_the_silent_named(command):
    words = (
        "plan",
        SAMPLE,
        *AS_OF,
        "--weights",
        "close_rate=2,deal_velocity=1",
        "--format",
        "json",
    )
    told = json.loads(command(*words).stdout)
    rows = told["recommendations"]
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert rows[0]["partner"] == "Öztürk & Oğulları" and rows[0]["rule"] == "replacement"
    assert told["silent"]["Çiğdem Yazılım"].startswith(
        "The data cannot support a recommendation yet: 5 closed"
    )
    best = told["composite"][0]
    assert best["rank"] == 1 and best["rank_low"] <= 1 <= best["rank_high"]


def test_edited_rules_are_followed_and_silence_is_said(command, export, tmp_path):
    export("A", "B")
    assert (
        "A: The data cannot support a recommendation yet"
        in command("plan", "deals.csv", *AS_OF).stdout
    )
    text = '[silence]\nfewest_closed = 3\nnothing = "All quiet."\n[rules.stale]\nenabled = false\n'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    mine = command("plan", "deals.csv", "--partner", "A", *AS_OF, "--rules", "mine.toml")
    assert mine.stdout.strip() == "All quiet."


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--partner", "Alphaa"], "Alpha"),
        (["--weights", "close_rate"], "close_rate=2"),
        (["--weights", "close_rat=2"], "close_rate"),
        (["--weights", "close_rate=-1"], "0 or more"),
        (["--rules", "none.toml"], "none.toml"),
    ],
)
def test_a_mistake_gets_one_clear_message(command, export, words, said):
    export("Alpha", "Beta")
    answer = command("plan", "deals.csv", *AS_OF, *words)
    assert answer.returncode == 2
    assert said in answer.stderr and "Traceback" not in answer.stderr
