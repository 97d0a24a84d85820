"""The tables of the vault: the audit chain, and what members' keys open."""

from kash.platform.vault.models.audit import AuditEntry, AuditHead, AuditSubject
from kash.platform.vault.models.compartments import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    Unsealing,
    VaultMember,
    VaultOpening,
)
