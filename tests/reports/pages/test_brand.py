from base64 import b64decode

import pytest
from PIL import Image, ImageColor

from kpi_helpers.errors import KitError
from kpi_helpers.reports.pages.brand import (
    DARK,
    LEAST_CONTRAST,
    LIGHT,
    MOST_BYTES,
    PLAIN,
    contrast,
    read_brand,
)

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'


@pytest.mark.parametrize("accent", ["#0a7", "#ffff00", "#000", "white", "#1e90ff"])
def test_the_accent_can_be_read_on_both_grounds(accent):
    brand = read_brand(accent=accent)
    assert contrast(ImageColor.getrgb(brand.light), LIGHT) >= LEAST_CONTRAST
    assert contrast(ImageColor.getrgb(brand.dark), DARK) >= LEAST_CONTRAST


def test_a_colour_that_can_be_read_stays_as_it_is():
    assert read_brand(accent="#005a8f").light == "#005a8f"


@pytest.mark.parametrize("accent", ["greenish", "#12", "red;}</style><script>"])
def test_no_colour_is_an_error_that_names_it(accent):
    with pytest.raises(KitError, match="is no colour"):
        read_brand(accent=accent)


def test_the_type_of_a_logo_is_seen_in_its_content(tmp_path):
    (tmp_path / "logo.svg").write_bytes(SVG)
    Image.new("RGB", (4, 4)).save(tmp_path / "photo.svg", "PNG")
    assert (
        b64decode(read_brand(tmp_path / "logo.svg").logo.split("data:image/svg+xml;base64,")[1])
        == SVG
    )
    assert read_brand(tmp_path / "photo.svg").logo.startswith("data:image/png;base64,")
    assert read_brand() == PLAIN


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html><script>1</script></html>", "is no PNG"),
        (b"%PDF-1.7", "is no PNG"),
        (b"", "is no PNG"),
        (
            b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
            "is no PNG",
        ),
        (b"\x00" * (MOST_BYTES + 1), "65,537 bytes"),
        (None, "cannot be read"),
    ],
)
def test_what_is_no_logo_is_refused(tmp_path, content, says):
    logo = tmp_path / "logo.png"
    if content is not None:
        logo.write_bytes(content)
    with pytest.raises(KitError, match=says):
        read_brand(logo)
