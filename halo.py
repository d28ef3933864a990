"""The `halo` command. Each subcommand is imported only when it is called."""

from __future__ import annotations

import importlib
import logging
import sys

import click

from foundation.errors import HaloError

COMMANDS = {
    "answers": "commands.answers:answers",
    "backup": "commands.backup:backup",
    "chat": "commands.understand:chat",
    "check": "commands.check:check",
    "deliver": "commands.deliver:deliver",
    "events": "commands.logs:events",
    "inbox": "commands.logs:inbox",
    "labels": "commands.labels:labels",
    "models": "commands.models:models",
    "outbox": "commands.logs:outbox",
    "parse": "commands.understand:parse",
    "privacy": "commands.privacy:privacy",
    "report": "commands.report:report",
    "restore": "commands.backup:restore",
    "serve": "commands.serve:serve",
    "test": "commands.quality:test",
    "train": "commands.models:train",
    "user": "commands.users:user",
    "validate": "commands.quality:validate",
    "whatsapp": "commands.whatsapp:whatsapp",
    "worker": "commands.worker:worker",
}
"""Subcommand → where it lives. ``docs/cli.md`` documents each; a test compares."""


class LazyGroup(click.Group):
    """A group whose subcommands are imported on demand, so that light ones start at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all subcommands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the subcommand."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - a wrong table is a defect
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """HALO KOP-UKM: asisten Dinas Koperasi dan UKM Kabupaten Bogor."""


def main() -> None:
    """Run the command line; an expected failure is one clear line and exit code 1."""
    try:
        cli.main(prog_name="halo", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except HaloError as error:
        logging.getLogger("halo").debug("command failed", exc_info=error)
        if error.reader_text not in str(error):
            click.echo(error.reader_text, err=True)
        click.echo(f"{error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
