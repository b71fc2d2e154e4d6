"""Folder names for partners: safe on every system, and two partners never share one."""

import hashlib
from collections import Counter

from kpi_helpers.system.file_names import DEVICES, plain_name

WHOLE = "portfolio"  # the folder of the report on all partners
FEW = 8  # digits at a time
RESERVED = {"prepared", WHOLE} | DEVICES


def slugs(names: list[str]) -> dict[str, str]:
    """A folder name for each partner; names that would share one get a few digits of their own.

    >>> slugs(["Işık Bilişim", "../../x", "Acme", "ACME"])["Işık Bilişim"]
    'isik-bilisim'
    """
    plain = {name: plain_name(name) or "partner" for name in names}
    digits = {name: FEW if slug in RESERVED else 0 for name, slug in plain.items()}
    # digits may make another partner's folder name: a round more for those that share one
    while True:
        made = {name: _with_digits(slug, name, digits[name]) for name, slug in plain.items()}
        sharing = Counter(made.values())
        if len(sharing) == len(made):
            return made
        digits |= {name: digits[name] + FEW for name, slug in made.items() if sharing[slug] > 1}


def _with_digits(slug: str, name: str, count: int) -> str:
    return f"{slug}-{hashlib.sha256(name.encode()).hexdigest()[:count]}" if count else slug
