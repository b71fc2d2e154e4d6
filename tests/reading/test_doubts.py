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
    ("name", "encoding", "called"), [("Müller", "cp1252", "Windows-1252"), ("Işık", "cp1254", "Windows-1254")]
)
def test_a_guessed_encoding_is_told(tmp_path, name, encoding, called):
    path = tmp_path / "deals.csv"
    path.write_bytes((HEADER + ROW.format(1).replace("Ada", name)).encode(encoding))
    data = load(path)
    assert data.deals()["partner"].to_list() == [name]
    assert any(w.startswith(f"deals.csv is not UTF-8: it is read as {called}") for w in data.warnings)


@pytest.mark.parametrize("closing", ["", '9,"Bo",won,2025-01-01,2025-02-01\n'])
def test_lines_that_an_open_quotation_mark_swallows_are_counted(tmp_path, closing):
    path = tmp_path / "deals.csv"
    lines = [ROW.format(n) for n in range(6)]
    path.write_text(HEADER + lines[0] + '1,"Ada,won,2025-01-01,2025-02-01\n' + "".join(lines[2:]) + closing)
    data = load(path)
    assert data.rows_in == 6 + bool(closing) and data.rows_used >= 1
    assert data.rows_in == data.rows_used + data.rows_rejected
    assert data.rejected["line"].to_list()[:3] == [3, 4, 5]


def test_too_many_swallowed_lines_refuse_the_file(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(HEADER + '1,"Ada,won,2025-01-01,2025-02-01\n' + "".join(ROW.format(n) for n in range(2000)))
    with pytest.raises(KitError, match="quotation mark that line 2 opens is not closed"):
        load(path)
