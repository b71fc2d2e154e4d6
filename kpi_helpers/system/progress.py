"""Progress of a run: a bar on a terminal and in a notebook, plain lines elsewhere."""

import sys
from collections.abc import Callable
from functools import wraps


def shown_in_notebooks(run: Callable) -> Callable:
    """`run` shows its progress where it is called in a notebook, unless the caller hears it with
    `say` or `done`."""

    @wraps(run)
    def shown(*given, **options):
        if "ipykernel" not in sys.modules or {"say", "done"} & options.keys():
            return run(*given, **options)
        with Progress() as progress:
            return run(*given, say=progress.say, done=progress.done, **options)

    return shown


class Progress:
    """`say` prints a line, `done` counts a finished report."""

    def __init__(self) -> None:
        self._bar = None
        self._count = 0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            self._bar.close()

    def say(self, line: str) -> None:
        if self._bar is None:
            print(line, flush=True)
        else:
            self._bar.write(line)

    def done(self, record: dict, total: int) -> None:
        self._count += 1
        if not (sys.stdout.isatty() or "ipykernel" in sys.modules):
            self.say(f"{self._count}/{total} {record['status']}: {record['partner']}")
            return
        if self._bar is None:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=total, desc="reports", file=sys.stdout, leave=False)
        self._bar.update()
