"""SIGTERM as an exception, so that what has begun is cleaned up; also where a library swallows
exceptions."""

import signal
import sys

AGAIN = 0.5  # seconds
TERMINATED = 128 + 15

_state = {"terminated": False}


class Terminated(KeyboardInterrupt):
    """SIGTERM has come; like Ctrl-C it passes by `except Exception`."""


def raise_on_sigterm() -> None:
    """From now on SIGTERM raises `Terminated` in the main thread, until it has reached the command
    line.

    DuckDB makes a RuntimeError of what a handler raises in its queries; what is swallowed is raised
    again.
    """
    signal.signal(signal.SIGTERM, _stop)
    if hasattr(signal, "setitimer"):  # not on Windows
        signal.signal(signal.SIGALRM, _stop)


def terminated() -> bool:
    """Whether SIGTERM has come; none is raised any more."""
    if _state["terminated"] and hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        signal.setitimer(signal.ITIMER_REAL, 0)
    return _state["terminated"]


def _stop(*_) -> None:
    first = not _state["terminated"]
    _state["terminated"] = True
    if first and hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, AGAIN, AGAIN)
    if first or sys.exception() is None:  # an exception on its way is cleaning up: let it
        raise Terminated
