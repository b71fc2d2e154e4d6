"""What the loader says of an export: headline, warnings, reasons of rejected rows and decisions
(see notes.py)."""

from kpi_helpers.showing.language import N_

LOADER = (
    N_("{read} rows in = {used} used + {rejected} rejected"),
    N_("{n} warning"),
    N_("{n} warnings"),
    N_("{n} warning, {alarms} of them an alarm"),
    N_("{n} warnings, {alarms} of them an alarm"),
    N_("{n} warnings, {alarms} of them alarms"),
    # warnings
    N_(
        "NO LOST DEALS at all: the export may leave them out (Odoo's does, unless archived leads "
        "are included); "
        "close rates would be far too high."
    ),
    N_("{n} won deals have no amount: counted, but in no sum and no average."),
    N_("{n} won deals have an amount of 0 or 1, likely a placeholder that pulls averages down."),
    N_("{n} deals have a negative amount; they are read as refunds."),
    N_("{n} open deals were expected to close before {day}."),
    N_("{n} deals have an amount but no rate for their currency and day: counted, not priced."),
    N_(
        "{n} deals were created or closed after {day}; as of that day they do not exist yet, or "
        "are still open."
    ),
    N_(
        "{n} deals stand with several partners but without shares (credit): each partner counts "
        "them whole."
    ),
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
    N_(
        "{n} rows have a {column} that is not in {table} (e.g. {example}): {columns} stays blank "
        "there."
    ),
    N_("{n} deals name no currency; their amounts are taken to be in {currency}."),
    N_(
        "CURRENCIES: {n} deals have an amount in one currency and another in {column} (e.g. "
        "{example}); "
        "the column {believed} is believed."
    ),
    N_(
        "{file}: lines end in more separators than the header; the cells there are blank and "
        "were left out."
    ),
    N_(
        "{file} is not UTF-8: it is read as {encoding} because of {n} bytes beyond ASCII. "
        "If names look wrong, export it as UTF-8."
    ),
    N_("{file}: {n} lines below the rows are the report's own, not deals ({first}, ...)."),
    N_(
        "RECORD COUNT: {file} states {stated} records and holds {there}: the export is cut short "
        "or was edited. "
        "Export it again."
    ),
    N_("{file}: {n} lines above the header (line {line}) are not deals and were left out."),
    N_("{file}: {n} rows above the header (row {line}) are not deals and were left out."),
    N_("{file}: hidden sheets are not read: {sheets}."),
    N_(
        "{file}: {n} formulas have no stored value and are read as blank; open the file in Excel "
        "and save it."
    ),
    # why a row is rejected
    N_("not a date from {first} to {last} in a form that can be read"),
    N_("not a number that can be read"),
    N_("neither true nor false (true, false, 1, 0, yes, no, evet, hayır)"),
    N_("a share must be above 0 and at most 1"),
    N_("a probability must be from 0 to 1"),
    N_("missing: a deal needs its id"),
    N_("missing: a deal needs the partner it is credited to"),
    N_("* stands for all partners together; name the one partner"),
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
    # why a column was read as it was
    N_("per cent, by its signs"),
    N_("nothing but 0"),
    N_("percent, as was said"),
    N_("fraction, as was said"),
    N_("per cent: values up to {most}"),
    N_("per cent, as its header {header} says"),
    N_("fractions of 1: no value is above {most}"),
    N_("fractions of 1"),
    N_("{n} values above 1 are rejected"),
    N_("as ISO writes them"),
    N_("day first: {example} can be read in no other way"),
    N_("month first: {example} can be read in no other way"),
    N_("day first, as was said: the values themselves leave it open"),
    N_("month first, as was said: the values themselves leave it open"),
    N_("{n} the other way round are rejected"),
    N_("day and month are the same in every value"),
    N_("day first: dates with points, as {example}, are written so"),
    N_("decimal point: a share is never in the thousands"),
    N_("decimal comma: a share is never in the thousands"),
    N_("decimal point: {example} can be read in no other way"),
    N_("decimal comma: {example} can be read in no other way"),
    N_("decimal point, as was said: the values themselves leave it open"),
    N_("decimal comma, as was said: the values themselves leave it open"),
    N_("{n} written otherwise, as {example}, are rejected"),
    N_("whole numbers"),
    N_("the signs that stand beside {header}"),
)
