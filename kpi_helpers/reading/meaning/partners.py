"""Partners by name: the spellings of one are read as one, and names that look alike are told."""

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kpi_helpers.contract.notes import Note, first_of
from kpi_helpers.reading.columns import headers
from kpi_helpers.reading.connection import Connection
from kpi_helpers.reading.renaming import renamed
from kpi_helpers.reading.view import View

# More names than this are no partners that anybody merges; they stay as they are written.
MOST_NAMES = 100_000
_ONE_I = str.maketrans({"İ": "i", "I": "i", "ı": "i"})
# What companies are by law, which one list writes and the other leaves out.
_LEGAL = {"ltd", "limited", "inc", "incorporated", "llc", "llp", "plc", "corp", "corporation"}
_LEGAL |= {"co", "company", "gmbh", "ag", "kg", "ug", "sa", "sas", "sarl", "srl", "spa", "sl", "bv"}
_LEGAL |= {"nv", "ab", "as", "oy", "aps", "pty", "lda", "sti", "limitedsirketi", "anonimsirketi"}
# Between the names of several partners: the first are never part of one name, the others may be.
_APART, _PERHAPS = re.compile(r"[;|\n]"), re.compile(r"[;|\n,/+&]")


def key(name: str) -> str:
    """A partner's name without what writing it may change: Unicode form, case and spaces.

    >>> key(" ACME  Ltd"), key("Işık") == key("IŞIK")
    ('acme ltd', True)
    """
    folded = unicodedata.normalize("NFKC", name).translate(_ONE_I).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def likeness(name: str) -> str:
    """What two names share that may well be one partner: no accents, marks or legal forms.

    >>> likeness("Acme Ltd."), likeness("Açme"), likeness("Acme A.Ş.")
    ('acme', 'acme', 'acme')
    """
    words = [headers.key(w) for w in re.split(r"[\s,]+", name)]
    bare = [w for i, w in enumerate(words) if w and (i == 0 or w not in _LEGAL)]
    return "".join(bare)


@dataclass
class Names:
    """How the deals' partners are called: `shown` has the spelling of each key, `counts` the
    spellings as they stand there; `said` are the user's own answers."""

    said: Mapping[str, str]
    shown: dict[str, str] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)
    met: set[str] = field(default_factory=set)

    def __post_init__(self):
        self._answers = {key(one): whom.strip() for one, whom in self.said.items()}
        self._as_told = {key(whom): whom for whom in self._answers.values()}

    def of(self, name: str) -> str:
        """The name that is shown for a partner."""
        self.met.add(key(name))
        for _ in self._answers:  # an answer may lead to another, and in no circle for ever
            name = self._answers.get(key(name), name)
        return self._as_told.get(key(name)) or self.shown.get(key(name), name)

    def answered(self, name: str) -> bool:
        """Whether the user said what a partner is called."""
        return key(name) in self._answers


def named(db: Connection, view: View, names: Names, deals: bool = False) -> View:
    """The view with each partner under one name; of the deals, `names` learns the spellings."""
    if "partner" not in view.types:
        return view
    sql = f"SELECT partner, count(*) FROM {view.name} WHERE partner IS NOT NULL GROUP BY 1"
    if db.one(f"SELECT count(*) FROM ({sql})")[0] > MOST_NAMES:
        return view
    rows = sorted(db.rows(sql), key=lambda row: (-row[1], row[0].isupper(), row[0]))
    if deals:
        names.counts.update(dict(rows))
        for name, _n in rows:
            names.shown.setdefault(key(name), name)
    other = [(name, new) for name, _n in rows if (new := names.of(name)) != name]
    return renamed(db, view, "partner", other)


def told(names: Names) -> Iterator[Note]:
    """What the user should know of the names: spellings read as one, names that look alike, several
    in a cell, and answers that fit nobody."""
    spelt: dict[str, list[str]] = {}
    for name in names.counts:
        spelt.setdefault(key(name), []).append(name)
    ways = [f"{names.of(w[0])!r} ({', '.join(map(repr, w))})" for w in spelt.values() if w[1:]]
    if ways:
        yield Note("partners_spelt", n=len(ways), listed=first_of(ways))
    several = _several(names)
    if several:
        rows = sum(names.counts[name] for name in several)
        yield Note("partners_several", n=rows, listed=first_of([repr(s) for s in several]))
    yield from _alike({names.of(n) for n in names.counts} - set(several))
    strange = [one for one in names.said if key(one) not in names.met]
    if strange:
        listed = [_with_nearest(one, names.shown) for one in strange]
        yield Note("partners_strange", n=len(strange), listed=first_of(listed))


def _several(names: Names) -> list[str]:
    """The spellings that hold several partners, as no answer says who is meant."""
    alone = {key(n) for n in names.counts if not _PERHAPS.search(n)}
    alone |= {key(p) for n in names.counts for p in _APART.split(n) if _APART.search(n)}
    return [
        name
        for name in names.counts
        if not names.answered(name)
        and len(parts := {key(p) for p in _PERHAPS.split(name)} - {""}) > 1
        and (_APART.search(name) or parts <= alone)
    ]


def _alike(shown: set[str]) -> Iterator[Note]:
    """Names that differ in accents, marks or legal forms only, to be merged by the user."""
    groups: dict[str, list[str]] = {}
    for name in sorted(shown):
        groups.setdefault(likeness(name), []).append(name)
    pairs = [(other, one) for what, (one, *rest) in groups.items() if what for other in rest]
    if pairs:
        lines = [f'"{other}" = "{one}"' for other, one in pairs]
        yield Note("partners_alike", n=len(pairs), listed=first_of(lines))


def _with_nearest(name: str, shown: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(key(name), shown, n=1)
    return f"{name!r} (nearest: {shown[near[0]]!r})" if near else repr(name)
