"""The warm server: one process with everything a report imports loaded and used once; a forked
child per report.

`python -m kpi_helpers.reports.running.warm_server SCRATCH` reads jobs as JSON lines on stdin and
answers each with a record on stdout. It has one thread and never runs a report itself, so what a
report does to its process ends with that process.
"""

import contextlib
import gc
import json
import os
import random
import selectors
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.system.confine import adopt_orphans, die_with_parent, limit

FIGURES = 12  # empty ones for a report to draw into
GRACE = 5.0  # seconds between asking a late child to stop (SIGINT) and ending its session (SIGKILL)


@dataclass
class Child:
    """A report under way; `heard` is what it has told through `pipe`, last at `heard_at`: when its
    cell began."""

    pid: int
    pipe: int
    job: dict
    began: float
    heard_at: float
    heard: bytes = b""
    asked: float | None = None
    why: str = ""


class TimeLimit(KeyboardInterrupt):
    """Raised in a report that takes too long; like Ctrl-C it passes by `except Exception`."""


def _late(limits: dict, began: float, cell_began: float) -> str:
    now = time.monotonic()
    if now - began > limits["seconds"]:
        return f"it took longer than {limits['seconds']:g} seconds"
    if now - cell_began > limits["cell_seconds"]:
        return f"the cell took longer than {limits['cell_seconds']:g} seconds"
    return ""


def warm() -> None:
    """Import and use what the first report would otherwise import lazily."""
    import duckdb  # noqa: F401  imported only: a connection would start threads
    import matplotlib as mpl

    mpl.use("agg")
    import narwhals as nw
    import nbformat
    import numpy as np
    import pandas as pd
    import papermill  # noqa: F401
    import pyarrow.dataset
    import pyarrow.parquet  # noqa: F401
    import scipy.stats  # noqa: F401

    from kpi_helpers.history import changes  # noqa: F401
    from kpi_helpers.reading.files import dataframes  # noqa: F401
    from kpi_helpers.reports.pages import report
    from kpi_helpers.reports.running import child, recorder  # noqa: F401
    from kpi_helpers.showing.figures import Picture, trend
    from kpi_helpers.showing.figures.base import lay_out
    from kpi_helpers.stats import time_to_outcome  # noqa: F401
    from kpi_helpers.views import partner  # noqa: F401

    periods = pd.DataFrame(
        {"period": ["a", "b"], "value": [0.2, 0.4], "low": [0.1, 0.2], "high": [0.3, np.nan]}
    )
    Picture(lambda ax: trend(periods, unit="ratio", title="Warming – ısınma", peers=0.3, ax=ax), "")
    lay_out(FIGURES)
    nw.from_native(periods)
    cells = [
        nbformat.v4.new_markdown_cell("# Warming\n\n- *a* `b`"),
        nbformat.v4.new_code_cell("1 + 1"),
    ]
    report.page(nbformat.v4.new_notebook(cells=cells), title="")
    recorder.start_shell()


def threads() -> int:
    tasks = Path("/proc/self/task")
    return sum(1 for _ in tasks.iterdir()) if tasks.is_dir() else 1


def serve(scratch: str) -> None:
    """Until stdin ends, which it does when the runner is gone, however it went: then `scratch`
    goes, too."""
    adopt_orphans()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    warm()
    print(json.dumps({"ready": threads() == 1, "threads": threads()}), file=answers)
    gc.collect()
    gc.freeze()
    woken, waking = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    selector = selectors.DefaultSelector()
    for fd in (0, woken):
        selector.register(fd, selectors.EVENT_READ)
    children: dict[int, Child] = {}
    pending = b""
    while True:
        ready = [key.fd for key, _ in selector.select(timeout=0.5 if children else None)]
        if 0 in ready:
            chunk = os.read(0, 65536)
            if not chunk:  # the runner is done, or gone
                break
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                one = _fork(json.loads(line), (woken, waking))
                children[one.pid] = one
        if woken in ready:
            os.read(woken, 4096)
        for one in _ended(children):
            print(json.dumps(one), file=answers)
        for one in children.values():
            _hurry(one)
    for one in children.values():
        _end(one.pid)
    shutil.rmtree(scratch, ignore_errors=True)


def _fork(job: dict, private: tuple[int, ...]) -> Child:
    reading, writing = os.pipe2(os.O_NONBLOCK)
    server, now = os.getpid(), time.monotonic()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading, job, now, now)
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for fd in (reading, *private):
            os.close(fd)
        _become_child(job, server)
        _report(job, writing, now)
        status = 0
    finally:
        os._exit(status)


def _ended(children: dict[int, Child]) -> list[dict]:
    """Reap what has ended: reports become answers, orphans that reports left behind are ended
    too."""
    answers = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return answers
        if not pid:
            return answers
        one = children.pop(pid, None)
        if one:
            _end(pid)
            _hear(one)
            os.close(one.pipe)
            _end_orphans(children)
            answers.append(_answer(one, status))


def _end_orphans(children: dict[int, Child]) -> None:
    """What the report that ended had detached from its session is ours now; nothing of it may
    stay."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    for pid in map(int, listed.read_text().split()) if listed.exists() else ():
        if pid not in children:
            _end(pid, session=False)


def _hear(one: Child) -> None:
    try:
        while chunk := os.read(one.pipe, 65536):
            one.heard += chunk
            one.heard_at = time.monotonic()
    except BlockingIOError:
        pass


def _become_child(job: dict, server: int) -> None:
    """A session, limits and random state of its own; what it detaches is its own too, and the
    server's at its end."""
    os.setsid()
    die_with_parent(server)
    adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    limit(job["limits"]["memory_mb"], job["limits"]["file_mb"])
    import numpy as np

    random.seed()
    np.random.seed()  # noqa: NPY002  the notebooks of others may use the global one


def _report(job: dict, writing: int, began: float) -> None:
    from kpi_helpers.reports.running.child import make_report

    cell_began = began

    def interrupted(*_) -> None:
        raise TimeLimit(_late(job["limits"], began, cell_began) or "it was interrupted")

    def tell(**what) -> None:
        os.set_blocking(writing, True)
        os.write(writing, json.dumps(what).encode() + b"\n")

    def started(index: int) -> None:
        nonlocal cell_began
        cell_began = time.monotonic()
        tell(cell=index)

    signal.signal(signal.SIGINT, interrupted)
    tell(record=make_report(job, engine_name="partner-kpis-warm", started=started))


def _hurry(one: Child) -> None:
    """Keep its pipe empty; ask a late child to stop, then end it with everything it started."""
    _hear(one)
    if one.asked is None:
        one.why = _late(one.job["limits"], one.began, one.heard_at)
        if one.why:
            one.asked = time.monotonic()
            os.kill(one.pid, signal.SIGINT)
    elif time.monotonic() - one.asked > GRACE:
        _end(one.pid)


def _end(pid: int, session: bool = True) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if session else os.kill)(pid, signal.SIGKILL)


def _answer(one: Child, status: int) -> dict:
    """The child's own record, or how it died and in which cell."""
    records = [json.loads(line) for line in one.heard.splitlines()]
    for line in records:
        if "record" in line:
            return line
    if one.asked is not None:
        how = one.why
    elif os.WIFSIGNALED(status):
        how = f"its process was ended by {signal.Signals(os.WTERMSIG(status)).name}"
    else:
        how = f"its process ended with exit code {os.WEXITSTATUS(status)}"
    cell = next((line["cell"] for line in reversed(records)), None)
    return {"died": {"partner": one.job["partner"], "cell": cell, "error": how}}


if __name__ == "__main__":
    serve(sys.argv[1])
