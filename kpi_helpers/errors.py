"""Errors a user can act on: each says who asked, what is wrong, what there is and what to do.

Everything the kit raises for bad input is a `KitError`; the command line prints its text and exits
with 2.
"""

import difflib
import shlex
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

# Flags that are not called as the argument that they fill.
FLAGS = {"mapping": "--map", "mapping_file": "--mapping"}


class Argument:
    """An argument as a message names it: to the caller of a function as Python writes it, to the
    user of the command as its flag.

    >>> advice = Argument("mapping", {"partner": "Bayi adı"})
    >>> str(advice), advice.as_flag()
    ("mapping={'partner': 'Bayi adı'}", "--map 'partner=Bayi adı'")
    """

    def __init__(self, name: str, value: object = None) -> None:
        self.name, self.value = name, value

    def __str__(self) -> str:
        return f"{self.name}={'...' if self.value is None else repr(self.value)}"

    def as_flag(self) -> str:
        flag = FLAGS.get(self.name, f"--{self.name.replace('_', '-')}")
        if self.value is None or self.value is True:
            return flag
        if isinstance(self.value, dict):
            return " ".join(f"{flag} {shlex.quote(f'{k}={v}')}" for k, v in self.value.items())
        return f"{flag} {shlex.quote(str(self.value))}"


class KitError(ValueError):
    """Base of all errors that bad input can cause; its text is for the user.

    The message is made of texts and `Argument`s: `str(error)` is for who calls a function,
    `for_command()` for who uses the command.
    """

    def __str__(self) -> str:
        return "".join(map(str, self.args))

    def for_command(self) -> str:
        return "".join(
            part.as_flag() if isinstance(part, Argument) else str(part) for part in self.args
        )


def nearest_names(function: F) -> F:
    """`function`, where a keyword that is none of its parameters is told with the nearest name."""
    known = [p.name for p in signature(function).parameters.values() if p.name != "self"]

    @wraps(function)
    def checked(*values, **options):
        for name in options.keys() - set(known):
            called = getattr(values[0], "name", "") if known and values else ""
            who = called if function.__name__ == "__call__" else function.__name__
            raise UnknownValue("parameter", name, known, f"They are those of {who}.")
        return function(*values, **options)

    return cast(F, checked)


class MissingColumns(KitError):
    """A table lacks columns that a computation needs."""

    def __init__(self, who: str, missing, have) -> None:
        missing, have = list(missing), list(have)
        close = {m: difflib.get_close_matches(m, have, n=1) for m in missing}
        rename = {found[0]: m for m, found in close.items() if found} or {
            have[0] if have else "X": missing[0]
        }
        super().__init__(
            f"{who} needs column{'s' * (len(missing) > 1)} {', '.join(map(repr, missing))}; this "
            f"table has {have}. "
            f"Load it with load_deals(...), or rename: deals.rename(columns={rename})."
        )


class UnknownValue(KitError):
    """A name that is not among the names there are (partner, KPI, level, column, parameter,
    ...)."""

    def __init__(self, what: str, value: object, known, hint: str = "") -> None:
        known = [str(k) for k in known]
        folded = {k.casefold(): k for k in known}
        near = [
            folded[k]
            for k in difflib.get_close_matches(str(value).casefold(), folded, n=3, cutoff=0.6)
        ]
        shown = ", ".join(known[:20]) + (f", ... ({len(known)} in all)" if len(known) > 20 else "")
        guess = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        there = f"There {'is' if len(known) == 1 else 'are'}: {shown or 'none'}."
        super().__init__(
            " ".join(filter(None, [f"There is no {what} {value!r}.{guess}", there, hint]))
        )
