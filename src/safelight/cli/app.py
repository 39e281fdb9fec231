"""The command line's front: which verbs there are, in the order of a day's work, and how errors are shown."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

import safelight
from safelight.access.neutral import visible
from safelight.cli import (
    backup,
    cat,
    compact,
    custody,
    exhibit_add,
    exhibit_list,
    failures,
    hits,
    ingest,
    init,
    items,
    key_passphrase,
    key_recover,
    key_rotate,
    known_add,
    known_list,
    parts,
    restore,
    serve,
    source_list,
    source_locate,
    source_verify,
    status,
    verify,
)
from safelight.errors import Interrupted, SafelightError

app = typer.Typer(
    name="safelight",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    help="""Safelight takes a lawful seizure from the disk to the worklist.

Evidence is only ever read. What machines find can be thrown away and made again; what people decide is kept in a chain
that shows any change. Nothing is sent anywhere.

[bold]A first day[/bold]: the five commands below, in this order.

safelight init op

safelight exhibit add op --id 2016-0142-A1 --label Laptop --seized 2016-01-12 --legal-basis "..." --officer "K. Berg"

safelight ingest op --exhibit 2016-0142-A1 /evidence/laptop.E01

safelight known add op nsrl.db

safelight serve op

Each error is one sentence with what to do next; the exit codes are listed in docs/errors.md.
""",
)
exhibit = typer.Typer(no_args_is_help=True, help="Exhibits, their legal basis and their custody.")
source = typer.Typer(
    no_args_is_help=True, help="Registered sources: where they lie and whether they are whole."
)
known = typer.Typer(no_args_is_help=True, help="Hash sets: known files and categorised media.")
key = typer.Typer(no_args_is_help=True, help="The operation's key, which opens sealed pictures.")
catalog = typer.Typer(
    no_args_is_help=True, help="The catalog's files, for whoever reads them with other tools."
)

app.command("init")(init.init)
exhibit.command("add")(exhibit_add.exhibit_add)
exhibit.command("list")(exhibit_list.exhibit_list)
exhibit.command("custody")(custody.custody)
app.add_typer(exhibit, name="exhibit")
app.command("ingest")(ingest.ingest)
app.command("status")(status.status)
app.command("items")(items.items)
app.command("failures")(failures.failures)
app.command("cat")(cat.cat)
source.command("list")(source_list.source_list)
source.command("locate")(source_locate.source_locate)
source.command("verify")(source_verify.source_verify)
app.add_typer(source, name="source")
known.command("add")(known_add.known_add)
known.command("list")(known_list.known_list)
app.add_typer(known, name="known")
app.command("hits")(hits.hits)
app.command("serve")(serve.serve)
app.command("verify")(verify.verify)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("compact")(compact.compact)
catalog.command("parts")(parts.parts)
app.add_typer(catalog, name="catalog")
key.command("passphrase")(key_passphrase.key_passphrase)
key.command("recover")(key_recover.key_recover)
key.command("rotate")(key_rotate.key_rotate)
app.add_typer(key, name="key")


@app.callback(invoke_without_command=True)
def front(
    version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    if version:
        typer.echo(f"safelight {safelight.__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point: run a command; one sentence and an exit code for what people can put right."""
    try:
        app()
    except SafelightError as error:
        _say(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        stopped = Interrupted("Stopped.", "The same command goes on where it stopped.")
        _say(stopped)
        sys.exit(stopped.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _say(error: SafelightError) -> None:
    Console(stderr=True, soft_wrap=True).print(
        visible(str(error)), style="bold", markup=False, highlight=False
    )
