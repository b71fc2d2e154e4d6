"""The latest wins: however fast a slider is dragged, at most one update waits."""

import asyncio
from collections.abc import Callable

PAUSE = 0.02  # seconds in which the kernel reads what else has come, before it answers


class Latest:
    """Calls `update` soon after the last of many requests, never twice for what one call can
    answer.

    Requests cost nothing while an update waits or runs; those that come meanwhile are answered
    together by the next. Without a running event loop (a script, a test) it is called at once.
    """

    def __init__(self, update: Callable[[], None]) -> None:
        self.update, self.waiting = update, False

    def __call__(self, *_event) -> None:
        if self.waiting:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.update()
            return
        self.waiting = True
        loop.call_later(PAUSE, self._answer)

    def _answer(self) -> None:
        self.waiting = False
        self.update()
