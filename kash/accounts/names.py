"""How roles and actions are called on pages."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.rules.safety import Affected, NoticeClock, Opening
from kash.accounts.rules.two_people import RequestKind
from kash.platform.approvals.rules import Standing
from kash.policy import Role

ROLE_NAMES: dict[Role, Any] = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.DIRECTOR: _l("Director"),
    Role.TRAINER: _l("Trainer"),
    Role.MONITORING: _l("M&E officer"),
    Role.DOCUMENTATION: _l("Documentation officer"),
    Role.CUSTODIAN: _l("Custodian"),
    Role.PEER: _l("Peer educator"),
    Role.POLICE_PEER: _l("Police peer educator"),
    Role.FUNDER: _l("Funder"),
}

ROLE_NOTES: dict[Role, Any] = {
    Role.ADMINISTRATOR: _l("Accounts, settings and backups. Sees no participants."),
    Role.DIRECTOR: _l("Sees the work, approves certificates, runs the forums."),
    Role.TRAINER: _l("Writes courses and runs their own workshops."),
    Role.MONITORING: _l("Sees workshops and attendance, counts figures, writes to funders."),
    Role.DOCUMENTATION: _l(
        "Works on sealed cases; sees names of participants, courses and forums. Never an"
        " administrator."
    ),
    Role.CUSTODIAN: _l(
        "Works on sealed cases and keeps who somebody is; sees participants and forums. Never an"
        " administrator."
    ),
    Role.PEER: _l("Sees their own workshops and certificates."),
    Role.POLICE_PEER: _l("Sees his own workshops and certificates. Holds no other role."),
    Role.FUNDER: _l("Reads printed figures, services, and what was sent to their own funder."),
}


AFFECTED_NAMES: dict[str, Any] = {
    Affected.NAMES: _l("Names of participants"),
    Affected.CONTACTS: _l("Phones or e-mail addresses"),
    Affected.ATTENDANCE: _l("Workshops and attendance"),
    Affected.CERTIFICATES: _l("Certificates"),
    Affected.FORUMS: _l("Forums and their minutes"),
    Affected.ACCOUNTS: _l("Accounts of staff"),
    Affected.CASES: _l("Sealed cases: what was reported"),
    Affected.HEALTH: _l("Health: illness, tests, care"),
    Affected.IDENTITIES: _l("Identities: legal names, ID numbers"),
    Affected.EVIDENCE: _l("Evidence: photos, recordings, documents"),
    Affected.PAPER: _l("Paper: sheets, badges, print files"),
    Affected.UNKNOWN: _l("Not known yet"),
}

OPENING_NAMES: dict[Opening, Any] = {
    Opening.SHOWN: _l("Phones and e-mails shown"),
    Opening.EXPORTED: _l("Exports"),
    Opening.PRINTED: _l("Prints"),
}


# What is asked for, as the heading of a request.
ASKED_NAMES: dict[RequestKind, Any] = {
    RequestKind.INVITATION: _l("Invitation"),
    RequestKind.ROLES: _l("Change of roles"),
    RequestKind.LINK: _l("Link for a new password"),
    RequestKind.SECOND_STEP: _l("Lost second step"),
    RequestKind.REOPENING: _l("Opening a closed account"),
    RequestKind.OPENING: _l("Opening of records"),
}

# Why somebody cannot decide a request, said to herself.
STANDING_SENTENCES: dict[Standing, Any] = {
    Standing.ASKED: _l("You asked for this: somebody else has to decide."),
    Standing.CONCERNED: _l("This is about your own account: somebody else has to decide."),
    Standing.TIED: _l(
        "Somebody independent has to decide: one of you was brought in or given power by the other,"
        " or both by the same person."
    ),
    Standing.NEW: _l(
        "Your account is too new to decide this, or others changed its roles or the ways into it in"
        " the last seven days."
    ),
}


def second_note(standing: Standing, settled: Any) -> str:
    """Sentence on whether somebody may agree, said of her."""
    if standing is Standing.MAY:
        return _("may agree")
    if standing is Standing.NEW:
        return _("may agree from %(when)s on", when=settled)
    return _("not independent of who asked")


def clock_text(clock: NoticeClock) -> str:
    """How the 72-hour clock stands, in words that need no colour."""
    if clock.state == "running":
        if not clock.hours:
            return _("Less than an hour left for the notice")
        return _("Hours left for the notice: %(hours)s", hours=clock.hours)
    if clock.state == "overdue":
        return _("The notice is overdue. Hours late: %(hours)s", hours=clock.hours)
    return {
        "notified": _("Notice given in time"),
        "notified late": _("Notice given late"),
        "closed": _("Closed without a notice"),
    }[clock.state]


def role_choices() -> list[tuple[str, Any]]:
    """All roles, for a form."""
    return [(str(role), name) for role, name in ROLE_NAMES.items()]


def role_notes() -> dict[str, Any]:
    """A line about each role, for a form."""
    return {str(role): note for role, note in ROLE_NOTES.items()}


def role_name(role: str) -> str:
    """How a role is called."""
    return str(ROLE_NAMES[Role(role)])
