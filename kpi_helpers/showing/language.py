"""The language of everything people read: English as written in the code, Turkish from a gettext
catalogue.

    from kpi_helpers.showing.language import _, ngettext, use, using

Write plain English with named places, never an f-string, and put the values in by name:

    _("No forecast for {window}: {reason}.", window=window.label, reason=reason)
    ngettext("{count} deal", "{count} deals", len(deals))  # {count} as the language writes it

Number formats in the places follow the language as well: {share:.0%}, {days:,.1f}, {change:+.2f}.

Small letters in a text come from `lower`, never from `str.lower`, which knows nothing of Turkish I
and İ; capitals come from style sheets, which follow the page's `lang`.

A constant is translated when it is shown, not when it is imported: mark it with `N_("Close rate")`
where it stands and say `_(kpi.title)` where it is shown. Numbers, money and dates go through
`format.py`, which follows the language too. A notebook says `use(lang)` once, right after its
parameters; code that makes a page for somebody says `with using(lang):`. A Jinja environment gets
`{% trans %}` and `_()` by `install(environment)`.

The texts are in `locale/tr/LC_MESSAGES/kit.po`; after new or changed ones run `make messages` and
fill in what it adds. A test fails while a text is missing, fuzzy, or has other places than the
English one.
"""

import re
import string
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from math import isnan
from pathlib import Path

from kpi_helpers.errors import Argument, KitError, nearest_names

LANGUAGES = ("en", "tr")
LOCALE = Path(__file__).parents[1] / "locale"
PROSE = re.compile(
    r"^(#+ |- )?(?!<)(.+(?:\n(?!#|- ).+)*)", re.MULTILINE
)  # the mark of a heading or item, the text

# A kernel runs each cell in a context of its own, so what `use` says is kept beside the variable
# that `using` binds.
_here: ContextVar[str | None] = ContextVar("language", default=None)
_chosen = "en"


@nearest_names
def use(lang: str) -> None:
    """Say everything from now on in `lang`, "en" or "tr": for a notebook or a process of one
    language.

    Parameters
    ----------
    lang : str
        "en" or "tr".

    Examples
    --------
    >>> use("de")
    Traceback (most recent call last):
    kpi_helpers.errors.KitError: The language 'de' is not known; there are en and tr. Name one with
    lang=....
    """
    global _chosen
    _chosen = _checked(lang)


@contextmanager
def using(lang: str) -> Iterator[None]:
    """Say everything within the block in `lang`, whatever `use` said.

    >>> with using("tr"):
    ...     _("Close rate")
    'Kapanış oranı'
    """
    token = _here.set(_checked(lang))
    try:
        yield
    finally:
        _here.reset(token)


def language() -> str:
    """The language of now, which is also the name of its Babel locale."""
    return _here.get() or _chosen


def _(message: str, **values) -> str:
    """The text in the current language, with `values` put into its named places."""
    text = _texts(language()).gettext(message) if message else ""
    return filled(text, **values) if values else text


def filled(text: str, **values) -> str:
    """`values` put into the named places of a text that is already in the current language.

    >>> with using("tr"):
    ...     filled("{share:.1%} {days:,.0f}", share=0.6315, days=1200)
    '%63,1 1.200'
    """
    return _Writer().vformat(text, (), values)


def ngettext(singular: str, plural: str, count: float, **values) -> str:
    """The text for so many, with {count} written as the language writes whole numbers.

    >>> (
    ...     ngettext("{count} deal", "{count} deals", 1),
    ...     ngettext("{count} deal", "{count} deals", 1200),
    ... )
    ('1 deal', '1,200 deals')
    """
    from babel.numbers import format_decimal

    written = format_decimal(count, "#,##0", language())
    # gettext asks for a whole number; counts come as NumPy's, as floats, and as unknown ones
    text = _texts(language()).ngettext(singular, plural, 0 if isnan(count) else int(count))
    return filled(text, count=written, **values)


def N_(message: str) -> str:
    """The text as it is, marked for the catalogue: for constants, which `_` translates when they
    are shown."""
    return message


def prose(markdown: str, say=_) -> str:
    """A notebook's prose in the current language: each heading, paragraph and item of a list is a
    text of its own.

    >>> with using("tr"):
    ...     prose('<a id="close_rate"></a>\\n\\n## Close rate')
    '<a id="close_rate"></a>\\n\\n## Kapanış oranı'
    """
    return PROSE.sub(lambda found: (found[1] or "") + say(" ".join(found[2].split())), markdown)


def lower(text: str) -> str:
    """Small letters; in Turkish İ becomes i and I becomes ı.

    >>> with using("tr"):
    ...     lower("BİLİŞİM IŞIĞI")
    'bilişim ışığı'
    """
    return text.replace("İ", "i").replace("I", "ı").lower() if language() == "tr" else text.lower()


def install(environment) -> None:
    """Give a Jinja environment `{% trans %}`, `_()` and `language()`, all following the current
    language."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(
        _, lambda singular, plural, count: _texts(language()).ngettext(singular, plural, count)
    )
    environment.globals["language"] = language


class _Writer(string.Formatter):
    """`str.format` that writes numbers as the language does."""

    def format_field(self, value, spec):
        written = format(value, spec)
        if language() == "en" or not re.fullmatch(r"\+?,?\.\d[f%]", spec):
            return written
        from babel import Locale

        locale = Locale(language())
        symbols = locale.number_symbols["latn"]
        number = written.rstrip("%").translate(
            {ord("."): symbols["decimal"], ord(","): symbols["group"]}
        )
        share = locale.percent_formats[None].pattern.replace("#,##0", number)
        return share if spec.endswith("%") else number


def _checked(lang: str) -> str:
    if lang not in LANGUAGES:
        raise KitError(
            f"The language {lang!r} is not known; there are {' and '.join(LANGUAGES)}. Name one "
            "with ",
            Argument("lang"),
            ".",
        )
    return lang


@cache
def _texts(lang: str) -> NullTranslations:
    """The catalogue of a language, compiled in memory: the .po file is the only one to keep."""
    if lang == "en":
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with (LOCALE / lang / "LC_MESSAGES" / "kit.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)
