"""The commands `flask demo` and `flask synth`: their doings and sayings."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import click
from flask import current_app

from kash.accounts.errors import WeakPassword
from kash.demo.accounts import ACCOUNTS, SampleAccount
from kash.demo.loading import load_programme
from kash.demo.members import SampleMember
from kash.demo.opening import ProgrammeNotEmpty
from kash.demo.papers import write_papers
from kash.demo.synth import STAFF, SynthSize, synthesize
from kash.platform.press import RenderError
from kash.platform.refusals import told_at_terminal
from kash.platform.web.formats import local_today
from kash.settings import Settings


def load_and_tell() -> None:
    """Load the sample, write its papers, print where they lie and who can sign in.

    Raises ClickException (exit code 1) over a programme that is not empty.
    """
    settings: Settings = current_app.config["SETTINGS"]
    password = settings.demo_password or secrets.token_urlsafe(12)
    click.echo("Loading the sample programme …")
    try:
        with _told():
            loaded = load_programme(password, local_today())
            written = write_papers(loaded, settings.data_dir / "demo")
    except RenderError:
        raise click.ClickException("The sample is loaded, but its papers were not made.") from None
    click.echo("Papers:")
    for path in written:
        click.echo(f"  {path}")
    _tell_sign_ins(ACCOUNTS, password, settings)
    emails = {loaded.actors[one.key].public_id: one.email for one in ACCOUNTS}
    _tell_members(loaded.members, emails)


def synthesize_and_tell(size: SynthSize) -> None:
    """Invent a programme, and print who can sign in. Raises ClickException (exit code 1) over a
    programme that is not empty."""
    settings: Settings = current_app.config["SETTINGS"]
    password = settings.demo_password or secrets.token_urlsafe(12)
    with _told():
        made = synthesize(size, password, local_today())
    _tell_sign_ins(STAFF, password, settings)
    _tell_members(made.members, made.emails)


@contextmanager
def _told() -> Iterator[None]:
    """A block in which a sample is loaded: what stands in its way is told in a line."""
    try:
        with told_at_terminal(ProgrammeNotEmpty):
            yield
    except WeakPassword as problem:
        raise click.ClickException(f"KASH_DEMO_PASSWORD: {problem}") from None


def _tell_sign_ins(accounts: Sequence[SampleAccount], password: str, settings: Settings) -> None:
    click.echo("Sign-ins, all with the same password:")
    for account in accounts:
        roles = ", ".join(account.roles)
        click.echo(f"  {account.email:<28} {roles:<14} {account.name}")
    if settings.demo_password:
        click.echo("The password is that of KASH_DEMO_PASSWORD.")
    else:
        click.echo(f"Password: {password}")


def _tell_members(members: Sequence[SampleMember], emails: Mapping[str, str]) -> None:
    click.echo("Members of the vault, each with a passphrase and a key for codes from a phone:")
    for member in members:
        click.echo(f"  {emails[member.actor.public_id]}")
        click.echo(f"    passphrase: {member.passphrase}")
        click.echo(f"    key for codes: {member.totp_secret}")
    click.echo("Nobody in the sample exists. Use it for trying things out, never for real work.")
