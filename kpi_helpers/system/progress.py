"""Progress of a run: a bar on a terminal and in a notebook, plain lines elsewhere."""

import sys
from collections.abc import Callable
from functools import wraps


def shown_in_notebooks(run: Callable) -> Callable:
    """`run` shows its progress where it is called in a notebook, unless the caller hears it with
    `told` or `done`."""

    @wraps(run)
    def shown(*given, **options):
        if "ipykernel" not in sys.modules or {"told", "done"} & options.keys():
            return run(*given, **options)
        with Progress() as progress:
            return run(*given, told=progress.told, done=progress.done, **options)

    return shown


class Progress:
    """`told` prints a line, `done` counts a finished report."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._console = Console(stderr=False, highlight=False, markup=False, soft_wrap=True)
        self._bar = None
        if sys.stdout.isatty() or self._console.is_jupyter:
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
