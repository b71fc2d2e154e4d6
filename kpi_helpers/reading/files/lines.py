"""Where a row stands in its file: the physical line, counted right over quoted line breaks and
blank lines."""

from collections.abc import Iterable, Iterator
from pathlib import Path

BLOCK = 1 << 22


def physical_lines(path: Path, positions: Iterable[int]) -> list[int]:
    """The line (from 1) of each byte position, in the order given."""
    positions = list(positions)
    if not positions:
        return []
    result: dict[int, int] = {}
    waiting = sorted(set(positions))
    line, offset, at = 1, 0, 0
    with path.open("rb") as stream:
        while at < len(waiting) and (block := stream.read(BLOCK)):
            start = 0
            while at < len(waiting) and waiting[at] < offset + len(block):
                end = waiting[at] - offset
                line += block.count(b"\n", start, end)
                start = end
                # DuckDB counts blank lines before a broken record as part of it, and gives the end
                # of one of one value.
                inside = end and block[end - 1] not in b"\r\n"
                skip = (
                    0
                    if inside
                    else len(block[end : end + 4096]) - len(block[end : end + 4096].lstrip(b"\r\n"))
                )
                result[waiting[at]] = line + block.count(b"\n", end, end + skip)
                at += 1
            line += block.count(b"\n", start)
            offset += len(block)
    return [result.get(p, line) for p in positions]


def record_lines(
    path: Path, rows: list[int], total: int, broken: set[int], *, skip_blank: bool
) -> list[int]:
    """The line (from 1, the header's) on which each data row (from 0) begins; `broken` lines are no
    rows."""
    if not rows:
        return []
    if (
        not broken
        and _newlines(path) in (total, total + 1)
        and _ends_whole(path) == _newlines(path) - total
    ):
        return [row + 2 for row in rows]
    last, wanted, found = max(rows), set(rows), {}
    for row, begins in enumerate(_records(path, broken, skip_blank), -1):  # the header is row -1
        if row in wanted:
            found[row] = begins
        if row == last:
            break
    return [found.get(r, r + 2) for r in rows]


def _records(path: Path, broken: set[int], skip_blank: bool) -> Iterator[int]:
    """The line on which each record begins, the header's first."""
    inside = False
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            odd = line.count(b'"') % 2 == 1
            if inside:
                inside = not odd
            elif number not in broken and (line.strip(b"\r\n\xef\xbb\xbf") or not skip_blank):
                yield number
                inside = odd  # of a broken line the quotation is over with it


def _newlines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(BLOCK), b""))


def _ends_whole(path: Path) -> int:
    """1 when the last line ends with a line break, else 0."""
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return int(stream.read(1) == b"\n")
