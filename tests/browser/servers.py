"""Jupyter servers for the browser tests: on this machine only, with a token, in a folder of their
own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "only-for-this-test"
SETTINGS = {  # every cell is drawn wherever the page is scrolled to, and nobody is asked about news
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false"},
}


def workplace(folder: Path) -> Path:
    """The notebooks beside the sample, as in a checkout; what is saved stays here."""
    shutil.copytree(
        ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns(".*", "*.json")
    )
    (folder / "data").mkdir()
    (folder / "data" / "sample").symlink_to(ROOT / "data" / "sample")
    return folder / "notebooks"


@contextmanager
def serving(folder: Path, *words: str):
    """A server started by `words` in `folder`; its address while it runs. What was started is
    ended."""
    port = _free_port()
    private = {
        f"JUPYTER_{name}_DIR": str(folder.parent / name) for name in ("CONFIG", "RUNTIME", "DATA")
    }
    settings = folder.parent / "settings"
    for name, values in SETTINGS.items():
        file = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))
    told = folder.parent / "server.log"
    with told.open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *[word.format(port=port) for word in words]],
            cwd=folder,
            env=os.environ | private | {"JUPYTERLAB_SETTINGS_DIR": str(settings)},
            stdout=log,
            stderr=log,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server, told)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _await(address: str, server, told: Path, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except urllib.error.HTTPError:
            return  # it is there, and asks for the token
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"the server did not start: {told.read_text()[-2000:]}")
