"""papermill engine `partner-kpis-warm`: runs the cells in this process, in an IPython shell that
records outputs.

papermill imports this module at every start, while its own modules are still loading: so it imports
nothing until the engine is asked for.
"""

import os


def run_cells(nb_man, started=None) -> None:
    """Run a managed notebook's cells; `started(index)` is called before each, so that a death can
    be blamed on one."""
    from kpi_helpers.reports.running.recorder import start_shell, streams_taken_over

    shell, process = start_shell(), os.getpid()
    nb_man.output_path = (
        None  # else it is written twice a cell; papermill writes it whole at the end
    )
    with streams_taken_over():
        for index, cell in enumerate(nb_man.nb.cells):
            try:
                nb_man.cell_start(cell, index)
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                if started:
                    started(index)
                good = shell.run(cell)
                if (
                    os.getpid() != process
                ):  # the cell forked: only the notebook's own process goes on
                    os._exit(0)
                if not good and "raises-exception" not in cell.metadata.get("tags", []):
                    nb_man.cell_exception(cell, cell_index=index)
                    break
            finally:
                nb_man.cell_complete(cell, cell_index=index)


def __getattr__(name: str):
    if name != "WarmEngine":
        raise AttributeError(name)
    from papermill.engines import Engine

    class WarmEngine(Engine):
        """Executes a notebook without a kernel; meant for a process of its own, such as the warm
        server's child."""

        @classmethod
        def execute_managed_notebook(cls, nb_man, _kernel_name, *, started=None, **_) -> None:
            run_cells(nb_man, started)

    globals()[name] = WarmEngine
    return WarmEngine
