"""Which files a source means: a path, several paths, a folder or a glob become a list of files that
can be read."""

import difflib
import glob
import os
from collections.abc import Iterable
from pathlib import Path

from kpi_helpers.errors import KitError

CSV = (".csv", ".tsv", ".txt")
PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst")
JSON = (".jsonl", ".ndjson", ".json")
# The notebooks' default, told from their folder; papermill runs them from any other.
SAMPLE = Path("..", "data", "sample")
NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
READABLE = (*CSV, ".parquet", ".xlsx", ".xlsm", *JSON)


def suffix(path: Path) -> str:
    """The suffix that tells the format, without that of a compression.

    >>> suffix(Path("deals.csv.gz"))
    '.csv'
    """
    suffixes = [s.lower() for s in path.suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def stem(path: Path) -> str:
    """The name of the table that a file holds: its name without its suffixes.

    >>> stem(Path("x/Targets.csv.gz"))
    'targets'
    """
    return path.name.split(".")[0].lower()


def files(source: str | os.PathLike | Iterable) -> list[Path]:
    """All files that `source` names, in a stable order; KitError when there is none."""
    given = [source] if isinstance(source, str | os.PathLike) else list(source)
    if not given:
        raise KitError("There is nothing to read: no file or folder was given.")
    found: list[Path] = []
    for one in given:
        path = Path(os.fspath(one))
        if path == SAMPLE and not path.exists() and (NOTEBOOKS / path).exists():
            path = NOTEBOOKS / path
        if path.is_dir():
            found += _folder(path)
        elif path.exists():
            found.append(path)
        elif any(c in str(path) for c in "*?["):
            # Path.glob takes no absolute pattern and does not pass over hidden files.
            names = glob.glob(str(path), recursive=True)  # noqa: PTH207
            matches = sorted(Path(name) for name in names if Path(name).is_file())
            if not matches:
                raise KitError(f"No file matches {str(path)!r}.")
            found += matches
        else:
            raise KitError(_not_there(path))
    return list(dict.fromkeys(found))


def _folder(path: Path) -> list[Path]:
    inside = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith((".", "~$")))
    tables = [
        p for p in inside if suffix(p) in READABLE or (not suffix(p) and p.suffix.lower() in PACKED)
    ]
    if not tables:
        names = ", ".join(p.name for p in inside[:10]) or "nothing"
        raise KitError(
            f"The folder {str(path)!r} holds no table that can be read ({', '.join(READABLE)}); "
            f"in it: {names}."
        )
    return tables


def _not_there(path: Path) -> str:
    where = path.parent
    if not where.is_dir():
        return (
            f"There is no file or folder {str(path)!r}; not even the folder {str(where)!r} is "
            f"there."
        )
    names = [p.name for p in where.iterdir()]
    near = difflib.get_close_matches(path.name, names, n=3)
    guess = f" Did you mean {' or '.join(repr(str(where / n)) for n in near)}?" if near else ""
    return f"There is no file or folder {str(path)!r}.{guess}"
