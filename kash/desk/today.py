"""Today: what needs the actor, gathered from every room that may have something for her."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import current_app

from kash.accounts.models import AccountNotice
from kash.accounts.queries import (
    BreachLine,
    RequestLine,
    open_breaches,
    requests_for,
    review_reminder,
    unseen_notices,
)
from kash.accounts.queries.access import ReviewReminder
from kash.certificates.models import Certificate
from kash.certificates.queries import (
    Waiting,
    certificates_of_person,
    count_expiring,
    waiting_for,
)
from kash.condition import Condition, condition
from kash.database import unless_full
from kash.desk.beginning import Beginning, beginning
from kash.desk.queries import Housekeeping, housekeeping, own_public_id
from kash.forums.queries import (
    ActionLine,
    LineToRelease,
    MeetingLine,
    actions_due,
    lines_to_release,
    meetings_to_record,
    next_meetings,
)
from kash.incidents.queries import briefs_waiting
from kash.incidents.queries.officers import few_custodians
from kash.incidents.queries.outside import what_is_missing
from kash.incidents.rules.arrivals import COME_AT
from kash.incidents.services import WaitingCases, what_waits
from kash.members.queries import may_hold_keys, unsealing_lines, waiting_to_be_let_in
from kash.payouts.queries import WaitingList
from kash.payouts.queries import waiting_for as payouts_waiting_for
from kash.people.queries import minors_unseen
from kash.people.queries.contacts import WaitingContacts, contacts_waiting
from kash.policy import Actor, Reach
from kash.training.queries import WaitingVersion
from kash.training.queries import waiting_for as courses_waiting_for
from kash.vault import OpenVault
from kash.web.formats import to_local
from kash.workshops.queries import (
    DueSession,
    FromPhones,
    OwnWorkshop,
    ToConfirm,
    from_phones,
    open_slots,
    to_confirm,
    upcoming_sessions,
    workshops_of_person,
)

MOST_SHOWN = 10


@dataclass(frozen=True)
class Vault:
    """Part of Today for a member of the vault. While it is closed: that she may open it, the same
    words whether or not anything came. While it is open: `cases`, and the `requests` to read who
    somebody is that she may decide."""

    cases: WaitingCases | None = None
    requests: int = 0

    @property
    def hours(self) -> str:
        """The hours at which reports come."""
        return ", ".join(f"{hour}:00" for hour in COME_AT)


@dataclass(frozen=True)
class Today:
    """Everything on the page. `on_now` is the session that runs, or the next one of this day."""

    now: datetime
    on_now: DueSession | None = None
    running: bool = False
    sessions: list[DueSession] = field(default_factory=list)
    registers: list[DueSession] = field(default_factory=list)
    to_record: list[MeetingLine] = field(default_factory=list)
    certificates: list[Waiting] = field(default_factory=list)
    expiring: int = 0
    payouts: list[WaitingList] = field(default_factory=list)
    actions: list[ActionLine] = field(default_factory=list)
    meetings: list[MeetingLine] = field(default_factory=list)
    own_workshops: list[OwnWorkshop] = field(default_factory=list)
    own_certificates: list[Certificate] = field(default_factory=list)
    housekeeping: Housekeeping | None = None
    machine: Condition = field(default_factory=Condition)
    requests: list[RequestLine] = field(default_factory=list)
    to_fetch: list[RequestLine] = field(default_factory=list)
    notices: Sequence[AccountNotice] = ()
    minors: int = 0
    contacts: WaitingContacts = field(default_factory=WaitingContacts)
    briefs: int = 0
    phones: list[FromPhones] = field(default_factory=list)
    to_confirm: list[ToConfirm] = field(default_factory=list)
    breaches: list[BreachLine] = field(default_factory=list)
    lines: list[LineToRelease] = field(default_factory=list)
    review: ReviewReminder | None = None
    vault: Vault | None = None
    courses: list[WaitingVersion] = field(default_factory=list)
    returned: list[WaitingVersion] = field(default_factory=list)
    to_let_in: int = 0
    # Of the contact outside the programme: `none`, `waits` for her agreement, or nothing.
    outside: str = ""
    few_custodians: bool = False
    beginning: Beginning = field(default_factory=Beginning)

    @property
    def sessions_today(self) -> int:
        """The sessions of this day that are running or still to come."""
        today = to_local(self.now).date()
        coming = [one for one in self.sessions if to_local(one.starts_at).date() == today]
        return len(coming) + int(self.running)

    @property
    def names(self) -> int:
        """The certificates that wait, over all batches."""
        return sum(batch.count for batch in self.certificates)

    @property
    def housekeeping_shown(self) -> bool:
        """True if the part about accounts is on the page: reviews are told there."""
        return self.housekeeping is not None

    @property
    def waiting(self) -> bool:
        """True if anything needs the actor."""
        return bool(
            self.vault
            or self.machine.wrong
            or self.breaches
            or self.lines
            or self.registers
            or self.to_record
            or self.certificates
            or self.expiring
            or self.payouts
            or self.actions
            or self.requests
            or self.to_fetch
            or self.notices
            or self.minors
            or self.contacts.requests
            or self.contacts.looks
            or self.briefs
            or self.phones
            or self.to_confirm
            or self.courses
            or self.returned
            or self.to_let_in
            or self.outside
            or self.few_custodians
            or self.beginning.rule_missing
            or self.beginning.rates_missing
            or (self.review and not self.housekeeping_shown)
        )


def _vault_of(actor: Actor, now: datetime, vault: OpenVault | None) -> Vault | None:
    if not actor.may("incidents.see") or not may_hold_keys(actor):
        return None
    if vault is None or not vault.holds("case"):
        return Vault()
    decides = actor.may("vault.unseal")
    lines = unsealing_lines(actor) if decides else []
    cases = None
    # What was looked through is noted. Without room for the note there is no look, but there is
    # the rest of the page.
    with unless_full():
        cases = what_waits(actor, vault, now)
    if cases is None:
        return Vault()
    return Vault(
        cases=cases,
        requests=sum(line.state == "waits" and not line.mine for line in lines),
    )


def today_for(actor: Actor, now: datetime, vault: OpenVault | None = None) -> Today:
    """Ask the rooms in which the actor has something to do, and no others. `vault` is hers if it is
    open: then the cases are looked through, which is noted in the audit."""
    # First: it may write, and what was read before would be read again.
    kept = _vault_of(actor, now, vault)
    upcoming: list[DueSession] = []
    begun: list[DueSession] = []
    if actor.reach("attendance.mark") is not Reach.NONE:
        upcoming = upcoming_sessions(actor, now)
        begun = open_slots(actor, now)
    running = [one for one in begun if now < one.starts_at + timedelta(minutes=one.minutes)]
    on_now = running[-1] if running else None
    if on_now is None and upcoming:
        first = upcoming[0]
        on_now = first if to_local(first.starts_at).date() == to_local(now).date() else None
    own_workshops: list[OwnWorkshop] = []
    own_certificates: list[Certificate] = []
    if actor.person_id is not None:
        own = own_public_id(actor.person_id)
        if own is not None:
            own_workshops = workshops_of_person(own)[:MOST_SHOWN]
            own_certificates = certificates_of_person(own, actor)[:MOST_SHOWN]
    requests, to_fetch = requests_for(actor)
    courses = courses_waiting_for(actor)
    return Today(
        now=now,
        vault=kept,
        on_now=on_now,
        running=bool(running),
        sessions=upcoming,
        registers=[one for one in begun if one not in running],
        to_record=meetings_to_record(actor, now),
        certificates=waiting_for(actor),
        expiring=count_expiring(actor, to_local(now).date()),
        payouts=payouts_waiting_for(actor),
        actions=actions_due(actor, now),
        lines=lines_to_release(actor),
        meetings=next_meetings(actor, now),
        own_workshops=own_workshops,
        own_certificates=own_certificates,
        minors=minors_unseen(actor) if actor.may("people.minors") else 0,
        contacts=contacts_waiting(actor),
        phones=from_phones(actor) if actor.may("attendance.mark") else [],
        to_confirm=to_confirm(actor),
        briefs=briefs_waiting(actor) if actor.may("incidents.briefs") else 0,
        breaches=open_breaches(now) if actor.may("breaches.see") else [],
        review=review_reminder(now) if actor.may("access.review") else None,
        housekeeping=housekeeping(now) if actor.may("accounts.manage") else None,
        machine=condition(current_app.config["SETTINGS"], now)
        if actor.may("accounts.manage")
        else Condition(),
        courses=[one for one in courses if not one.returned],
        returned=[one for one in courses if one.returned],
        to_let_in=waiting_to_be_let_in(actor),
        outside=what_is_missing(actor),
        few_custodians=few_custodians(actor),
        beginning=beginning(actor),
        requests=requests,
        to_fetch=to_fetch,
        notices=unseen_notices(actor.account_id),
    )
