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
from kash.accounts.models.requests import AccountBacking, AccountNotice, AccountRequest
from kash.accounts.models.safety import AccessReview, Breach, BreachNote, Delegation, HandOver
from kash.accounts.models.throttle import BrowserMark, CountedTries, KnownAddress
