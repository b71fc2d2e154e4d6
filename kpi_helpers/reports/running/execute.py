"""Carry out a plan, several reports at a time: in children of the warm server, or cold in
processes of their own."""

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from kpi_helpers.reports.running.child import failed_record
from kpi_helpers.reports.schedule import Job
from kpi_helpers.system.confine import end_tree
from kpi_helpers.system.scratch import scratch

ENGINES = ("auto", "warm", "cold")
MOST_STARTS = 3  # servers that may die before the rest of a plan goes the cold way


def execute(schedule: list[Job], jobs: int, server: str = "auto") -> Iterator[dict]:
    """A record for each job, as they finish; it tells which server ran it, and why when the warm
    one could not."""
    why = "" if server != "cold" else "asked for"
    left = deque(schedule)
    if server != "cold" and sys.platform == "linux":
        for record in _warm(left, jobs):
            yield record | {"server": "warm"}
        why = "the warm server could not start or died"
    elif server != "cold":
        why = f"no warm server on {sys.platform}"
    for record in _cold(list(left), jobs):
        yield record | {"server": "cold", "server_why": why}


def _environment(folder: Path) -> dict[str, str]:
    """One thread each: several reports share the processors, and a server with threads cannot be
    forked.

    What reports leave in their temporary folder goes with `folder`.
    """
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    arrow = {
        "JE_ARROW_MALLOC_CONF": "background_thread:false"
    }  # pyarrow, where installed, starts one at import
    own = {
        name: value for name, value in os.environ.items() if name != "MPLBACKEND"
    }  # a cell's figures are inline
    named = {
        "IPYKERNEL_CELL_NAME": "cell"
    }  # a warning names the cell's file, which is else another one in each run
    return own | single | arrow | named | {"PYTHONUTF8": "1", "TMPDIR": str(folder)}


@contextmanager
def _warm_server():
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with scratch() as folder:
        command = [sys.executable, "-m", "kpi_helpers.reports.running.warm_server", str(folder)]
        process = subprocess.Popen(
            command,
            env=_environment(folder),
            text=True,
            encoding="utf-8",
            start_new_session=True,
            **pipes,
        )
        try:
            yield process
        finally:
            end_tree(process.pid)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError):  # what was still to be told is told to nobody
                    pipe.close()


def _warm(left: deque[Job], jobs: int) -> Iterator[dict]:
    """Takes jobs off `left` as they finish; what is left when it returns is for the cold path."""
    for _ in range(MOST_STARTS):
        if not left:
            return
        with _warm_server() as server:
            hello = server.stdout.readline()
            if not hello or not json.loads(hello)["ready"]:
                continue
            running: dict[str, Job] = {}
            waiting = deque(left)
            while waiting or running:
                while waiting and len(running) < jobs:
                    job = waiting.popleft()
                    running[job.partner] = job
                    if not _told(server, job):
                        break
                line = server.stdout.readline()
                if not line:
                    break
                record = _record(json.loads(line), running)
                left.remove(running.pop(record["partner"]))
                yield record


def _told(server: subprocess.Popen, job: Job) -> bool:
    try:
        server.stdin.write(json.dumps(asdict(job)) + "\n")
        server.stdin.flush()
    except BrokenPipeError:
        return False
    return True


def _record(answer: dict, running: dict[str, Job]) -> dict:
    if "record" in answer:
        return answer["record"]
    died = answer["died"]
    return failed_record(asdict(running[died["partner"]]), died["cell"], died["error"])


def _cold(schedule: list[Job], jobs: int) -> Iterator[dict]:
    running: set[subprocess.Popen] = set()
    stopped = threading.Event()
    with scratch() as folder, ThreadPoolExecutor(jobs) as pool:
        waiting = [pool.submit(_in_process, job, running, stopped, folder) for job in schedule]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for process in list(running):
                end_tree(process.pid)
            raise


def _in_process(job: Job, running: set, stopped: threading.Event, folder: Path) -> dict | None:
    """The report in a process of its own, so that nothing it does reaches the others; None when the
    run stopped."""
    command = [sys.executable, "-m", "kpi_helpers.reports.running.child"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(
        command,
        env=_environment(folder),
        text=True,
        encoding="utf-8",
        start_new_session=True,
        **pipes,
    )
    running.add(process)
    late = ""
    try:
        answer, complaint = process.communicate(json.dumps(asdict(job)), timeout=job.limits.seconds)
    except subprocess.TimeoutExpired:
        late = f"it took longer than {job.limits.seconds:g} seconds"
        end_tree(process.pid)
        process.communicate()
    finally:
        running.discard(process)
    if stopped.is_set():
        return None
    if late:
        return failed_record(asdict(job), None, late)
    try:
        return json.loads(answer.splitlines()[-1])
    except (IndexError, ValueError):
        last = (complaint.strip().splitlines() or ["no message"])[-1]
        return failed_record(
            asdict(job), None, f"its process ended with exit code {process.returncode}: {last}"
        )
