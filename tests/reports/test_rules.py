"""The user's own rules of recommendations: kept beside the prepared data, so that reports and later
runs know them."""

import pytest
from conftest import write_export

from kpi_helpers import partner_view
from kpi_helpers.errors import UnknownValue
from kpi_helpers.judging import read_rules
from kpi_helpers.reports import run_reports, schedule
from kpi_helpers.views.portfolio import portfolio_view
from reports.small import small_notebook

ASKED = {"window": "2025-Q4", "as_of": "2025-12-31", "jobs": 2}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`run(**options)` makes the reports of A and B; `run.said` is what it told."""
    source, notebook = tmp_path / "deals.csv", small_notebook(tmp_path / "small.ipynb", "'nothing'")
    write_export(source, ["A", "B"])
    monkeypatch.setattr(schedule, "notebook_path", lambda name=schedule.REPORT: notebook)

    def again(**options):
        again.said = []
        return run_reports(source, out=tmp_path / "out", say=again.said.append, **ASKED, **options)

    again.prepared, again.mine = tmp_path / "out/prepared", tmp_path / "mine.toml"
    return again


def test_own_rules_reach_each_report_and_other_ones_make_it_again(run):
    run.mine.write_text('[rules.stale]\ntext = "Look at {count}."\n', encoding="utf-8")
    run(rules=run.mine)
    assert partner_view(run.prepared, "A").planned[1] == read_rules(run.mine) != read_rules()
    assert portfolio_view(run.prepared).everyone.rules == run.prepared / "rules.toml"
    run(rules=run.mine)
    assert run.said == ["nothing has changed since the last run"]
    run.mine.write_text("[rules.stale]\nfewest = 1\n", encoding="utf-8")
    assert run(rules=run.mine).unchanged == 0
    assert run().unchanged == 0
    assert partner_view(run.prepared, "A").planned[1] == read_rules()


def test_faulty_rules_are_refused_before_anything_is_made(run):
    run.mine.write_text("[rules.stael]\nfewest = 1\n", encoding="utf-8")
    with pytest.raises(UnknownValue, match="stael"):
        run(rules=run.mine)
    assert not run.prepared.exists()
