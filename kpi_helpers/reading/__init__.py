"""Reading: an export goes in; a typed, checked deal table comes out, with all that was rejected and
why."""

from kpi_helpers.reading.load import load, load_deals
from kpi_helpers.reading.loaded import Loaded
from kpi_helpers.reading.saving import save_mapping

__all__ = ["Loaded", "load", "load_deals", "save_mapping"]
