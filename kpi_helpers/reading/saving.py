"""Keep what was understood of an export as a mapping file, so that next month's is read the same
way."""

import json
import os
from pathlib import Path

from kpi_helpers.errors import nearest_names
from kpi_helpers.reading.loaded import Loaded
from kpi_helpers.system.whole_files import write_whole


@nearest_names
def save_mapping(loaded: Loaded, path: str | os.PathLike) -> Path:
    """Write the columns, the answers and what was decided as TOML for `load(...,
    mapping_file=path)`.

    The file is for people to read and edit; it appears whole or not at all.

    Parameters
    ----------
    loaded : Loaded
        What `load` gave.
    path : str or path
        The file.

    Returns
    -------
    Path
        The file written.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> from kpi_helpers.reading import load
    >>> deals = pd.DataFrame(
    ...     {"no": ["1"], "Bayi": ["Ada"], "Durum": ["Açık"], "Tutar": ["1.234,50 TL"]}
    ... )
    >>> file = save_mapping(load(deals), Path(tempfile.mkdtemp()) / "answers.toml")
    >>> print(file.read_text(encoding="utf-8"))
    # What the kit understood of an export of profile generic: edit it, and read the next with it.
    [reading]
    decimal = ","
    profile = "generic"
    <BLANKLINE>
    [columns]
    partner = "Bayi"
    status = "Durum"
    amount = "Tutar"
    <BLANKLINE>
    """
    lines = [
        f"# What the kit understood of an export of profile {loaded.profile}: edit it, and read "
        "the next with it."
    ]
    for section, said in loaded.answers.items():
        if said:
            lines += [
                f"[{section}]",
                *(f"{_key(k)} = {json.dumps(v, ensure_ascii=False)}" for k, v in said.items()),
                "",
            ]
    path = Path(path)
    write_whole(path, "\n".join(lines))
    return path


def _key(text: str) -> str:
    return (
        text
        if text.isascii() and text.replace("_", "").isalnum()
        else json.dumps(text, ensure_ascii=False)
    )
