"""Text in another encoding becomes a UTF-8 file of its own."""

import codecs
import re
from itertools import chain
from pathlib import Path

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import Argument, KitError
from kpi_helpers.reading.connection import Connection

BLOCK = 1 << 20
SAMPLE = 1 << 14
# In Windows-1254 these bytes are the Turkish letters; in 1252 the Icelandic ones. All others are
# the same text in both.
_CALLED = {
    "cp1254": "Windows-1254 (Turkish)",
    "cp1252": "Windows-1252 (Western European)",
    "cp1251": "Windows-1251 (Cyrillic)",
}
_ASCII = bytes(range(128))
_TURKISH = bytes([0xD0, 0xDD, 0xDE, 0xF0, 0xFD, 0xFE])
_CYRILLIC_WORD = re.compile(rb"[\xa8\xb8\xc0-\xff]{4,}")


def plain(db: Connection, path: Path) -> Path:
    """The path of the same text as UTF-8: `path` itself when it is that already. KitError when it
    is no text, or none of the encoding that was told."""
    encoding, beyond = (_known(db.encoding), 0) if db.encoding else _encoding(path)
    if encoding is None:
        return path
    if encoding in _CALLED and not db.encoding:
        db.notes.append(Note("encoding", file=path.name, encoding=_CALLED[encoding], n=beyond))
    target = db.new_file(".csv")
    try:
        with (
            path.open(encoding=encoding, newline="") as stream,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while block := stream.read(BLOCK):
                out.write(block)
    except UnicodeError as error:
        told = "as was said" if db.encoding else "as its bytes look"
        raise KitError(
            f"{path.name} is not UTF-8, and cannot be read as {encoding}, {told}. Export it as "
            "UTF-8, or say its encoding with ",
            Argument("encoding", "ENCODING"),
            ": cp1250 (Central European), cp1251 (Cyrillic), shift_jis, gb18030 or another.",
        ) from error
    return target


def _known(encoding: str) -> str | None:
    """The encoding by Python's name for it; None for UTF-8."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError, UnicodeError):
        raise KitError(
            f"There is no encoding {encoding!r} of text. Name one like utf-8, utf-16, cp1250, "
            "cp1254, shift_jis or gb18030."
        ) from None
    return None if name in ("utf-8", "utf-8-sig") else name


def _unmarked(block: bytes) -> str | None:
    """UTF-16 without a byte order mark: every other byte of its separators and digits is zero."""
    low, high = block[1::2].count(0), block[::2].count(0)
    if max(low, high) * 10 < len(block) or min(low, high) * 10 > max(low, high):
        return None
    return "utf-16-le" if low > high else "utf-16-be"


def _single_bytes(start: bytes, turkish: bool) -> str:
    """Which of Windows' encodings text is in that is not UTF-8: whole words beyond ASCII are
    Cyrillic."""
    words = sum(map(len, _CYRILLIC_WORD.findall(start)))
    if words * 2 > len(start.translate(None, _ASCII)):
        return "cp1251"
    return "cp1254" if turkish else "cp1252"


def _encoding(path: Path) -> tuple[str | None, int]:
    """None for UTF-8, else what to decode it with, and the number of bytes beyond ASCII.

    Single bytes that are not UTF-8 stay where most of the text is.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    turkish = broken = False
    multibyte = beyond = 0
    with path.open("rb") as stream:
        start = stream.read(BLOCK)
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16", 0
        if unmarked := _unmarked(start[:SAMPLE]):
            return unmarked, 0
        for block in chain([start], iter(lambda: stream.read(BLOCK), b"")):
            beyond += 0 if block.isascii() else len(block.translate(None, _ASCII))
            turkish = turkish or any(byte in block for byte in _TURKISH)
            try:
                multibyte += len(block) - len(decoder.decode(block)) if not broken else 0
            except UnicodeDecodeError:
                broken = True
    if (
        not broken or multibyte
    ):  # proper UTF-8 before the first broken byte: only those lines are broken
        return None, beyond
    return _single_bytes(start, turkish), beyond
