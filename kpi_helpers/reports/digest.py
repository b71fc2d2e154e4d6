"""Digests (SHA-256) of what a run and its reports are made of, so that only what changed is made
again."""

import glob
import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import requires, version
from pathlib import Path

from kpi_helpers.contract.levels import EVERYONE

PACKAGE = Path(__file__).parents[1]
KIT = "partner-kpi-kit"


def of(value: object) -> str:
    """Of anything JSON can say; paths and dates as their text."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def of_file(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return None


def of_folder(folder: Path) -> str:
    return of(
        [
            (str(path.relative_to(folder)), of_file(path))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        ]
    )


@cache
def of_kit() -> str:
    """The kit's code and the versions of everything it stands on."""
    code = [
        (str(path.relative_to(PACKAGE)), of_file(path))
        for path in sorted(PACKAGE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return of([code, versions()])


def versions() -> dict[str, str]:
    """Python's, the kit's and those of the libraries it always needs."""
    needed = [
        re.match(r"[\w-]+", line)[0] for line in requires(KIT) or () if "extra ==" not in line
    ]
    return {"python": platform.python_version()} | {
        name: version(name) for name in sorted([KIT, *needed])
    }


def of_source(source) -> str | None:
    """Of the files that a source names; None for what has none: frames and databases."""
    given = [source] if isinstance(source, str | os.PathLike) else source
    if not isinstance(given, list | tuple) or not all(
        isinstance(one, str | os.PathLike) for one in given
    ):
        return None
    found = [list(_files(Path(one))) for one in given]
    return (
        of([[(path.name, of_file(path)) for path in files] for files in found])
        if all(found)
        else None
    )


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(one for one in path.iterdir() if one.is_file())
    elif path.is_file():
        yield path
    else:
        names = glob.glob(str(path), recursive=True)  # noqa: PTH207
        yield from sorted(Path(name) for name in names if Path(name).is_file())


def of_option(value) -> object:
    """An option's own value, or what is in the file or folder it names."""
    path = Path(value) if isinstance(value, str | os.PathLike) and value else None
    if path is None or not path.exists():
        return value
    return of_folder(path) if path.is_dir() else of_file(path)


def of_slices(prepared: Path) -> "Slices":
    """What each partner's report can read of a prepared folder: its own rows, and all that has no
    partner."""
    import duckdb

    shared, own = [], {}
    for path in sorted(
        path for path in prepared.rglob("*") if path.is_file() and not path.name.startswith(".")
    ):
        name = str(path.relative_to(prepared))
        if (
            path.suffix != ".parquet"
            or "partner" not in (rows := duckdb.read_parquet(glob.escape(str(path)))).columns
        ):
            shared.append((name, of_file(path)))
            continue
        # the order of rows does not matter, so that their digests may be summed
        summed = (
            "SELECT partner, count(*), sum(md5_number_lower(t::VARCHAR)::HUGEINT)::VARCHAR "
            "FROM t GROUP BY partner"
        )
        for partner, *sums in rows.query("t", summed).fetchall():
            own.setdefault(partner, []).append((name, *sums))
    return Slices(of(shared), {partner: of(sums) for partner, sums in own.items()})


class Slices:
    """Digests by partner; the report on all of them reads everything."""

    def __init__(self, shared: str, own: dict[str, str]) -> None:
        self._shared, self._own = shared, own

    def __getitem__(self, partner: str) -> str:
        return of(
            [
                self._shared,
                sorted(self._own.items(), key=str)
                if partner == EVERYONE
                else self._own.get(partner),
            ]
        )
