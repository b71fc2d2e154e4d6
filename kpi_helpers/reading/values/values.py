"""SQL that turns the text of a cell into a typed value, null where it cannot be read."""

# What stands for nothing in a cell. A competitor may really be called None, so names only know the
# empty text.
BLANKS = ("", "null", "NULL", "Null", "None", "none", "-")
BLANKS += ("N/A", "n/a", "nan", "NaN", "<NA>", "NaT", r"\N", "(No value)", "(no value)", "(blank)")
# Excel's errors, where a lookup found nothing, in the languages of the profiles.
BLANKS += ("#N/A", "#YOK", "#NV", "#N/D", "#N/D!", "#N/B", "#Н/Д", "#REF!", "#VALUE!", "#NAME?")
BLANKS += (
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#BAŞV!",
    "#DEĞER!",
    "#AD?",
    "#SAYI/0!",
    "#WERT!",
    "#BEZUG!",
)
# Salesforce's empty reference, in 15 and in 18 characters.
BLANKS += ("000000000000000", "000000000000000AAA")
# English, Turkish, German, French, Spanish, Portuguese, Italian, Polish, Dutch and Russian, as
# people say them and as Excel writes its own.
TRUE = ("true", "1", "1.0", "yes", "y", "t", "evet", "doğru", "ja", "wahr", "oui", "vrai", "sí")
TRUE += (
    "si",
    "verdadero",
    "sim",
    "verdadeiro",
    "sì",
    "vero",
    "tak",
    "prawda",
    "waar",
    "да",
    "истина",
)
FALSE = ("false", "0", "0.0", "no", "n", "f", "hayır", "yanlış", "nein", "falsch", "non", "faux")
FALSE += ("falso", "não", "nao", "nie", "fałsz", "nee", "onwaar", "нет", "ложь")
_SPACE = " \t\r\n\u00a0\ufeff"
FIRST_DATE, LAST_DATE = "1900-01-01", "2199-12-31"


def untidy(column: str) -> str:
    """Whether a text begins or ends with what could be a space."""
    ends = " OR ".join(f"ends_with({column}, '{c}')" for c in " \t\n\r\u00a0\ufeff")
    return f"({column} NOT BETWEEN '!' AND '~' OR {ends})"


def spaced(column: str) -> str:
    """The same where the usual space is the only one there is: six times as cheap."""
    return f"({column} NOT BETWEEN '!' AND '~' OR {column} LIKE '% ')"


def text(column: str, blanks: tuple[str, ...] = BLANKS) -> str:
    """The trimmed text of a VARCHAR column, null for blanks."""
    # Trimming by a set of characters is slow, so only the cells that may need it go there.
    trimmed = f"trim({column}, '{_SPACE}')"
    listed = ", ".join(f"'{b}'" for b in blanks)
    return (
        f"CASE WHEN {untidy(column)} "
        f"THEN CASE WHEN {trimmed} NOT IN ({listed}) THEN {trimmed} END "
        f"WHEN {column} NOT IN ({listed}) THEN {column} END"
    )


def cleaned(field: str, column: str) -> str:
    """The clean text of a VARCHAR column that answers `field`."""
    return text(column, ("",) if field == "competitor" else BLANKS)


def whole(column: str) -> str:
    """The text of a number that names something: pandas makes 123.0 of an id where one is blank."""
    return (
        f"CASE WHEN isnan({column}) THEN NULL WHEN {column} = trunc({column}) AND "
        f"abs({column}) < 1e18 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) "
        f"ELSE CAST({column} AS VARCHAR) END"
    )


def number(column: str) -> str:
    """A finite number from clean text that a computer wrote: 1234.5, -2, 1e6. Other ways to write:
    see numbers."""
    read = f"CASE WHEN strpos({column}, '_') = 0 THEN try_cast({column} AS DOUBLE) END"
    return f"CASE WHEN isfinite({read}) THEN {read} END"


def iso(column: str) -> str:
    """A date from clean text in ISO form, with or without a time; the date as written, in no other
    time zone."""
    # A year in four digits comes first: DuckDB would also read 6/12/24, as a day of the year 6.
    # 1900 to 2199 are all that is believed.
    four = f"{column} BETWEEN '19' AND '22' AND substr({column}, 3, 1) BETWEEN '0' AND '9'"
    return (
        f"CASE WHEN NOT ({four}) OR substr({column}, 5, 1) NOT IN ('-', '/') THEN NULL "
        f"WHEN length({column}) <= 10 THEN try_cast({column} AS DATE) "
        f"WHEN try_cast({column} AS TIMESTAMP) IS NOT NULL THEN try_cast(left({column}, 10) AS "
        f"DATE) END"
    )


def date(column: str) -> str:
    """A believable date from clean text in ISO form."""
    return believable(iso(column))


def believable(date_sql: str) -> str:
    """A date nobody mistyped: from 1900 to 2199."""
    return (
        f"CASE WHEN {date_sql} BETWEEN DATE '{FIRST_DATE}' AND DATE '{LAST_DATE}' THEN "
        f"{date_sql} END"
    )


def flag(column: str) -> str:
    """True or false from a clean text column, in English or Turkish."""
    true, false = (", ".join(f"'{w}'" for w in _lowered(words)) for words in (TRUE, FALSE))
    return (
        f"CASE WHEN lower({column}) IN ({true}) THEN true WHEN lower({column}) IN ({false}) "
        f"THEN false END"
    )


def _lowered(words: tuple[str, ...]) -> dict[str, None]:
    """The words as DuckDB's lower() may give them: it makes i of the Turkish capital I."""
    return dict.fromkeys(w for said in words for w in (said, said.replace("ı", "i")))


def native(kind: str, sql_type: str) -> bool:
    """Whether a column of this SQL type already holds values of the kind, so that no text needs to
    be read."""
    numeric = sql_type.startswith(
        (
            "DECIMAL",
            "TINYINT",
            "SMALLINT",
            "INTEGER",
            "BIGINT",
            "HUGEINT",
            "UTINYINT",
            "USMALLINT",
            "UINTEGER",
            "UBIGINT",
            "FLOAT",
            "DOUBLE",
        )
    )
    return {
        "date": sql_type == "DATE" or sql_type.startswith("TIMESTAMP"),
        "number": numeric,
        "share": numeric,
        "flag": sql_type == "BOOLEAN",
    }.get(kind, False)


def cast(kind: str, column: str) -> str:
    """The value of a column for which `native` holds."""
    if kind == "date":
        return believable(f"CAST({column} AS DATE)")
    if kind == "flag":
        return column
    return f"CASE WHEN isfinite(CAST({column} AS DOUBLE)) THEN CAST({column} AS DOUBLE) END"
