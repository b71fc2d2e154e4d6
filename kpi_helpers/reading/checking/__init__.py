"""Checking: what cannot be used and what looks wrong, told with its count and place."""
