"""The recommendations' rules as data: their texts, thresholds and levels, read from a file that
users may edit."""

import string
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.errors import KitError, UnknownValue, nearest_names

STANDARD = Path(__file__).with_name("rules.toml")
LEVELS = ("employee", "department", "unit", "partner manager")
OPTIONAL = {"partner_text": "", "enabled": True}  # of any rule
FIXED = ("text", "level", "look_again_days", *OPTIONAL)
KINDS = {"true or false": bool, "a number, 0 or more": (int, float), "a text": str, "a table": dict}
WORDS = ("owner", "stage", "deal", "period")  # evidence that is no number


@dataclass(frozen=True)
class Rule:
    """`text` has {placeholders}; `settings` are the thresholds, by name."""

    name: str
    text: str
    level: str
    look_again_days: int
    settings: dict


@dataclass(frozen=True)
class Rules:
    """The rules that are switched on, in the file's order, and the sentences of silence."""

    rules: tuple[Rule, ...]
    fewest_closed: int
    too_few: str
    nothing: str


@nearest_names
def read_rules(path=None, *, edition: str = "internal") -> Rules:
    """The rules of a TOML file, the standard ones unless given; settings it leaves out are the
    standard ones.

    Parameters
    ----------
    path : path, optional
        A changed copy of rules.toml; unset, the standard rules.
    edition : str
        internal, or partner for what may be given to the partner itself.

    Returns
    -------
    Rules
        A path in, Rules out; `edition` "partner" has the rules and texts that the partner itself
        may read.

    Raises
    ------
    KitError
        For a file that cannot be read, an unknown rule, setting, level or placeholder, and a value
        of another kind.

    Examples
    --------
    >>> read_rules().rules[0].name, read_rules().rules[0].look_again_days
    ('stop_paid', 90)
    """
    standard = _load(STANDARD)
    own = standard if path is None else _load(Path(path))
    _fits(own, standard, "table of the rules")
    _fits(own.get("rules", {}), standard["rules"], "rule")
    _fits(own.get("silence", {}), standard["silence"], "setting of silence")
    for name, values in own.get("rules", {}).items():
        _fits(values, standard["rules"][name] | OPTIONAL, f"setting of rule {name}")
    rules = []
    for name, values in standard["rules"].items():
        merged = values | own.get("rules", {}).get(name, {})
        if merged["level"] not in LEVELS:
            raise UnknownValue("level", merged["level"], LEVELS)
        texts = {"internal": merged["text"], "partner": merged.get("partner_text", merged["text"])}
        for text in texts.values():
            _fills(text, values["text"], f"rule {name}")
        if merged.get("enabled", True) and texts[edition]:
            settings = {key: value for key, value in merged.items() if key not in FIXED}
            rules.append(
                Rule(
                    name, texts[edition], merged["level"], int(merged["look_again_days"]), settings
                )
            )
    silence = standard["silence"] | own.get("silence", {})
    for name in ("text", "nothing"):
        _fills(silence[name], standard["silence"][name], "silence")
    return Rules(tuple(rules), int(silence["fewest_closed"]), silence["text"], silence["nothing"])


def _load(path):
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KitError(
            f"The rules in {path} cannot be read: {error}. Start from a copy of {STANDARD.name}."
        ) from error


def _fits(own, standard, what):
    for name, value in own.items():
        if name not in standard:
            raise UnknownValue(what, name, standard)
        kind = next(kind for kind, types in KINDS.items() if isinstance(standard[name], types))
        number = KINDS[kind] == (int, float)
        if not isinstance(value, KINDS[kind]) or (
            number and (isinstance(value, bool) or not value >= 0)
        ):
            raise KitError(f"The {what} {name!r} must be {kind}; this is {value!r}.")


def _fills(text, standard, what):
    """Whether the text can be filled with the evidence that the standard text is filled with."""
    known = _placeholders(standard)
    try:
        named = _placeholders(text)
        if named <= known:
            text.format(**{name: "" if name in WORDS else 1.0 for name in known})
    except (ValueError, LookupError) as error:
        raise KitError(f"The text of {what} cannot be filled: {error}. It is {text!r}.") from None
    if strange := named - known:
        raise UnknownValue(f"placeholder of {what}", sorted(strange)[0], sorted(known))


def _placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
