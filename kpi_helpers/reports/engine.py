"""papermill engine `partner-kpis-warm`: runs the cells in this process, in an IPython shell that records outputs.

Registered with papermill, which imports it at every start: so it imports nothing else until it runs.
"""

from papermill.engines import Engine


class WarmEngine(Engine):
    """Executes a notebook without a kernel; meant for a child forked from the warm template, one notebook each."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, started=None, **_) -> None:
        """`started(index)` is called before each code cell, so that a death can be blamed on one."""
        from .recorder import start_shell, take_over_streams

        shell = start_shell()
        take_over_streams()
        for index, cell in enumerate(nb_man.nb.cells):
            try:
                nb_man.cell_start(cell, index)
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                if started:
                    started(index)
                if not shell.run(cell) and not _may_fail(cell):
                    nb_man.cell_exception(cell, cell_index=index)
                    break
            finally:
                nb_man.cell_complete(cell, cell_index=index)


def _may_fail(cell) -> bool:
    return "raises-exception" in cell.metadata.get("tags", [])
