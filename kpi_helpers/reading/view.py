"""What a step of reading hands to the next: a relation in the connection, with its fields."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """The name of a view or table, and the SQL type of each field that the export has."""

    name: str
    types: Mapping[str, str]
