"""Packed files (gzip, bzip2, xz, Zstandard, zip) become plain ones in the load's own folder, within
a stated limit."""

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection, only
from kpi_helpers.reading.files import sources

BLOCK = 1 << 20
# Against zip bombs: a table packs to a tenth, rarely to a fiftieth. What is below SMALL is always
# unpacked.
SMALL = 256 << 20
MOST_TIMES = 100
MOST_UNPACKED = 20 << 30
MOST_MEMBERS = 1_000
BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
MAGIC = {
    b"\x1f\x8b": ".gz",
    b"BZh": ".bz2",
    b"\xfd7zXZ\x00": ".xz",
    b"\x28\xb5\x2f\xfd": ".zst",
    b"PK\x03\x04": ".zip",
}


def packing(path: Path) -> str | None:
    """How the file is packed, by its first bytes; None when it is not."""
    with path.open("rb") as stream:
        head = stream.read(8)
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), None)


def limit(size: int) -> int:
    """What a packed file of `size` bytes may grow to.

    >>> limit(1_000) >> 20, limit(10 << 20) >> 20
    (256, 1000)
    """
    return min(MOST_UNPACKED, max(SMALL, MOST_TIMES * size))


def unpacked(db: Connection, path: Path, kind: str) -> list[tuple[Path, str]]:
    """The files packed in `path`, each with the name it has there; KitError says what is wrong with
    it."""
    most = limit(path.stat().st_size)
    try:
        if kind == ".zip":
            return _members(db, path, most)
        name = path.name[: -len(kind)] if path.name.lower().endswith(kind) else path.name
        target = db.new_file(sources.suffix(Path(name)) or ".csv")
        if kind == ".zst":
            _zstandard(db, path, target, most)
        else:
            opened = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}[kind]
            with opened(path) as stream:
                _copy(iter(lambda: stream.read(BLOCK), b""), target, most, path.name)
        return [(target, name)]
    except BROKEN as error:
        if isinstance(error, KitError):
            raise
        raise KitError(
            f"{path.name} cannot be unpacked: {str(error).rstrip('.') or type(error).__name__}."
        ) from error


def too_much(file: str, most: int) -> KitError:
    """The error for a file that grows too large."""
    return KitError(
        f"{file} unpacks to more than {most / 2**30:,.2f} GiB, the limit for a file of its size. "
        "If it really is a table, unpack it and give the plain file."
    )


def _copy(blocks: Iterator[bytes], target: Path, most: int, file: str) -> int:
    size = 0
    with target.open("wb") as out:
        for block in blocks:
            size += out.write(block)
            if size > most:
                out.close()
                target.unlink()
                raise too_much(file, most)
    return size


def _members(db: Connection, path: Path, most: int) -> list[tuple[Path, str]]:
    found = []
    with zipfile.ZipFile(path) as packed:
        files = [
            i
            for i in packed.infolist()
            if not i.is_dir() and not i.filename.startswith("__MACOSX/")
        ]
        files = [i for i in files if not Path(i.filename).name.startswith((".", "~$"))]
        wanted = [i for i in files if sources.suffix(Path(i.filename)) in sources.READABLE]
        wanted = [i for i in wanted if Path(i.filename).suffix.lower() not in sources.PACKED]
        if not wanted:
            inside = ", ".join(i.filename for i in files[:10]) or "nothing"
            raise KitError(
                f"{path.name} holds no table that can be read ({', '.join(sources.READABLE)}); "
                f"in it: {inside}."
            )
        if len(wanted) > MOST_MEMBERS:
            raise KitError(
                f"{path.name} holds {len(wanted):,} files; the limit is {MOST_MEMBERS:,}."
            )
        for info in wanted:
            if info.flag_bits & 1:
                raise KitError(
                    f"{path.name} is protected by a password; unpack it and give the plain files."
                )
            target = db.new_file(sources.suffix(Path(info.filename)))
            with packed.open(info) as stream:
                most -= _copy(iter(lambda s=stream: s.read(BLOCK), b""), target, most, path.name)
            found.append((target, Path(info.filename).name))
    return found


def measure(
    packed: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    most: int,
    file: str,
    seen: Callable | None = None,
) -> int:
    """The size of a member as it is really unpacked; stops at `most`. `seen` gets every block."""
    if info.flag_bits & 1:
        raise KitError(f"{file} is protected by a password; save it without one.")
    size = 0
    with packed.open(info) as stream:
        while block := stream.read(BLOCK):
            size += len(block)
            if size > most:
                raise too_much(file, most)
            if seen:
                seen(block)
    return size


def _zstandard(db: Connection, path: Path, target: Path, most: int) -> None:
    try:
        from compression import zstd  # Python 3.14
    except ImportError:
        return _zstandard_text(db, path, target, most)
    with zstd.open(path) as stream:
        _copy(iter(lambda: stream.read(BLOCK), b""), target, most, path.name)
    return None


def _zstandard_text(db: Connection, path: Path, target: Path, most: int) -> None:
    """UTF-8 text line by line through DuckDB, which can unpack Zstandard where Python cannot
    yet."""
    lines = (
        f"SELECT line FROM read_csv({only(path)}, compression='zstd', columns={{'line': "
        f"'VARCHAR'}}, delim='\x01', "
        "quote='', escape='', header=false, auto_detect=false, strict_mode=false, "
        "max_line_size=2000000)"
    )

    def blocks() -> Iterator[bytes]:
        while rows := reader.fetchmany(10_000):
            yield "".join(f"{r[0] or ''}\n" for r in rows).encode()

    with db.reading(path.name):
        reader = db.connection.cursor().execute(lines)
        _copy(blocks(), target, most, path.name)
