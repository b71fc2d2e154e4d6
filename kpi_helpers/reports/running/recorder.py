"""What a cell shows, recorded as nbformat has it: streams, displays, results, updates, clears and
errors."""

import builtins
import codecs
import logging
import os
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import TextIOBase

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from nbformat import from_dict
from traitlets import Type
from traitlets.config import Config

# Characters that a cell may print, and show: nobody reads more, and a page could not hold it.
MOST_TEXT, MOST_SHOWN, MOST_ERROR = 2_000_000, 50_000_000, 100_000


class Recorder:
    """Gathers the outputs of the cell at hand; `displays` finds earlier ones that are updated by
    id."""

    def __init__(self) -> None:
        self.outputs: list = []
        self.displays: dict[str, list] = {}
        self.clear_next = False
        self.printed = self.shown = 0
        self.programs: list[_Programs] = []

    def begin(self, cell) -> None:
        cell.outputs = self.outputs = []
        self.clear_next, self.printed, self.shown = False, 0, 0

    def hear_programs(self) -> None:
        """What other programs have printed since: it comes before what the cell shows next."""
        for program in self.programs:
            if text := program.heard():
                self._print(program.name, text)

    def add(self, output) -> None:
        self.hear_programs()
        self._add(output)

    def _add(self, output) -> None:
        if self.clear_next:
            self.outputs.clear()
            self.clear_next = False
        self.outputs.append(output)

    def stream(self, name: str, text: str) -> None:
        self.hear_programs()
        self._print(name, text)

    def _print(self, name: str, text: str) -> None:
        self.printed += len(text)
        if self.printed > MOST_TEXT:
            raise MemoryError(f"the cell printed more than {MOST_TEXT:,} characters")
        last = self.outputs[-1] if self.outputs and not self.clear_next else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        else:
            self._add(_output("stream", name=name, text=text))

    def show(self, data: dict) -> dict:
        """The data as a kernel's message carries them: bytes as base64 text, and no more than a
        page can hold."""
        data = {
            kind: b64encode(it).decode() if isinstance(it, bytes) else _clean(it)
            for kind, it in data.items()
        }
        self.shown += sum(len(it) for it in data.values() if isinstance(it, str))
        if self.shown > MOST_SHOWN:
            raise MemoryError(f"the cell showed more than {MOST_SHOWN:,} characters")
        return data

    def display(self, data: dict, metadata: dict, display_id: str | None, update: bool) -> None:
        if update:
            for output in self.displays.get(display_id, ()):
                output["data"], output["metadata"] = data, metadata
            return
        output = _output("display_data", data=data, metadata=metadata)
        self.add(output)
        if display_id:
            self.displays.setdefault(display_id, []).append(output)

    def clear(self, wait: bool) -> None:
        if wait:
            self.clear_next = True
        else:
            self.outputs.clear()


def _output(kind: str, **parts):
    """Not nbformat's new_output, which checks each: the notebook is checked whole when it is
    written."""
    return from_dict({"output_type": kind, **parts})


def _clean(value):
    """Text as UTF-8 can say it: half a surrogate pair could not be written."""
    return (
        value.encode("utf-8", "replace").decode()
        if isinstance(value, str) and not value.isascii()
        else value
    )


RECORDER = Recorder()


class _Programs:
    """What programs and libraries write to a descriptor of the process while a cell runs, in a file
    of its own."""

    def __init__(self, descriptor: int, name: str) -> None:
        self.descriptor, self.name, self.at = descriptor, name, 0
        self.file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  open as long as the shell
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def heard(self) -> str:
        new = os.pread(self.file.fileno(), MOST_TEXT + 1, self.at)
        self.at += len(new)
        return self.decoder.decode(new)

    @contextmanager
    def taken_over(self) -> Iterator[None]:
        before = os.dup(self.descriptor)
        os.dup2(self.file.fileno(), self.descriptor)
        try:
            yield
        finally:
            os.dup2(before, self.descriptor)
            os.close(before)


@contextmanager
def _plain_logging() -> Iterator[None]:
    """Logging as a kernel begins with it; papermill's command sends all that libraries tell to its
    own error stream."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers, root.level = [], logging.WARNING
    try:
        yield
    finally:
        root.handlers, root.level = handlers, level


class _Stream(TextIOBase):
    """sys.stdout or sys.stderr of a cell."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self.name = name

    def write(self, text: str) -> int:
        if text:
            RECORDER.stream(self.name, _clean(str(text)))
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    def publish(
        self, data, metadata=None, _source=None, *, transient=None, update=False, **_
    ) -> None:
        RECORDER.display(
            RECORDER.show(data), metadata or {}, (transient or {}).get("display_id"), update
        )

    def clear_output(self, wait=False) -> None:
        RECORDER.clear(wait)


class _Hook(DisplayHook):
    """Records the value of a cell's last expression instead of printing it."""

    def write_output_prompt(self) -> None:
        """A prompt is no output of a notebook."""

    def write_format_data(self, format_dict, md_dict=None) -> None:
        if format_dict:
            data, count = RECORDER.show(format_dict), self.prompt_count
            RECORDER.add(
                _output("execute_result", data=data, metadata=md_dict or {}, execution_count=count)
            )


class RecordingShell(InteractiveShell):
    """An IPython shell without terminal, history file or kernel, whose outputs are recorded."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)
    system = InteractiveShell.system_piped
    kernel = None  # pandas takes a shell without the name for a terminal

    def init_environment(self) -> None:
        """What a kernel sets, so that the programs a cell calls behave the same."""
        os.environ.update(
            TERM="xterm-color",
            CLICOLOR="1",
            FORCE_COLOR="1",
            CLICOLOR_FORCE="1",
            PAGER="cat",
            GIT_PAGER="cat",
        )

    def init_virtualenv(self) -> None:
        """The process already is the environment's own; IPython would look for another and warn."""

    def ask_exit(self) -> None:
        """exit() ends the report, as it would end a kernel."""
        raise SystemExit

    def enable_gui(self, gui=None) -> None:
        """There is no window to serve; %matplotlib inline asks all the same."""

    def _showtraceback(self, etype, evalue, stb) -> None:
        trace = [_clean(line)[:MOST_ERROR] for line in stb]
        RECORDER.add(
            _output(
                "error",
                ename=etype.__name__,
                evalue=_clean(str(evalue))[:MOST_ERROR],
                traceback=trace,
            )
        )

    def run(self, cell) -> bool:
        """Run one notebook cell, record its outputs into it, and say whether it succeeded."""
        RECORDER.begin(cell)
        RECORDER.programs = RECORDER.programs or [_Programs(1, "stdout"), _Programs(2, "stderr")]
        with ExitStack() as descriptors:
            for program in RECORDER.programs:
                descriptors.enter_context(program.taken_over())
            descriptors.enter_context(_plain_logging())
            result = self.run_cell(cell.source, store_history=True, cell_id=cell.get("id"))
            RECORDER.hear_programs()
        cell.execution_count = self.execution_count - 1
        if not result.success and not any(output.output_type == "error" for output in cell.outputs):
            self.showtraceback()
        return result.success


def start_shell() -> RecordingShell:
    """The shell that runs a notebook's cells; one in a process."""
    config = Config()
    config.HistoryManager.enabled = False  # its saving thread would forbid forking
    shell = RecordingShell.instance(config=config)
    shell.user_module.__name__ = "__main__"
    if pandas := sys.modules.get("pandas"):
        pandas.set_option(
            "display.max_columns", 20
        )  # its own in notebooks; it was imported outside of one
    if "matplotlib" in sys.modules:
        shell.enable_matplotlib("inline")
    else:  # as a kernel does: it is inline when a cell imports it
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    return shell


@contextmanager
def streams_taken_over() -> Iterator[None]:
    """Everything Python prints belongs to the cell at hand, and nobody is there to answer
    input()."""
    before = sys.stdout, sys.stderr, builtins.input
    sys.stdout, sys.stderr, builtins.input = _Stream("stdout"), _Stream("stderr"), _refuse_input
    try:
        yield
    finally:
        sys.stdout, sys.stderr, builtins.input = before


def _refuse_input(_prompt: str = "") -> str:
    raise StdinNotImplementedError(
        "raw_input was called, but this frontend does not support input requests."
    )
