"""Notes and reasons of the numbers, told in the current language.

They are composed in English where the numbers are computed, far from any page: a note travels in scorecards and files.
So a page finds the sentence it was made from, here, and tells that in the reader's language.
"""

import re
from functools import cache

from babel.numbers import format_decimal

from .language import N_, _, language

# As the KPIs and the loader compose them; tests fail for one that is missing. Each value's place has a name.
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
    N_("The data cannot support a recommendation yet: {closed} closed deals, {fewest_closed} are needed."),
    N_("Nothing calls for action: of {rules} rules looked at, none is carried by the evidence."),
)
LOADER = (
    N_("{read} rows in = {used} used + {rejected} rejected"),
    N_("{n} warning"),
    N_("{n} warnings"),
    N_("{n} warning, {alarms} of them an alarm"),
    N_("{n} warnings, {alarms} of them an alarm"),
    N_("{n} warnings, {alarms} of them alarms"),
    # warnings
    N_(
        "NO LOST DEALS at all: the export may leave them out (Odoo's does, unless archived leads are included); "
        "close rates would be far too high."
    ),
    N_("{n} won deals have no amount: counted, but in no sum and no average."),
    N_("{n} won deals have an amount of 0 or 1, likely a placeholder that pulls averages down."),
    N_("{n} deals have a negative amount; they are read as refunds."),
    N_("{n} open deals were expected to close before {day}."),
    N_("{n} deals have an amount but no rate for their currency and day: counted, not priced."),
    N_("{n} deals were created or closed after {day}; as of that day they do not exist yet, or are still open."),
    N_("{n} deals stand with several partners but without shares (credit): each partner counts them whole."),
    N_("{n} split deals have shares that do not sum to 1 (e.g. {example})."),
    N_("{name} was not used: no column of it is needed."),
    N_("{n} faults in side tables: those rows are not used; see the rejected rows."),
    N_(
        "There is no deal id column: the row numbers are the ids, so duplicates cannot be seen. "
        "Name it with --map deal_id=COLUMN."
    ),
    N_("{n} exact duplicates were dropped."),
    N_("{n} rows of the same deal and partner contradict each other; all of them are rejected."),
    N_("{n} lines do not have the shape of the table and are rejected."),
    N_("{n} deals were closed before they were created; they are rejected."),
    N_("{n} open deals have a closing date; it is read as the date they are expected to close."),
    N_('UNMAPPED STAGES: {stages}. Say what they mean in a mapping file: [stages] "..." = "won".'),
    N_(
        "Stages that are not known are taken as open, as no closing date says otherwise: {stages}. "
        'If one means more, say it in a mapping file: [stages] "..." = "won".'
    ),
    N_("{n} rows have a {column} that is not in {table} (e.g. {example}): {columns} stays blank there."),
    N_("{n} deals name no currency; their amounts are taken to be in {currency}."),
    N_(
        "CURRENCIES: {n} deals have an amount in one currency and another in {column} (e.g. {example}); "
        "the column {believed} is believed."
    ),
    N_("{file}: lines end in more separators than the header; the cells there are blank and were left out."),
    N_(
        "{file} is not UTF-8: it is read as {encoding} because of {n} bytes beyond ASCII. "
        "If names look wrong, export it as UTF-8."
    ),
    N_("{file}: {n} lines below the rows are the report's own, not deals ({first}, ...)."),
    N_(
        "RECORD COUNT: {file} states {stated} records and holds {there}: the export is cut short or was edited. "
        "Export it again."
    ),
    N_("{file}: {n} lines above the header (line {line}) are not deals and were left out."),
    N_("{file}: {n} rows above the header (row {line}) are not deals and were left out."),
    N_("{file}: hidden sheets are not read: {sheets}."),
    N_("{file}: {n} formulas have no stored value and are read as blank; open the file in Excel and save it."),
    # why a row is rejected
    N_("not a date from {first} to {last} in a form that can be read"),
    N_("not a number that can be read"),
    N_("neither true nor false (true, false, 1, 0, yes, no, evet, hayır)"),
    N_("a share must be above 0 and at most 1"),
    N_("a probability must be from 0 to 1"),
    N_("missing: a deal needs its id"),
    N_("missing: a deal needs the partner it is credited to"),
    N_("status {status} is not known: add it to {where} as open, won, lost or cancelled"),
    N_(
        "stage {stage} is not known and the deal has a closing date: say what it means in {where}, "
        "e.g. {example} = {meaning}"
    ),
    N_("missing: neither status nor stage says how the deal stands"),
    N_("missing: a won deal needs the date on which it was won"),
    N_("missing: a lost deal needs the date on which it was lost"),
    N_("missing: a cancelled deal needs the date on which it was cancelled"),
    N_("closed before it was created ({day})"),
    N_("a period is written 2025, 2025-Q4 or 2025-12"),
    N_("a month is written 2025-12"),
    N_("a channel is one of {channels}"),
    N_("a rate is above 0"),
    N_("missing: {table} needs {column}"),
    N_("cannot be read as a {kind}"),
    N_("the line has {found} of {columns} columns"),
    N_("the line has more than {columns} columns"),
    N_("a quotation mark is not closed, or stands inside an unquoted value"),
    N_("the line is longer than {n} bytes"),
    N_("the line holds bytes that are not UTF-8 text"),
    N_("the line cannot be read"),
)
# Where a forecast has the chances of open deals from.
SOURCES = (N_("history"), N_("history and stage"), N_("CRM probability, no history"), N_("unknown"))


def retold(note: str) -> str:
    """A note, its parts separated by semicolons, in the current language; an unknown part stays as it is.

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
            values = {name: _number(text) for name, text in found.groupdict().items()}
            return _(template, **values)
    return _(part)


@cache
def _patterns() -> list[tuple[str, re.Pattern]]:
    """Each sentence with a pattern of its own; what counts is a number, anything else any text."""
    return [
        (template, re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(template)), re.DOTALL))
        for template in (*NOTES, *LOADER)
    ]


def _number(text: str) -> str:
    known = re.fullmatch(r"\d{1,3}(,\d{3})*|\d+", text)
    return format_decimal(int(text.replace(",", "")), locale=language()) if known else text
