"""Whether a run would make exactly what is there already; answered without reading the export."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reports import digest, schedule
from kpi_helpers.reports.manifest import FILE as MANIFEST
from kpi_helpers.reports.manifest import Manifest
from kpi_helpers.system.locks import LOCK, held
from kpi_helpers.system.whole_files import sweep, write_whole

STATE = Path("prepared", "run.json")


def request(source, options: dict) -> str | None:
    """The digest of all that a run is asked for and made with; None where the source is not in
    files."""
    files = digest.of_source(source)
    if files is None:
        return None
    notebooks = [
        (path.name, digest.of_file(path))
        for path in sorted(schedule.notebook_path().parent.glob("*.ipynb"))
    ]
    answers = {name: digest.of_option(value) for name, value in options.items()}
    return digest.of([files, answers, notebooks, digest.of_kit()])


def finished(out: Path, asked: str | None, partners: Iterable[str]) -> dict | None:
    """What the last run told, if it was asked for the same and everything of it is still as it was
    made."""
    try:
        state = json.loads((out / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if (
        asked is None
        or state["request"] != asked
        or any(digest.of_file(out / name) != made for name, made in state["files"].items())
    ):
        return None
    manifest, keys = Manifest(out), state["keys"]
    wanted = list(partners) or list(keys)
    if not all(
        partner in keys and manifest.is_current(partner, keys[partner]) for partner in wanted
    ):
        return None
    return state | {"records": [manifest.lines[partner] for partner in wanted]}


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """From here until `finish` the folder is not what any run made, and no other run may write into
    it.

    Raises `KitError` while another does, and when the folder cannot be written.
    """
    prepared = out / STATE.parent
    try:
        prepared.mkdir(exist_ok=True)
        with held(prepared / LOCK):
            (out / STATE).unlink(missing_ok=True)
            for folder in (out, prepared):
                sweep(folder)
            yield
    except BlockingIOError:
        raise KitError(
            f"Another run is writing into {out}. Wait until it ends, or name another folder with ",
            Argument("out"),
            ".",
        ) from None
    except OSError as error:
        raise KitError(
            f"{error.filename or out} cannot be written: {error.strerror}. Make room, then run "
            f"again."
        ) from None


def finish(out: Path, asked: str | None, keys: dict[str, str], facts: dict) -> None:
    """Keep what the next run compares with: what was asked, what each report is made of, the files
    beside them."""
    beside = {
        path.name: digest.of_file(path)
        for path in out.iterdir()
        if path.is_file() and path.name != MANIFEST
    }
    state = facts | {"request": asked, "keys": keys, "files": beside}
    write_whole(out / STATE, json.dumps(state, ensure_ascii=False, indent=1))
