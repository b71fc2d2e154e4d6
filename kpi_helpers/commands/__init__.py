"""One command a file, each named like its file; `kpi_helpers.cli` imports one when it is asked
for."""
