"""Temporary folders that go when they are done with, or with the next one made where their process
was killed."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kpi_helpers.system.locks import LOCK, held

PREFIX = (
    "kpi-"  # short: sockets lie in such folders, and a socket's path is at most some 100 characters
)
NEW = 60  # seconds in which a folder may be there without its lock held


@contextmanager
def scratch() -> Iterator[Path]:
    """A temporary folder whose lock says that its process is alive; what killed ones left goes
    first."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        for lock in Path(folder).parent.glob(f"{PREFIX}*/{LOCK}"):
            _remove_left(lock, Path(folder).stat().st_uid)
        with held(Path(folder, LOCK)):
            yield Path(folder)


def _remove_left(lock: Path, owner: int) -> None:
    """Remove the folder of a process that is no more, if it was this user's."""
    with suppress(OSError):
        about = lock.stat(follow_symlinks=False)
        if about.st_uid == owner and time.time() - about.st_mtime > NEW:
            with held(lock):
                shutil.rmtree(lock.parent, ignore_errors=True)
