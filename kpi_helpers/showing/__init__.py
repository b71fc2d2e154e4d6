"""Showing: figures, tables and sentences from numbers; nothing here computes a KPI."""

from .masthead import masthead
from .pictures import picture
from .reading import reading
from .tables import numbers, summary

__all__ = ["masthead", "numbers", "picture", "reading", "summary"]
