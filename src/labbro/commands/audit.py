"""`labbro audit ...`: the chained audit, out of the database and checked without it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from labbro.errors import WrongUse
from labbro.platform import audit
from labbro.platform.audit_verifier import verify
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database
from labbro.platform.settings import from_environment

SHOWN_FAULTS = 50


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    group = typer.Typer(help="The audit: export, verify offline, the key it is signed by.", no_args_is_help=True)
    group.command("export")(export)
    group.command("verify")(verify_export)
    group.command("key")(key)
    app.add_typer(group, name="audit")


def export(
    out: Annotated[Path | None, typer.Option(help="The file to write; without it standard output.")] = None,
) -> None:
    """Writes all chains with their checkpoints as JSON lines, after signing a last checkpoint."""
    settings = from_environment()
    signer, clock = audit.signer_of(settings), SystemClock()
    with Database.open(settings) as database:
        audit.Checkpointer(database, clock, signer, settings.audit_checkpoints).once()
        with database.connection() as connection:
            lines = audit.export(connection, clock.now(), signer.public_key)
            if out is None:
                sys.stdout.buffer.writelines(lines)
                return
            with out.open("wb") as file:
                file.writelines(lines)


def verify_export(
    file: Annotated[Path, typer.Argument(help="An export.")],
    public_key: Annotated[
        str | None, typer.Option("--key", help="The installation's public key, kept elsewhere (labbro audit key).")
    ] = None,
    checkpoints: Annotated[
        Path | None, typer.Option(help="The checkpoint file, kept outside the database (LABBRO_AUDIT_CHECKPOINTS).")
    ] = None,
) -> None:
    """Checks an export offline. Exit 0: nothing was changed; 1: something was, and it is named."""
    if checkpoints is not None and not checkpoints.is_file():
        raise WrongUse("There is no such checkpoint file.")
    if not file.is_file():
        raise WrongUse("There is no such export.")
    outside = checkpoints.read_bytes().splitlines() if checkpoints else ()
    with file.open("rb") as lines:
        verdict = verify(lines, public_key=public_key, outside=outside)
    print(f"{verdict.entries} entries, {verdict.checkpoints} checkpoints, {verdict.unsigned} entries not yet signed")
    if not verdict.known_signer:
        print("no --key was given: the signatures hold for the keys that the file itself names")
    for fault in verdict.faults[:SHOWN_FAULTS]:
        place = f"line {fault.line}" if fault.line else "not in the export"
        print(f"{place}: chain {fault.chain or '?'}, entry {fault.sequence}: {fault.what}")
    print("holds" if verdict.holds else f"DOES NOT HOLD: {len(verdict.faults)} faults")
    raise typer.Exit(0 if verdict.holds else 1)


def key() -> None:
    """Prints the public key that this installation signs checkpoints by. Keep it where this machine cannot write."""
    print(audit.signer_of(from_environment()).public_key)
