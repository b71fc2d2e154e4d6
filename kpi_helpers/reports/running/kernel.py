"""A kernel manager that talks over sockets in a private folder instead of TCP ports that others may
take."""

import os
import shutil
import tempfile
from functools import partial

from jupyter_client import AsyncKernelManager

from kpi_helpers.system.confine import die_with_parent


class IpcKernelManager(AsyncKernelManager):
    """One kernel, one short private folder, gone with the kernel; the kernel goes with the process
    that started it."""

    def __init__(self, **kwargs) -> None:
        self._sockets = tempfile.mkdtemp(prefix="kpi-")
        super().__init__(**(kwargs | {"transport": "ipc", "ip": f"{self._sockets}/k"}))

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kwargs) -> None:
        await super()._async_launch_kernel(
            kernel_cmd, preexec_fn=partial(die_with_parent, os.getpid()), **kwargs
        )

    async def cleanup_resources(self, restart: bool = False) -> None:
        await super().cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)
