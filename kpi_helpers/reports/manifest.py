"""The manifest of a folder of reports: a JSON line each, on disk as soon as the report is, read by
the next run."""

import json
from contextlib import suppress
from pathlib import Path

from kpi_helpers.reports import digest
from kpi_helpers.reports.schedule import Job
from kpi_helpers.system.whole_files import write_whole

FILE = "manifest.jsonl"
PAGE = "report.html"


class Manifest:
    """A line a partner: how its report went, with which parameters and versions, by which server,
    made of what (`key`) and into what (`files`). Reading it never fails: a line that a crash cut
    off is a report that is not there.
    """

    def __init__(self, out: Path) -> None:
        self.path = out / FILE
        self.lines: dict[str, dict] = {}
        for line in (
            self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else ()
        ):
            try:
                record = json.loads(line)
                self.lines[record["partner"]] = record
            except (ValueError, KeyError, TypeError):
                continue

    def add(self, job: Job, record: dict, key: str) -> dict:
        """Keep a finished report's record."""
        line = record | {"parameters": job.parameters, "versions": digest.versions(), "key": key}
        folder = Path(job.folder)
        made = (
            [path for path in folder.iterdir() if not path.name.startswith(".")]
            if folder.exists()
            else []
        )
        line["files"] = {path.name: digest.of_file(path) for path in sorted(made)}
        self.lines[job.partner] = line
        with (
            suppress(OSError),
            self.path.open("a", encoding="utf-8") as file,
        ):  # a full disk: `close` tells
            file.write(_line(line))
        return line

    def failed(self, partner: str) -> bool:
        return self.lines.get(partner, {"status": "ok"})["status"] != "ok"

    def is_current(self, partner: str, key: str) -> bool:
        """Whether the partner's report is there, good, made of the same, and its files as they were
        made."""
        line = self.lines.get(partner, {})
        return (
            line.get("status") == "ok"
            and line.get("key") == key
            and _intact(self.path.parent / line["slug"], line["files"])
        )

    def close(self, schedule: list[Job]) -> list[dict]:
        """Write the lines whole, in the plan's order; those of other partners stay if window and
        date are the same."""
        planned = {
            job.partner: self.lines[job.partner] for job in schedule if job.partner in self.lines
        }
        same = (
            {name: schedule[0].parameters[name] for name in ("window", "as_of")} if schedule else {}
        )
        others = {
            partner: line
            for partner, line in self.lines.items()
            if partner not in planned
            and same.items() <= line["parameters"].items()
            and (self.path.parent / line["slug"] / PAGE).exists()
        }
        self.lines = planned | others
        write_whole(self.path, "".join(map(_line, self.lines.values())))
        return list(self.lines.values())


def _intact(folder: Path, files: dict[str, str]) -> bool:
    return PAGE in files and all(
        digest.of_file(folder / name) == made for name, made in files.items()
    )


def _line(record: dict) -> str:
    return f"{json.dumps(record, ensure_ascii=False)}\n"
