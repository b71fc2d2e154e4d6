"""`partner-kpis replay`: kinds of claims in numbers, every claim as CSV or JSON, one message for a
mistake."""

import csv
import io
import json

import pytest

AS_OF = ("--as-of", "2025-12-31")


@pytest.fixture
def years(tmp_path):
    """Deals of two partners in 2024 and 2025; one is named like a formula."""
    rows = []
    for at in range(480):
        month = at % 23
        year, m = 2024 + month // 12, month % 12 + 1
        after_year, after = 2024 + (month + 1) // 12, (month + 1) % 12 + 1
        rows.append(
            {
                "deal_id": f"D{at}",
                "partner": ("=1+1", 'Ada "A", Co')[at % 2],
                "status": ("won", "lost", "lost")[at % 3],
                "amount": 1000,
                "created_on": f"{year}-{m:02}-{1 + at % 28:02}",
                "closed_on": f"{after_year}-{after:02}-{1 + at % 28:02}",
            }
        )
    with (tmp_path / "deals.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.usefixtures("years")
def test_the_table_tells_kinds_and_when_each_is_right(command):
    answer = command("replay", "deals.csv", *AS_OF, "--back", "2q")
    assert answer.returncode == 0, answer.stderr
    head, _, columns, first, *rest = answer.stdout.splitlines()
    assert head == "Claims of the last 2q up to 2025-12-31 held against what came."
    assert columns.split() == [
        "claim",
        "whom",
        "right",
        "of",
        "share",
        "95",
        "%",
        "interval",
        "stated",
    ]
    assert first.split()[:7] == [
        "forecast",
        "in",
        "its",
        "range",
        "partners",
        first.split()[5],
        "4",
    ]
    assert rest[0].split()[4:6] == ["all", "together"]
    assert first.split()[-1] == "80%"
    assert any(line.startswith("forecast in its range: what was won lies") for line in rest)


@pytest.mark.usefixtures("years")
def test_json_has_the_summary_and_every_claim(command):
    answer = command("replay", "deals.csv", *AS_OF, "--back", "2q", "--format", "json")
    told = json.loads(answer.stdout)
    assert (told["as_of"], told["back"], told["partner"]) == ("2025-12-31", "2q", None)
    forecasts = [row for row in told["claims"] if row["claim"] == "forecast in its range"]
    assert {row["as_of"] for row in forecasts} == {"2025-06-30", "2025-09-30"}
    assert {row["subject"] for row in forecasts} == {"*", "=1+1", 'Ada "A", Co'}
    first = told["summary"][0]
    assert (first["who"], first["claims"]) == ("partners", 4)
    theirs = [row for row in forecasts if row["subject"] != "*"]
    assert first["right"] == sum(row["right"] for row in theirs)


@pytest.mark.usefixtures("years")
def test_one_partners_table_names_it(command):
    answer = command("replay", "deals.csv", *AS_OF, "--back", "2q", "--partner", "=1+1")
    first = answer.stdout.splitlines()[3]
    assert first.split()[4] == "=1+1" and first.split()[6] == "2"
    assert "all together" not in answer.stdout


@pytest.mark.usefixtures("years")
def test_csv_keeps_names_as_text_and_a_file_is_written_whole(command, tmp_path):
    words = ("replay", "deals.csv", *AS_OF, "--back", "2q", "--format", "csv")
    printed = command(*words).stdout
    rows = [*csv.DictReader(io.StringIO(printed))]
    assert {row["subject"] for row in rows} == {"*", "'=1+1", 'Ada "A", Co'}
    answer = command(*words, "--out", "kept/told.csv")
    assert (answer.returncode, answer.stdout) == (0, "")
    assert (tmp_path / "kept" / "told.csv").read_text(encoding="utf-8") == printed


@pytest.mark.usefixtures("years")
def test_too_little_history_is_said(command):
    answer = command("replay", "deals.csv", "--as-of", "2024-02-15", "--back", "1q")
    assert answer.returncode == 0
    assert answer.stdout.startswith("Nothing can be replayed: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--back", "8"], "--back takes a number of quarters or months up to 120, like 8q or 12m"),
        (["--partner", "Ada A, Co"], "Did you mean 'Ada \"A\", Co'"),
        (["--format", "xlsx"], "json"),
        (["--out", "deals.csv/told.csv"], "cannot be written"),
    ],
)
@pytest.mark.usefixtures("years")
def test_a_mistake_gets_one_clear_message(command, words, said):
    answer = command("replay", "deals.csv", *AS_OF, *words)
    assert answer.returncode == 2
    assert said in answer.stderr and "Traceback" not in answer.stderr
