"""Showing: figures, tables and sentences from numbers; nothing here computes a KPI.

In the examples `view` is a `partner_view` and `programme` a `portfolio_view` of 200 deals of two
partners.
"""

from kpi_helpers.showing.about import definitions, provenance
from kpi_helpers.showing.data_line import data_note
from kpi_helpers.showing.judgement import changes, fair, outlook, plan
from kpi_helpers.showing.kpi_tables import numbers, summary
from kpi_helpers.showing.language import use
from kpi_helpers.showing.level_tables import levels
from kpi_helpers.showing.losses import losses
from kpi_helpers.showing.masthead import masthead
from kpi_helpers.showing.missed import missed
from kpi_helpers.showing.moves import moved
from kpi_helpers.showing.pictures import picture
from kpi_helpers.showing.programme import movers, portfolio_picture, programme_plan, ranking
from kpi_helpers.showing.reading import reading
from kpi_helpers.showing.strategies import strategies

__all__ = [
    "changes",
    "data_note",
    "definitions",
    "fair",
    "levels",
    "losses",
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
    "strategies",
    "summary",
    "use",
]
