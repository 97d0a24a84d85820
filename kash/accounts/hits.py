"""Pages of accounts that are found by what they are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.platform.web.hits import NamedPage
from kash.policy import SIGNED_IN

FOUND = (
    NamedPage("accounts.own", _l("Your account"), SIGNED_IN, 10),
    NamedPage("accounts.own_password", _l("Change your password"), SIGNED_IN, 20),
    NamedPage("accounts.invite", _l("Invite someone"), "accounts.manage", 130),
    NamedPage("accounts.trail", _l("Audit trail"), "audit.see", 140),
    NamedPage("accounts.access", _l("Review of access"), "access.review", 150),
    NamedPage("accounts.breaches", _l("Breach register"), "breaches.see", 160),
    NamedPage("accounts.lock_own", _l("Lock my account"), SIGNED_IN, 170),
)
