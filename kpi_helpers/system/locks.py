"""Locks that end with the process that holds them, however it ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the file `path`, which is made and stays. Raises `BlockingIOError` while another process
    holds it.

    Where a network folder knows no locks it holds nothing.
    """
    with path.open("a") as file:
        try:
            _lock(file)
        except BlockingIOError:
            raise
        except OSError:
            pass
        yield


def _lock(file) -> None:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
