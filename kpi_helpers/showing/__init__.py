"""Showing: figures, tables and sentences from numbers; nothing here computes a KPI."""

from .judgement import changes, fair, outlook, plan
from .masthead import masthead
from .pictures import picture
from .reading import reading
from .tables import numbers, summary

__all__ = ["changes", "fair", "masthead", "numbers", "outlook", "picture", "plan", "reading", "summary"]
