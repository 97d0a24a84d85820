"""The vault keeps what must not be read and what must not be altered. It seals values and files
under keys that lie outside the database, finds sealed values again by a keyed look-up, seals
documents that only members' own keys open, and links every action into an audit chain that cannot
be changed unseen."""

from __future__ import annotations

from flask import Flask

from kash.platform.vault.audit import (
    MIRROR_STARTED,
    ActorLike,
    Change,
    MirrorMissing,
    TriggersMissing,
    ValueInAudit,
    assert_triggers,
    audited,
    head_code,
    install_triggers,
    is_behind_its_mirror,
    note_once,
    note_restore,
    noted_once,
    put_back_at,
)
from kash.platform.vault.chain import mac_prefix, root_subject
from kash.platform.vault.checks import (
    KeyAltered,
    NotCompared,
    Trust,
    altered_compartments,
    check_members,
    is_news,
    is_withheld,
    note_standing,
    raised_alarms,
    remember_alarm,
    trusts,
)
from kash.platform.vault.commands import audit_commands, vault_commands
from kash.platform.vault.compartments import (
    CompartmentName,
    SealingPlace,
    new_key,
    open_body,
    open_file_under,
    open_from,
    seal_body,
    seal_file_under,
)
from kash.platform.vault.compartments import seal_to as seal_to_key
from kash.platform.vault.documents import (
    NeverChanged,
    NobodyCanOpen,
    NoSuchDocument,
    Prepared,
    SavedMeanwhile,
    Sealed,
    add_document,
    ask_to_unseal,
    can_file,
    fetch,
    fetch_each,
    fetch_one,
    file_document,
    forget_run_out,
    grant_unsealing,
    keep_keys,
    key_of,
    open_document,
    open_each,
    open_granted,
    prepare_document,
    refile_document,
    refuse_unsealing,
    save_document,
    scrub,
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
    give_back,
    let_in,
    lost_compartments,
    make_compartment,
    make_keys,
    missing_compartments,
    only_holder_of,
    remove_member,
    rotation_due,
    seal_alone,
    seal_anew,
    seal_member,
    take_compartment,
    unfinished_rotations,
    withhold,
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
from kash.platform.vault.passphrases import (
    new_passphrase,
    new_recovery_code,
    passphrase_as_read,
    recovery_code_as_read,
    stretched,
)
from kash.platform.vault.queries import entry_with_code
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
from kash.platform.vault.sessions import (
    HalfWithheld,
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
from kash.platform.vault.verifying import ChainFault, ChainProblem, Verification, verify
from kash.settings import Settings


def init_vault(app: Flask, settings: Settings) -> Vault:
    """Load the keys once for this application and add its commands. Raises KeyFileError."""
    vault = open_vault(settings)
    app.extensions["kash_vault"] = vault
    app.cli.add_command(audit_commands)
    app.cli.add_command(vault_commands)
    return vault
