"""The catalogue of what the loader says of an export, in English, by code (see note_texts.py)."""

HEADLINE: dict[str, str | tuple[str, str]] = {
    "rows": "{read} rows in = {used} used + {rejected} rejected",
    "warnings": ("{n} warning", "{n} warnings"),
    "warnings_one_alarm": (
        "{n} warning, {alarms} of them an alarm",
        "{n} warnings, {alarms} of them an alarm",
    ),
    "warnings_alarms": "{n} warnings, {alarms} of them alarms",
}
WARNINGS: dict[str, str | tuple[str, str]] = {
    # what was read
    "not_used": "{name} was not used: no column of it is needed.",
    "hidden_sheets": "{file}: hidden sheets are not read: {sheets}.",
    "hidden_rows": "{file}: {n} rows are hidden, by a filter or by hand; they are read like "
    "the others. Delete them if they are not meant.",
    "merged_cells": "{file}: {n} cells that are merged over several rows hold for each of "
    "these rows.",
    "first_page": "RECORD COUNT: {file} is one page of an answer that goes on ({there} records "
    "are here): fetch the other pages too.",
    "status_by_values": "{column} is read as the status, as its values say: {values}. If it is "
    "not, map another column.",
    "partner_each_deal": "Each of the {n} deals has a partner of its own: is that column the "
    "partner? Map the one that names it to partner.",
    "unsaved_formulas": "{file}: {n} formulas have no stored value and are read as blank; open the "
    "file in Excel and save it.",
    "lines_above": "{file}: {n} lines above the header (line {line}) are not deals and were left "
    "out.",
    "rows_above": "{file}: {n} rows above the header (row {line}) are not deals and were left out.",
    "lines_below": "{file}: {n} lines below the rows are the report's own, not deals ({first}, "
    "...).",
    "trailing_separators": "{file}: lines end in more separators than the header; the cells there "
    "are blank and were left out.",
    "encoding": "{file} is not UTF-8: it is read as {encoding} because of {n} bytes beyond ASCII. "
    "If names look wrong, export it as UTF-8 or say its encoding.",
    "record_count": "RECORD COUNT: {file} states {stated} records and holds {there}: the export is "
    "cut short or was edited. Export it again.",
    "lookup_misses": "{n} rows have a {column} that is not in {table} (e.g. {example}): {columns} "
    "stays blank there.",
    "broken_lines": "{n} lines do not have the shape of the table and are rejected.",
    "side_faults": "{n} faults in side tables: those rows are not used; see the rejected rows.",
    "side_copies": "{n} rows of {table} appear twice; each counts once.",
    "side_partners_unknown": "{n} rows of {table} name partners who have no deals: "
    "{listed}. They are not used.",
    "partners_spelt": (
        "{n} partner is written in several ways and read as one: {listed}.",
        "{n} partners are written in several ways and each is read as one: {listed}.",
    ),
    "partners_alike": "LOOKALIKES: {n} names look like that of another partner. If they are one, "
    "say so in a mapping file: [partners] {listed}.",
    "partners_several": "SEVERAL PARTNERS IN A CELL: {n} rows name more than one ({listed}), and "
    "each such cell stands as a partner of its own. Export a row for each partner, with its "
    'share, or say in a mapping file who is credited: [partners] "A; B" = "A".',
    "partners_strange": "{n} names under [partners] in the mapping file are of nobody here: "
    "{listed}.",
    # which deals
    "no_deal_id": "There is no deal id column: the row numbers are the ids, so duplicates cannot "
    "be seen. Map the column that holds it to deal_id.",
    "ids_cut": "CUT IDS: {n} deals have an id that Excel cut (e.g. {example}), so several deals "
    "may share one. Make the column text and export it again.",
    "exact_duplicates": "{n} exact duplicates were dropped.",
    "contradictions": "{n} rows of the same deal and partner contradict each other; all of them "
    "are rejected.",
    "no_lost_deals": "NO LOST DEALS at all: the export may leave them out (Odoo's does, unless "
    "archived leads are included); close rates would be far too high.",
    "deleted_rows": "{n} rows are deleted or archived in the CRM and were left out.",
    "superseded_rows": "{n} rows are earlier versions of deals, as a table of the history "
    "keeps them, and were left out.",
    "repeated_headers": "{n} rows repeat the header and were left out.",
    "subtotal_rows": "{n} rows are subtotals or counts of a grouped report and were left out. "
    "Where the name of a group stands only in its first row, export the details only, ungrouped.",
    "line_rows": "{n} rows are further products of a deal that stands above; each deal counts "
    "once.",
    "product_lines_add": "LINES OF PRODUCTS: the amounts of a deal's lines are added up. If each "
    "line holds the deal's whole amount, map the column of the line's price to amount.",
    "product_lines_repeat": "Each line of a deal's products repeats one amount, which is read "
    "as that of the whole deal.",
    "partners_missing": "{n} rows name no partner and are rejected. Where a report groups its "
    "rows, the name stands only in the first row of a group: export the details only, ungrouped.",
    # how they stand, and when
    "unmapped_stages": "UNMAPPED STAGES: {stages}. Say what each means in a mapping file: [stages] "
    '"..." = "won", or lost, open, cancelled.',
    "guessed_stages": "Stages that are not known are taken as open, as no closing date says "
    'otherwise: {stages}. If one means more, say it in a mapping file: [stages] "..." = "won".',
    "stages_by_parts": "Stages understood by a part of their name: {stages}. If one means "
    'something else, say it in a mapping file: [stages] "..." = "open".',
    "stages_contradict": (
        "{n} deal contradicts itself, as its stage and its flag or status say different things. It "
        "is counted by the flag or status: {listed}.",
        "{n} deals contradict themselves, as stage and flag or status say different things. They "
        "are counted by the flag or status: {listed}.",
    ),
    "won_flag_alone": "OPEN OR LOST? {n} deals are not won, and nothing says which of them are "
    "still open: they are taken as open. Export a stage, a status or a closed flag too, or map the "
    "column that holds one: stage=COLUMN, is_closed=COLUMN.",
    "undated": "{n} decided deals have no closing date ({won} won, {lost} lost, {cancelled} "
    "cancelled): they count as decided, but in no period.",
    "imported": "{n} deals were closed before {day}, on which all of them were created, likely by "
    "an import: they count as decided, without a created date.",
    "closed_before_created": "{n} deals were closed before they were created; they are rejected.",
    "open_with_closing_date": "{n} open deals have a closing date; it is read as the date they are "
    "expected to close.",
    "overdue": "{n} open deals were expected to close before {day}.",
    "after_as_of": "{n} deals were created or closed after {day}; as of that day they do not exist "
    "yet, or are still open.",
    # what they are worth, and to whom
    "won_amount_blank": "{n} won deals have no amount: counted, but in no sum and no average.",
    "won_amount_placeholder": "{n} won deals have an amount of 0 or 1, likely a placeholder that "
    "pulls averages down.",
    "negative_amounts": "{n} deals have a negative amount; they are read as refunds.",
    "unpriced": "{n} deals have an amount but no rate for their currency and day: counted, not "
    "priced.",
    "no_rates": "MISSING RATES: {n} deals are not in {currency} and there are no rates: they are "
    "counted, not priced ({listed}). Give a rates table, or another reporting currency.",
    "currency_assumed": "{n} deals name no currency; their amounts are taken to be in {currency}.",
    "currencies_contradict": "CURRENCIES: {n} deals have an amount in one currency and another in "
    "{column} (e.g. {example}); the column {believed} is believed.",
    "unshared_splits": "{n} deals are listed with several partners but without shares (credit): "
    "each partner counts them whole.",
    "shares_not_one": "{n} split deals have shares that do not sum to 1 (e.g. {example}).",
    "sources_unknown": "{n} deals have a source of no known channel, shown as unknown: {listed}. "
    "Say where they belong in a mapping file's [channels].",
    "sources_unknown_more": "{n} deals have a source of no known channel, shown as unknown: "
    "{listed} and {more} more. Say where they belong in a mapping file's [channels].",
}
REJECTIONS: dict[str, str | tuple[str, str]] = {
    "row_deleted": "deleted or archived in the CRM",
    "row_superseded": "an earlier version of the deal",
    "row_header": "the header again, not a deal",
    "row_subtotal": "a subtotal or count, not a deal",
    "row_line": "a further product of the deal above",
    "not_a_date": "not a date from {first} to {last} in a form that can be read",
    "not_a_number": "not a number that can be read",
    "not_a_flag": "neither true nor false (true, false, 1, 0, yes, no, evet, hayır)",
    "credit_range": "a share must be above 0 and at most 1",
    "probability_range": "a probability must be from 0 to 1",
    "id_missing": "missing: a deal needs its id",
    "partner_missing": "missing: a deal needs the partner it is credited to",
    "partner_is_everyone": "* stands for all partners together; name the one partner",
    "status_unknown": "status {status} is not known: add it to {where} as open, won, lost or "
    "cancelled",
    "stage_unknown": "stage {stage} is not known, and the deal has a closing date or is flagged as "
    "closed: say what it means in {where}, e.g. {example} = {meaning}",
    "stage_contradicts": "stage {stage} means {meaning}, and the deal's flag says otherwise: say "
    "what the stage means in {where}, or correct the flag",
    "standing_missing": "missing: neither status nor stage says how the deal stands, and a closed "
    "flag alone says neither won nor lost",
    "closed_before_its_creation": "closed before it was created ({day})",
    "exact_duplicate": "exact duplicate",
    "conflicting_duplicate": "conflicting duplicate: {copies} rows of this deal and partner say "
    "different things; keep the right one",
    "period_form": "a period is written 2025, 2025-Q4 or 2025-12",
    "month_form": "a month is written 2025-12",
    "channel_unknown": "a channel is one of {channels}",
    "rate_range": "a rate is above 0",
    "target_kpi_unknown": "a target is of one of {kpis}",
    "side_contradiction": "rows of the same {columns} say different things ({value}); keep the "
    "right one",
    "side_missing": "missing: {table} needs {column}",
    "side_unreadable": "cannot be read as a {kind}",
    "line_short": "the line has {found} of {columns} columns",
    "line_long": "the line has more than {columns} columns",
    "quotation_open": "a quotation mark is not closed, or stands inside an unquoted value",
    "inside_quotation": "inside the quotation mark that line {line} opens and does not close",
    "line_too_long": "the line is longer than {n} bytes",
    "line_not_utf8": "the line holds bytes that are not UTF-8 text",
    "line_not_object": "the line is not a JSON object",
    "line_unreadable": "the line cannot be read",
    "line_refused": "{said}",
}
DECISIONS: dict[str, str | tuple[str, str]] = {
    "share_signed": "per cent, by its signs",
    "share_zeros": "nothing but 0",
    "percent_told": "percent, as was said",
    "fraction_told": "fraction, as was said",
    "percent_by_size": "per cent: values up to {most}",
    "percent_by_header": "per cent, as its header {header} says",
    "fraction_by_size": "fractions of 1: no value is above {most}",
    "fraction_most": "fractions of 1; {n} values above 1 are rejected",
    "dates_iso": "as ISO writes them",
    "dates_year_first": "year first",
    "dates_named_months": "named months",
    "dates_excel": "Excel day numbers",
    "dates_seconds": "seconds since 1970",
    "dates_milliseconds": "milliseconds since 1970",
    "dates_digits": "digits (yyyymmdd)",
    "dates_midnights": "midnights of UTC",
    "dates_mixed": "{n} beside them as ISO writes them",
    "dates_short_years": "{n} with years of two digits: 00 to 69 are 2000 to 2069",
    "dmy_sure": "day first: {example} can be read in no other way",
    "mdy_sure": "month first: {example} can be read in no other way",
    "ymd_sure": "year first: {example} can be read in no other way",
    "dmy_told": "day first, as was said: the values themselves leave it open",
    "mdy_told": "month first, as was said: the values themselves leave it open",
    "ymd_told": "year first, as was said: the values themselves leave it open",
    "dmy_beside": "day first, as the column {header} writes",
    "mdy_beside": "month first, as the column {header} writes",
    "ymd_beside": "year first, as the column {header} writes",
    "other_order_rejected": "{n} the other way round are rejected",
    "order_same": "day and month are the same in every value",
    "dmy_points": "day first: dates with points, as {example}, are written so",
    "point_share": "decimal point: a share is never in the thousands",
    "comma_share": "decimal comma: a share is never in the thousands",
    "point_sure": "decimal point: {example} can be read in no other way",
    "comma_sure": "decimal comma: {example} can be read in no other way",
    "point_told": "decimal point, as was said: the values themselves leave it open",
    "comma_told": "decimal comma, as was said: the values themselves leave it open",
    "other_mark_rejected": "{n} written otherwise, as {example}, are rejected",
    "whole_numbers": "whole numbers",
    "currency_signs": "the signs that stand beside {header}",
}
LOADER_TEXTS = HEADLINE | WARNINGS | REJECTIONS | DECISIONS
# What differs from row to row in the reasons of rejected rows: left out where they are counted.
BY_ROW = ("status", "stage", "example", "day", "copies", "found", "columns", "line", "said")
