"""The recommendations' rules as data: their texts, thresholds and levels, read from a file that users may edit."""

import string
import tomllib
from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.errors import KitError, UnknownValue

STANDARD = Path(__file__).with_name("rules.toml")
LEVELS = ("employee", "department", "unit", "partner manager")
FIXED = ("text", "partner_text", "level", "look_again_days", "enabled")


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


def read_rules(path=None, *, edition: str = "internal") -> Rules:
    """The rules of a TOML file, the standard ones unless given; settings it leaves out are the standard ones.

    A path in, Rules out; `edition` "partner" has the rules and texts that the partner itself may read. Raises KitError
    for a file that cannot be read, an unknown rule, setting, level or placeholder.

    >>> read_rules().rules[0].name, read_rules().rules[0].look_again_days
    ('stop_paid', 90)
    """
    standard = _load(STANDARD)
    own = standard if path is None else _load(Path(path))
    for name, values in own.get("rules", {}).items():
        if name not in standard["rules"]:
            raise UnknownValue("rule", name, standard["rules"])
        for setting in values:
            if setting not in (*standard["rules"][name], *FIXED):
                raise UnknownValue(f"setting of rule {name}", setting, standard["rules"][name])
    rules = []
    for name, values in standard["rules"].items():
        told = values | own.get("rules", {}).get(name, {})
        if told["level"] not in LEVELS:
            raise UnknownValue("level", told["level"], LEVELS)
        known = _placeholders(values["text"])
        texts = {"internal": told["text"], "partner": told.get("partner_text", told["text"])}
        if strange := _placeholders("".join(texts.values())) - known:
            raise UnknownValue(f"placeholder of rule {name}", sorted(strange)[0], sorted(known))
        if told.get("enabled", True) and texts[edition]:
            settings = {key: value for key, value in told.items() if key not in FIXED}
            rules.append(Rule(name, texts[edition], told["level"], int(told["look_again_days"]), settings))
    silence = standard["silence"] | own.get("silence", {})
    return Rules(tuple(rules), int(silence["fewest_closed"]), silence["text"], silence["nothing"])


def _load(path):
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise KitError(f"The rules in {path} cannot be read: {error}. Start from a copy of {STANDARD.name}.") from error


def _placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
