"""Commands that invent a programme, `flask demo` and `flask synth`; what they say, and its words in
the audit trail."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import lazy_gettext as _l

from kash.accounts.errors import WeakPassword
from kash.feature import Feature
from kash.platform.press import RenderError
from kash.platform.refusals import told_at_terminal
from kash.platform.web.formats import local_today
from kash.platform.web.parts import ActionWords
from kash.settings import Settings

if TYPE_CHECKING:
    from kash.desk.demo.opening import SampleAccount, SampleMember


# The command line alone needs the sample's texts, not each process that serves: so the commands
# import what they do.


@click.command("demo")
@with_appcontext
def load() -> None:
    """Load the sample programme into an empty programme, and print the sign-ins."""
    from kash.desk.demo.loading import load_programme
    from kash.desk.demo.opening import ACCOUNTS
    from kash.desk.demo.papers import write_papers

    settings, password = _settings_and_password()
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
    emails = {loaded.actors[account.key].public_id: account.email for account in ACCOUNTS}
    _tell_members(loaded.members, emails)


@click.command("synth")
@click.option("--people", default=60, show_default=True, type=click.IntRange(0, 100_000))
@click.option("--incidents-per-month", default=30, show_default=True, type=click.IntRange(0, 5000))
@click.option("--months", default=12, show_default=True, type=click.IntRange(1, 60))
@click.option("--seed", default=1, show_default=True, help="The same seed invents the same.")
@with_appcontext
def invent(people: int, incidents_per_month: int, months: int, seed: int) -> None:
    """Fill an empty programme with invented people and cases, and open a vault for them."""
    from kash.desk.demo.synth import STAFF, SynthSize, synthesize

    settings, password = _settings_and_password()
    with _told():
        size = SynthSize(people, incidents_per_month, months, seed)
        programme = synthesize(size, password, local_today())
    _tell_sign_ins(STAFF, password, settings)
    _tell_members(programme.members, programme.emails)


def _settings_and_password() -> tuple[Settings, str]:
    settings: Settings = current_app.config["SETTINGS"]
    return settings, settings.demo_password or secrets.token_urlsafe(12)


@contextmanager
def _told() -> Iterator[None]:
    """A block in which a sample is loaded: what stands in its way is told in a line."""
    from kash.desk.demo.opening import ProgrammeNotEmpty

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


ACTION_WORDS = ActionWords(
    {
        "demo.sample_loaded": _l("demo: sample loaded"),
        "demo.vault_prepared": _l("demo: vault prepared"),
    }
)
FEATURE = Feature("demo", commands=(load, invent), parts=(ACTION_WORDS,))
