"""The main places of the site, in the order in which every page shows them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.members.queries import may_hold_keys
from kash.policy import SIGNED_IN
from kash.web.navigation import Destination

DESTINATIONS = (
    Destination("desk.today", _l("Today"), "today", SIGNED_IN, phone=True),
    Destination("workshops.index", _l("Workshops"), "workshop", "workshops.see", phone=True),
    Destination("people.index", _l("People"), "people", "people.find", phone=True),
    Destination(
        "people.index", _l("My page"), "people", "people.see", phone=True, unless="people.find"
    ),
    Destination("forums.index", _l("Forums"), "forum", "forums.see", phone=True),
    Destination(
        "incidents.index", _l("Incidents"), "lock", "incidents.see", phone=True, when=may_hold_keys
    ),
    # Whoever reads reports finds from there how to file one.
    Destination(
        "incidents.filing",
        _l("Report"),
        "edit",
        "incidents.file",
        phone=True,
        unless="incidents.see",
    ),
    Destination("members.open_vault", _l("Vault"), "key", "vault.open"),
    Destination("incidents.briefs", _l("Mediation"), "message", "incidents.briefs"),
    Destination("members.members", _l("Vault"), "key", "vault.members", unless="vault.open"),
    Destination("training.index", _l("Curriculum"), "curriculum", "curriculum.see"),
    Destination("certificates.index", _l("Certificates"), "certificate", "certificates.see"),
    Destination("payouts.index", _l("Payouts"), "payout", "payouts.see"),
    Destination("directory.index", _l("Services"), "directory", "directory.see"),
    Destination("accounts.index", _l("Accounts"), "accounts", "accounts.see"),
    Destination("desk.settings", _l("Settings"), "settings", "settings.see"),
)
