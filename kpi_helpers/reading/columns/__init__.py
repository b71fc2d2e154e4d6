"""Columns: which column of an export is which field of the deal table."""
