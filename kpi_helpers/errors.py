"""Errors a user can act on: each says who asked, what is wrong, what there is and what to do.

Everything the kit raises for bad input is a `KitError`; the command line prints its text and exits
with 2.
"""

import difflib


class KitError(ValueError):
    """Base of all errors that bad input can cause; its text is for the user."""


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
