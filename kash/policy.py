"""Permissions: roles, and how far each permission reaches. Deny by default.

Every endpoint declares one permission with `allow`; one that declares none stops start-up. A
permission maps roles to a reach. The view asks for the permission, the query narrows its rows by
the reach. An account with several roles has the widest reach of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from flask import Flask


View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    """Role of an account, which says what it is trusted with. One may hold several (see
    `role_conflict`)."""

    ADMINISTRATOR = "administrator"
    DIRECTOR = "director"
    TRAINER = "trainer"
    MONITORING = "monitoring"
    DOCUMENTATION = "documentation"
    CUSTODIAN = "custodian"
    PEER = "peer"
    POLICE_PEER = "police_peer"
    FUNDER = "funder"


class Reach(StrEnum):
    """How far a permission reaches, from nothing to everything."""

    NONE = "none"
    SELF = "self"
    MEMBER = "member"
    TAUGHT = "taught"
    OWN = "own"
    NAMES = "names"
    ALL = "all"


_WIDTH = {reach: position for position, reach in enumerate(Reach)}

_R = Role
_ALL, _OWN, _SELF = Reach.ALL, Reach.OWN, Reach.SELF

_SEEING_FORUMS = {
    _R.DIRECTOR: _ALL,
    _R.TRAINER: _ALL,
    _R.MONITORING: _ALL,
    _R.DOCUMENTATION: _ALL,
    _R.CUSTODIAN: _ALL,
    _R.PEER: Reach.MEMBER,
    _R.POLICE_PEER: Reach.MEMBER,
}
# Printed figures are as good as published: everybody reads them but the operator of the machine.
_SEEING_RELEASES = dict.fromkeys(set(_R) - {_R.ADMINISTRATOR}, _ALL)
_SEEING_COURSES = {
    _R.DIRECTOR: _ALL,
    _R.TRAINER: _ALL,
    _R.MONITORING: _ALL,
    _R.DOCUMENTATION: _ALL,
    _R.PEER: Reach.TAUGHT,
    _R.POLICE_PEER: Reach.TAUGHT,
}
_SEEING_WORKSHOPS = {
    _R.DIRECTOR: _ALL,
    _R.TRAINER: _ALL,
    _R.MONITORING: _ALL,
    _R.PEER: _SELF,
    _R.POLICE_PEER: _SELF,
}
# What is found is narrowed once more, each kind by its own permission.
_SEARCHING = dict.fromkeys(_R, _ALL)
# Everybody with an account may be asked where someone can go: police and peers, funders too.
_SEEING_DIRECTORY = dict.fromkeys(_R, _ALL)

GRANTS: Mapping[str, Mapping[Role, Reach]] = {
    "accounts.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "accounts.manage": {_R.ADMINISTRATOR: _ALL},
    # What gives power or lets somebody else into an account that has it: of two independent people
    # one asks and another agrees, neither about herself.
    "accounts.propose": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "accounts.agree": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "settings.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "settings.edit": {_R.ADMINISTRATOR: _ALL},
    # What the programme uses at all: an administrator proposes it, a director agrees.
    "settings.agree": {_R.DIRECTOR: _ALL},
    "audit.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "audit.verify": {_R.ADMINISTRATOR: _ALL},
    "access.review": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    # What leaves the programme for another system: one records it, another agrees.
    "connections.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL, _R.MONITORING: _ALL},
    "connections.record": {_R.ADMINISTRATOR: _ALL, _R.MONITORING: _ALL},
    "dhis2.use": {_R.MONITORING: _ALL},
    "connections.agree": {_R.DIRECTOR: _ALL},
    "approvals.delegate": {_R.DIRECTOR: _ALL},
    # Everything leaves at once: the file goes to who asked, its words to who agreed.
    "archive.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "archive.ask": {_R.ADMINISTRATOR: _ALL},
    "archive.agree": {_R.DIRECTOR: _ALL},
    # What an account of a funder reads: one asks, another who is independent agrees.
    "funders.tie": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "breaches.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "breaches.manage": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "people.see": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _OWN,
        _R.MONITORING: _ALL,
        _R.DOCUMENTATION: Reach.NAMES,
        _R.CUSTODIAN: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "people.find": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _ALL,
        _R.MONITORING: _ALL,
        _R.DOCUMENTATION: _ALL,
        _R.CUSTODIAN: _ALL,
    },
    "people.edit": {_R.TRAINER: _OWN},
    "people.import": {_R.TRAINER: _OWN},
    # Forms that are filled elsewhere: their rows come as a list of people.
    "kobo.use": {_R.TRAINER: _ALL},
    # Earlier trainings from another system, for people of her own.
    "people.contact": {_R.TRAINER: _OWN},
    # As the second person: whose own she is, or the director; never the one who asked.
    "people.agree_contact": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
    # Who looked at contacts more often than is usual, and why.
    "people.looks": {_R.DIRECTOR: _ALL},
    # All that is held about one person; for herself with contacts and her own words.
    "people.copy": {_R.TRAINER: _OWN, _R.CUSTODIAN: _ALL, _R.PEER: _SELF, _R.POLICE_PEER: _SELF},
    # Erasing takes two people: one asks for it, or the person herself, and another approves, who
    # saw what goes.
    "people.ask_erasure": {
        _R.TRAINER: _OWN,
        _R.CUSTODIAN: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "people.erase": {_R.DIRECTOR: _ALL},
    # What was asked for: one's own, and for who approves all.
    "people.erasures": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _OWN,
        _R.CUSTODIAN: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "people.minors": {_R.CUSTODIAN: _ALL},
    # Who opened or changed what is kept of a person: those who answer for it, and she herself.
    "people.trail": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _OWN,
        _R.CUSTODIAN: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "search": _SEARCHING,
    # Messages to people: what went and what failed, never a number or what was said.
    "messages.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
    "messages.decide": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
    "messages.choose": {_R.TRAINER: _OWN, _R.PEER: _SELF, _R.POLICE_PEER: _SELF},
    "messages.ask": {_R.TRAINER: _OWN},
    # What leaves the house in the programme's name is the director's to word.
    "messages.texts": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL},
    "messages.write": {_R.DIRECTOR: _ALL},
    # Both of the two must be her own.
    "people.merge": {_R.TRAINER: _OWN},
    "directory.see": _SEEING_DIRECTORY,
    # Editors also read the addresses that a service keeps confidential.
    "directory.edit": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _ALL,
        _R.DOCUMENTATION: _ALL,
        _R.CUSTODIAN: _ALL,
    },
    # Who is away and on which days: of all. Why: one's own, and of all for who plans for all.
    "absences.see": {_R.DIRECTOR: _ALL, _R.TRAINER: Reach.NAMES},
    "absences.write": {_R.DIRECTOR: _ALL, _R.TRAINER: _SELF},
    # The contact of a venue, its price and who is safe there are for planners alone.
    "venues.see": {
        _R.ADMINISTRATOR: _ALL,
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _ALL,
        _R.MONITORING: _ALL,
    },
    "venues.plan": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL},
    "curriculum.see": _SEEING_COURSES,
    # Versions side by side, drafts among them, with what is for facilitators only.
    "curriculum.compare": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _ALL,
        _R.MONITORING: _ALL,
        _R.DOCUMENTATION: _ALL,
    },
    "curriculum.edit": {_R.TRAINER: _ALL},
    "curriculum.approve": {_R.DIRECTOR: _ALL},
    # A question is seen with its right answer: by nobody who may have to answer it.
    "assessments.questions": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL, _R.MONITORING: _ALL},
    "assessments.write": {_R.TRAINER: _ALL},
    "assessments.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN, _R.MONITORING: _ALL},
    "assessments.hold": {_R.TRAINER: _OWN},
    "workshops.see": _SEEING_WORKSHOPS,
    "workshops.edit": {_R.TRAINER: _OWN},
    # How free seats are given, and whether a missing course keeps somebody out.
    "workshops.rule": {_R.DIRECTOR: _ALL},
    # Those who have more there than holidays; each room narrows what it shows.
    "calendar.see": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _ALL,
        _R.MONITORING: _ALL,
        _R.DOCUMENTATION: _ALL,
        _R.CUSTODIAN: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "attendance.see": _SEEING_WORKSHOPS,
    "attendance.mark": {_R.TRAINER: _OWN},
    # Never the person who closed it: another who runs the workshop, or the director.
    "attendance.confirm": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
    # Her own answer to an invitation.
    "workshops.answer": {_R.PEER: _SELF, _R.POLICE_PEER: _SELF},
    # With the code on the wall, into a session that one is expected in.
    "attendance.check_in": {_R.PEER: _SELF, _R.POLICE_PEER: _SELF},
    # What was answered, once the form is closed; to answer takes no account.
    "evaluations.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN, _R.MONITORING: _ALL},
    "evaluations.run": {_R.TRAINER: _OWN},
    # What a workshop came to, trainers' notes among it; what leaves the house has none.
    "reports.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN, _R.MONITORING: _ALL},
    # How a quarter goes, in counts: those who plan, teach or answer for it.
    "overview.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL, _R.MONITORING: _ALL},
    # Its own first page: what was sent to it, and what is printed for all.
    "overview.own": {_R.FUNDER: _OWN},
    # Drafts for who writes and approves; a funder reads final ones on what was sent to it.
    "funder_reports.see": {_R.DIRECTOR: _ALL, _R.MONITORING: _ALL, _R.FUNDER: _OWN},
    "funder_reports.write": {_R.MONITORING: _ALL},
    "funder_reports.approve": {_R.DIRECTOR: _ALL},
    "tracks.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL, _R.MONITORING: _ALL},
    # Who stands where: peers see themselves.
    "tracks.standing": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _OWN,
        _R.MONITORING: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "tracks.edit": {_R.TRAINER: _ALL},
    "tracks.approve": {_R.DIRECTOR: _ALL},
    # Who is enrolled, and what was seen of them: never of oneself.
    "tracks.keep": {_R.TRAINER: _OWN},
    # Her own for the person who mends them, all for those who answer for the figures.
    "records.missing": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN, _R.MONITORING: _ALL},
    # What trainers may teach opens nothing; it is granted by somebody else than the trainer.
    "skills.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL, _R.MONITORING: _ALL},
    "skills.grant": {_R.DIRECTOR: _ALL},
    # When a venue is taken, and nothing else, for those who let it.
    "feeds.venues": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL},
    # What gets in the way of planners; of people it tells those whose pages one may open.
    "clashes.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL},
    "clashes.rule": {_R.DIRECTOR: _ALL},
    # A quarter is planned by who may plan a workshop; it tells who is away, and no more.
    "quarters.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL},
    "quarters.plan": {_R.TRAINER: _ALL},
    "certificates.see": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _ALL,
        _R.MONITORING: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "certificates.propose": {_R.TRAINER: _OWN},
    "certificates.print": {_R.TRAINER: _OWN},
    "certificates.approve": {_R.DIRECTOR: _ALL},
    "certificates.rule": {_R.DIRECTOR: _ALL},
    # A digital badge is for its holder alone, who asks for it herself.
    "certificates.badge": {_R.PEER: _SELF, _R.POLICE_PEER: _SELF},
    "certificates.keys": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    "certificates.revoke": {_R.DIRECTOR: _ALL},
    # A trainer chooses among designs; what they say and show is the director's.
    "certificates.see_designs": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL},
    "certificates.design": {_R.DIRECTOR: _ALL},
    # Her own signature, and nobody else's.
    "certificates.sign": {_R.DIRECTOR: _SELF, _R.TRAINER: _SELF},
    # Money: one proposes and pays, another approves; a payee sees her own.
    "payouts.see": {
        _R.DIRECTOR: _ALL,
        _R.TRAINER: _OWN,
        _R.MONITORING: _ALL,
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
    },
    "payouts.propose": {_R.TRAINER: _OWN},
    "payouts.approve": {_R.DIRECTOR: _ALL},
    "payouts.pay": {_R.TRAINER: _OWN},
    "payouts.rates": {_R.DIRECTOR: _ALL},
    # What a workshop costs and who bears it: names no participant.
    "budget.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN, _R.MONITORING: _ALL},
    "budget.edit": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
    # Counts by station; whose names stand beside them is decided by "people.see".
    "coverage.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL, _R.MONITORING: _ALL},
    "coverage.goal": {_R.DIRECTOR: _ALL},
    # Counts of everybody; the people behind one are narrowed by "people.see".
    "indicators.see": {_R.DIRECTOR: _ALL, _R.TRAINER: _ALL, _R.MONITORING: _ALL},
    # What a figure means is proposed by one and approved by another, which nobody lends.
    "indicators.define": {_R.MONITORING: _ALL},
    "indicators.approve": {_R.DIRECTOR: _ALL},
    "targets.set": {_R.MONITORING: _ALL},
    # Figures for funders: frozen by one, approved by another; a funder reads what was sent to it.
    "statements.see": {_R.DIRECTOR: _ALL, _R.MONITORING: _ALL, _R.FUNDER: _OWN},
    "statements.make": {_R.MONITORING: _ALL},
    "statements.approve": {_R.DIRECTOR: _ALL},
    # All that ever left, to whomever, and what could be worked out from it.
    "statements.ledger": {_R.DIRECTOR: _ALL, _R.MONITORING: _ALL},
    "incidents.file": {
        _R.PEER: _SELF,
        _R.POLICE_PEER: _SELF,
        _R.DOCUMENTATION: _ALL,
        _R.CUSTODIAN: _ALL,
    },
    # Only with the vault open, and never a case that one has a part in.
    "incidents.see": {_R.DOCUMENTATION: _ALL, _R.DIRECTOR: _ALL, _R.CUSTODIAN: _OWN},
    "incidents.edit": {_R.DOCUMENTATION: _ALL, _R.CUSTODIAN: _OWN},
    # Terms that owe an officer, and whether bribery is reported: the custodian alone.
    "incidents.decide": {_R.CUSTODIAN: _OWN},
    # A mediator's own briefs.
    "incidents.briefs": {_R.PEER: _SELF, _R.POLICE_PEER: _SELF},
    "incidents.duty": {_R.DOCUMENTATION: _ALL, _R.DIRECTOR: _ALL},
    # The number that people call: an officer proposes too, a director or a custodian agrees.
    "incidents.number": {_R.DOCUMENTATION: _ALL, _R.DIRECTOR: _ALL, _R.CUSTODIAN: _ALL},
    # Bodies outside the programme that reporters turn to: one proposes, another agrees.
    "incidents.outside": {_R.DIRECTOR: _ALL, _R.CUSTODIAN: _ALL},
    "releases.see": _SEEING_RELEASES,
    # The proposer of what a year prints never approves it, and nobody lends it to another.
    "releases.make": {_R.DOCUMENTATION: _ALL},
    "releases.approve": {_R.DIRECTOR: _ALL, _R.CUSTODIAN: _ALL},
    # Exact counts, only with the vault open: of the cases that one may open, which for a custodian
    # are those that concern her.
    "trends.see": {_R.DOCUMENTATION: _ALL, _R.DIRECTOR: _ALL, _R.CUSTODIAN: _OWN},
    "forums.see": _SEEING_FORUMS,
    # Told stories are for those named in their consent: members of a forum and staff, or those
    # who pay. What is not told yet lies in the vault, and is told by somebody else than its writer.
    "stories.see": {**_SEEING_FORUMS, _R.FUNDER: _OWN},
    "stories.drafts": {_R.DIRECTOR: _ALL, _R.DOCUMENTATION: _ALL, _R.CUSTODIAN: _ALL},
    "stories.write": {_R.DOCUMENTATION: _ALL},
    "stories.approve": {_R.DIRECTOR: _ALL, _R.CUSTODIAN: _ALL},
    # Who may hold keys. What they open is decided by the keys themselves, and by `members.rules`.
    "vault.open": {_R.DIRECTOR: _ALL, _R.DOCUMENTATION: _ALL, _R.CUSTODIAN: _ALL},
    "vault.unseal": {_R.CUSTODIAN: _ALL},
    # An administrator holds no keys, but may take others' away.
    "vault.members": {
        _R.ADMINISTRATOR: _ALL,
        _R.DIRECTOR: _ALL,
        _R.DOCUMENTATION: _ALL,
        _R.CUSTODIAN: _ALL,
    },
    # A trainer may open a forum, and runs the one of which she is the secretary.
    "forums.edit": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
    # A token for a program acts for the account that asked for it, reaches no more than that
    # account, and is agreed to by another who answers for what leaves.
    "api.see": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL, _R.TRAINER: _SELF, _R.MONITORING: _SELF},
    "api.make": {_R.DIRECTOR: _SELF, _R.TRAINER: _SELF, _R.MONITORING: _SELF},
    "api.agree": {_R.ADMINISTRATOR: _ALL, _R.DIRECTOR: _ALL},
    # Of workshops and forums that one may edit; each date is asked again.
    "series.edit": {_R.DIRECTOR: _ALL, _R.TRAINER: _OWN},
}

# What may be lent for a time of absence, each with what must be seen in order to decide. Nothing
# else can be: neither roles, nor revoking, nor anything that opens what is sealed.
DELEGABLE: Mapping[str, str] = {
    "certificates.approve": "certificates.see",
    "curriculum.approve": "curriculum.see",
    "payouts.approve": "payouts.see",
    "tracks.approve": "tracks.see",
}
_NEVER_STANDS_IN = frozenset({Role.PEER, Role.POLICE_PEER, Role.FUNDER})


def may_stand_in(roles: Collection[Role], permission: str) -> bool:
    """True if an account with these roles may be lent an approval.

    It must see everything that it would decide on by its own roles: what is lent is the decision,
    never the sight of anything. Peer educators, police accounts and funders never are.
    """
    if permission not in DELEGABLE or not _NEVER_STANDS_IN.isdisjoint(roles):
        return False
    seen = GRANTS[DELEGABLE[permission]]
    return any(seen.get(role) is Reach.ALL for role in roles)


# Permissions that do not depend on a role.
ANYONE = "anyone"
SIGNED_IN = "signed_in"
_OPEN = frozenset({ANYONE, SIGNED_IN})


@dataclass(frozen=True)
class StandIn:
    """An approval that was lent to an actor, and the public id of the absent person."""

    permission: str
    absent: str


@dataclass(frozen=True)
class Actor:
    """Actor, as services and queries know who is acting: ids and roles, no name.

    `stands_in` is what was lent to her for these days, and `off` the beginnings of permissions that
    reach nothing here, since the programme doesn't use what they are for.
    """

    public_id: str
    roles: frozenset[Role] = frozenset()
    account_id: int | None = None
    person_id: int | None = None
    language: str = "en"
    session_id: str = field(default="", repr=False)
    stands_in: tuple[StandIn, ...] = ()
    off: frozenset[str] = frozenset()

    def reach(self, permission: str) -> Reach:
        """How far this actor's roles, or what was lent to her, let a permission reach. One that
        asks for no role reaches her own things, once she is signed in."""
        if permission in _OPEN:
            return Reach.SELF if self.account_id is not None else Reach.NONE
        if self.off and permission.partition(".")[0] in self.off:
            return Reach.NONE
        granted = GRANTS[permission]
        reaches = [granted[role] for role in self.roles if role in granted]
        if self._absent(permission):
            reaches += granted.values()
        return max(reaches, key=_WIDTH.__getitem__, default=Reach.NONE)

    def _absent(self, permission: str) -> list[str]:
        if permission not in DELEGABLE or not may_stand_in(self.roles, permission):
            return []
        return [lent.absent for lent in self.stands_in if lent.permission == permission]

    def decides_for(self, permission: str, *, not_for: Collection[str | None] = ()) -> str | None:
        """The account that lent this actor the permission; None if she decides in her own right.

        `not_for` are those who must not have a part in the decision, because it is about what they
        proposed themselves; an empty text says that nobody else is left to decide for.
        """
        granted = GRANTS[permission]
        absent = self._absent(permission)
        if not absent or any(role in granted for role in self.roles):
            return None
        return next((one for one in absent if one not in not_for), "")

    def may(self, permission: str) -> bool:
        """True if a permission reaches anything at all for this actor."""
        if permission == ANYONE:
            return True
        if permission == SIGNED_IN:
            return self.account_id is not None
        return self.reach(permission) is not Reach.NONE


# The command line acts as the system itself; its user has the machine.
SYSTEM = Actor(public_id="system", roles=frozenset(Role))
NOBODY = Actor(public_id="nobody")


def role_conflict(roles: Collection[Role]) -> tuple[Role, Role] | None:
    """Two roles that one account must not hold together, or None.

    An account of the police, or of a funder, holds no other role; an administrator never holds
    what may open the vault.
    """
    held = set(roles)
    for alone in (Role.POLICE_PEER, Role.FUNDER):
        if alone in held and len(held) > 1:
            return alone, sorted(held - {alone})[0]
    for keyed in (Role.DOCUMENTATION, Role.CUSTODIAN):
        if {Role.ADMINISTRATOR, keyed} <= held:
            return Role.ADMINISTRATOR, keyed
    return None


class UndeclaredPermission(RuntimeError):
    """An endpoint declares no permission, or one that nobody defined."""


def allow(permission: str, *, fresh: bool = False) -> Callable[[View], View]:
    """Declare the permission of a view. `fresh` asks to sign in again before a dangerous action."""
    if permission not in GRANTS and permission not in _OPEN:
        raise UndeclaredPermission(f"no such permission: {permission}")

    def declare(view: View) -> View:
        view.kash_permission = permission  # type: ignore[attr-defined]
        view.kash_fresh = fresh  # type: ignore[attr-defined]
        return view

    return declare


def declared_permission(view: Callable[..., Any]) -> str | None:
    """The permission a view declares, None if it declares none."""
    return getattr(view, "kash_permission", None)


def needs_fresh_sign_in(view: Callable[..., Any]) -> bool:
    """True if a view is a dangerous action, for which the password is asked again."""
    return bool(getattr(view, "kash_fresh", False))


def check_every_endpoint(app: Flask, framework_endpoints: Iterable[str] = ("static",)) -> None:
    """Stop start-up if any endpoint has no declared permission."""
    known = set(framework_endpoints)
    missing = sorted(
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint not in known and declared_permission(view) is None
    )
    if missing:
        raise UndeclaredPermission("These endpoints declare no permission: " + ", ".join(missing))
