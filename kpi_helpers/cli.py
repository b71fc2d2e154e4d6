"""The command `partner-kpis`: it parses, calls and prints; a user's mistake is one line and exit
code 2."""

import sys
from importlib import import_module
from pathlib import Path

import click

from kpi_helpers.errors import KitError
from kpi_helpers.system.stopping import TERMINATED, terminated

COMMANDS = ("report", "kpis", "plan", "replay", "check", "snapshot", "what-if", "lab")


class _Group(click.Group):
    """Imports a command when it is asked for, and turns what bad input raises into one clear
    message."""

    def list_commands(self, ctx: click.Context | None) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        module = name.replace("-", "_")
        return getattr(import_module(f".commands.{module}", __package__), module)

    def invoke(self, ctx: click.Context):
        try:
            return super().invoke(ctx)
        except (Exception, KeyboardInterrupt) as error:
            if terminated():
                click.echo("partner-kpis: stopped by SIGTERM", err=True)
                ctx.exit(TERMINATED)
            if isinstance(error, KitError):
                click.echo(f"partner-kpis: {error.for_command()}", err=True)
                ctx.exit(2)
            # the last is what DuckDB makes of Ctrl-C
            if (
                isinstance(error, (BrokenPipeError, KeyboardInterrupt))
                or str(error) == "Query interrupted"
            ):
                ctx.exit(130)
            raise
        finally:
            terminated()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="partner-kpi-kit")
def main() -> None:
    """Channel-partner KPIs from a CRM export."""


if __name__ == "__main__":
    main(prog_name=Path(sys.argv[0]).name)
