"""A kernel manager that talks over sockets in a private folder instead of TCP ports that others may take."""

import shutil
import tempfile

from jupyter_client import AsyncKernelManager


class IpcKernelManager(AsyncKernelManager):
    """One kernel, one short private folder, gone with the kernel."""

    def __init__(self, **kwargs) -> None:
        self._sockets = tempfile.mkdtemp(prefix="kpi-")
        super().__init__(**(kwargs | {"transport": "ipc", "ip": f"{self._sockets}/k"}))

    async def cleanup_resources(self, restart: bool = False) -> None:
        await super().cleanup_resources(restart=restart)
        if not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)
