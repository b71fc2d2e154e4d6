"""Which CRM an export is from: each profile is a data file, recognised by its headers."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from kpi_helpers.errors import Argument, KitError, UnknownValue
from kpi_helpers.reading.columns.headers import find, keys, word
from kpi_helpers.reading.columns.mapping import Mapping

# Fewer headers than this are no CRM's signature: then the generic names are used.
FEWEST = 3
# A second profile this near to the first, that reads a column differently, leaves it open which is
# meant.
NEAR = 0.9
NOT_CRM = ("generic", "sides")


@dataclass(frozen=True)
class Profile:
    """One CRM's headers: field -> headers that answer it, the best first; headers it has that
    answer nothing; words."""

    name: str
    title: str
    columns: dict[str, list[str]]
    unused: list[str] = field(default_factory=list)
    words: dict[str, dict[str, str]] = field(default_factory=dict)

    def headers(self) -> set[str]:
        """The keys of every header the profile knows."""
        named = [h for headers in self.columns.values() for h in headers] + self.unused
        return {keys(h)[0] for h in named}

    def match(self, header: list[str]) -> dict[str, str]:
        """Field -> header of the table."""
        free, found = list(header), {}
        for name, wanted in self.columns.items():
            at = find(free, wanted)
            if at is not None:
                found[name] = free.pop(at)
        return found

    def passed_over(self, header: list[str]) -> set[str]:
        """The table's headers that the profile knows to answer nothing."""
        named = {keys(h)[0] for h in self.unused}
        return {h for h in header if keys(h)[0] in named}


@cache
def profiles() -> dict[str, Profile]:
    """Every CRM's profile by its name: all the files in data/profiles.

    >>> profiles()["zoho"].title
    'Zoho'
    """
    found = {}
    folder = files("kpi_helpers.reading") / "data" / "profiles"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        name = file.name.removesuffix(".toml")
        if name != file.name and name not in NOT_CRM:
            said = tomllib.loads(file.read_text(encoding="utf-8"))
            words = {
                f: {word(w): s for w, s in ws.items()} for f, ws in said.get("words", {}).items()
            }
            found[name] = Profile(
                name, said["title"], said["columns"], said.get("unused", []), words
            )
    return found


def scores(header: list[str]) -> dict[str, float]:
    """Profile -> how much of the header it recognises, 0 to 1; a header that few CRMs have counts
    for more.

    >>> max(
    ...     scores(["Record Id", "Deal Name", "Stage", "Closing Date", "Created Time"]).items(),
    ...     key=lambda s: s[1],
    ... )[0]
    'zoho'
    """
    known = {p.name: p.headers() for p in profiles().values()}
    mine = {keys(h)[0] for h in header}
    weight = {h: 1 / max(1, sum(h in k for k in known.values())) for h in mine}
    total = sum(w for h, w in weight.items() if any(h in k for k in known.values()))
    return {
        name: round(sum(weight[h] for h in mine & there) / total, 3)
        if len(mine & there) >= FEWEST
        else 0.0
        for name, there in known.items()
    }


def recognised(header: list[str], mapping: Mapping) -> tuple[Profile | None, float]:
    """The profile the header speaks for and its score; None for none of them. KitError when two fit
    and disagree."""
    said = mapping.reading.get("profile")
    found = scores(header)
    if said in ("kit", "generic"):
        return None, 1.0
    if said is not None:
        if said not in profiles():
            raise UnknownValue("profile", said, ["kit", "generic", *profiles()])
        return profiles()[said], found[said]
    best, *others = sorted(found, key=found.get, reverse=True)
    if not found[best]:
        return None, 0.0
    mine = {h: f for f, h in profiles()[best].match(header).items()}
    for other in others:
        theirs = {h: f for f, h in profiles()[other].match(header).items()}
        # Only a column that both know, and the user has not named by hand, can be in dispute.
        said = mapping.columns.values()
        differ = {
            repr(h) for h in mine.keys() & theirs.keys() if mine[h] != theirs[h] and h not in said
        }
        if found[other] >= NEAR * found[best] and differ:
            raise KitError(
                f"The headers fit both {best} ({found[best]:.2f}) and {other} "
                f"({found[other]:.2f}), which read "
                f"{', '.join(sorted(differ))} differently. Say which: ",
                Argument("profile", best),
                " or ",
                Argument("profile", other),
                "; or name the columns with ",
                Argument("mapping"),
                ".",
            )
    return profiles()[best], found[best]
