"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

UNFINISHED = ".kpi-"  # how the names of files begin that are being written


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside the target to write to; it takes the target's place when the block ends well,
    and is removed when not."""
    handle, name = tempfile.mkstemp(path.suffix, f"{UNFINISHED}{path.stem}.", path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o666 & ~_umask())
        _onto_disk(beside)  # or a power cut may leave the new name with nothing in it
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _umask() -> int:
    """What the user's files are not to allow; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _onto_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text as UTF-8, or bytes; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as beside:
        beside.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def sweep(folder: Path) -> None:
    """Remove what a process that was ended in the middle of writing left behind."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # there is something in it, or it was never made
        folder.rmdir()
