"""Engines: where the KPIs are counted; pandas arrays, Polars, DuckDB or Spark, by one
definition."""
