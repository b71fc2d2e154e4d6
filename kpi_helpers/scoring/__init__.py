"""Scoring: the KPIs for groups and windows, beside their peers."""
