"""Progress of a run: a bar on a terminal, plain lines elsewhere."""

import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


class Progress:
    """`told` prints a line, `done` counts a finished report."""

    def __init__(self) -> None:
        self._console = Console(stderr=False, highlight=False, markup=False, soft_wrap=True)
        self._bar = None
        if sys.stdout.isatty():
            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=self._console, transient=True)
        self._task = None
        self._count = 0

    def __enter__(self) -> "Progress":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_) -> None:
        if self._bar:
            self._bar.stop()

    def told(self, line: str) -> None:
        self._console.print(line)

    def done(self, record: dict, total: int) -> None:
        self._count += 1
        if self._bar is None:
            self._console.print(f"{self._count}/{total} {record['status']}: {record['partner']}")
            return
        if self._task is None:
            self._task = self._bar.add_task("reports", total=total)
        self._bar.update(self._task, advance=1)
