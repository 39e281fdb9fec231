"""The command line's front: which verbs there are, in the order of a day's work, and how errors are shown."""

from __future__ import annotations

import errno
import os
import signal
import sys
from typing import Annotated

import typer
from rich.console import Console

import safelight
from safelight.access.neutral import visible
from safelight.cli.deferred import defer, flowing, front_of
from safelight.errors import DiskFull, Interrupted, SafelightError

MANUAL = r"""Safelight takes a lawful seizure from the disk to the worklist.

Every file is listed, hashed and typed, deleted ones too; known files and new ones are told apart; pictures, films and
documents are inspected once each. Evidence is only ever read. Nothing is sent anywhere.

An [bold]operation[/bold] is one folder: it holds the catalog (what machines found, which can be thrown away and made
again) and the ledger (what people did and decided, in a chain that shows any change). The evidence stays where it is.

[bold]A first day[/bold]

  safelight init op --name "Vest 2016"
  safelight exhibit add op --id 2016-0142-A1 --label Laptop \
      --seized 2016-01-12 --officer "K. Berg" \
      --legal-basis "strpl. § 203, decision 17/2016"
  safelight known add op RDS_modern_minimal.db --name NSRL
  safelight ingest op --exhibit 2016-0142-A1 /evidence/laptop.E01
  safelight status op
  safelight items op type:picture state:deleted
  safelight serve op

[bold]Good to know[/bold]

Stop an intake with Ctrl-C, or pull the plug: the same command goes on where it stopped. What you look at and what you
take out is kept in the ledger with your name and your --purpose or --reason.

Each command explains itself: `safelight ingest --help`, `safelight exhibit add --help`.

An error is one sentence that says what to do next. Its exit code stands in docs/errors.md: 0 is success, 2 a slip in
the command line, 1 a defect of Safelight.
"""

BEGIN, WORK, CASEWORK, EVIDENCE, KEEP = (
    "Begin: an operation and what was seized",
    "Work: take in, look, take out",
    "Cases: persons, victims, whose is what, as of any day",
    "Know: sources and hash sets",
    "Keep: prove, copy, repair",
)


def _group(help: str) -> typer.Typer:
    return typer.Typer(no_args_is_help=True, help=help, rich_markup_mode="rich")


app = typer.Typer(
    name="safelight",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
    help=flowing(MANUAL),
    cls=front_of(BEGIN, WORK, CASEWORK, EVIDENCE, KEEP),
)
exhibit = _group("Exhibits, their legal basis and their custody.")
clock = _group("Clocks and zones: how an exhibit's times are to be understood.")
source = _group("Registered sources: where they are, and whether they are whole.")
known = _group("Hash sets: known files and categorised media.")
mapping = _group("Mappings: networks and files that no parser knows.")
catalog = _group("The catalog's files, for whoever reads them with other tools.")
keywords = _group("Keyword lists: many terms looked for in all text.")
accounts = _group("Accounts: which of many matter, and why.")
identities = _group("Accounts and persons: what is proposed, and what people decide.")
victim = _group("Victims: the register, behind a right of its own.")
person = _group("Persons: what is known of each, on what basis, from when to when.")
case = _group("Cases: people with their roles, owner, status, deadlines, transfers.")
privileged = _group("Privileged material: client and lawyer, doctor.")
right = _group("Rights of their own: the register of victims, what is privileged, handovers.")
authority = _group("Contact that police continue under an authorised operation: recorded, never performed.")
evaluate = _group("How good the proposals of machines are, on data whose truth is known.")
handover = _group("Handovers: a case leaves the house as a package that proves itself.")
handover_key = _group("Keys that sign packages, and whose signatures count.")
scenario = _group("A synthetic operation with known truth, to try everything on and to measure it.")
ledger = _group("A ledger in PostgreSQL.")
key = _group("The operation's key, which opens sealed pictures.")

defer(app, "init", "init", "Make a new operation.", BEGIN)
defer(exhibit, "add", "exhibit_add", "Register an exhibit with its legal basis.")
defer(exhibit, "correct", "exhibit_correct", "Correct what was registered, with the reason.")
defer(exhibit, "list", "exhibit_list", "List exhibits with custody and figures.")
defer(exhibit, "custody", "custody", "Record or show where an exhibit was and who held it.")
app.add_typer(exhibit, name="exhibit", rich_help_panel=BEGIN)
defer(clock, "correct", "clock_correct", "State that an exhibit's clock was wrong.")
defer(clock, "zone", "clock_zone", "Assume the zone of wall-clock times that state none.")
defer(clock, "list", "clock_list", "List decisions about clocks and zones.")
defer(clock, "withdraw", "clock_withdraw", "Take such a decision back.")
app.add_typer(clock, name="clock", rich_help_panel=EVIDENCE)

defer(app, "ingest", "ingest", "Take sources into an exhibit.", WORK)
defer(app, "parse", "parse", "Read traces (messages, calls ...) out of what was taken in.", WORK)
defer(app, "status", "status", "Show how far the intake is, and the figures.", WORK)
defer(app, "search", "search", "Search all text: messages, mail, documents, file names.", WORK)
defer(app, "conversations", "conversations", "List conversations, each once, with its figures.", WORK)
defer(app, "conversation", "conversation", "Read a conversation, or hand a part of it out.", WORK)
defer(app, "index", "index", "Bring the index of all text up to the catalog.", WORK)
defer(keywords, "run", "keywords_run", "Search all text for each line of a list.")
defer(keywords, "hits", "keywords_hits", "List what a keyword list found.")
app.add_typer(keywords, name="keywords", rich_help_panel=WORK)
defer(app, "timeline", "timeline", "Count what happened when: messages, calls, payments, files.", WORK)
defer(app, "account", "account", "Show one account: names, contacts, addresses, payments.", WORK)
defer(accounts, "triage", "accounts_triage", "Find out which accounts matter, with reasons.")
app.add_typer(accounts, name="accounts", rich_help_panel=WORK)
defer(identities, "find", "identities_find", "Propose which accounts are one person, with reasons.")
defer(identities, "list", "identities_list", "List proposals, decisions and what waits for one.")
defer(identities, "decide", "identities_decide", "Decide whether two accounts are one person.")
defer(identities, "confirm", "identities_confirm", "Confirm a decision as the second person.")
defer(identities, "undo", "identities_undo", "Take a decision back.")
defer(identities, "split", "identities_split", "State that an account changed hands.")
defer(identities, "share", "identities_share", "State that several people used an account.")
app.add_typer(identities, name="identities", rich_help_panel=WORK)
defer(victim, "add", "victim_add", "Register a child.")
defer(victim, "state", "victim_state", "State one thing of a child.")
defer(victim, "list", "victim_list", "List children, most urgent first, and how many there are at least.")
defer(victim, "show", "victim_show", "Show all about one child.")
defer(victim, "same", "victim_same", "Decide that two records are one child.")
defer(victim, "different", "victim_different", "Decide that records are different children.")
defer(victim, "undo", "victim_undo", "Take a statement or decision back.")
app.add_typer(victim, name="victim", rich_help_panel=WORK)
defer(authority, "add", "authority_add", "Record an authorised operation.")
defer(authority, "state", "authority_state", "Add officers, watches, partners, what was shared, reports.")
defer(authority, "list", "authority_list", "List authorised operations.")
defer(authority, "show", "authority_show", "Show one, with the messages that stand outside it.")
defer(authority, "end", "authority_end", "Record that one has ended.")
app.add_typer(authority, name="authority", rich_help_panel=WORK)
defer(app, "items", "items", "List, filter and export items.", WORK)
defer(app, "failures", "failures", "List what could not be read, and why.", WORK)
defer(app, "hits", "hits", "List items that stand in a hash set.", WORK)
defer(app, "cat", "cat", "Write out the bytes of one item.", WORK)
defer(app, "serve", "serve", "Serve the workbench in the browser, on this machine alone.", WORK)

defer(person, "add", "person_add", "Register a person.")
defer(person, "from-account", "person_from_account", "Register the person of an account.")
defer(person, "state", "person_state", "State one thing of a person, with its basis.")
defer(person, "list", "person_list", "List persons.")
defer(person, "show", "person_show", "Show what is known of a person, as of any day.")
defer(person, "merge", "person_merge", "Decide that two persons are one.")
defer(person, "unmerge", "person_unmerge", "Take a merging back.")
defer(person, "different", "person_different", "Decide that two persons are different.")
defer(person, "withdraw", "person_withdraw", "Take a statement back.")
app.add_typer(person, name="person", rich_help_panel=CASEWORK)
defer(case, "open", "case_open", "Open a case.")
defer(case, "state", "case_state", "State one thing of a case, with its basis.")
defer(case, "list", "case_list", "List cases, their owners and deadlines.")
defer(case, "show", "case_show", "Show a case, as of any day.")
defer(case, "allocate", "case_allocate", "Decide whose a case is.")
defer(case, "transfer", "case_transfer", "Hand a case over to another unit.")
defer(case, "acknowledge", "case_acknowledge", "Record that a transfer was acknowledged or returned.")
defer(case, "withdraw", "case_withdraw", "Take a statement back.")
app.add_typer(case, name="case", rich_help_panel=CASEWORK)
defer(handover, "make", "handover_make", "Write a case as a signed package.")
defer(handover, "approve", "handover_approve", "Approve a prepared handover as the second person.")
defer(handover, "withdraw", "handover_withdraw", "Withdraw what was prepared and never given.")
defer(handover, "list", "handover_list", "List what was given to whom, and what must be corrected.")
defer(handover, "correct", "handover_correct", "Make the correction package of what was given.")
defer(handover, "acknowledge", "handover_acknowledge", "Write down that the receiver has taken it.")
defer(handover, "verify", "handover_verify", "Check a package: is it whole, and from whom?")
defer(handover, "stamp", "handover_stamp", "Ask for a time stamp by files, and check the answer.")
defer(handover, "import", "handover_import", "Take over what another operation gave.")
defer(handover_key, "make", "handover_key_make", "Make a key that signs packages.")
defer(handover_key, "trust", "handover_key_trust", "Trust somebody's signing key.")
defer(handover_key, "revoke", "handover_key_revoke", "Revoke a signing key.")
defer(handover_key, "list", "handover_key_list", "List keys that sign and keys that are trusted.")
handover.add_typer(handover_key, name="key")
app.add_typer(handover, name="handover", rich_help_panel=CASEWORK)
defer(right, "grant", "right_grant", "Give somebody a right.")
defer(right, "withdraw", "right_withdraw", "Take a right back.")
defer(right, "list", "right_list", "List who holds which right.")
app.add_typer(right, name="right", rich_help_panel=CASEWORK)
defer(app, "figures", "figures", "Show the figures as of any day, and what makes them.", CASEWORK)
defer(privileged, "hold", "privileged_hold", "Take it out of everybody's sight, for a named reviewer.")
defer(privileged, "list", "privileged_list", "List what is held, for whom, and what became of it.")
defer(privileged, "review", "privileged_review", "Read what is held, as the reviewer.")
defer(privileged, "release", "privileged_release", "Put it back: it is not privileged.")
defer(privileged, "destroy", "privileged_destroy", "Delete it: nobody may ever read it.")
app.add_typer(privileged, name="privileged", rich_help_panel=CASEWORK)

defer(source, "list", "source_list", "List sources, where they are and what they gave.")
defer(source, "locate", "source_locate", "Say where a source is now.")
defer(source, "verify", "source_verify", "Compare an image with the hashes that were stated.")
app.add_typer(source, name="source", rich_help_panel=EVIDENCE)
defer(mapping, "try", "mapping_try", "Try a mapping on a file; nothing is stored.")
app.add_typer(mapping, name="mapping", rich_help_panel=EVIDENCE)
defer(known, "add", "known_add", "Read a hash set and match it against what is there.")
defer(known, "list", "known_list", "List hash sets and where they come from.")
app.add_typer(known, name="known", rich_help_panel=EVIDENCE)

defer(ledger, "prepare", "ledger_prepare", "Make or renew the tables, as their owner.")
app.add_typer(ledger, name="ledger", rich_help_panel=KEEP)
defer(app, "verify", "verify", "Recompute the chain and the catalog; name what changed.", KEEP)
defer(app, "backup", "backup", "Copy the operation, also during an intake.", KEEP)
defer(app, "restore", "restore", "Make an operation out of a backup.", KEEP)
defer(key, "passphrase", "key_passphrase", "Change the passphrase.")
defer(key, "recover", "key_recover", "Set a new passphrase with the recovery key.")
defer(key, "rotate", "key_rotate", "Make a new key and seal everything to it.")
defer(key, "renew", "key_renew", "Begin a new key where the old one is lost.")
app.add_typer(key, name="key", rich_help_panel=KEEP)
defer(app, "compact", "compact", "Rewrite the catalog in few files.", KEEP)
defer(catalog, "parts", "parts", "Print the path of every live part.")
app.add_typer(catalog, name="catalog", rich_help_panel=KEEP)
defer(scenario, "write", "scenario_write", "Write a synthetic operation and its truth.")
defer(scenario, "replay", "scenario_replay", "Replay the script of its casework, dated day by day.")
defer(scenario, "score", "scenario_score", "Compare what was found with the truth.")
app.add_typer(scenario, name="scenario", rich_help_panel=KEEP)
defer(evaluate, "identities", "evaluate", "Report how good proposals of persons are.")
app.add_typer(evaluate, name="evaluate", rich_help_panel=KEEP)


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
        app(prog_name="safelight")
    except SafelightError as error:
        _say(error)
        sys.exit(error.exit_code)
    except OSError as error:
        told = _of_the_system(error)
        _say(told)
        sys.exit(told.exit_code)
    except KeyboardInterrupt:  # between two commands' own handling, or while one is being imported
        stopped = Interrupted("Stopped.", "The same command goes on where it stopped.")
        _say(stopped)
        sys.exit(stopped.exit_code)
    finally:
        # What is left is Python's own tidying up: an interrupt there would make a finished command look killed.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _of_the_system(error: OSError) -> SafelightError:
    """What the operating system refused, as a sentence: places that are not there, read-only, or full."""
    place = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else "a file"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"The disk of {place} is full.", "Make room, then repeat the command.")
    why = (error.strerror or str(error)).lower()
    return SafelightError(
        f"{place} cannot be used: {why}.", "Check the path and who may read and write there."
    )


def _say(error: SafelightError) -> None:
    Console(stderr=True, soft_wrap=True).print(
        visible(str(error)), style="bold", markup=False, highlight=False
    )
