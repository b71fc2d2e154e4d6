"""Meaning: what a value says in the terms of the deal table: a status, a channel, money in one
currency."""
