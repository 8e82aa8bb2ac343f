"""`labbro members`: for the operator, on the machine itself. Everything else is done on the pages or by the API."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer

from labbro.members import acts
from labbro.members.changes import HOUSE
from labbro.members.members import Members
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import from_environment

members = typer.Typer(name="members", help="Who takes part in the number service.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(members)


@members.command("add-operator")
def add_operator(
    issuer: Annotated[str, typer.Argument(help="The identity provider: LABBRO_OIDC_ISSUER.")],
    subject: Annotated[str, typer.Argument(help="The person's `sub` there.")],
    name: Annotated[str, typer.Argument(help="The name that others see.")],
) -> None:
    """Lets a person act as operator. The first one can be made nowhere else."""
    with _opened() as opened:
        request_id = opened.identities.new()
        act = acts.AddPerson(request_id=request_id, issuer=issuer, subject=subject, name=name, role="operator")
        print(opened.changes.do(HOUSE, act).id)


@members.command("revoke")
def revoke(credential: Annotated[UUID, typer.Argument(help="The id of the key or certificate.")]) -> None:
    """Revokes a key at once, as when it was stolen and no page can be reached."""
    with _opened() as opened:
        opened.changes.do(HOUSE, acts.RevokeCredential(request_id=opened.identities.new(), credential_id=credential))
        print("Revoked.")


@members.command("keys")
def keys() -> None:
    """Lists keys and client certificates: id, laboratory or vendor, installation, until when, state."""
    with _opened() as opened:
        directory, now = opened.current(), opened.clock.now()
        for key in directory.credentials.values():
            installation = directory.installations[key.installation_id]
            account = directory.accounts[installation.account_id]
            owner = (
                directory.laboratories[account.laboratory_id].name
                if account.laboratory_id
                else directory.vendors[account.vendor_id].name
            )
            state = "revoked" if key.revoked_at else "holds" if key.holds(now) else "over"
            print(key.credential_id, state, f"{key.valid_to:%Y-%m-%d}", installation.installation_id, owner, sep="\t")


@contextmanager
def _opened() -> Generator[Members]:
    settings = from_environment()
    with Database.open(settings) as database:
        migrate(database)
        clock = SystemClock()
        yield Members.open(database, settings, clock, SystemIdentities(clock))
