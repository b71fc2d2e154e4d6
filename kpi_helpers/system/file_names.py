"""Names that are safe as a file's or a folder's on every system."""

import re

from anyascii import anyascii

LONGEST = 60


def plain_name(text: str) -> str:
    """Small ASCII letters, digits and hyphens, at most 60; empty where nothing of it can be spelt.

    Letters of other scripts are transliterated by anyascii.

    >>> [plain_name(name) for name in ("Łódka Danych", "Weißbach", "株式会社", "Ирис", "...")]
    ['lodka-danych', 'weissbach', 'zhushihuishe', 'iris', '']
    """
    return re.sub(r"[^a-z0-9]+", "-", anyascii(text).lower())[:LONGEST].strip("-")
