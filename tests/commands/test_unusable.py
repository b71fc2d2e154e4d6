"""An export without a usable row: every command that counts deals says the same line."""

import openpyxl
import pytest
from click.testing import CliRunner

from kpi_helpers import cli

HEADER = ["deal_id", "partner", "status", "amount", "created_on", "closed_on"]
ROWS = [
    ["1", "Ada", "perhaps", "5", "2025-01-01", "2025-02-01"],
    ["2", "", "won", "5", "2025-01-01", "2025-02-01"],
]
COMMANDS = {
    "report": ["--out", "reports"],
    "kpis": [],
    "plan": [],
    "what-if": [],
    "snapshot": ["--store", "store"],
}


def csv(folder, rows):
    path = folder / "deals.csv"
    path.write_text("\n".join(",".join(row) for row in [HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def xlsx(folder, rows):
    book = openpyxl.Workbook()
    for row in [HEADER, *rows]:
        book.active.append(row)
    book.save(folder / "deals.xlsx")
    return folder / "deals.xlsx"


@pytest.mark.parametrize("write", [csv, xlsx])
@pytest.mark.parametrize("rows", [ROWS, []], ids=["all rejected", "no row"])
def test_every_command_says_the_same_line(tmp_path, monkeypatch, write, rows):
    monkeypatch.chdir(tmp_path)
    source = str(write(tmp_path, rows))
    answers = {
        command: CliRunner().invoke(cli.main, [command, source, *words])
        for command, words in COMMANDS.items()
    }
    lines = {answer.stderr.strip().splitlines()[-1] for answer in answers.values()}
    assert {answer.exit_code for answer in answers.values()} == {2}
    (line,) = lines
    assert line.startswith("partner-kpis: ")
    if rows:
        assert "2 rows in = 0 used + 2 rejected" in line and '"perhaps" is not known' in line
        rejected = (tmp_path / "reports" / "rejected.csv").read_text(encoding="utf-8")
        assert rejected.count("\n") >= 3
