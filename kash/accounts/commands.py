"""Commands for the person who runs the machine."""

from __future__ import annotations

import secrets

import click
from flask.cli import AppGroup, with_appcontext

from kash.accounts.models import Account
from kash.accounts.queries.accounts import account_by_email, person_id_of
from kash.accounts.queries.safety import breach
from kash.accounts.services import accounts, invitations
from kash.accounts.services.accounts import new_setup_code
from kash.accounts.services.deciding import reset_by_operator
from kash.accounts.services.locking import lock_at_once, revocation_outcome
from kash.accounts.services.notices import vouch_for
from kash.accounts.services.sign_in import new_password_link
from kash.platform.refusals import told_at_terminal
from kash.platform.web.errors import Problem
from kash.platform.web.forms import one_written_email
from kash.platform.web.public_address import AddressKind, kind_of_address, public_address
from kash.policy import SYSTEM, Role

account_commands = AppGroup(
    "account", help="Accounts: what takes two people in the browser takes nobody else here."
)

_OF_ADDRESSES = {
    AddressKind.LOCAL: "Only this machine can open this address. Set KASH_PUBLIC_URL, then make "
    "another link.",
    AddressKind.PLAIN: "Nothing protects what is sent to this address. Set KASH_PUBLIC_URL to one "
    "that begins with https.",
}
_ROLES = click.Choice([str(role) for role in Role])


def _person(public_id: str | None) -> int | None:
    if not public_id:
        return None
    person_id = person_id_of(public_id)
    if person_id is None:
        raise click.ClickException("There is no participant with this number.")
    return person_id


def _email(value: str) -> str:
    email: str = one_written_email(value.strip())
    if "@" not in email:
        raise click.ClickException("This is not an e-mail address.")
    return email


def _found(signs_in_with: str) -> Account | None:
    """The account that signs in with this address, or with this drawn name."""
    return account_by_email(one_written_email(signs_in_with.strip()).lower())


def _account(signs_in_with: str) -> Account:
    account_named = _found(signs_in_with)
    if account_named is None:
        raise click.ClickException("There is no account with this e-mail address or name.")
    return account_named


@account_commands.command("create")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", "roles", type=_ROLES, multiple=True, required=True)
@click.option("--person", help="The participant's number.")
@click.password_option(help="Asked for if it is left out.")
def create(
    email: str, name: str, roles: tuple[str, ...], person: str | None, password: str
) -> None:
    """Make an account that can sign in at once."""
    with told_at_terminal(Problem):
        public_id = accounts.new_account(
            SYSTEM,
            name=name,
            email=_email(email),
            password=password,
            roles=[Role(role) for role in roles],
            person_id=_person(person),
        )
    click.echo(public_id)


@account_commands.command("invite")
@click.argument("email")
@click.option("--name", required=True)
@click.option("--role", "roles", type=_ROLES, multiple=True, required=True)
@click.option("--person", help="The participant's number.")
def invite(email: str, name: str, roles: tuple[str, ...], person: str | None) -> None:
    """Print a one-time link with which someone opens an account."""
    with told_at_terminal(Problem):
        token = invitations.invite(
            SYSTEM,
            name=name,
            email=_email(email),
            roles=[Role(role) for role in roles],
            person_id=_person(person),
        )
    _print_link(f"/join/{token}")


def _print_link(path: str) -> None:
    """The link alone on the output; beside it a word where few could open it."""
    address = public_address()
    kind = kind_of_address(address)
    if kind is not AddressKind.OPEN:
        click.echo(_OF_ADDRESSES[kind], err=True)
    click.echo(address + path)


@account_commands.command("password")
@click.argument("email")
@click.option("--generate", is_flag=True, help="Make a random password and print it.")
def password(email: str, generate: bool) -> None:
    """Set a new password; all sessions of the account end."""
    account = _account(email)
    new = (
        secrets.token_urlsafe(15)
        if generate
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    with told_at_terminal(Problem):
        accounts.set_password(SYSTEM, account.public_id, new)
    if generate:
        click.echo(new)


@account_commands.command("link")
@click.argument("email")
def link(email: str) -> None:
    """Print a one-time link with which an account sets a new password. Its owner is told."""
    account = _account(email)
    with told_at_terminal(Problem):
        token = new_password_link(SYSTEM, account.public_id)
    _print_link(f"/new-password/{token}")


@account_commands.command("roles")
@click.argument("email")
@click.option("--role", "roles", type=_ROLES, multiple=True, required=True)
def roles(email: str, roles: tuple[str, ...]) -> None:
    """Give an account exactly these roles, without a second person. Its owner is told."""
    account = _account(email)
    with told_at_terminal(Problem):
        accounts.set_roles(SYSTEM, account.public_id, [Role(role) for role in roles])
    click.echo("Changed.")


@account_commands.command("tie")
@click.argument("email")
@click.argument("person")
def tie(email: str, person: str) -> None:
    """Say to which participant (by number) an account belongs, without a second person. Its owner
    is told."""
    account = _account(email)
    with told_at_terminal(Problem):
        accounts.link_person(SYSTEM, account.public_id, _person(person))
    click.echo("It belongs to this participant.")


@account_commands.command("reopen")
@click.argument("email")
def reopen(email: str) -> None:
    """Open a closed account again, without a second person. Its owner is told."""
    account = _account(email)
    with told_at_terminal(Problem):
        accounts.reactivate(SYSTEM, account.public_id)
    click.echo("It is open.")


@account_commands.command("vouch")
@click.argument("email")
@click.confirmation_option(prompt="Is it sure that nobody but its owner has this account?")
def vouch(email: str) -> None:
    """Let an account stand for itself, so that it may agree to what any other asks for, at once.

    For a programme in which nobody else is independent, or all are new. Its owner is told.
    """
    account = _account(email)
    with told_at_terminal(Problem):
        vouch_for(SYSTEM, account.public_id)
    click.echo("Nobody stands behind it any more.")


@account_commands.command("reset-second-step")
@click.argument("email")
@click.confirmation_option(prompt="Remove second step, passkeys and codes?")
def reset_second_step(email: str) -> None:
    """Take the second step off an account when nobody else can; all its sessions end."""
    account = _account(email)
    with told_at_terminal(Problem):
        reset_by_operator(SYSTEM, account.public_id)
    click.echo("Removed. Every session has ended.")


@account_commands.command("lock")
@click.argument("email")
def lock(email: str) -> None:
    """Lock an account at once and open an entry in the breach register.

    Every session and link of it ends. `flask account password`, or a link that an administrator
    makes, lifts the lock.
    """
    account = _found(email)
    if account is None or not account.active:
        raise click.ClickException("There is no open account with this e-mail address or name.")
    entry = lock_at_once(SYSTEM, account.public_id)
    click.echo("Locked. Every session and link of it has ended.")
    for key in breach(entry).unfinished:
        if (sentence := revocation_outcome(key)) is not None:
            click.echo(str(sentence))
    click.echo(f"The entry in the breach register: /breaches/{entry}")


@click.command("setup-code")
@with_appcontext
def set_up_code_command() -> None:
    """Print the one-time code for the set-up page, while nobody has set the programme up."""
    code = new_setup_code()
    if code is None:
        raise click.ClickException("The programme is set up already.")
    click.echo(code)
