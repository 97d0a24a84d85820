"""The programme itself, accounts and what they may do, sessions, invitations, passkeys."""

from kash.accounts.models.accounts import (
    Account,
    AccountRole,
    Invitation,
    Programme,
    RecoveryCode,
    SignedInSession,
)
from kash.accounts.models.passkeys import Passkey, PasskeyChallenge
from kash.accounts.models.resets import SecondStepReset
from kash.accounts.models.throttle import CountedTries, KnownAddress

__all__ = [
    "Account",
    "AccountRole",
    "CountedTries",
    "Invitation",
    "KnownAddress",
    "Passkey",
    "PasskeyChallenge",
    "Programme",
    "RecoveryCode",
    "SecondStepReset",
    "SignedInSession",
]
