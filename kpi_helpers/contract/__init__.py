"""The contract: what a deal table is, how it is grouped and windowed, and what was known of it on a
day."""
