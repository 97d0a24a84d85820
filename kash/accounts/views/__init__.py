"""The pages of accounts: signing in, one's own account, everybody's accounts, what protects them,
and the audit trail."""

from kash.accounts.views import (
    access,
    administration,
    breaches,
    confirming,
    devices,
    invitation_links,
    inviting,
    locking,
    offboarding,
    own,
    passkeys,
    requests,
    signing_in,
    stand_ins,
    trail,
)
