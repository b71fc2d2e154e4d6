"""Folder names for partners: safe on every system, and two partners never share one."""

import hashlib
import re
import unicodedata
from collections import Counter

LONGEST = 60
WHOLE = "portfolio"  # the folder of the report on all partners
PORTS = {f"{port}{i}" for port in ("com", "lpt") for i in range(10)}
RESERVED = {"con", "prn", "aux", "nul", "prepared", WHOLE} | PORTS


def slugs(names: list[str]) -> dict[str, str]:
    """A folder name for each partner; names that would share one get a few digits of their own.

    >>> slugs(["Işık Bilişim", "../../x", "Acme", "ACME"])["Işık Bilişim"]
    'isik-bilisim'
    """
    plain = {name: _plain(name) for name in names}
    shared = Counter(plain.values())
    return {
        name: slug if shared[slug] == 1 and slug not in RESERVED else f"{slug}-{_digits(name)}"
        for name, slug in plain.items()
    }


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("ı", "i")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters)[:LONGEST].strip("-") or "partner"


def _digits(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:8]
