"""Names that are safe as a file's or a folder's on every system."""

import re
import unicodedata

from anyascii import anyascii

LONGEST = 60
BYTES = 180  # of 255 that a name may have: endings, and the name while it is written, come on top
DEVICES = {"con", "prn", "aux", "nul"} | {f"{p}{i}" for p in ("com", "lpt") for i in range(10)}


def plain_name(text: str) -> str:
    """Small ASCII letters, digits and hyphens, at most 60; empty where nothing of it can be spelt.

    Letters of other scripts are transliterated by anyascii.

    >>> [plain_name(name) for name in ("Łódka Danych", "Weißbach", "株式会社", "Ирис", "...")]
    ['lodka-danych', 'weissbach', 'zhushihuishe', 'iris', '']
    """
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower())[:LONGEST].strip("-")


def own_name(text: str) -> str:
    """A name that somebody gave, with its letters of every script and its capitals; what is no
    letter, digit or underscore becomes a hyphen. Empty where nothing is left, or a device's name
    on Windows.

    >>> [own_name(name) for name in ("Kanal planı", "計画 2/3", "../x", "...", "con")]
    ['Kanal-planı', '計画-2-3', 'x', '', '']
    """
    composed = unicodedata.normalize("NFC", text)
    kept = (c if c == "_" or unicodedata.category(c)[0] in "LMN" else " " for c in composed)
    name = "-".join("".join(kept).split())[:LONGEST]
    name = name.encode()[:BYTES].decode(errors="ignore").rstrip("-")
    return "" if name.lower() in DEVICES else name
