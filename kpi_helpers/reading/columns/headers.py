"""Headers and vocabulary words compared by what they say, not how they are typed."""

import re
import unicodedata

# Turkish has two letters i; folded to one, "KAPANIŞ TARİHİ", "Kapanış Tarihi" and "kapanis tarihi"
# are the same header.
_ONE_I = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
# Doubt, denial and comparison: words that hold these are asked about rather than understood.
MEANT = "?!<>=≠~¬"
_PREFIX = re.compile(r"^\s*\*?\s*(?:deal - |opportunity_|\(do not modify\)\s*)", re.IGNORECASE)


def key(text: object) -> str:
    """Letters and digits of a header or word: NFKC, casefolded, accents and Turkish letters folded.

    >>> key("* Kapanış  TARİHİ"), key("Proposal/Price Quote")
    ('kapanistarihi', 'proposalpricequote')
    """
    text = unicodedata.normalize("NFKC", str(text)).translate(_ONE_I).casefold()
    text = unicodedata.normalize("NFKD", text)
    return "".join(c for c in text if c.isalnum())


def word(text: object) -> str:
    """A stage's, status' or source's key, in which a mark that changes the meaning stays: "sold?"
    is not "sold".

    >>> word("Closed Won"), word("sold?")
    ('closedwon', 'sold?')
    """
    return key(text) + "".join(c for c in str(text) if c in MEANT)


def keys(header: str) -> tuple[str, ...]:
    """The header's key, and its key without a CRM's prefix.

    >>> keys("Deal - Value")
    ('dealvalue', 'value')
    """
    bare = _PREFIX.sub("", header)
    return (key(header),) if bare == header else (key(header), key(bare))


def find(header: list[str], aliases: list[str]) -> int | None:
    """The position of the first alias that the header has; None when it has none.

    >>> find(["Stage", "Deal - Value"], ["Amount", "Value"])
    1
    """
    where: dict[str, int] = {}
    for whole in (True, False):
        for i, name in enumerate(header):
            found = keys(name)
            where.setdefault(found[0] if whole else found[-1], i)
    return next((where[key(alias)] for alias in aliases if key(alias) in where), None)
