"""The kit's warm reports beside what people do today and beside the floor: `python
benchmarks/reports.py`.

Ways, each two reports at a time, same notebook, partners and prepared folder:
  loop   a shell loop: papermill, then jupyter nbconvert
  pool   papermill.execute_notebook and one HTML exporter in each of two processes
  floor  the cells as plain Python in two warm processes, figures saved as PNG, nothing else
  kit    the warm server
  many   the kit again, from a prepared folder of 1,000 partners (the sample under other names)
They take turns in rounds over the partners, so that a noisy machine hits all alike. Seconds on the
clock depend on who else uses the machine; processor seconds hardly do. Only ratios travel between
machines.
"""

import argparse
import ast
import contextlib
import json
import multiprocessing
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import psutil

from kpi_helpers.reports.running.cluster import SharedServer
from kpi_helpers.reports.running.execute import _environment
from kpi_helpers.reports.schedule import Job, notebook_path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
SAMPLE = ROOT / "data" / "sample"
ASKED = {"window": "2025-Q4", "as_of": "2025-12-31"}
NOTEBOOK = notebook_path()
KINDS = {
    "loop": "shell loop",
    "pool": "process pool",
    "floor": "plain Python",
    "kit": "kit",
    "many": "kit, many partners",
}


# ---- the ways: each is entered once and then makes reports ----


@contextlib.contextmanager
def loop():
    def one(job: Job) -> None:
        said = " ".join(f"-r {name} {shlex.quote(value)}" for name, value in job.parameters.items())
        target = f"{job.folder}/report.ipynb"
        line = f"cd {job.folder}/.. && {BIN}/papermill {NOTEBOOK} {target} {said} --no-progress-bar"
        line += f" && {BIN}/jupyter nbconvert --to html {target}"
        subprocess.run(["sh", "-c", line], check=True, capture_output=True)

    with ThreadPoolExecutor(2) as pool:
        yield lambda jobs: list(pool.map(one, jobs))


@contextlib.contextmanager
def processes(one, ready):
    with ProcessPoolExecutor(
        2, mp_context=multiprocessing.get_context("spawn"), initializer=ready
    ) as pool:
        list(pool.map(time.sleep, [0.5, 0.5]))  # both are there
        yield lambda jobs: list(pool.map(one, jobs))


def pool():
    return processes(in_pool, pool_ready)


def pool_ready() -> None:
    global EXPORTER
    import nbconvert
    import papermill  # noqa: F401

    EXPORTER = nbconvert.HTMLExporter()


def in_pool(job: Job) -> None:
    import papermill

    made = papermill.execute_notebook(
        str(NOTEBOOK),
        f"{job.folder}/report.ipynb",
        job.parameters,
        progress_bar=False,
        cwd=f"{job.folder}/..",
    )
    Path(job.folder, "report.html").write_text(
        EXPORTER.from_notebook_node(made)[0], encoding="utf-8"
    )


def floor():
    os.environ |= _environment(Path(tempfile.gettempdir()))
    return processes(in_plain_python, floor_ready)


def floor_ready() -> None:
    from kpi_helpers.reports.running.warm_server import warm

    main_module = sys.modules["__main__"]
    warm()
    sys.modules["__main__"] = (
        main_module  # IPython puts its own there, and the pool looks for its functions in it
    )


def in_plain_python(job: Job) -> None:
    os.chdir(Path(job.folder).parent)
    space: dict = {}
    for number, cell in enumerate(json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] != "code":
            continue
        if "parameters" in cell["metadata"].get("tags", []):
            exec("".join(cell["source"]), space)  # the defaults of what is not asked for
            space.update(job.parameters)
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "cell", "exec"), space)
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), space) if last else None
        if hasattr(shown, "png"):
            Path(job.folder, f"{number}.png").write_bytes(shown.png)


@contextlib.contextmanager
def kit():
    server = SharedServer()

    def one(job: Job) -> None:
        assert server.make(job)["status"] == "ok"

    with ThreadPoolExecutor(2) as threads, contextlib.closing(server):
        yield lambda jobs: list(threads.map(one, jobs))


WAYS = {"loop": loop, "pool": pool, "floor": floor, "kit": kit, "many": kit}


# ---- the data ----


def copies(folder: Path, times: int) -> Path:
    """The sample `times` over, each copy's partners and deals under names of their own."""
    folder.mkdir()
    for path in SAMPLE.glob("*.csv"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        own = [name for name in ("partner", "deal_id", "order_id", "owner") if name in table]
        parts = [table]
        for number in range(1, times) if "partner" in own or "deal_id" in own else ():
            named = ~table.get("partner", pd.Series("x", table.index)).isin(["", "*"])
            parts.append(
                table[named].assign(
                    **{name: table.loc[named, name] + f" {number:02d}" for name in own}
                )
            )
        pd.concat(parts).to_csv(folder / path.name, index=False)
    return folder


def run(source: Path, out: Path, *words: str) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor, and peak memory, MiB, of `partner-kpis report`:
    the sum of proportional sizes of all its processes."""
    command = [
        str(BIN / "partner-kpis"),
        "report",
        str(source),
        "--out",
        str(out),
        "--jobs",
        "2",
        *words,
    ]
    command += [
        word for name, value in ASKED.items() for word in (f"--{name.replace('_', '-')}", value)
    ]
    began, used, peak = time.monotonic(), os.times().children_user + os.times().children_system, 0
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        peak = max(peak, sum(map(pss, [process, *process.children(recursive=True)])))
        time.sleep(0.2)
    assert process.returncode == 0
    used = os.times().children_user + os.times().children_system - used
    return time.monotonic() - began, used, peak / 2**20


def pss(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return process.memory_full_info().pss
    return 0


def jobs_of(prepared: Path, partners: list[str], out: Path) -> list[Job]:
    out.mkdir()
    (out / "prepared").symlink_to(prepared)
    jobs = []
    for number, partner in enumerate(partners):
        (out / str(number)).mkdir()
        parameters = {"source": "prepared", "partner": partner, **ASKED}
        jobs.append(Job(partner, str(number), str(NOTEBOOK), parameters, str(out / str(number))))
    return jobs


# ---- measuring ----


def processor_seconds() -> float:
    """Of this process, those it waits for, and all that live below it with those they waited
    for."""
    me = psutil.Process()
    return sum(sum(one.cpu_times()[:4]) for one in [me, *me.children(recursive=True)])


def measure(make, jobs: list[Job]) -> dict[str, float]:
    began, used = time.monotonic(), processor_seconds()
    make(jobs)
    spent = time.monotonic() - began, processor_seconds() - used
    return dict(
        zip(("clock", "processor"), (seconds / len(jobs) for seconds in spent), strict=True)
    )


def main() -> None:
    sys.stdout.reconfigure(line_buffering=True)
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--partners", type=int, default=40, help="of the sample's 40; the shell loop needs patience"
    )
    options.add_argument("--block", type=int, default=10, help="partners a round")
    options.add_argument(
        "--copies", type=int, default=25, help="of the sample's 40 partners, for `many`"
    )
    options.add_argument("--without", nargs="*", default=[], choices=WAYS, help="ways to leave out")
    options.add_argument(
        "--fleet", action="store_true", help="whole runs instead: of the sample, and of its copies"
    )
    asked = options.parse_args()
    print(f"load before: {os.getloadavg()}, processors: {os.cpu_count()}")
    with tempfile.TemporaryDirectory() as folder:
        (fleet if asked.fleet else compare)(Path(folder), asked)
    print(f"load after: {os.getloadavg()}")


def compare(folder: Path, asked) -> None:
    ways = [way for way in WAYS if way not in asked.without]
    partners = sorted(pd.read_csv(SAMPLE / "deals.csv")["partner"].unique())[: asked.partners]
    named = [word for partner in partners for word in ("--partner", partner)]
    seconds, _, memory = run(SAMPLE, folder / "whole", *named)
    print(
        f"partner-kpis report, {len(partners)} partners, reading included: {seconds:.0f} s, "
        f"{memory:.0f} MiB at most"
    )
    if "many" in ways:
        many = copies(folder / "source", asked.copies)
        seconds, _, memory = run(many, folder / "copied", "--partner", partners[0])
        print(
            f"partner-kpis report, one of {40 * asked.copies:,} partners: {seconds:.0f} s, "
            f"{memory:.0f} MiB at most"
        )
    jobs = {
        way: jobs_of(
            folder / ("copied" if way == "many" else "whole") / "prepared", partners, folder / way
        )
        for way in ways
    }
    rounds: dict[str, list] = {way: [] for way in ways}
    with contextlib.ExitStack() as stack:
        make = {way: stack.enter_context(WAYS[way]()) for way in ways}
        for way in ways:  # what each starts and loads for itself, once
            if way != "loop":
                first = measure(make[way], jobs[way][:2])
                print(
                    f"{KINDS[way]}: start and first two, {2 * first['processor']:.1f} processor "
                    f"seconds"
                )
        for number, start in enumerate(range(0, len(partners), asked.block)):
            turn = number % len(ways)
            for way in ways[turn:] + ways[:turn]:
                rounds[way].append(measure(make[way], jobs[way][start : start + asked.block]))
            print(
                f"round {number + 1}: load {os.getloadavg()[0]:.1f}",
                json.dumps({way: rounds[way][-1] for way in ways}),
            )
    print(table(rounds))


def fleet(folder: Path, asked) -> None:
    """Everything that many partners cost, preparing and index included, beside the same of the
    sample's 40."""
    for source, partners in (
        (SAMPLE, 40),
        (copies(folder / "source", asked.copies), 40 * asked.copies),
    ):
        seconds, used, memory = run(source, folder / f"of {partners}")
        made = partners + 1  # with the report on all of them
        print(
            f"{partners:,} partners: {seconds:.0f} s, of the processor {used:.0f}, "
            f"{used / made:.2f} a report; "
            f"{memory:.0f} MiB at most; load {os.getloadavg()[0]:.1f}"
        )


def table(rounds: dict[str, list]) -> str:
    """Medians over rounds; a ratio is to the kit in the same round, with its least and most."""
    lines = [
        "| way | clock s | processor s | times the kit, clock | times the kit, processor |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for way, found in rounds.items():
        cells = [
            f"{statistics.median(one[kind] for one in found):.2f}"
            for kind in ("clock", "processor")
        ]
        for kind in ("clock", "processor"):
            ratios = [one[kind] / own[kind] for one, own in zip(found, rounds["kit"], strict=True)]
            cells.append(
                f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
            )
        lines.append(f"| {KINDS[way]} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
