"""The pages of accounts: signing in, one's own account, everybody's accounts, the audit trail."""

from kash.accounts.views import (
    administration,
    confirming,
    devices,
    joining,
    own,
    passkeys,
    resets,
    signing_in,
    trail,
)

__all__ = [
    "administration",
    "confirming",
    "devices",
    "joining",
    "own",
    "passkeys",
    "resets",
    "signing_in",
    "trail",
]
