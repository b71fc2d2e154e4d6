"""Encodings other than UTF-8, and packed text."""

import gzip

import pytest

from kpi_helpers.errors import KitError
from kpi_helpers.reading import load

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


def test_gzip_and_broken_gzip(tmp_path):
    path = tmp_path / "deals.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert load(path).rows_used == 1
    path.write_bytes(gzip.compress(TEXT.encode())[:-12])
    with pytest.raises(KitError, match="cannot be unpacked"):
        load(path)
