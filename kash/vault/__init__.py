"""The vault keeps what must not be read and what must not be altered. It seals values and files
under keys that lie outside the database, finds sealed values again by a keyed look-up, and links
every action into an audit chain that cannot be changed unseen."""

from __future__ import annotations

from flask import Flask

from kash.settings import Settings
from kash.vault.audit import (
    ActorLike,
    Change,
    ValueInAudit,
    audited,
    head_code,
    note_restore,
)
from kash.vault.commands import audit_commands, vault_commands
from kash.vault.envelope import NotAuthentic, SealError, Truncated, UnknownFormat, UnknownKey
from kash.vault.keys import KeyFileError
from kash.vault.models import AuditEntry, AuditHead
from kash.vault.sealing import (
    Vault,
    lookup,
    open_file,
    open_sealed,
    open_text,
    open_vault,
    rotate,
    seal,
    seal_file,
    vault_of,
)
from kash.vault.triggers import TriggersMissing, assert_triggers, install_triggers
from kash.vault.verifying import Fault, Problem, Verification, verify

__all__ = [
    "ActorLike",
    "AuditEntry",
    "AuditHead",
    "Change",
    "Fault",
    "KeyFileError",
    "NotAuthentic",
    "Problem",
    "SealError",
    "TriggersMissing",
    "Truncated",
    "UnknownFormat",
    "UnknownKey",
    "ValueInAudit",
    "Vault",
    "Verification",
    "assert_triggers",
    "audited",
    "head_code",
    "init_vault",
    "install_triggers",
    "lookup",
    "note_restore",
    "open_file",
    "open_sealed",
    "open_text",
    "rotate",
    "seal",
    "seal_file",
    "vault_of",
    "verify",
]


def init_vault(app: Flask, settings: Settings) -> Vault:
    """Load the keys once for this application and add its commands. Raises KeyFileError."""
    vault = open_vault(settings)
    app.extensions["kash_vault"] = vault
    app.cli.add_command(audit_commands)
    app.cli.add_command(vault_commands)
    return vault
