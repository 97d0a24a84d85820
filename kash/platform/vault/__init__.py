"""The vault keeps what must not be read and what must not be altered. It seals values and files
under keys that lie outside the database, finds sealed values again by a keyed look-up, seals
documents that only members' own keys open, and links every action into an audit chain that cannot
be changed unseen."""

from __future__ import annotations

from flask import Flask

from kash.platform.vault.audit import (
    ActorLike,
    Change,
    ValueInAudit,
    audited,
    head_code,
    note_restore,
)
from kash.platform.vault.commands import audit_commands, vault_commands
from kash.platform.vault.compartments import CompartmentName, Place, new_key, open_body, seal_body
from kash.platform.vault.documents import (
    NeverChanged,
    NobodyCanOpen,
    NoSuchDocument,
    Prepared,
    SavedMeanwhile,
    Sealed,
    add_document,
    can_file,
    fetch,
    fetch_each,
    fetch_one,
    file_document,
    keep_keys,
    key_of,
    open_document,
    open_each,
    prepare_document,
    refile_document,
    save_document,
    shred,
)
from kash.platform.vault.envelope import (
    NotAuthentic,
    SealError,
    Truncated,
    UnknownFormat,
    UnknownKey,
)
from kash.platform.vault.keys import KeyFileError
from kash.platform.vault.membership import (
    NewKeys,
    add_member,
    begin_anew,
    begin_rotation,
    can_open,
    continue_rotation,
    fingerprint,
    let_in,
    lost_compartments,
    make_compartment,
    make_keys,
    missing_compartments,
    remove_member,
    rotation_due,
    seal_anew,
    take_compartment,
    unfinished_rotations,
)
from kash.platform.vault.models import (
    AuditEntry,
    AuditHead,
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    Unsealing,
    VaultMember,
    VaultOpening,
)
from kash.platform.vault.openings import (
    OpenVault,
    begin_opening,
    end_old_openings,
    end_openings,
    end_openings_of,
    find_opening,
    open_in_memory,
    private_by_passphrase,
    private_by_recovery,
    touch_opening,
)
from kash.platform.vault.passphrases import (
    new_passphrase,
    new_recovery_code,
    passphrase_as_read,
    recovery_code_as_read,
    stretched,
)
from kash.platform.vault.scrubbing import scrub
from kash.platform.vault.sealed_files import open_file_under, seal_file_under
from kash.platform.vault.sealing import (
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
from kash.platform.vault.triggers import TriggersMissing, assert_triggers, install_triggers
from kash.platform.vault.unsealing import (
    ask_to_unseal,
    forget_run_out,
    grant_unsealing,
    open_granted,
    refuse_unsealing,
)
from kash.platform.vault.verifying import Fault, Problem, Verification, verify
from kash.settings import Settings

__all__ = [
    "ActorLike",
    "AuditEntry",
    "AuditHead",
    "Change",
    "Compartment",
    "CompartmentName",
    "CompartmentWrap",
    "DocumentKey",
    "Fault",
    "KeyFileError",
    "NeverChanged",
    "NewKeys",
    "NoSuchDocument",
    "NobodyCanOpen",
    "NotAuthentic",
    "OpenVault",
    "Place",
    "Prepared",
    "Problem",
    "SavedMeanwhile",
    "SealError",
    "Sealed",
    "SealedDocument",
    "TriggersMissing",
    "Truncated",
    "UnknownFormat",
    "UnknownKey",
    "Unsealing",
    "ValueInAudit",
    "Vault",
    "VaultMember",
    "VaultOpening",
    "Verification",
    "add_document",
    "add_member",
    "ask_to_unseal",
    "assert_triggers",
    "audited",
    "begin_anew",
    "begin_opening",
    "begin_rotation",
    "can_file",
    "can_open",
    "continue_rotation",
    "end_old_openings",
    "end_openings",
    "end_openings_of",
    "fetch",
    "fetch_each",
    "fetch_one",
    "file_document",
    "find_opening",
    "fingerprint",
    "forget_run_out",
    "grant_unsealing",
    "head_code",
    "init_vault",
    "install_triggers",
    "keep_keys",
    "key_of",
    "let_in",
    "lookup",
    "lost_compartments",
    "make_compartment",
    "make_keys",
    "missing_compartments",
    "new_key",
    "new_passphrase",
    "new_recovery_code",
    "note_restore",
    "open_body",
    "open_document",
    "open_each",
    "open_file",
    "open_file_under",
    "open_granted",
    "open_in_memory",
    "open_sealed",
    "open_text",
    "passphrase_as_read",
    "prepare_document",
    "private_by_passphrase",
    "private_by_recovery",
    "recovery_code_as_read",
    "refile_document",
    "refuse_unsealing",
    "remove_member",
    "rotate",
    "rotation_due",
    "save_document",
    "scrub",
    "seal",
    "seal_anew",
    "seal_body",
    "seal_file",
    "seal_file_under",
    "shred",
    "stretched",
    "take_compartment",
    "touch_opening",
    "unfinished_rotations",
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
