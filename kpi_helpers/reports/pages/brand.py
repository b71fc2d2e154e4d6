"""A brand on every page: a logo and an accent colour, checked once before anything runs."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from kpi_helpers.errors import Argument, KitError

MOST_BYTES = 64 * 1024  # the logo is inside every page
LEAST_CONTRAST = 4.5  # WCAG 2.2, level AA, for text
LIGHT, DARK = (
    (0xF6, 0xF7, 0xF9),
    (0x1D, 0x23, 0x2D),
)  # --wash of style.css, the harder ground of each theme


@dataclass(frozen=True)
class Brand:
    """`logo` is a data URI, `light` and `dark` the accent for either theme; "" where the kit's own
    look stays."""

    logo: str = ""
    light: str = ""
    dark: str = ""


PLAIN = Brand()


def read_brand(logo: str | Path | None = None, accent: str | None = None) -> Brand:
    """The brand of a logo file (PNG, JPEG, WebP or SVG) and a colour ('#0a7', 'teal').

    The accent is darkened, or lightened for the dark theme, until text in it can be read. Raises
    `KitError` for a logo that is missing, too large or no image, and for a colour that is none.

    >>> read_brand(accent="#0a7")
    Brand(logo='', light='#00815a', dark='#00aa77')
    """
    shades = (_legible(accent, LIGHT, 0), _legible(accent, DARK, 255)) if accent else ("", "")
    return Brand(_embedded(Path(logo)) if logo else "", *shades)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """WCAG's contrast ratio of two colours, 1 to 21.

    >>> round(contrast((0, 0, 0), (255, 255, 255)), 1)
    21.0
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, ...]) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _legible(accent: str, ground: tuple[int, ...], towards: int) -> str:
    from PIL import ImageColor

    try:
        colour = ImageColor.getrgb(accent)[:3]
    except ValueError:
        raise KitError(
            f"The accent {accent!r} is no colour. Give one like ", Argument("accent", "#0a7"), "."
        ) from None
    mixes = (
        tuple(round(part + (towards - part) * step / 50) for part in colour) for step in range(51)
    )
    return "#{:02x}{:02x}{:02x}".format(
        *next(mix for mix in mixes if contrast(mix, ground) >= LEAST_CONTRAST)
    )


def _embedded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KitError(
            f"The logo {path} cannot be read: {error.strerror}. Name another with ",
            Argument("logo"),
            ".",
        ) from None
    if len(data) > MOST_BYTES:
        raise KitError(
            f"The logo {path} has {len(data):,} bytes; it is inside every page, so "
            f"{MOST_BYTES:,} are the most. "
            "Make it smaller: 400 pixels wide is enough."
        )
    return f"data:{_type(data, path)};base64,{b64encode(data).decode()}"


def _type(data: bytes, path: Path) -> str:
    """By content, not by name. A browser runs no script and loads nothing for an SVG that is shown
    as an image."""
    from io import BytesIO

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data), formats=["PNG", "JPEG", "WEBP"]) as image:
            return image.get_format_mimetype()
    except UnidentifiedImageError:
        pass
    try:
        if fromstring(data).tag == "{http://www.w3.org/2000/svg}svg":
            return "image/svg+xml"
    except (ParseError, DefusedXmlException):
        pass
    raise KitError(
        f"The logo {path} is no PNG, JPEG, WebP or SVG image. Name another with ",
        Argument("logo"),
        ".",
    )
