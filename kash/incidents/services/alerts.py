"""Alerts: an SMS and a mail "Sign in" to the officer on duty when somebody is held, in drills, and
to the owner of a case in which nothing is done. Nothing says why: not the text, not the row, not
the log. All ways to reach somebody stand in `WAYS`. Setting the contact outside the programme: one
proposes it, another agrees."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import STANDING_SENTENCES, Account
from kash.accounts.queries.accounts import email_of
from kash.accounts.rules import is_address
from kash.accounts.services.accounts import change_settings
from kash.incidents.models import Alert, OfficerDuty, OfficerDutyHours
from kash.incidents.queries import letterbox as queries
from kash.incidents.queries.mediation import (
    OFFICER_PHONE,
    duties,
    is_on_duty,
    numbers_of_mediators,
    numbers_to_ring,
)
from kash.incidents.queries.officers import HOLDS, PROPOSED, SETTINGS, proposed_contacts, standings
from kash.incidents.rules.letterbox import Owned, Ring
from kash.incidents.rules.mediation import Contact
from kash.incidents.rules.totals import (
    IDLE_HELD,
    LASTS,
    MINUTES_OF_WEEK,
    MOST_ALERTS,
    flood_of,
    in_order,
    is_drill,
    is_in_time,
    may_ring,
    next_ring,
    step_begins,
    step_of,
    steps,
    steps_due,
    who_rings,
)
from kash.incidents.services.letterbox import letterbox
from kash.people.rules.directory import Stretch, minute_of_week, overlap
from kash.platform.approvals.rules import Standing
from kash.platform.database import db, utc_now, without_order, writing
from kash.platform.messages import MailFailed, mail_is_set_up, send_mail, sms_gateway, sms_is_set_up
from kash.platform.messages.rules import TryOutcome
from kash.platform.vault import audited, seal
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import programme_languages
from kash.policy import Actor

_log = structlog.get_logger("kash.incidents")
_KEPT = timedelta(weeks=53)


# --- Ways to reach somebody -------------------------------------------------------------------

# What a way is told: the text for each account. What it answers: what came of it, by the account's
# public id; accounts that it cannot reach at all are left out.
Texts = Mapping[Account, str]
Way = Callable[[Texts], dict[str, TryOutcome]]


def _by_sms(texts: Texts) -> dict[str, TryOutcome]:
    if not sms_is_set_up():
        return {}
    numbers = numbers_to_ring(account.public_id for account in texts)
    outcomes: dict[str, TryOutcome] = {}
    for text in sorted(set(texts.values())):
        to = {
            account.public_id: numbers[account.public_id]
            for account, said in texts.items()
            if said == text and account.public_id in numbers
        }
        if to:
            # All in one request, and a number that two share once.
            tried = sms_gateway().send(text, list(dict.fromkeys(to.values())))
            outcomes |= {key: tried[number].outcome for key, number in to.items()}
    return outcomes


def _by_mail(texts: Texts) -> dict[str, TryOutcome]:
    outcomes: dict[str, TryOutcome] = {}
    for account, text in texts.items() if mail_is_set_up() else ():
        if not is_address(email_of(account)):
            continue
        try:
            send_mail(email_of(account), text, text + "\n")
            outcomes[account.public_id] = TryOutcome.ACCEPTED
        except MailFailed:
            outcomes[account.public_id] = TryOutcome.NOT_SENT
    return outcomes


# Each by its name. The first is the one that rings.
WAYS: dict[str, Way] = {"sms": _by_sms, "mail": _by_mail}


def _ring(
    accounts: Collection[Account], ways: Mapping[str, Collection[str]] | None = None
) -> dict[str, dict[str, TryOutcome]]:
    """Have people sign in, each in her language, and say nothing else; what came of each way, by
    account. `ways`: by account those that are tried, if not all."""
    texts: dict[Account, str] = {}
    for account in accounts:
        with force_locale(account.language or programme_languages()[0]):
            texts[account] = _("Sign in")
    came: dict[str, dict[str, TryOutcome]] = {account.public_id: {} for account in accounts}
    for name, way in WAYS.items():
        wanted = {
            account: text
            for account, text in texts.items()
            if ways is None or name in ways[account.public_id]
        }
        for public_id, outcome in (way(wanted) if wanted else {}).items():
            came[public_id][name] = outcome
    return came


def tell(account: Account) -> TryOutcome:
    """Have somebody sign in, in her language, and say nothing else; whether it went out, by the way
    that knows best."""
    came = _ring([account])[account.public_id].values()
    outcomes = (outcome for outcome in (TryOutcome.ACCEPTED, TryOutcome.UNKNOWN) if outcome in came)
    return next(outcomes, TryOutcome.NOT_SENT)


def can_tell() -> bool:
    """True if anybody can be reached at all."""
    return mail_is_set_up() or sms_is_set_up()


# --- Raising ------------------------------------------------------------------------------------


def raise_alert(session: Session, now: datetime) -> None:
    """Add an alert inside the transaction of whatever it is about, which it does not name."""
    monday = to_local(now).date()
    alert = Alert(
        week=monday - timedelta(days=monday.weekday()),
        raised_at=now.replace(second=0, microsecond=0),
    )
    session.add(alert)
    session.flush()
    without_order(session, Alert, alert.id)


def drill(now: datetime) -> bool:
    """Raise an alert if the dice say so in this minute; whether they did. Which minutes those are
    stands nowhere, before or after."""
    if not is_drill(queries.drills_a_week(), secrets.randbelow(MINUTES_OF_WEEK)):
        return False
    with writing() as session:
        raise_alert(session, now)
    return True


# --- Telling ------------------------------------------------------------------------------------


@dataclass
class _Round:
    """One minute's ringing: each account is tried once, whatever it is for."""

    now: datetime
    accounts: Mapping[str, Account]
    rings: dict[str, Ring]
    tried: set[str] = field(default_factory=set)

    def ring(self, public_ids: Sequence[str], since: datetime, *, alert: bool = False) -> set[str]:
        """Ring those who did not ring since then, and by the ways that failed those who were not
        reached; who of all is reached, or is told of it with what comes within the hour."""
        ways: dict[str, Collection[str]] = {}
        waiting = set()
        for key in dict.fromkeys(public_ids):
            if key not in self.accounts or key in self.tried:
                continue
            ring = self.rings.setdefault(key, Ring())
            if ring.last is not None and since <= ring.last <= self.now and not ring.reached:
                if ring.failed:
                    ways[key] = ring.failed
            elif alert and not may_ring(ring.alerts, self.now):
                ring.waits = True
                waiting.add(key)
            else:
                ways[key] = WAYS
        self._try(ways, alert=alert)
        return waiting | {
            key for key in public_ids if key in self.tried and self.rings[key].reached
        }

    def is_unsure(self, public_id: str) -> bool:
        """True if it may have gone out to her, and nobody knows."""
        return public_id in self.tried and bool(self.rings[public_id].unsure)

    def _try(self, ways: Mapping[str, Collection[str]], *, alert: bool) -> None:
        self.tried |= ways.keys()
        for key, came in _ring([self.accounts[key] for key in ways], ways).items():
            ring, anew = self.rings[key], ways[key] is WAYS
            taken = [name for name, outcome in came.items() if outcome is TryOutcome.ACCEPTED]
            unsure = [name for name, outcome in came.items() if outcome is TryOutcome.UNKNOWN]
            ring.reached = bool(taken) or (ring.reached and not anew)
            ring.failed = [name for name in came if name not in (*taken, *unsure)]
            # Of what may have gone there is no second: nobody is rung twice for one thing.
            ring.unsure = unsure if anew else [*ring.unsure, *unsure]
            if anew:
                ring.last, ring.waits = self.now, False
                flood = flood_of(ring.alerts, self.now)
                ring.alerts = [*flood, self.now][-MOST_ALERTS:] if alert else flood

    def try_again(self, public_ids: Collection[str]) -> None:
        """Ring by the ways that took nothing within the hour, and what was joined if it is time."""
        again: dict[str, Collection[str]] = {}
        for key in public_ids:
            ring = self.rings.get(key)
            if ring is None or key in self.tried or key not in self.accounts:
                continue
            if ring.waits and may_ring(ring.alerts, self.now):
                again[key] = WAYS
            elif ring.failed and ring.last and self.now - ring.last < IDLE_HELD:
                again[key] = ring.failed
        self._try(again, alert=True)


def tell_officers(now: datetime) -> int:
    """Tell those who are next of each alert at which nobody looked yet, and of each case in which
    nothing was done; how many were reached.

    The order of an alert is that of the minute in which it was raised. A step that reaches nobody
    (the first: no officer) is passed over at once; if none reaches anybody, it is tried again in
    the next minute. Nothing of it needs a key."""
    waiting, box = queries.open_alerts(), queries.opened_box(db.session())
    due = {key: owned for key, owned in box.owners.items() if owned.ring_at <= now}
    # One phone rings once an hour for all in which somebody is held.
    joined = {owned.account for owned in due.values() if owned.held and owned.rung >= 0}
    due |= {
        key: owned
        for key, owned in box.owners.items()
        if owned.held and owned.rung >= 0 and owned.account in joined
    }
    if not waiting and not due:
        # A reader who stays would hold up the person who files.
        db.session.rollback()
        return 0
    roster, keepers, heads = queries.roster(), queries.custodians(), queries.directors()
    on_roster = {officer.account for officer in roster}
    names = {*on_roster, *keepers, *heads, *(owned.account for owned in due.values())}
    accounts = queries.accounts_named(names)
    ringing = _Round(now, accounts, {key: box.rings[key] for key in box.rings.keys() & names})
    taken: dict[int, tuple[int, datetime]] = {}
    for number, raised_at, told in waiting:
        # One that is still to come was raised by a clock that was wrong.
        raised_at = min(raised_at, now)
        plan = steps(in_order(roster, minute_of_week(to_local(raised_at))), keepers, heads)
        last, step = steps_due(raised_at, now), told
        for earlier in range(told):
            ringing.try_again(step_of(plan, earlier))
        while step < last:
            since = raised_at + step_begins(step) if step >= len(plan) else raised_at
            reached = ringing.ring(step_of(plan, step), since, alert=step < len(plan))
            if reached:
                taken[number] = (step + 1, raised_at)
            if step < len(plan) and not (reached & on_roster if step == 0 else reached):
                last = max(last, min(step + 2, len(plan)))
            step += 1
    order = in_order(roster, minute_of_week(to_local(now)))
    rung: dict[str, Owned] = {}
    for key, owned in due.items():
        told_now = who_rings(owned.account, owned.rung, order, keepers)
        reached = ringing.ring(told_now, owned.ring_at)
        if not reached and owned.rung < 0:
            reached = ringing.ring(who_rings(owned.account, 1, order, keepers), owned.ring_at)
        if reached or any(ringing.is_unsure(public_id) for public_id in told_now):
            rung[key] = owned
    if ringing.tried or taken:
        _note_rings(ringing, taken, rung)
    db.session.rollback()
    return sum(ringing.rings[key].reached for key in ringing.tried)


def _note_rings(
    ringing: _Round, taken: Mapping[int, tuple[int, datetime]], rung: Mapping[str, Owned]
) -> None:
    with writing() as session:
        for number, (told, raised_at) in taken.items():
            session.execute(
                update(Alert)
                .where(Alert.id == number, Alert.raised_at.is_not(None))
                .values(told=told, raised_at=raised_at)
                .execution_options(synchronize_session=False)
            )
        with letterbox(session) as box:
            box.rings |= ringing.rings
            for key, owned in rung.items():
                # Unless a step was noted meanwhile.
                if box.owners.get(key) == owned:
                    box.owners[key] = owned.model_copy(
                        update={
                            "rung": owned.rung + 1,
                            "ring_at": next_ring(ringing.now, held=owned.held, rung=owned.rung + 1),
                        }
                    )


def ring_mediator(now: datetime) -> bool:
    """Ring a mediator on duty, any, if the dice say so in this minute: else a mediator whose phone
    rings would be known to be asked. Whether they did."""
    if not is_drill(queries.drills_a_week(), secrets.randbelow(MINUTES_OF_WEEK)):
        return False
    minute = minute_of_week(to_local(now))
    able = [duty.account for duty in duties() if is_on_duty(duty, minute)]
    if not able:
        db.session.rollback()
        return False
    account = able[secrets.randbelow(len(able))]
    key = account.public_id
    ringing = _Round(now, {key: account}, {})
    ringing.ring([key], now)
    _note_rings(ringing, {}, {})
    return True


# --- Looking ------------------------------------------------------------------------------------


def note_look(waiting: Sequence[tuple[int, datetime, int]], now: datetime) -> None:
    """Somebody who works on cases saw all of which these alerts are (`queries.open_alerts`, read
    before the cases were): they are over. Nothing is kept of who looked, and at what."""
    if not waiting:
        return
    with writing() as session:
        for number, raised_at, _told in waiting:
            _end(session, number, in_time=is_in_time(raised_at, now))


def end_old_alerts(now: datetime) -> None:
    """End alerts at which nobody looked for a day, and forget those of last year."""
    old = [number for number, at, _told in queries.open_alerts() if now - at >= LASTS]
    forgotten = Alert.week < to_local(now).date() - _KEPT
    if not old and db.session.scalar(select(Alert.id).where(forgotten).limit(1)) is None:
        return
    with writing() as session:
        for number in old:
            _end(session, number, in_time=False)
        session.execute(delete(Alert).where(forgotten).execution_options(synchronize_session=False))


def _end(session: Session, number: int, *, in_time: bool) -> None:
    session.execute(
        update(Alert)
        .where(Alert.id == number, Alert.raised_at.is_not(None))
        .values(raised_at=None, in_time=in_time)
        .execution_options(synchronize_session=False)
    )


def alert_officers() -> None:
    now = utc_now()
    drill(now)
    end_old_alerts(now)
    tell_officers(now)
    ring_mediator(now)


# --- The roster -----------------------------------------------------------------------------------


@contextmanager
def _changing_duty(by: Actor, account: str, phone: str | None) -> Iterator[OfficerDuty]:
    """The row of somebody who is told of alerts, made if there is none; `phone` is E.164, empty for
    none, None as it is."""
    with audited("incidents.roster_changed", by) as change:
        session = change.session
        number = one_or_404(session.scalar(select(Account.id).where(Account.public_id == account)))
        duty = session.scalar(
            select(OfficerDuty).where(OfficerDuty.account_id == number).with_for_update()
        )
        if duty is None:
            duty = OfficerDuty(account_id=number)
            session.add(duty)
        if phone is not None:
            duty.phone_sealed = (
                seal(phone, kind=OFFICER_PHONE, public_id=account) if phone else None
            )
        yield duty
        session.flush()
        change.about(account)


def set_number(by: Actor, account: str, phone: str) -> None:
    """Set the number at which the phone of a custodian or a director rings. Raises NotFound."""
    one_or_404(queries.also_told().get(account))
    with _changing_duty(by, account, phone):
        pass


def set_duty(
    by: Actor,
    account: str,
    *,
    position: int,
    hours: Sequence[Stretch],
    active: bool,
    phone: str | None = None,
) -> None:
    """Set an officer's place, hours (none: always), whether she is there, and her number for this
    duty (None: as it is). Raises NotFound, and ValueError if hours overlap."""
    if overlap(hours):
        raise ValueError("hours overlap")
    queries.on_roster(account)
    with _changing_duty(by, account, phone) as duty:
        duty.position, duty.active = position, active
        duty.hours = [
            OfficerDutyHours(opens=stretch.opens, closes=stretch.closes) for stretch in hours
        ]


def set_drills(by: Actor, drills: int) -> None:
    """Set how many drills come in a week, on average."""
    change_settings(by, "alerts", queries.SETTINGS, {queries.DRILLS: drills})


def _refuse_mediators(number: str) -> None:
    if number in numbers_of_mediators():
        raise Problem(
            _l("This is a mediator's number. Take one that belongs to the programme."),
            field="number",
        )


def propose_number(by: Actor, number: str) -> None:
    """Propose the programme's own number, E.164 (empty: none any more), as a contact is proposed:
    it stands on cards and on the page of help, so that one person alone could have all calls come
    to herself. Raises Problem for a mediator's, and if it is in use already."""
    _refuse_mediators(number)
    if number == queries.duty_number():
        raise Problem(_l("This number is in use already."), field="number")
    proposed = Contact(queries.NUMBER, number or queries.NO_NUMBER, by.public_id)
    values = {f"{PROPOSED}:{by.public_id}": proposed.as_kept()}
    change_settings(by, "alerts", queries.SETTINGS, values)


def agree_to_number(by: Actor, digest: str) -> None:
    """Agree to exactly the number that was shown; it is in use from now on, and no other waits.
    Raises Problem if another is proposed, if somebody else agrees, or if it is a mediator's."""
    waiting = queries.proposed_numbers()
    proposed = _agreed(by, waiting.values(), digest)
    if not by.may("incidents.outside"):
        raise Problem(str(why_another(Standing.ASKED)))
    number = queries.number_of(proposed)
    _refuse_mediators(number)
    over: dict[str, Any] = {name: {} for name in waiting}
    change_settings(by, "alerts", queries.SETTINGS, {**over, queries.NUMBER: number})


def why_another(standing: Standing) -> Any:
    """Why somebody else agrees to a contact or a number, said to the person who stands so; empty if
    she may."""
    if standing is Standing.ASKED:
        return _l("Another director or custodian agrees to it.")
    return STANDING_SENTENCES.get(standing, "")


def propose_contact(by: Actor, name: str, reach: str) -> None:
    """Propose a contact, in place of what this person proposed before and of nothing that another
    did: a person who might be complained of must not keep others from agreeing. What holds goes on
    holding until then."""
    proposed = Contact(name, reach, by.public_id)
    change_settings(by, "outside", SETTINGS, {f"{PROPOSED}:{by.public_id}": proposed.as_kept()})


def agree_to_contact(by: Actor, digest: str) -> None:
    """Agree to exactly what was shown; it holds from now on, and nothing else waits. Raises
    Problem if another is proposed, or somebody else agrees to it."""
    waiting = proposed_contacts()
    proposed = _agreed(by, waiting.values(), digest)
    over: dict[str, dict[str, str]] = {name: {} for name in waiting}
    change_settings(by, "outside", SETTINGS, {**over, HOLDS: proposed.as_kept()})


def _agreed(by: Actor, waiting: Collection[Contact], digest: str) -> Contact:
    proposed = next((contact for contact in waiting if contact.digest == digest), None)
    if proposed is None:
        raise Problem(_l("Something else is proposed now. Look at it again."))
    stands = standings(by, [proposed]).get(digest, Standing.TIED)
    if stands is not Standing.MAY:
        raise Problem(str(why_another(stands)))
    return proposed
