"""environment.yml (conda) and pyproject.toml (pip) name the same packages with the same lower
bounds."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
}


def test_conda_environment_equals_pyproject():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pip = dict(
        re.match(r"([\w.-]+)>=([\d.]+)$", entry).groups() for entry in project["dependencies"]
    )
    conda = dict(
        re.findall(
            r"^  - ([\w.-]+)>=([\d.]+)$", (ROOT / "environment.yml").read_text(), re.MULTILINE
        )
    )
    assert conda.pop("python") == project["requires-python"].removeprefix(">=")
    assert conda == {CONDA_NAMES.get(name, name): bound for name, bound in pip.items()}


def test_lock_pins_and_hashes_every_package_without_addresses():
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.findall(r"^[\w.-]+(?:\[[\w-]+\])?==\S+.*$", lock, re.MULTILINE)
    assert len(entries) > 100
    assert all("\\" in entry for entry in entries), "each entry goes on to its hashes"
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = {re.match(r"[\w.-]+", entry)[0].lower() for entry in entries}
    extras = project["optional-dependencies"]
    del extras["spark"]  # 400 MiB and a Java: make test-long alone installs it
    wanted = [*project["dependencies"], *(entry for extra in extras.values() for entry in extra)]
    assert {re.match(r"[\w.-]+", entry)[0].lower() for entry in wanted} <= locked
