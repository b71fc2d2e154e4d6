"""Text in another encoding becomes a UTF-8 file of its own."""

import codecs
from pathlib import Path

from kpi_helpers.contract.notes import Note
from kpi_helpers.errors import KitError
from kpi_helpers.reading.connection import Connection

BLOCK = 1 << 20
# In Windows-1254 these bytes are the Turkish letters; in 1252 the Icelandic ones. All others are
# the same text in both.
_CALLED = {"cp1254": "Windows-1254 (Turkish)", "cp1252": "Windows-1252 (Western European)"}
_ASCII = bytes(range(128))
_TURKISH = bytes([0xD0, 0xDD, 0xDE, 0xF0, 0xFD, 0xFE])


def plain(db: Connection, path: Path) -> Path:
    """The path of the same text as UTF-8: `path` itself when it is that already. KitError when it
    is no text."""
    encoding, beyond = _encoding(path)
    if encoding is None:
        return path
    if encoding in _CALLED:
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
        raise KitError(
            f"{path.name} looks like {encoding} text, but it is broken: {error.reason}."
        ) from error
    return target


def _encoding(path: Path) -> tuple[str | None, int]:
    """None for UTF-8, else what to decode it with, and the number of bytes beyond ASCII.

    Single bytes that are not UTF-8 stay where most of the text is.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    turkish = broken = False
    multibyte = beyond = 0
    with path.open("rb") as stream:
        for i, block in enumerate(iter(lambda: stream.read(BLOCK), b"")):
            if i == 0 and block[:2] in (b"\xff\xfe", b"\xfe\xff"):
                return "utf-16", 0
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
    return "cp1254" if turkish else "cp1252", beyond
