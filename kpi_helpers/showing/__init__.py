"""Showing: figures, tables and sentences from numbers; nothing here computes a KPI."""

from .about import definitions, provenance
from .data_line import data_note
from .judgement import changes, fair, outlook, plan
from .language import use
from .level_tables import levels
from .masthead import masthead
from .missed import missed
from .moves import moved
from .pictures import picture
from .programme import movers, portfolio_picture, programme_plan, ranking
from .reading import reading
from .tables import numbers, summary

__all__ = [
    "changes",
    "data_note",
    "definitions",
    "fair",
    "levels",
    "masthead",
    "missed",
    "moved",
    "movers",
    "numbers",
    "outlook",
    "picture",
    "plan",
    "portfolio_picture",
    "programme_plan",
    "provenance",
    "ranking",
    "reading",
    "summary",
    "use",
]
