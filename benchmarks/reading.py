"""How long reading and checking a CSV takes, as a ratio to DuckDB's bare read_csv into Parquet in
the same run; with --xlsx a workbook, as a ratio to what openpyxl takes for its cells alone.

Run `python benchmarks/reading.py [--rows 10000000]` or `--xlsx --rows 50000`; prints one line of
JSON. Each way runs in a
process of its own, so that the peak memory is its own; the data are made from a fixed seed.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BARE = "COPY (FROM read_csv('{csv}')) TO '{out}' (FORMAT parquet)"


def make(path: Path, rows: int) -> None:
    """A CSV of deals: every status, 200 partners, two decimals, ISO dates."""
    import duckdb

    duckdb.sql("CREATE OR REPLACE MACRO one_of(i, salt, n) AS CAST(hash(i, salt) % n AS INTEGER)")
    duckdb.sql(f"""COPY (
        SELECT 'D' || i AS deal_id, 'Partner ' || one_of(i, 1, 200) AS partner,
          'Owner ' || one_of(i, 2, 900) AS owner,
               'Customer ' || one_of(i, 3, 90000) AS customer,
               ['North', 'South', 'East'][one_of(i, 4, 3) + 1] AS region,
               ['Trade Show', 'Referral', 'Webinar', 'Other'][one_of(i, 5, 4) + 1] AS source,
               ['Proposal', 'Closed Won', 'Closed Lost'][i % 3 + 1] AS stage,
               ['open', 'won', 'lost'][i % 3 + 1] AS status,
               one_of(i, 6, 10000000) / 100 AS amount, 'EUR' AS currency, one_of(i, 7,
                 100) / 100 AS probability,
               DATE '2024-01-01' + one_of(i, 8, 300) AS created_on,
               CASE WHEN i % 3 > 0 THEN DATE '2024-01-01' + 300 + one_of(i, 9, 100) END AS closed_on
        FROM range({rows}) t(i)) TO '{path}' (HEADER)""")


def as_workbook(csv: Path) -> Path:
    """The same rows as .xlsx, with real numbers and dates."""
    import duckdb
    import xlsxwriter

    rows = duckdb.sql(f"FROM read_csv('{csv}')")
    book = xlsxwriter.Workbook(csv.with_suffix(".xlsx"), {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, rows.columns)
    for at, row in enumerate(rows.fetchall(), 1):
        for column, value in enumerate(row):
            sheet.write(at, column, value, day if hasattr(value, "year") else None)
    book.close()
    return csv.with_suffix(".xlsx")


def timed(way: str, csv: Path, out: Path) -> dict:
    """Seconds, seconds of processor and peak MiB of one way in a process of its own."""
    if way == "bare" and csv.suffix == ".xlsx":
        from openpyxl import load_workbook

        begin, idle = time.perf_counter(), time.process_time()
        assert sum(1 for _row in load_workbook(csv, read_only=True).active.iter_rows()) > 1
    elif way == "bare":
        import duckdb

        begin, idle = time.perf_counter(), time.process_time()
        duckdb.sql(BARE.format(csv=csv, out=out))
    else:
        from kpi_helpers.reading import load

        begin, idle = time.perf_counter(), time.process_time()
        assert load(csv).write_parquet(out.with_suffix("")).is_dir()
    seconds = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": seconds,
        "cpu": used.ru_utime + used.ru_stime - idle,
        "mib": used.ru_maxrss / 1024,
    }


def main() -> None:
    """Measure both ways in turn and print the best of each and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--xlsx", action="store_true")
    options.add_argument("--way", nargs=3, help=argparse.SUPPRESS)
    said = options.parse_args()
    if said.way:
        print(json.dumps(timed(said.way[0], Path(said.way[1]), Path(said.way[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        csv = Path(folder) / "deals.csv"
        make(csv, said.rows)
        if said.xlsx:
            csv = as_workbook(csv)
        found: dict[str, list[dict]] = {"bare": [], "kit": []}
        for _ in range(said.repeat):
            for way, all_runs in found.items():
                command = [
                    sys.executable,
                    __file__,
                    "--way",
                    way,
                    str(csv),
                    str(Path(folder) / f"{way}.parquet"),
                ]
                all_runs.append(
                    json.loads(
                        subprocess.run(command, capture_output=True, text=True, check=True).stdout
                    )
                )
        best = {
            way: min(all_runs, key=lambda run: run["seconds"]) for way, all_runs in found.items()
        }
        least = {way: min(run["cpu"] for run in all_runs) for way, all_runs in found.items()}
        print(
            json.dumps(
                {
                    "rows": said.rows,
                    "file_mib": round(csv.stat().st_size / 2**20),
                    "bare_seconds": round(best["bare"]["seconds"], 2),
                    "kit_seconds": round(best["kit"]["seconds"], 2),
                    "ratio": round(best["kit"]["seconds"] / best["bare"]["seconds"], 2),
                    "cpu_ratio": round(
                        least["kit"] / least["bare"], 2
                    ),  # steadier where others use the machine
                    "kit_peak_mib": round(max(run["mib"] for run in found["kit"])),
                }
            )
        )


if __name__ == "__main__":
    main()
