"""The tables of the vault: the audit chain, and what members' keys open."""

from kash.vault.models.audit import AuditEntry, AuditHead, AuditSubject
from kash.vault.models.compartments import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    Unsealing,
    VaultMember,
    VaultOpening,
)

__all__ = [
    "AuditEntry",
    "AuditHead",
    "AuditSubject",
    "Compartment",
    "CompartmentWrap",
    "DocumentKey",
    "SealedDocument",
    "Unsealing",
    "VaultMember",
    "VaultOpening",
]
