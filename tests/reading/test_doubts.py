"""What looks clear and is not: words with doubt in them, stray bytes, open quotation marks."""

import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load

HEADER = "deal_id,partner,status,created_on,closed_on\n"
ROW = "{},Ada,won,2025-01-01,2025-02-01\n"


@pytest.mark.parametrize("status", ["sold?", "won?", "!won", "<>lost"])
def test_a_word_in_doubt_is_asked_about(tmp_path, status):
    path = tmp_path / "deals.csv"
    path.write_text(HEADER + ROW.format(1) + ROW.format(2).replace("won", status))
    data = load(path)
    assert data.rejected["value"].to_list() == [status] and data.rows_used == 1


@pytest.mark.parametrize(
    ("name", "encoding", "called"),
    [("Müller", "cp1252", "Windows-1252"), ("Işık", "cp1254", "Windows-1254")],
)
def test_a_guessed_encoding_is_told(tmp_path, name, encoding, called):
    path = tmp_path / "deals.csv"
    path.write_bytes((HEADER + ROW.format(1).replace("Ada", name)).encode(encoding))
    data = load(path)
    assert data.deals()["partner"].to_list() == [name]
    assert any(
        w.startswith(f"deals.csv is not UTF-8: it is read as {called}") for w in data.warnings
    )


@pytest.mark.parametrize("closing", ["", '9,"Bo",won,2025-01-01,2025-02-01\n'])
def test_lines_that_an_open_quotation_mark_swallows_are_counted(tmp_path, closing):
    path = tmp_path / "deals.csv"
    lines = [ROW.format(n) for n in range(6)]
    path.write_text(
        HEADER + lines[0] + '1,"Ada,won,2025-01-01,2025-02-01\n' + "".join(lines[2:]) + closing
    )
    data = load(path)
    assert data.rows_in == 6 + bool(closing) and data.rows_used >= 1
    assert data.rows_in == data.rows_used + data.rows_rejected
    assert data.rejected["line"].to_list()[:3] == [3, 4, 5]


def test_too_many_swallowed_lines_refuse_the_file(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(
        HEADER + '1,"Ada,won,2025-01-01,2025-02-01\n' + "".join(ROW.format(n) for n in range(2000))
    )
    with pytest.raises(KitError, match="quotation mark that line 2 opens is not closed"):
        load(path)


def loaded(tmp_path, text, **asked):
    path = tmp_path / "deals.csv"
    path.write_bytes(text.encode())
    return load(path, **asked)


def told(data, start):
    return [w for w in data.warnings if w.startswith(start)]


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ("All deals, by partner\r\nas of, 2025-12-31\r\n\r\n", 2),
        ("sep=,\r\n", 0),
        ('"sep=,"\r\n', 0),
        ("\r\n \r\n", 0),
        ("sep=,\r\nAll deals\r\n", 1),
        ("All deals,,,,\r\n", 1),
    ],
)
def test_what_stands_above_the_header_is_left_out(tmp_path, above, lines):
    rows = ROW.format(1) + ROW.format(2).replace("won", "huh")
    data = loaded(tmp_path, above + (HEADER + rows).replace("\n", "\r\n"))
    assert (data.rows_in, data.rows_used) == (2, 1)
    assert data.rejected["line"].to_list() == [above.count("\n") + 3]  # the user's own line number
    assert [f"{lines} lines above the header" in w for w in data.warnings].count(True) == bool(
        lines
    )


def test_a_header_that_only_looks_like_a_title_stays(tmp_path):
    data = loaded(
        tmp_path, 'deal_id,partner,status,"the\nregion, in full"\n1,Ada,open,West\n2,Bo,open,East\n'
    )
    assert data.rows_used == 2 and not [w for w in data.warnings if "above the header" in w]


def test_separators_at_the_end_of_lines_are_told(tmp_path):
    data = loaded(tmp_path, HEADER + ROW.format(1).replace("\n", ",,\n"))
    assert data.rows_used == 1 and [
        w for w in data.warnings if "more separators than the header" in w
    ]
    data = loaded(tmp_path, HEADER + ROW.format(1).replace("\n", ",,x\n") + ROW.format(2))
    assert data.rejected["reason"].to_list() == ["the line has more than 5 columns"]


def test_an_amount_in_another_currency_than_its_column_says(tmp_path):
    amounts = (
        "deal_id,partner,status,amount,currency\n"
        '1,Ada,open,"€1,234.50",USD\n2,Ada,open,"$1,234.50",CAD\n'
    )
    data = loaded(tmp_path, amounts + '3,Ada,open,"1,234.50 TL",TRY\n')
    assert (
        len(told(data, "CURRENCIES: 1 deals")) == 1 and "'€1,234.50'" in told(data, "CURRENCIES")[0]
    )
    assert data.deals().set_index("deal_id")["currency_original"].to_list() == ["USD", "CAD", "TRY"]


def test_an_unknown_stage_taken_as_open_is_told(tmp_path):
    text = "Opportunity ID,Partner,Stage,Amount,Close Date,Created Date\n"
    data = loaded(
        tmp_path,
        text
        + "1,Ada,Closed Won,5,2025-02-01,2025-01-01\n2,Ada,Closed Wom,5,2025-03-01,2025-01-01\n",
    )
    assert "'Closed Wom' 1" in told(data, "Stages that are not known")[0]


@pytest.mark.parametrize(
    ("column", "values", "argument"),
    [
        ("amount", ("1,234", "5"), "decimal"),
        ("created_on", ("01/02/2025", "03/04/2025"), "dates"),
        ("probability", ("0.5", "50"), "shares"),
    ],
)
def test_an_open_question_names_the_argument_that_settles_it(tmp_path, column, values, argument):
    rows = "".join(f'{n},Ada,open,"{v}"\n' for n, v in enumerate(values))
    with pytest.raises(KitError, match=f"Say which: {argument}="):
        loaded(tmp_path, f"deal_id,partner,status,{column}\n{rows}")
