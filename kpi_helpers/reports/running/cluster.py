"""A plan on a Dask cluster: a warm server on each worker, one report a worker thread, small
records back.

Notebooks and pages never travel through the scheduler. They are written to the run's folder, where
all machines share one, or handed over through an fsspec URL (`share`). Dask makes a report again
only when its worker, its server or the storage failed; a report's own failure is a record like
any other.
"""

import json
import platform
import shutil
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reports.running.child import failed_record
from kpi_helpers.reports.running.execute import _record, _told, _warm_server, execute
from kpi_helpers.reports.schedule import Job, notebook_path
from kpi_helpers.system.whole_files import UNFINISHED, write_whole

try:
    from distributed import Client, WorkerPlugin, as_completed, get_worker
    from distributed.comm.addressing import get_address_host_port
    from fsspec.core import url_to_fs
except ImportError:
    raise KitError(
        Argument("cluster"),
        " needs Dask; install it with pip install 'partner-kpi-kit[cluster]'.",
    ) from None

REACHED = 10  # seconds to find the scheduler
PATIENCE = 60  # seconds without any worker that can take part
PAUSE = 0.1  # seconds between looks for finished reports
RETRIES = 2
# seconds without a report after which a worker's server goes: its run may have been killed
IDLE = 120
SAME = (
    "partner-kpi-kit",
    "narwhals",
    "pandas",
    "seaborn",
    "matplotlib",
)  # else reports would depend on their worker


def execute_on(
    address: str, schedule: list[Job], server: str = "auto", share: str | None = None
) -> Iterator[dict]:
    """A record for each job, as they finish on the workers of the scheduler at `address`, like
    `execute`'s.

    Without `share` all machines must see the plan's folders under the same path. `share` is an
    fsspec URL (s3://..., file://...) through which the prepared data go to the workers and the
    reports come back. Raises `KitError` where the scheduler, the workers or the folder are not as
    they must be, or when the scheduler is lost.
    """
    if not schedule:
        return
    with connected(address) as client, _stationed(client, schedule, server, share) as station:
        only = {station.name: 1}  # workers that have a station
        futures = client.map(
            partial(_make, station.name), schedule, pure=False, retries=RETRIES, resources=only
        )
        jobs = {future.key: job for future, job in zip(futures, schedule, strict=True)}
        try:
            for key, answer in _as_completed(client, futures, station.name):
                match answer:
                    case dict():
                        yield _fetched(station, jobs[key], answer)
                    case _, error, _:
                        yield failed_record(asdict(jobs[key]), None, _fault(error)) | {
                            "server": server
                        }
                    case _:
                        raise KitError(
                            f"The scheduler at {address} was lost; run again to make what is "
                            f"missing."
                        )
        finally:
            if client.status == "running":
                client.cancel(futures)


@contextmanager
def connected(address: str):
    """A client of a scheduler whose workers all run this kit in these versions."""
    try:
        get_address_host_port(address, strict=True)  # Client leaves threads behind where this fails
        client = Client(address, timeout=REACHED, set_as_default=False)
    except (OSError, ValueError) as error:
        raise KitError(
            f"There is no Dask scheduler at {address} ({error}). Start one with dask scheduler, "
            f"and give its address."
        ) from None
    with client:
        _refuse_others(client, address)
        yield client


def slots(address: str) -> int:
    """How many reports the cluster makes at a time: the threads of its workers."""
    with connected(address) as client:
        return sum(client.nthreads().values())


def versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in SAME}


def _refuse_others(client, address: str) -> None:
    """Asked with functions of the standard library only: the kit may be missing over there."""
    if not client.nthreads():
        raise KitError(
            f"The scheduler at {address} has no workers. Start some with dask worker {address}."
        )
    mine = versions()
    for name, have in mine.items():
        ask = (platform.python_version,) if name == "python" else (version, name)
        there = {"the scheduler": _asked_scheduler(client, ask)} | client.run(
            *ask, on_error="return"
        )
        for who, has in there.items():
            if has != have:
                has = "does not have it" if isinstance(has, Exception) else f"has {has}"
                raise KitError(
                    f"This machine has {name} {have}; {who} {has}. Install the same versions on "
                    f"every machine of the "
                    "cluster: pip install -r requirements.lock, then the kit."
                )


def _asked_scheduler(client, ask: tuple):
    try:
        return client.run_on_scheduler(*ask)
    except Exception as error:
        return error


def _as_completed(client, futures: list, resource: str) -> Iterator[tuple]:
    """Keys with answers: records, or what `sys.exc_info` gives, or a `CancelledError` where the
    scheduler was lost.

    Raises `KitError` when all workers that have the resource stay away.
    """
    completed = as_completed(futures, loop=client.loop, with_results=True, raise_errors=False)
    seen = asked = time.monotonic()
    while not completed.is_empty():
        batch = completed.next_batch(block=False)
        for future, answer in batch:
            # else the report is made again when the worker that still holds its record dies
            future.release()
            yield future.key, answer
        now = time.monotonic()
        if now - asked > PATIENCE / 10:
            asked = now
            workers = client.scheduler_info(n_workers=-1)["workers"].values()
            seen = now if any(resource in worker["resources"] for worker in workers) else seen
            if now - seen > PATIENCE:
                raise KitError(
                    f"No worker of the cluster could take part for {PATIENCE} seconds; mend it, "
                    f"run again."
                )
        if not batch:
            time.sleep(PAUSE)


def _fetched(station: "Station", job: Job, record: dict) -> dict:
    try:
        station.fetch(job)
    except Exception as error:  # each storage has its own
        return failed_record(
            asdict(job), None, f"the report did not come back: {type(error).__name__}: {error}"
        )
    return record


def _fault(error: BaseException) -> str:
    return f"the cluster could not make it: {type(error).__name__}: {error}"[:2000]


# ---- what a run leaves on each worker ----


class Station(WorkerPlugin):
    """A run's place on a worker: its server, and its copy of the prepared data where machines
    share no folder."""

    def __init__(self, prepared: Path, server: str, share: str | None) -> None:
        self.name = f"partner-kpis-{uuid.uuid4().hex}"  # also of the resource that its workers have
        self._marker = prepared / f"{UNFINISHED}{self.name}"
        self._way = server
        self._versions = versions()
        self._share = f"{share.rstrip('/')}/{self.name}" if share else None

    async def setup(self, worker) -> None:
        """Raises `KitError` for a worker that cannot take part; one that joins late gets no reports
        then."""
        self._warm, self._own, self._lock = SharedServer(), None, threading.Lock()
        self._scratch = worker.local_directory
        if versions() != self._versions:
            raise KitError(
                f"{worker.address} has other versions ({versions()}) than this run "
                f"({self._versions})."
            )
        if not (self._seen() if self._share else self._marker.exists()):
            raise KitError(
                f"The worker {worker.address} does not see {self._share or self._marker.parent}. "
                "Give a folder that all machines share with ",
                Argument("out"),
                ", or storage that they share with ",
                Argument("share", "s3://bucket/folder"),
                ".",
            )
        await worker.set_resources(**{self.name: worker.state.nthreads})

    async def teardown(self, worker) -> None:
        await worker.set_resources(**{self.name: 0})
        self._warm.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)

    def make(self, job: Job) -> dict:
        if not Path(job.notebook).exists():
            job = replace(job, notebook=str(notebook_path(Path(job.notebook).name)))
        if not self._share:
            return self._here(job)
        job = replace(job, folder=str(self._prepared().parent / job.slug))
        record = self._here(job)
        fs, base = url_to_fs(self._share)
        fs.makedirs(f"{base}/{job.slug}", exist_ok=True)
        for path in Path(job.folder).iterdir():
            fs.put_file(str(path), f"{base}/{job.slug}/{path.name}")
        shutil.rmtree(job.folder)
        return record

    def _here(self, job: Job) -> dict:
        if self._way == "cold" or sys.platform != "linux":
            return next(execute([job], 1, self._way))
        return self._warm.make(job) | {"server": "warm"}

    def _prepared(self) -> Path:
        """This worker's own copy of the prepared data, made when the first report asks for it."""
        with self._lock:
            if self._own is None:
                own = tempfile.mkdtemp(prefix="kpi-", dir=self._scratch)
                fs, base = url_to_fs(self._share)
                fs.get(f"{base}/prepared/", f"{own}/prepared/", recursive=True)
                self._own = own
        return Path(self._own) / "prepared"

    def _seen(self) -> bool:
        fs, base = url_to_fs(self._share)
        return fs.exists(f"{base}/prepared/{self._marker.name}")

    # ---- the same on the machine that runs the plan ----

    def lay_out(self) -> None:
        self._marker.touch()
        if self._share:
            try:
                fs, base = url_to_fs(self._share)
                fs.put(f"{self._marker.parent}/", f"{base}/prepared/", recursive=True)
            except Exception as error:  # each storage has its own
                raise KitError(
                    Argument("share", self._share),
                    f" cannot be used: {type(error).__name__}: {error}",
                ) from None

    def clear(self) -> None:
        self._marker.unlink(missing_ok=True)
        if self._share:
            with suppress(Exception):  # it may be what the run failed for
                fs, base = url_to_fs(self._share)
                fs.rm(base, recursive=True)

    def fetch(self, job: Job) -> None:
        """Bring a finished report home from the shared storage, whole or not at all."""
        if not self._share:
            return
        fs, base = url_to_fs(self._share)
        for path in fs.ls(f"{base}/{job.slug}", detail=False):
            write_whole(Path(job.folder) / Path(path).name, fs.cat_file(path))
        fs.rm(f"{base}/{job.slug}", recursive=True)


@contextmanager
def _stationed(client, schedule: list[Job], server: str, share: str | None):
    """A station on every worker for as long as the run lasts."""
    station = Station(Path(schedule[0].folder).parent / "prepared", server, share)
    with ExitStack() as after:
        after.callback(station.clear)
        station.lay_out()
        after.callback(_unregister, client, station.name)
        client.register_plugin(station, name=station.name)
        yield station


def _unregister(client, name: str) -> None:
    if client.status == "running":
        client.unregister_worker_plugin(name)


def _make(station: str, job: Job) -> dict:
    worker = get_worker()
    return worker.plugins[station].make(job) | {"worker": worker.address}


class SharedServer:
    """A warm server that a worker's threads share; a thread of its own starts it and hears its
    answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: dict[str, Future] = {}
        self._process = None
        self._closed = False
        self._used = time.monotonic()

    def make(self, job: Job) -> dict:
        """The job's record. Raises `KitError` when the server cannot start or dies."""
        answer = Future()
        with self._lock:
            if self._closed:
                raise KitError("the run is over")
            if self._process is None:
                started = Future()
                threading.Thread(target=self._listen, args=(started,), daemon=True).start()
                self._process = started.result()
            self._answers[job.partner] = answer
            _told(self._process, job)
        try:
            return _record(answer.result(), {job.partner: job})
        finally:
            self._used = time.monotonic()

    def close(self) -> None:
        """End it with the reports under way; their threads hear a `KitError`."""
        with self._lock:
            self._closed = True
            if self._process:
                self._process.stdin.close()

    def _end_idle(self, process) -> None:
        """The next report starts another one."""
        while process.poll() is None:
            time.sleep(IDLE / 10)
            with self._lock:
                if (
                    not self._answers
                    and time.monotonic() - self._used > IDLE
                    and self._process is process
                ):
                    self._process = None
                    process.stdin.close()
                    return

    def _listen(self, started: Future) -> None:
        """Linux ends the server with the thread that started it, so this one lives as long as the
        server."""
        process = None
        try:
            with _warm_server() as process:
                if not json.loads(process.stdout.readline() or "{}").get("ready"):
                    return
                started.set_result(process)
                threading.Thread(target=self._end_idle, args=(process,), daemon=True).start()
                for line in process.stdout:
                    answer = json.loads(line)
                    self._answers.pop(
                        (answer.get("record") or answer["died"])["partner"]
                    ).set_result(answer)
        finally:
            if not started.done():
                started.set_exception(KitError("the warm server could not start"))
            with self._lock:
                if self._process is process:  # it was not sent away for being idle
                    self._process = None
                    for answer in self._answers.values():
                        answer.set_exception(KitError("the warm server died"))
                    self._answers = {}
