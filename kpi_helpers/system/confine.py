"""Keep a report's process within its limits, and leave nothing of it running."""

import contextlib
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def die_with_parent(parent: int | None = None) -> None:
    """Linux only: the kernel ends this process when its parent goes, however it goes."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:  # it went before the kernel was told
            os._exit(1)


def adopt_orphans() -> None:
    """Linux only: what a report detaches from its session becomes this process's child, so that it
    can be ended."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def limit(memory_mb: int, file_mb: int) -> None:
    """Not on Windows: more memory raises MemoryError, a larger file OSError."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_mb * 2**20,) * 2)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def end_tree(pid: int, *, itself: bool = True) -> None:
    """End a process and all it started."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        started = process.children(recursive=True)
        for one in [process, *started] if itself else started:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        if not itself:
            psutil.wait_procs(started, timeout=5)  # those that became ours would stay as zombies
