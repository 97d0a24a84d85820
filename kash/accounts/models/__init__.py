"""The programme itself, accounts and what they may do, sessions, invitations."""

from kash.accounts.models.accounts import (
    Account,
    AccountRole,
    Invitation,
    Programme,
    RecoveryCode,
    SignedInSession,
    SignInAttempt,
)

__all__ = [
    "Account",
    "AccountRole",
    "Invitation",
    "Programme",
    "RecoveryCode",
    "SignInAttempt",
    "SignedInSession",
]
