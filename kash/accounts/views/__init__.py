"""The pages of accounts: signing in, one's own account, everybody's accounts, the audit trail."""

from kash.accounts.views import administration, joining, own, signing_in, trail

__all__ = ["administration", "joining", "own", "signing_in", "trail"]
