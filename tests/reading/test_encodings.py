"""Encodings other than UTF-8, and packed text."""

import gzip
import os

import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load, save_mapping

TEXT = "deal_id,partner,status,created_on\n1,Çağrı Işık,open,2025-01-01\n"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "cp1254", "utf-8"])
def test_the_same_text_in_any_encoding(tmp_path, encoding):
    path = tmp_path / "deals.csv"
    path.write_bytes((b"\xfe\xff" if encoding == "utf-16-be" else b"") + TEXT.encode(encoding))
    assert load(path).deals()["partner"].to_list() == ["Çağrı Işık"]


def test_western_european(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_bytes(TEXT.replace("Çağrı Işık", "Müller – Élan").encode("cp1252"))
    assert load(path).deals()["partner"].to_list() == ["Müller – Élan"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("partner", ["Ada", "Партнёр Сервис"])
def test_utf_16_is_known_without_its_mark(tmp_path, encoding, partner):
    path = tmp_path / "deals.csv"
    path.write_bytes(TEXT.replace("Çağrı Işık", partner).encode(encoding))
    assert load(path).deals()["partner"].to_list() == [partner]


def test_words_beyond_ascii_are_cyrillic(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_bytes(TEXT.replace("Çağrı Işık", "Партнёр Сервис").encode("cp1251"))
    data = load(path)
    assert data.deals()["partner"].to_list() == ["Партнёр Сервис"]
    assert any("Windows-1251" in note for note in data.warnings)


@pytest.mark.parametrize(
    ("encoding", "partner"), [("cp1250", "Łódź Serwis"), ("shift_jis", "東京商事株式会社")]
)
def test_the_encoding_can_be_told_and_is_kept(tmp_path, encoding, partner):
    path = tmp_path / "deals.csv"
    path.write_bytes(TEXT.replace("Çağrı Işık", partner).encode(encoding))
    data = load(path, encoding=encoding)
    assert data.deals()["partner"].to_list() == [partner]
    assert not any(note.code == "encoding" for note in data.warnings)
    kept = save_mapping(data, tmp_path / "kept.toml")
    assert load(path, mapping_file=kept).deals()["partner"].to_list() == [partner]


def test_text_that_is_of_no_known_encoding_asks_for_it(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_bytes(TEXT.replace("Çağrı Işık", "東京商事株式会社").encode("shift_jis"))
    with pytest.raises(KitError, match="encoding='ENCODING'"):
        load(path)
    with pytest.raises(KitError, match="There is no encoding 'klingon'"):
        load(path, encoding="klingon")
    with pytest.raises(KitError, match="as was said"):
        load(path, encoding="ascii")


def test_gzip_and_broken_gzip(tmp_path):
    path = tmp_path / "deals.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert load(path).rows_used == 1
    path.write_bytes(gzip.compress(TEXT.encode())[:-12])
    with pytest.raises(KitError, match="cannot be unpacked"):
        load(path)


def test_a_pipe_is_no_empty_file(tmp_path):
    os.mkfifo(tmp_path / "deals.csv")
    with pytest.raises(KitError, match="is a pipe"):
        load(tmp_path / "deals.csv")
