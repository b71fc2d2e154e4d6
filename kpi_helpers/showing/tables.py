"""Tables as HTML that reads well in a page, in JupyterLab and pasted into a spreadsheet."""

from collections.abc import Collection

from markupsafe import Markup, escape


class Html:
    """HTML for notebooks, with plain text beside it for everything else."""

    def __init__(self, markup: Markup, text: str = "") -> None:
        self.markup, self.text = markup, text

    def _repr_html_(self) -> str:
        return str(self.markup)

    def __repr__(self) -> str:
        return self.text or Markup(self.markup).striptags()


def table(
    head: list[str],
    rows: list[list],
    caption: str = "",
    kind: str = "",
    words: Collection[str] = (),
) -> Html:
    """A table whose first column names the rows; strings are escaped, Markup is not. `words` are
    the headings of columns that hold words: they stand left, numbers right."""
    sides = [Markup(' class="text"') if name in words else "" for name in head]
    ths = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(*pair) for pair in zip(sides, head, strict=True)
    )
    trs = Markup("").join(
        Markup("<tr>{}{}</tr>").format(
            Markup('<th scope="row">{}</th>').format(first),
            Markup("").join(
                Markup("<td{}>{}</td>").format(*pair) for pair in zip(sides[1:], cells, strict=True)
            ),
        )
        for first, *cells in rows
    )
    top = Markup("<caption>{}</caption>").format(caption) if caption else Markup("")
    markup = Markup(
        '<div class="scroll"><table class="kpi '
        '{}">{}<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    )
    lines = [
        "\t".join(head),
        *("\t".join(Markup(escape(cell)).striptags() for cell in row) for row in rows),
    ]
    return Html(markup.format(kind, top, ths, trs), "\n".join(lines))


def paragraph(text: str, kind: str = "reading") -> Html:
    """A sentence or more; a `reading` stands out, a `note` steps back."""
    return Html(Markup('<p class="{}">{}</p>').format(kind, text), text)


def strong(text: str) -> Markup:
    return Markup("<strong>{}</strong>").format(text)
