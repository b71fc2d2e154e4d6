"""A plan on a real Dask scheduler with two worker processes: nothing lost, small records, clear
refusals."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
import pytest
from conftest import BIN
from distributed import Client
from nbformat.v4 import new_code_cell, new_notebook

from kpi_helpers.errors import KitError
from kpi_helpers.reports.running import cluster
from kpi_helpers.reports.schedule import Job

DASK = [sys.executable, "-m", "dask"]
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


@contextmanager
def running(words, prefix=(), **options):
    """A process with everything it started, ended at the end."""
    process = subprocess.Popen([*prefix, *words], start_new_session=True, **(QUIET | options))
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def worker_of(address, folder):
    command = [*DASK, "worker", address, "--no-dashboard", "--no-nanny", "--nthreads", "1"]
    return [*command, "--local-directory", str(folder / "scratch")]


@contextmanager
def scheduler_of(folder, prefix=(), host="127.0.0.1"):
    told = folder / "scheduler.json"
    command = [
        *DASK,
        "scheduler",
        "--host",
        host,
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(told),
    ]
    with running(command, prefix) as process:
        until(told.exists)
        yield json.loads(until(told.read_text))["address"], process


def wait_for(workers, address, prefix=()):
    wait = (
        f"from distributed import Client; Client({address!r}).wait_for_workers({workers}, "
        f"timeout=60)"
    )
    subprocess.run([*prefix, sys.executable, "-c", wait], check=True, **QUIET)


@contextmanager
def dask_cluster(folder, prefixes=((), (), ()), host="127.0.0.1"):
    """A scheduler and two workers as processes of their own; gives the address and the
    processes."""
    with scheduler_of(folder, prefixes[0], host) as (address, scheduler):
        worker = [word for word in worker_of(address, folder) if word != "--no-nanny"]
        with running(worker, prefixes[1]) as one, running(worker, prefixes[2]) as two:
            wait_for(2, address, prefixes[0])
            yield address, {"scheduler": scheduler, "workers": (one, two)}


@contextmanager
def one_worker(folder):
    with scheduler_of(folder) as (address, _), running(worker_of(address, folder)) as worker:
        wait_for(1, address)
        yield address, worker


def until(ready, seconds=60):
    end = time.monotonic() + seconds
    while not (answer := ready()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return answer


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with dask_cluster(tmp_path_factory.mktemp("dask")) as (address, _):
        yield address


def plan_of(folder, *names, source="'made for ' + partner"):
    """Jobs of a small notebook, and the folder that all machines are to see."""
    cells = [
        new_code_cell("partner = window = ''", metadata={"tags": ["parameters"]}),
        new_code_cell(source),
    ]
    nbformat.write(new_notebook(cells=cells, metadata=PYTHON), folder / "in.ipynb")
    out = folder / "out"
    (out / "prepared").mkdir(parents=True)
    (out / "prepared" / "fleet.json").write_text("{}")
    parameters = {"window": "w"}  # without a source there is no workbook to make
    return [
        Job(name, name, str(folder / "in.ipynb"), parameters | {"partner": name}, str(out / name))
        for name in names
    ]


def text_of(job):
    cells = nbformat.read(f"{job.folder}/report.ipynb", as_version=4).cells
    return cells[-1].outputs[0].data["text/plain"]


def names_in(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def test_every_report_is_made_once_by_warm_servers_of_both_workers(address, tmp_path):
    plan = plan_of(tmp_path, *"abcdefgh")
    records = list(cluster.execute_on(address, plan))
    assert sorted(record["partner"] for record in records) == list("abcdefgh")
    assert {record["status"] for record in records} == {"ok"}
    assert {record["server"] for record in records} == {"warm"}
    assert len({record["worker"] for record in records}) == 2
    assert [text_of(job) for job in plan] == [f"'made for {name}'" for name in "abcdefgh"]
    assert max(len(json.dumps(record)) for record in records) < 500
    assert names_in(tmp_path / "out/prepared") == ["fleet.json"]


def test_a_reports_own_failure_is_its_record_and_is_not_tried_again(address, tmp_path):
    runs = tmp_path / "runs"
    plan = plan_of(
        tmp_path,
        "bad",
        "good",
        source=f"print(1, file=open({str(runs)!r} + partner, 'a'))\n{{'good': 1}}[partner]",
    )
    records = {record["partner"]: record for record in cluster.execute_on(address, plan)}
    assert records["good"]["status"] == "ok"
    assert records["bad"]["status"] == "failed"
    assert "KeyError" in records["bad"]["error"]
    assert (tmp_path / "runsbad").read_text() == "1\n"


def test_reports_travel_through_a_url_where_machines_share_no_folder(address, tmp_path):
    plan = plan_of(tmp_path, "a", "b", source="import os\n(os.listdir('prepared'), os.getcwd())")
    share = tmp_path / "bucket"
    records = list(cluster.execute_on(address, plan, share=share.as_uri()))
    assert {record["status"] for record in records} == {"ok"}
    for job in plan:
        assert "fleet.json" in text_of(job)
        assert str(tmp_path / "out") not in text_of(job)
        assert names_in(job.folder) == ["report.html", "report.ipynb"]
    assert not list(share.iterdir())


def test_a_folder_that_workers_do_not_see_is_refused(address, tmp_path):
    plan = plan_of(tmp_path, "a")
    with pytest.raises(KitError, match=r"does not see memory://.*share="):
        list(cluster.execute_on(address, plan, share="memory://bucket"))


def test_storage_of_no_known_kind_is_refused(address, tmp_path):
    with pytest.raises(KitError, match=r"share='nonsense://x/.*' cannot be used: ValueError"):
        list(cluster.execute_on(address, plan_of(tmp_path, "a"), share="nonsense://x"))
    assert names_in(tmp_path / "out/prepared") == ["fleet.json"]


def test_a_report_that_the_cluster_cannot_make_is_told_with_what_happened(
    address, tmp_path, monkeypatch
):
    monkeypatch.setattr(cluster, "_make", lambda station, job: {}[job.partner])
    (record,) = cluster.execute_on(address, plan_of(tmp_path, "a"))
    assert record["error"] == "the cluster could not make it: KeyError: 'a'"
    assert "This report is not complete" in (tmp_path / "out/a/report.html").read_text(
        encoding="utf-8"
    )


def test_a_report_that_does_not_come_back_is_told(address, tmp_path, monkeypatch):
    def lost(*_):
        raise OSError("the storage is gone")

    monkeypatch.setattr(cluster.Station, "fetch", lost)
    (record,) = cluster.execute_on(address, plan_of(tmp_path, "a"))
    assert record["error"] == "the report did not come back: OSError: the storage is gone"


def test_workers_that_are_gone_are_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 3)
    plan = plan_of(tmp_path, *"abcdef", source="import time\ntime.sleep(1)")
    with one_worker(tmp_path) as (address, worker):
        records = cluster.execute_on(address, plan)
        assert next(records)["status"] == "ok"
        os.killpg(worker.pid, signal.SIGKILL)
        with pytest.raises(
            KitError, match="No worker of the cluster could take part for 3 seconds"
        ):
            list(records)


def test_other_versions_are_refused(address, tmp_path, monkeypatch):
    own = cluster.version
    monkeypatch.setattr(cluster, "versions", lambda: {"partner-kpi-kit": "9.9"})
    with pytest.raises(KitError, match=r"This machine has partner-kpi-kit 9\.9; .* has 0"):
        list(cluster.execute_on(address, plan_of(tmp_path, "a")))
    assert own is cluster.version


def test_a_worker_of_other_versions_that_joins_late_gets_no_reports(tmp_path):
    other = tmp_path / "other" / "partner_kpi_kit-9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: partner-kpi-kit\nVersion: 9.9\n")
    plan = plan_of(tmp_path, *"abcdef", source="import time\ntime.sleep(1)\n'made for ' + partner")
    with one_worker(tmp_path) as (address, _):
        records = cluster.execute_on(address, plan)
        first = next(records)
        newer = os.environ | {"PYTHONPATH": str(other.parent)}
        with (
            running(worker_of(address, tmp_path), env=newer),
            Client(address, set_as_default=False) as client,
        ):
            joined = until(
                lambda: set(client.scheduler_info(n_workers=-1)["workers"]) - {first["worker"]}
            )
            rest = list(records)
    assert joined
    assert {record["status"] for record in [first, *rest]} == {"ok"}
    assert {record["worker"] for record in rest} == {first["worker"]}


def test_an_idle_server_goes_and_the_next_report_starts_another(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "IDLE", 1)
    first, second = plan_of(tmp_path, "a", "b")
    server = cluster.SharedServer()
    assert server.make(first)["status"] == "ok"
    process = server._process
    until(lambda: process.poll() is not None)
    assert server.make(second)["status"] == "ok"
    assert server._process is not process
    server.close()


@pytest.mark.parametrize("wrong", ["tcp://127.0.0.1:1", "nowhere", "tcp://x:y"])
def test_a_scheduler_that_is_not_there_is_one_clear_error(wrong, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "REACHED", 1)
    with pytest.raises(KitError, match=f"There is no Dask scheduler at {wrong}"):
        list(cluster.execute_on(wrong, plan_of(tmp_path, "a")))


def test_a_worker_that_is_killed_loses_nothing(tmp_path):
    plan = plan_of(
        tmp_path, *"abcdefghij", source="import time\ntime.sleep(0.5)\n'made for ' + partner"
    )
    with dask_cluster(tmp_path) as (address, _):
        with Client(address, set_as_default=False) as client:
            pids = client.run(os.getpid)
        records = []
        for record in cluster.execute_on(address, plan):
            records.append(record)
            if len(records) == 2:
                os.kill(pids[record["worker"]], signal.SIGKILL)  # in the middle of its next one
    assert sorted(record["partner"] for record in records) == list("abcdefghij")
    assert {record["status"] for record in records} == {"ok"}
    for job in plan:
        assert text_of(job) == f"'made for {job.partner}'"
        assert names_in(job.folder) == ["report.html", "report.ipynb"]


@pytest.mark.long
def test_a_scheduler_that_is_lost_is_one_clear_error_and_keeps_what_is_made(tmp_path):
    plan = plan_of(
        tmp_path, *"abcdef", source="import time\ntime.sleep(0.5)\n'made for ' + partner"
    )
    with dask_cluster(tmp_path) as (address, processes):
        records = cluster.execute_on(address, plan)
        made = next(records)
        os.killpg(processes["scheduler"].pid, signal.SIGKILL)
        with pytest.raises(KitError, match="was lost; run again"):
            list(records)
    assert (tmp_path / "out" / made["slug"] / "report.html").exists()


@pytest.fixture
def machines():
    """Three network namespaces on a bridge of the first, as commands to put before others: machines
    of their own."""
    names = [f"kpi{os.getpid()}{letter}" for letter in "sab"]
    lines = [f"netns add {name}" for name in names]
    lines += [
        f"-n {names[0]} link add br0 type bridge",
        f"-n {names[0]} addr add 10.77.0.1/24 dev br0",
    ]
    for number, name in enumerate(names[1:], 2):
        lines += [
            f"-n {names[0]} link add port{number} master br0 type veth peer name eth0 netns {name}"
        ]
        lines += [f"-n {name} addr add 10.77.0.{number}/24 dev eth0", f"-n {name} link set eth0 up"]
        lines += [f"-n {names[0]} link set port{number} up"]
    lines += [f"-n {name} link set lo up" for name in names] + [f"-n {names[0]} link set br0 up"]
    try:
        for line in lines:
            subprocess.run(["ip", *line.split()], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine allows no network namespaces: {getattr(error, 'stderr', error)}")
    else:
        yield [["ip", "netns", "exec", name] for name in names]
    finally:
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


@pytest.mark.long
def test_the_command_on_machines_of_their_own_one_of_which_is_lost(machines, export, tmp_path):
    source = export(*"ABCDEF")
    with dask_cluster(tmp_path, machines, "10.77.0.1") as (address, processes):
        words = [
            "report",
            source,
            "--out",
            tmp_path / "out",
            "--window",
            "2025-Q4",
            "--as-of",
            "2025-12-31",
        ]
        words += ["--cluster", address, "--share", (tmp_path / "bucket").as_uri()]
        command = [*machines[0], str(BIN / "partner-kpis"), *map(str, words)]
        with running(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as runner:
            until(lambda: list(tmp_path.glob("out/*/report.html")), 300)
            os.killpg(processes["workers"][0].pid, signal.SIGKILL)
            said, _ = runner.communicate(timeout=300)
    assert "7 of 7 reports made" in said, said
    assert len(list(tmp_path.glob("out/*/report.html"))) == 7
    records = [
        json.loads(line) for line in (tmp_path / "out/manifest.jsonl").read_text().splitlines()
    ]
    assert "tcp://10.77.0.3" in {record["worker"].rsplit(":", 1)[0] for record in records}
