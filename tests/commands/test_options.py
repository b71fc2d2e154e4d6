"""Every option of every command changes what it promises: its case is run once with one value and
once with another, or without.

A command's answer is its exit code, what it prints, and the files it leaves.
"""

import csv
import json
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kpi_helpers import cli

RULES = Path(cli.__file__).parent / "judging" / "rules.toml"
NOW = ("--as-of", "2025-12-31")
READING = {  # option: (source, words, other words)
    "--as-of": ("deals", (), ("--as-of", "2025-09-30")),
    "--map": ("deals", NOW, (*NOW, "--map", "amount=list_price")),
    "--mapping": ("deals", NOW, (*NOW, "--mapping", "mapping.toml")),
    "--currency": ("no rates", NOW, (*NOW, "--currency", "USD")),
    # of a file it is refused; what a database answers is tested in tests/reading/test_database.py
    "--query": ("deals", NOW, (*NOW, "--query", "query.sql")),
    "--profile": (
        "two crms",
        (*NOW, "--profile", "generic"),
        (*NOW, "--profile", "dynamics-365"),
    ),
    "--decimal": ("decimals", (*NOW, "--decimal", "."), (*NOW, "--decimal", ",")),
    "--shares": ("shares", (*NOW, "--shares", "percent"), (*NOW, "--shares", "fraction")),
    "--encoding": ("letters", NOW, (*NOW, "--encoding", "cp1250")),
    "--dates": ("dates", (*NOW, "--dates", "dmy"), (*NOW, "--dates", "mdy")),
}
COMMANDS = {  # command: what it is run with, and a case for each option of its own
    "check": {
        "": (),
        "--format": ((), ("--format", "json")),
        "--save-mapping": ((), ("--save-mapping", "kept.toml")),
    },
    "kpis": {
        "": ("--by", "partner", "--format", "csv"),
        "--window": ((), ("--window", "2025-Q2")),
        "--by": ((), ("--by", "employee")),
        "--kpi": ((), ("--kpi", "close_rate")),
        "--basis": ((), ("--basis", "won")),
        "--intervals": ((), ("--intervals",)),
        "--format": ((), ("--format", "json")),
    },
    "plan": {
        "": ("--format", "json"),
        "--window": ((), ("--window", "2025-Q2")),
        "--partner": ((), ("--partner", "Ada")),
        "--rules": ((), ("--rules", "rules.toml")),
        "--weights": ((), ("--weights", "close_rate=2,deal_count=1")),
        "--store": (NOW, (*NOW, "--store", "past")),
        "--format": ((), ("--format", "table")),
    },
    "replay": {
        "": ("--format", "csv", "--back", "3q"),
        "--back": ((), ("--back", "2q")),
        "--partner": ((), ("--partner", "Ada")),
        "--store": (NOW, (*NOW, "--store", "past")),
        "--format": ((), ("--format", "json")),
        "--out": ((), ("--out", "replayed.csv")),
    },
    "snapshot": {
        "": ("--store", "store"),
        "--store": ((), ("--store", "elsewhere")),
        "--on": ((), ("--on", "2025-12-30")),
        "--replace": (("--on", "2025-12-01"), ("--on", "2025-12-01", "--replace")),
    },
    "what-if": {
        "": ("--format", "json"),
        "--partner": ((), ("--partner", "Ada")),
        "--employee": ((), ("--employee", "Eve")),
        "--department": ((), ("--department", "North")),
        "--unit": ((), ("--unit", "Cloud")),
        "--window": ((), ("--window", "2026-02")),
        "--set": ((), ("--set", "close_rate=+5pp")),
        "--scenario": ((), ("--scenario", "scenario.json")),
        "--target": ((), ("--target", "100000")),
        "--goal": (("--target", "900000"), ("--target", "900000", "--goal", "close_rate")),
        "--returns": (
            ("--set", "spend.paid=+50%"),
            ("--set", "spend.paid=+50%", "--returns", "0.9"),
        ),
        "--format": ((), ("--format", "table")),
        "--save": ((), ("--save", "kept.json")),
        "--out": ((), ("--out", "compared.csv")),
    },
    "lab": {
        "": (),
        "--as-of": ((), NOW),
        "--mapping": ((), ("--mapping", "mapping.toml")),
        "--lang": ((), ("--lang", "tr")),
        "--dir": ((), ("--dir", "mine")),
    },
    "report": {  # what run_reports is called with; what it does with it is tested in tests/reports
        "": (),
        "--window": ((), ("--window", "2025-Q2")),
        "--partner": ((), ("--partner", "Ada")),
        "--out": ((), ("--out", "elsewhere")),
        "--jobs": ((), ("--jobs", "3")),
        "--lang": ((), ("--lang", "tr")),
        "--store": ((), ("--store", "store")),
        "--rules": ((), ("--rules", "rules.toml")),
        "--cluster": ((), ("--cluster", "tcp://localhost:1")),
        "--share": ((), ("--share", "memory://share")),
        "--format": ((), ("--format", "pdf")),
        "--edition": ((), ("--edition", "partner")),
        "--logo": ((), ("--logo", "logo.png")),
        "--accent": ((), ("--accent", "#0a7")),
        "--server": ((), ("--server", "cold")),
        "--force": ((), ("--force",)),
        "--only-failed": ((), ("--only-failed",)),
        "--cell-timeout": ((), ("--cell-timeout", "7")),
        "--timeout": ((), ("--timeout", "7")),
        "--memory": ((), ("--memory", "77")),
    },
}


REFUSED = ("--query", "--replace")  # with it, and without it


def cases():
    for command, own in COMMANDS.items():
        if command != "lab":
            for option, (source, one, other) in READING.items():
                yield pytest.param(command, option, source, one, other, id=f"{command} {option}")
        for option, words in own.items():
            if option:
                source = "staged" if words[1][-1:] == ("past",) else "deals"
                yield pytest.param(command, option, source, *words, id=f"{command} {option}")


def options(command: str) -> set[str]:
    found = cli.main.get_command(None, command).params
    return {max(one.opts, key=len) for one in found if isinstance(one, click.Option)}


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_option_has_a_case(command):
    shared = {} if command == "lab" else READING
    assert options(command) == {*shared, *COMMANDS[command]} - {""}


@pytest.mark.parametrize(("command", "option", "source", "words", "other"), [*cases()])
def test_an_option_changes_what_it_promises(command, option, source, words, other, place, called):
    standard = COMMANDS[command][""]
    before = outcome(place / "one", command, source, *standard, *words, called=called)
    after = outcome(place / "other", command, source, *standard, *other, called=called)
    assert before != after
    if option not in REFUSED:  # an error would be another answer, but not what is promised
        assert (before[0], after[0]) == (0, 0), (before[1], after[1])


def test_the_same_words_give_the_same_answer(place, called):
    for command in ("check", "kpis", "plan", "replay", "snapshot", "what-if"):
        words = (command, "deals", *COMMANDS[command][""], *NOW)
        one = outcome(place / f"{command} one", *words, called=called)
        assert one == outcome(place / f"{command} other", *words, called=called)
        assert one[0] == 0, one[1]


def outcome(folder: Path, command: str, source: str, *words, called):
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    for name in ("mapping.toml", "query.sql", "rules.toml", "scenario.json"):
        Path(name).write_bytes((folder.parent / name).read_bytes())
    if command == "snapshot" and "2025-12-01" in words:  # a different state of that day is there
        other = folder.parent / "decimals"
        arguments = ["snapshot", str(other), "--store", "store", "--on", "2025-12-01"]
        CliRunner().invoke(cli.main, [*arguments, "--decimal", "."])
    if "past" in words:
        arguments = ["snapshot", str(folder.parent / source), "--store", "past"]
        CliRunner().invoke(cli.main, [*arguments, "--on", "2025-06-30", "--replace"])
    called.clear()
    answer = CliRunner().invoke(cli.main, [command, str(folder.parent / source), *words])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    files = {str(p): p.read_bytes() for p in sorted(Path().rglob("*")) if p.is_file()}
    return answer.exit_code, answer.output, files, called.copy()


@pytest.fixture
def called(monkeypatch):
    """What `run_reports` was called with, as text; JupyterLab is not started either."""
    seen = {}

    class Run:
        records, failed, unchanged, out = (), (), 0, Path("reports")

    def run_reports(source, **named):
        seen.update({name: repr(value) for name, value in named.items() if not callable(value)})
        return Run

    monkeypatch.setattr("kpi_helpers.reports.run.run_reports", run_reports)
    monkeypatch.setattr("jupyterlab.labapp.main", lambda words: None)
    return seen


@pytest.fixture
def place(exports, monkeypatch):
    monkeypatch.chdir(exports)  # and back again afterwards
    return exports


@pytest.fixture
def exports(tmp_path):
    """Exports of one small programme, and the files that options name."""
    rows = [*deals()]
    plain = [row | {"currency": "EUR"} for row in rows]
    write(tmp_path / "deals" / "deals.csv", rows)
    rates = [{"date": f"2025-{m:02}-01", "currency": "USD", "rate": "0.5"} for m in range(1, 13)]
    rates.append(rates[0] | {"date": "2024-01-01"})
    write(tmp_path / "deals" / "rates.csv", rates)
    stages = {"won": ("Offer", "Offer", "Talk"), "lost": ("Talk", "Talk", "Offer")}
    said = [stages.get(row["status"], ("Offer",) * 3)[at % 3] for at, row in enumerate(plain)]
    staged = [row | {"stage": stage} for row, stage in zip(plain, said, strict=True)]
    write(tmp_path / "staged" / "deals.csv", staged)
    write(tmp_path / "no rates" / "deals.csv", rows)
    renamed = {"amount": "Est. revenue", "list_price": "Expected Revenue"}
    crms = [{renamed.get(name, name): cell for name, cell in row.items()} for row in plain]
    write(tmp_path / "two crms" / "deals.csv", crms)
    months = [f"2025-{month:02}" for month in range(1, 13)]
    spend = [
        {"month": m, "partner": p, "channel": c, "amount": "900"}
        for m in months
        for p in ("Ada", "Bay")
        for c in ("paid", "earned")
    ]
    write(tmp_path / "deals" / "spend.csv", spend)
    write(tmp_path / "letters" / "deals.csv", plain)
    polish = tmp_path / "letters" / "deals.csv"
    polish.write_bytes(polish.read_text(encoding="utf-8").replace("Ada", "Łada").encode("cp1250"))
    write(tmp_path / "decimals" / "deals.csv", [row | {"amount": "1.234"} for row in plain])
    write(tmp_path / "shares" / "deals.csv", [row | {"credit": "1"} for row in plain])
    dates = [
        row
        | {"created_on": "02/03/2025", "closed_on": row["closed_on"] and "04/05/2025"}
        | {"expected_close_on": "06/07/2025"}
        for row in plain
    ]
    write(tmp_path / "dates" / "deals.csv", dates)
    (tmp_path / "mapping.toml").write_text('[columns]\namount = "list_price"\n', encoding="utf-8")
    (tmp_path / "query.sql").write_text("SELECT 1", encoding="utf-8")
    rules = RULES.read_text(encoding="utf-8").replace("fewest_closed = 10", "fewest_closed = 999")
    (tmp_path / "rules.toml").write_text(rules, encoding="utf-8")
    scenario = {"name": "more", "set": {"average_deal_size": "+10%"}}
    (tmp_path / "scenario.json").write_text(json.dumps(scenario), encoding="utf-8")
    return tmp_path


def deals():
    for at in range(120):
        status = ("won", "lost", "open", "won", "lost")[at % 5]
        month = 1 + at % 9
        yield {
            "deal_id": f"D{at}",
            "partner": ("Ada", "Bay")[at % 2],
            "owner": ("Eve", "Kim", "Noa")[at % 3],
            "department": ("North", "South")[at // 2 % 2],
            "unit": ("Cloud", "Hardware")[at // 3 % 2],
            "channel": ("paid", "earned", "owned")[at % 3],
            "status": status,
            "amount": str(1000 + 37 * at),
            "list_price": str(5000 + 11 * at),
            "currency": ("EUR", "USD")[at % 7 == 0],
            "probability": "0.5" if status == "open" else "",
            "created_on": f"2025-{month:02}-{1 + at % 27:02}",
            "closed_on": "" if status == "open" else f"2025-{month + 3:02}-{1 + at % 25:02}",
        }


def write(path: Path, rows: list[dict]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
