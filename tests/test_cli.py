"""The command as scripts and people use it: exit codes, formats, and one clear message for a
mistake."""

import csv
import io
import json
import signal
import subprocess
import sys

import pytest

ROW = [
    "kpi",
    "basis",
    "value",
    "unit",
    "numerator",
    "denominator",
    "n",
    "low",
    "high",
    "window_start",
    "window_end",
    "as_of",
    "note",
]


def test_kpis_as_json_are_row_objects_with_null_for_unknown(command, export):
    export("A", "B")
    answer = command(
        "kpis", "deals.csv", "--window", "2025-Q4", "--as-of", "2025-12-31", "--format", "json"
    )
    assert answer.returncode == 0, answer.stderr
    rows = json.loads(answer.stdout)
    assert list(rows[0]) == ["partner", *ROW]
    assert {row["partner"] for row in rows} == {"*"}
    found = {(row["kpi"], row["basis"]): row for row in rows}
    closed = found["close_rate", "closed"]
    assert (closed["value"], closed["numerator"], closed["denominator"], closed["n"]) == (
        0.5,
        4,
        8,
        8,
    )
    assert closed["window_start"] == "2025-10-01"
    assert found["marketing_channels", "roi.paid"]["value"] is None
    assert found["quality_score", "peers"]["value"] is None
    assert found["deal_count", "won"]["value"] == 4


def test_kpis_by_levels_and_period_as_csv(command, export):
    export("A", "B")
    answer = command(
        *(
            "kpis",
            "deals.csv",
            "--by",
            "partner,month",
            "--kpi",
            "deal_count",
            "--kpi",
            "close_rate",
        ),
        *("--window", "2025-Q4", "--format", "csv"),
    )
    assert answer.returncode == 0, answer.stderr
    rows = list(csv.DictReader(io.StringIO(answer.stdout)))
    assert list(rows[0]) == ["partner", "month", *ROW]
    assert {row["kpi"] for row in rows} == {"deal_count", "close_rate"}
    won = {(row["partner"], row["month"]): row["value"] for row in rows if row["basis"] == "won"}
    assert won["A", "2025-11"] == "2.0"
    assert won["A", "2025-10"] == "0.0"


def test_kpis_as_a_table_reads(command, export):
    export("A")
    answer = command("kpis", "deals.csv", "--kpi", "close_rate", "--window", "2025-Q4")
    assert answer.returncode == 0, answer.stderr
    assert "cohort" in answer.stdout
    assert "numerator" in answer.stdout


def test_check_says_what_was_understood_and_what_was_rejected(command, export):
    path = export("A")
    with path.open("a", encoding="utf-8") as file:
        file.write("X-1,A,Rep,Hardware,paid,Closed Won,won,12x,true,2025-10-01,2025-10-05,\n")
    answer = command("check", "deals.csv", "--format", "json")
    assert answer.returncode == 0, answer.stderr
    facts = json.loads(answer.stdout)
    assert {
        "profile",
        "rows_in",
        "rows_used",
        "rows_rejected",
        "mapping",
        "stages",
        "warnings",
    } <= set(facts)
    assert (facts["rows_in"], facts["rows_used"], facts["rows_rejected"]) == (7, 6, 1)
    assert facts["mapping"]["partner"]
    assert facts["rejected"][0]["line"] == 8
    assert facts["rejected"][0]["column"] == "amount"
    assert facts["rejected"][0]["value"] == "12x"
    table = command("check", "deals.csv")
    assert "7 rows in = 6 used + 1 rejected" in table.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["kpis", "deals.csv", "--kpi", "close_rat"], "close_rate"),
        (["kpis", "deals.csv", "--by", "partnr"], "partner"),
        (["kpis", "deals.csv", "--window", "2025-Q5"], "2025-Q4"),
        (["kpis", "deals.csv", "--as-of", "31.12.2025"], "2025-12-31"),
        (["kpis", "deals.csv", "--map", "partner=Reseler"], "partner"),
        (["kpis", "deals.csv", "--map", "partner"], "FIELD=COLUMN"),
        (["kpis", "no-such-file.csv"], "no-such-file.csv"),
        (["report", "deals.csv", "--partner", "Alphaa"], "Alpha"),
        (["kpis", "deals.csv", "--format", "xml"], "json"),
        (["kpis"], "SOURCE"),
    ],
)
def test_a_mistake_gets_one_clear_message_and_exit_2(command, export, words, said):
    export("Alpha", "Beta")
    answer = command(*words)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_no_partner_column_names_the_flag(command, tmp_path):
    (tmp_path / "deals.csv").write_text(
        "deal_id,status,amount,created_on,closed_on\n1,won,5,2025-01-01,2025-01-02\n"
    )
    answer = command("kpis", "deals.csv")
    assert answer.returncode == 2
    assert "--map partner=" in answer.stderr


def test_a_snapshot_is_kept_once_and_a_different_one_refused(command, export):
    export("A")
    words = ("snapshot", "deals.csv", "--store", "store", "--on", "2025-12-31")
    assert "saved: 6 deals" in command(*words).stdout
    assert "same: 6 deals" in command(*words).stdout
    export("A", "B")
    refused = command(*words)
    assert refused.returncode == 2
    assert "--replace" in refused.stderr or "replace" in refused.stderr
    assert "replaced: 12 deals" in command(*words, "--replace").stdout


def test_a_kept_mapping_reads_the_same_next_month(command, tmp_path):
    (tmp_path / "export.csv").write_text(
        "Ref;Bayi;Stage;Worth;Made;Done\n1;A;Closed Won;1.234,50;2025-01-02;2025-02-03\n",
        encoding="utf-8",
    )
    named = (
        "--map",
        "deal_id=Ref",
        "--map",
        "amount=Worth",
        "--map",
        "created_on=Made",
        "--map",
        "closed_on=Done",
    )
    first = command(
        "check", "export.csv", *named, "--save-mapping", "kept.toml", "--format", "json"
    )
    assert first.returncode == 0, first.stderr
    again = command("check", "export.csv", "--mapping", "kept.toml", "--format", "json")
    one, other = (json.loads(answer.stdout)["mapping"] for answer in (first, again))
    assert one == other


# What DuckDB makes of an exception in a handler, and what a library does that swallows it.
WAITS = """
import time

import click
from kpi_helpers import cli
from kpi_helpers.system import stopping

@click.command()
@click.argument("way")
def waits(way):
    stopping.raise_on_sigterm()
    try:
        try:
            print("begun", flush=True)
            time.sleep(60)
        except BaseException:
            if way == "wraps":
                raise RuntimeError("Query interrupted") from None
        time.sleep(60)
    finally:
        for _ in range(120):
            time.sleep(0.01)
        print("cleaned up", flush=True)

cli._Group.get_command = lambda self, ctx, name: waits
cli.main(prog_name="partner-kpis")
"""


@pytest.mark.parametrize(
    ("how", "way", "code"),
    [
        (signal.SIGTERM, "wraps", 143),
        (signal.SIGTERM, "swallows", 143),
        (signal.SIGINT, "wraps", 130),
    ],
)
def test_a_signal_that_a_library_catches_ends_the_command_cleanly(how, way, code):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", WAITS, "waits", way], **pipes)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(how)
    try:
        said, complaint = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, said) == (code, "cleaned up\n")
    assert complaint == ("partner-kpis: stopped by SIGTERM\n" if code == 143 else "")
