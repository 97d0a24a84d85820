"""Asking at a terminal: for the passphrase or the key of a file, and for the settings."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path
from typing import Any

import click

from kash.platform.operations.encryption import (
    identities_in,
    needs_passphrase,
    refuse_short,
    unlock,
)
from kash.platform.operations.errors import NoKey
from kash.platform.refusals import told_at_terminal
from kash.settings import Settings, SettingsError, load_settings

passphrase_option = click.option(
    "--passphrase-fd", type=int, help="Read the passphrase from this file descriptor."
)
identity_option = click.option(
    "--identity", type=click.Path(path_type=Path), help="File with the private key."
)


def settings_at_terminal() -> Settings:
    """The settings; or the line that says what is wrong with them."""
    with told_at_terminal(SettingsError):
        return load_settings()


def at_a_terminal() -> bool:
    """True if somebody can be asked."""
    return sys.stdin.isatty()


def _passphrase(descriptor: int | None, *, twice: bool) -> str:
    if descriptor is not None:
        with os.fdopen(os.dup(descriptor)) as file:
            return file.readline().rstrip("\r\n")
    if not at_a_terminal():
        raise NoKey("Set KASH_BACKUP_RECIPIENT, or run this at a terminal for a passphrase.")
    given = getpass.getpass("Passphrase of the backup: ")
    if twice and getpass.getpass("Once more: ") != given:
        raise NoKey("The two differ.")
    return given


def passphrase_for(settings: Settings, descriptor: int | None) -> str:
    """Passphrase by which a backup is made, asked for where no recipient is set. Raises NoKey."""
    if settings.backup_recipient:
        return ""
    given = _passphrase(descriptor, twice=True)
    refuse_short(given)
    return given


def identities_for(source: Path, identity: Path | None, passphrase_fd: int | None) -> list[Any]:
    """The identities that open a file, by its passphrase or its private key. Raises NoKey."""
    if needs_passphrase(source):
        return unlock(source, _passphrase(passphrase_fd, twice=False))
    if identity is None:
        raise NoKey("This backup opens with a private key: give its file with --identity.")
    return identities_in(identity)
