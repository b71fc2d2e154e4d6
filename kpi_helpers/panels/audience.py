"""Whether somebody sits before the notebook who could move a slider."""

import os

from kpi_helpers.errors import nearest_names


@nearest_names
def somebody_watches() -> bool:
    """True in JupyterLab, Notebook and Voila; False where a notebook runs alone (papermill,
    nbconvert, nbval).

    A front end with somebody before it lets cells ask for input; what runs notebooks alone does
    not. Voila runs them alone and then shows them, and says so in the kernel's environment.

    Returns
    -------
    bool
        True in JupyterLab, Notebook and Voila.

    Examples
    --------
    >>> somebody_watches()
    False
    """
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return True
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))
