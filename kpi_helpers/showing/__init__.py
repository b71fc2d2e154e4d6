"""Showing: figures, tables and sentences from numbers; nothing here computes a KPI."""

from .data_line import data_note
from .judgement import changes, fair, outlook, plan
from .masthead import masthead
from .moves import moved
from .pictures import picture
from .reading import reading
from .tables import numbers, summary

__all__ = [
    "changes",
    "data_note",
    "fair",
    "masthead",
    "moved",
    "numbers",
    "outlook",
    "picture",
    "plan",
    "reading",
    "summary",
]
