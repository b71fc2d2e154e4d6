"""The parameters cell of a notebook against what a run gives it: names, types, and nothing there
but literals."""

import ast
from pathlib import Path

from kpi_helpers.errors import KitError, UnknownValue

NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    type(None): "None",
}


def check_parameters(notebook: Path, parameters: dict) -> None:
    """papermill lets a misspelt or wrongly typed parameter pass; this does not.

    Raises `UnknownValue` for a name that the cell does not have, `KitError` for a value of another
    type than the default there (None there takes all) and for a cell that holds more than literals.
    """
    there = defaults(notebook)
    for name, value in parameters.items():
        if name not in there:
            raise UnknownValue(f"parameter of {notebook.name}", name, there)
        if not _fits(value, there[name]):
            raise KitError(
                f"The parameter {name!r} of {notebook.name} is {_kind(there[name])} there "
                f"({there[name]!r}), and the "
                f"run gives it {_kind(value)} ({value!r}). Give it a default of that type in the "
                f"parameters cell; "
                "None takes every type."
            )


def defaults(notebook: Path) -> dict[str, object]:
    """Each parameter of the notebook with its default; {} where no cell has the tag "parameters".

    Raises `KitError` for a cell that holds more than names with literals: what it derives from a
    parameter would keep the default's value, as papermill sets parameters after the cell.
    """
    import nbformat

    cells = nbformat.read(notebook, as_version=4).cells
    source = next(
        (cell.source for cell in cells if "parameters" in cell.metadata.get("tags", [])), ""
    )
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise KitError(
            f"The parameters cell of {notebook.name} is no Python: line {error.lineno}: "
            f"{error.msg}."
        ) from None
    found = {}
    for statement in statements:
        match statement:
            case ast.Expr(ast.Constant(str())):
                continue  # a docstring
            case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(
                ast.Name(name), _, ast.expr() as value
            ):
                pass
            case _:
                raise _more_than_literals(notebook, source, statement)
        try:
            found[name] = ast.literal_eval(value)
        except (ValueError, TypeError):  # TypeError: a list as a key
            raise _more_than_literals(notebook, source, statement) from None
    return found


def _more_than_literals(notebook: Path, source: str, statement: ast.stmt) -> KitError:
    line = ast.get_source_segment(source, statement).splitlines()[0]
    return KitError(
        f"The parameters cell of {notebook.name} may only set names to literals (text, numbers, "
        f"True, None, lists of "
        f"such), and its line {statement.lineno} is: {line}. It would run before the parameters "
        f"of a report are set "
        "and keep the defaults' value: move it to another cell."
    )


def _fits(value: object, default: object) -> bool:
    return (
        default is None
        or type(value) is type(default)
        or (type(value), type(default)) == (int, float)
    )


def _kind(value: object) -> str:
    return NAMES.get(type(value), f"a {type(value).__name__}")
