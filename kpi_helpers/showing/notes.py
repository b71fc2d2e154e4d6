"""Notes and reasons of the numbers, told in the current language.

They are composed in English where the numbers are computed, far from any page: a note travels in
scorecards and files. So a page finds the sentence it was made from, here, and tells that in the
reader's language.
"""

import re
from datetime import date
from functools import cache

from kpi_helpers.showing.format import day, shown
from kpi_helpers.showing.language import N_, _, language
from kpi_helpers.showing.loader_notes import LOADER

# As the KPIs compose them; a test fails for one that is missing. Each value's place has a name; {n}
# is a number.
NOTES = (
    # left out, or leaned on
    N_("{n} won deal without amount left out"),
    N_("{n} won deals without amount left out"),
    N_("{n} of them for want of an exchange rate"),
    N_("{n} deal of 1 or less"),
    N_("{n} deals of 1 or less"),
    N_("{n} open deal without amount"),
    N_("{n} open deals without amount"),
    N_("{n} open deal without amount or probability"),
    N_("{n} open deals without amount or probability"),
    N_("{n} weighed by its stage's history"),
    N_("{n} weighed by their stage's history"),
    N_("{n} by its stage's default"),
    N_("{n} by their stage's default"),
    N_("{n} lost deal carries no amount"),
    N_("{n} lost deals carry no amount"),
    N_("{n} lost deal does not say"),
    N_("{n} lost deals do not say"),
    N_("{n} won deal without created date left out"),
    N_("{n} won deals without created date left out"),
    N_("{n} submitted deal does not say whether it was ideal"),
    N_("{n} submitted deals do not say whether they were ideal"),
    N_("won / submitted: no deal says whether it was ideal"),
    # what the number is
    N_("immature: {n} deal younger than {days} days, the 90th percentile of won cycles"),
    N_("immature: {n} deals younger than {days} days, the 90th percentile of won cycles"),
    N_("older than {days} days, the 90th percentile of won cycles"),
    N_("won within {days} days"),
    N_("against {n} peers, this one included"),
    N_("opportunities x average size x close rate / cycle days"),
    # why there is none
    N_("no won deal with an amount closed in the window"),
    N_("no won deal has an amount"),
    N_("no target for this window"),
    N_("the window has not begun"),
    N_("the target is reached"),
    N_("no open deal has an amount"),
    N_("no open deal has an amount and a probability"),
    N_("nothing open with a created date"),
    N_("no won cycle to compare with"),
    N_("no lost deal says whether a competitor won it"),
    N_("nothing lost in the window"),
    N_("nothing won or lost in the window"),
    N_("nothing created in the window"),
    N_("nothing created in the window and {days} days or more before as_of"),
    N_("nothing closed in the window"),
    N_("no amount won or lost in the window"),
    N_("no won deal with a created date"),
    N_("no won deal with an amount and a created date"),
    N_("the cycle is 0 days"),
    N_("no peers with a closed deal, or no amount to compare"),
    N_("nothing won in the previous window"),
    N_("nothing submitted in the window"),
    N_("no deal says whether it was ideal"),
    N_("no ideal deal submitted"),
    N_("no spend table"),
    N_("no spend known for this channel, level and window"),
    N_("nothing won through this channel"),
    N_("no spend on this channel"),
    N_("no lead through this channel"),
    # why nothing is recommended
    N_(
        "The data cannot support a recommendation yet: {closed} closed deals, {fewest_closed} "
        "are needed."
    ),
    N_("Nothing calls for action: of {rules} rules looked at, none is carried by the evidence."),
)
# Where a forecast has the chances of open deals from.
SOURCES = (N_("history"), N_("history and stage"), N_("CRM probability, no history"), N_("unknown"))


def retold(note: str) -> str:
    """A note, its parts separated by semicolons, in the current language; an unknown part stays as
    it is.

    >>> from kpi_helpers.showing.language import using
    >>> with using("tr"):
    ...     retold("1,200 won deals without amount left out; won within 90 days")
    'tutarı olmayan 1.200 kazanılan anlaşma hesaba katılmadı; 90 gün içinde kazanılan'
    """
    if language() == "en":
        return note
    whole = _retold(note)
    return "; ".join(map(_retold, note.split("; "))) if whole == note else whole


def _retold(part: str) -> str:
    for template, pattern in _patterns():
        if found := pattern.fullmatch(part):
            values = {name: _written(text) for name, text in found.groupdict().items()}
            return _(template, **values)
    return _(part)


@cache
def _patterns() -> list[tuple[str, re.Pattern]]:
    """Each sentence with a pattern of its own, in which n is a number and anything else any
    text."""
    told = [
        (template, re.sub(r"\\\{(\w+)\\\}", _place, re.escape(template)))
        for template in (*NOTES, *LOADER)
    ]
    return [(template, re.compile(pattern, re.DOTALL)) for template, pattern in told]


def _place(found: re.Match) -> str:
    return rf"(?P<{found[1]}>{'[0-9,]+' if found[1] == 'n' else '.+'})"


def _written(value: str) -> str:
    """A whole number or a date as the language writes it; anything else stays."""
    if re.fullmatch(r"\d{1,3}(,\d{3})*|\d+", value):
        return shown(int(value.replace(",", "")), "number")
    return day(date.fromisoformat(value)) if re.fullmatch(r"\d{4}-\d\d-\d\d", value) else value
