"""Malformed files of every kind: each ends in a Loaded that accounts for every record, or in one
clear KitError.

Run by hand: FUZZ_FILES=500 FUZZ_SEED=7 pytest tests/reading/test_fuzz.py
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import random
import resource
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load

HEADER = ["deal_id", "partner", "status", "amount", "created_on", "closed_on", "region"]
SLOWEST = 20  # seconds of processor for a small file
WORDS = (
    "",
    " ",
    "-",
    "NULL",
    "None",
    "won",
    "lost",
    "open",
    "2025-01-02",
    "31/12/2025",
    "1,234.5",
    "2.500,50",
    "1e999",
    "=1+1",
    "=cmd|' /C calc'!A0",
    "@SUM(A1)",
    "+1",
    "'x",
    'a"b',
    '"',
    '""',
    "a\nb",
    "a\r\nb",
    "İş Ortağı",
    "\u202e",
    "🙂",
    "x" * 5000,
    "nan",
    "inf",
    "-0",
    "0x1F",
    "1_000",
    "99999999999999999999",
    "12:30",
    "\ufeff",
    "\x1a",
    "\x07",
    "<b>",
    "Grand Totals (3 records)",
    "Confidential Information - Do Not Distribute",
    "'; DROP TABLE deals; --",
    "%s{}$1",
)
STRAY = (b"\r", b"\n", b"\r\n", b"\xff", b"\xc3", b"\xed\xa0\x80")


def rows(rng: random.Random, count: int | None = None) -> list[list[str]]:
    made = []
    for i in range(rng.randint(0, 30) if count is None else count):
        row = [
            f"D{i}",
            rng.choice(["Ada", "Bo", "Zoe"]),
            rng.choice(["won", "lost", "open"]),
            str(rng.randint(0, 99)),
            "2025-01-02",
            "2025-03-04",
            "West",
        ]
        for _ in range(rng.choice([0, 0, 1, 3])):
            row[rng.randrange(len(row))] = rng.choice(WORDS)
        made.append(row)
    return made


def as_csv(rng, table, header=HEADER) -> bytes:
    out = io.StringIO()
    mark, end = rng.choice(",;\t|"), rng.choice(["\n", "\r\n"])
    csv.writer(out, delimiter=mark, lineterminator=end).writerows([header, *table])
    return out.getvalue().encode()


def as_lines(rng, table) -> bytes:
    return "\n".join(json.dumps(dict(zip(HEADER, r, strict=True))) for r in table).encode()


def as_book(rng, table) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    for row in table:
        book.active.append(
            [openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("?", c)[:32000] for c in row]
        )
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def damaged(rng: random.Random, content: bytes) -> bytes:
    """The same bytes cut, flipped, overwritten, doubled or with NUL bytes."""
    if not content:
        return content
    at, length = rng.randrange(len(content)), rng.randint(1, 40)
    return rng.choice(
        [
            lambda: content[:at],
            lambda: content[at:],
            lambda: content[:at] + rng.randbytes(length) + content[at + length :],
            lambda: content[:at] + b"\0" * length + content[at:],
            lambda: content[:at] + b'"' + content[at:],
            lambda: content[:at] + rng.choice(STRAY) * rng.randint(1, 3) + content[at:],
            lambda: content + content,
        ]
    )()


def file(rng: random.Random) -> tuple[str, bytes, int | None]:  # noqa: C901  # a case a kind
    """A name, its content, and how many records it holds where that is certain."""
    table = rows(rng)
    kind = rng.choice(
        ["csv"] * 6
        + ["jsonl", "json", "xlsx", "zip", "gz", "bz2", "xz", "noise", "encoded", "wide", "ends"]
    )
    break_it = rng.random() < 0.6
    count: int | None = None
    match kind:
        case "csv":
            name, content = "deals.csv", as_csv(rng, table)
        case "jsonl":
            name, content = "deals.jsonl", as_lines(rng, table)
            count = len(table)
        case "json":
            name, content = (
                "deals.json",
                json.dumps([dict(zip(HEADER, r, strict=True)) for r in table]).encode(),
            )
            count = len(table)
        case "xlsx":
            name, content = "deals.xlsx", as_book(rng, table)
        case "zip":
            out = io.BytesIO()
            with zipfile.ZipFile(
                out, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
            ) as packed:
                packed.writestr("deals.csv", as_csv(rng, table))
            name, content = "deals.zip", out.getvalue()
        case "gz" | "bz2" | "xz":
            packing = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[kind]
            name, content = f"deals.csv.{kind}", packing(as_csv(rng, table))
        case "noise":
            suffixes = [
                ".csv",
                ".xlsx",
                ".json",
                ".jsonl",
                ".zip",
                ".parquet",
                ".gz",
                ".txt",
                ".zst",
            ]
            name = f"deals{rng.choice(suffixes)}"
            magic = rng.choice(
                [
                    b"",
                    b"PK\x03\x04",
                    b"PAR1",
                    b"\x1f\x8b\x08",
                    b"\x28\xb5\x2f\xfd",
                    b"\xff\xfe",
                    b"[",
                    b"{",
                ]
            )
            content = magic + rng.randbytes(rng.randint(0, 3000))
        case "encoded":
            text = as_csv(rng, table).decode()
            name, content = (
                "deals.csv",
                text.encode(
                    rng.choice(["utf-16", "utf-16-le", "cp1252", "cp1254", "iso8859-9"]), "replace"
                ),
            )
        case "wide":
            width = rng.choice([200, 2000])
            wide = [f"column {i}" for i in range(width)]
            name, content = (
                "deals.csv",
                as_csv(rng, [[*r, *["v"] * width] for r in table[:5]], [*HEADER, *wide]),
            )
        case "ends":
            parts = [
                b",".join(
                    c.replace("\n", " ")
                    .replace("\r", " ")
                    .replace('"', "")
                    .replace(",", "")
                    .encode()
                    for c in r
                )
                for r in [HEADER, *table]
            ]
            name, content = (
                "deals.csv",
                b"".join(p + rng.choice([b"\n", b"\r\n", b"\r"]) for p in parts),
            )
    if break_it and kind != "noise":
        return name, damaged(rng, content), None
    return name, content, count


def judge(folder: Path, name: str, content: bytes, count: int | None) -> str:
    """Load it: "loaded", or "refused" with a KitError; anything else is a failure."""
    path = folder / name
    path.write_bytes(content)
    began = time.process_time()
    try:
        data = load(path)
    except KitError as error:
        said = str(error)
        assert (
            said.strip() and "\n\n" not in said and "Traceback" not in said and len(said) < 300_000
        )
        return "refused"
    finally:
        path.unlink()
        assert time.process_time() - began < SLOWEST + len(content) / 1e6, f"{name} took too long"
    assert data.rows_in == data.rows_used + data.rows_rejected
    assert data.rows_used == len(data.deals())
    assert data.rows_rejected == 0 or len(data.rejected) >= 1
    if name.endswith(".csv") and b"\0" not in content:
        count = records(content) if count is None else count
    if count is not None and not any(
        "below the rows" in w or "above the header" in w for w in data.warnings
    ):
        assert data.rows_in == count, (name, data.rows_in, count)
    return "loaded"


def records(content: bytes) -> int | None:
    """How many records an undamaged CSV holds, counted by another reader; None where readers may
    disagree."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    bare = text.replace("\r\n", "\n")
    if "\r" in bare or "\ufffd" in text or "\x1a" in text:
        return None
    for mark in (",", ";", "\t", "|"):
        try:
            found = list(csv.reader(io.StringIO(bare, newline=""), delimiter=mark, strict=True))
        except csv.Error:
            return None
        widths = {len(r) for r in found if r}
        if len(widths) == 1 and widths.pop() >= len(HEADER):
            return sum(bool(r) for r in found) - 1
    return None


def run(folder: Path, seed: int, files: int) -> dict[str, int]:
    told = {"loaded": 0, "refused": 0}
    for number in range(files):
        rng = random.Random(seed * 1_000_003 + number)
        name, content, count = file(rng)
        try:
            told[judge(folder, name, content, count)] += 1
        except BaseException as error:
            kept = folder / f"failed-{number}-{name}"
            kept.write_bytes(content)
            raise AssertionError(
                f"file {number} of seed {seed} ({kept}): {type(error).__name__}: {error}"
            ) from error
    return told


def test_a_hundred_files(tmp_path):
    told = run(
        tmp_path, int(os.environ.get("FUZZ_SEED", "1")), int(os.environ.get("FUZZ_FILES", "100"))
    )
    assert told["loaded"] > 20 and told["refused"] > 5, told


@pytest.mark.fuzz
def test_ten_thousand_files(tmp_path):
    told = run(tmp_path, 2026, 10_000)
    print(told)
    assert told["loaded"] > 2_000 and told["refused"] > 500, told


def test_ten_thousand_columns(tmp_path):
    content = as_csv(
        random.Random(3),
        [["1", "Ada", "open", "5", "2025-01-02", "", ""] + ["x"] * 10_000],
        [*HEADER, *(f"c{i}" for i in range(10_000))],
    )
    assert judge(tmp_path, "deals.csv", content, 1) == "loaded"


@pytest.mark.long
@pytest.mark.parametrize("line", [b"x", b'"', b",", b"\0"])
def test_one_line_of_50_megabytes(tmp_path, line):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    content = (
        ",".join(HEADER).encode()
        + b"\n1,Ada,open,5,2025-01-02,,West\n"
        + line * (50 << 20)
        + b"\n2,Bo,open,5,2025-01-02,,West\n"
    )
    assert judge(tmp_path, "deals.csv", content, None) in ("loaded", "refused")
    assert judge(tmp_path, "deals.jsonl", line * (50 << 20), None) in ("loaded", "refused")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 3 << 20  # KiB


@pytest.mark.long
def test_real_bombs(tmp_path):
    block = b"0" * (1 << 20)
    with gzip.open(tmp_path / "a.csv.gz", "wb", 9) as out:
        for _ in range(2048):
            out.write(block)
    zipped = zipfile.ZipFile(tmp_path / "b.zip", "w", zipfile.ZIP_DEFLATED)
    with zipped as packed, packed.open("deals.csv", "w", force_zip64=True) as out:
        for _ in range(2048):
            out.write(block)
    for name in ("a.csv.gz", "b.zip"):
        with pytest.raises(KitError, match="the limit"):
            load(tmp_path / name)
