"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

UNFINISHED = ".kpi-"  # how the names of files begin that are being written


def write_whole(path: Path, content: str | bytes) -> None:
    """Write beside the target, then rename over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode("utf-8") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{UNFINISHED}{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sweep(folder: Path) -> None:
    """Remove what a process that was ended in the middle of writing left behind."""
    for path in folder.glob(f"{UNFINISHED}*"):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # there is something in it, or it was never made
        folder.rmdir()
