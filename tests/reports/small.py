"""Small notebooks for tests of running: seconds instead of minutes."""

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = "\n".join(
    f"{name} = ''" for name in ("source", "partner", "window", "as_of", "lang", "edition")
)
# What a report reads, in words: the partner's own deals, scorecard and place among its peers.
READS = """from kpi_helpers import partner_view
view = partner_view(source, partner, window=window, as_of=as_of)
print(view.deals.to_csv(), view.now.to_csv(), view.peers.to_csv())"""


# The same for the report on all partners.
READS_ALL = """from kpi_helpers import portfolio_view
view = portfolio_view(source, window=window, as_of=as_of)
print(view.now.to_csv(), view.ranking.to_csv())"""


def small_notebook(path, *cells):
    """A notebook with the report's parameters and these cells."""
    cells = [
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        *map(new_code_cell, cells),
    ]
    nbformat.write(new_notebook(cells=cells, metadata=PYTHON), path)
    return path
