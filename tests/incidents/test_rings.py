"""Phones that ring: by SMS and mail, whom in which order, when the gateway fails, in a flood, by a
wrong clock, and for each open case until a step is noted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select, update

from kash.accounts.models import Account, Programme
from kash.accounts.services.accounts import change_settings
from kash.incidents.models import Alert, Duty, Incident, OfficerDuty
from kash.incidents.queries.letterbox import open_alerts, opened_box
from kash.incidents.rules.casework import OPEN
from kash.incidents.rules.filing import new_code
from kash.incidents.rules.letterbox import Owned, Ring
from kash.incidents.rules.totals import flood_of, may_ring, next_ring
from kash.incidents.services import alerts
from kash.incidents.services import letterbox as services
from kash.incidents.services.filing import say_held, submit
from kash.incidents.services.letterbox import letterbox, note_step, tend_letterbox
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.messages.rules import Tried, TryOutcome
from kash.platform.vault import seal
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember

ANNA, BRENDA, GRACE, DORA = "+254712000001", "+254712000002", "+254712000003", "+254712000004"
SENT = Tried(TryOutcome.ACCEPTED)
MINUTE = timedelta(minutes=1)


@dataclass
class Gateway:
    """A stand-in: what it was sent, and what it answers, for all numbers or for some."""

    sent: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    answers: dict[str, Tried] = field(default_factory=dict)
    reaches: bool = True

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        self.sent.append((text, tuple(numbers)))
        return {number: self.answers.get(number, SENT) for number in numbers}

    def rang(self) -> list[str]:
        """The numbers since this was last asked."""
        numbers = [number for _text, several in self.sent for number in several]
        self.sent.clear()
        return numbers


@dataclass
class Office:
    anna: AMember
    brenda: AMember
    grace: AMember
    dora: AMember
    peer: Actor
    gateway: Gateway

    def holds(self) -> datetime:
        """A peer educator says that somebody is held, and nothing else; when."""
        code = new_code()
        say_held(self.peer, code)
        submit(self.peer, code, "sw")
        raised_at = max(alert[1] for alert in open_alerts())
        db.session.rollback()
        return raised_at


def the_box_owners() -> dict[str, Owned]:
    owners = opened_box(db.session()).owners
    db.session.rollback()
    return owners


def the_rings() -> dict[str, Ring]:
    rings = opened_box(db.session()).rings
    db.session.rollback()
    return rings


def give_numbers(office: Office) -> None:
    for place, (member, number) in enumerate(((office.anna, ANNA), (office.brenda, BRENDA)), 1):
        alerts.set_duty(
            SYSTEM, member.actor.public_id, position=place, hours=(), active=True, phone=number
        )
    alerts.set_number(SYSTEM, office.grace.actor.public_id, GRACE)
    alerts.set_number(SYSTEM, office.dora.actor.public_id, DORA)


@pytest.fixture
def office(both_engines_app, a_member, actor, monkeypatch):
    gateway = Gateway()
    monkeypatch.setitem(current_app.extensions, "kash_sms", gateway)
    monkeypatch.setattr(alerts, "mail_is_set_up", lambda: False)
    made = Office(
        a_member("documentation", name="Anna"),
        a_member("documentation", name="Brenda"),
        a_member("custodian", name="Grace"),
        a_member("director", name="Dora"),
        actor("peer"),
        gateway,
    )
    give_numbers(made)
    return made


# --- The first hour -----------------------------------------------------------------------------


def test_steps_of_an_alert_ring_whom_the_page_names_at_its_minutes(office):
    raised = office.holds()
    rang = {}
    for minute in range(0, 185, 5):
        alerts.tell_officers(raised + minute * MINUTE)
        if numbers := office.gateway.rang():
            rang[minute] = numbers
    # From the second hour on the case itself rings too: its owner, the next, then custodians.
    every_hour = [ANNA, GRACE, BRENDA]
    assert rang == {
        0: [ANNA, GRACE],
        15: [BRENDA],
        30: [DORA],
        60: every_hour,
        120: every_hour,
        180: every_hour,
    }
    page = office.anna.client.get("/w/o").text
    for sentence in (
        "At once: the first officer on duty, and the custodians.",
        "Nobody opened the queue after 15 minutes: the next officer.",
        "After 30 minutes: the directors.",
        "Then every hour, for a day: the first officer and the custodians again.",
    ):
        assert sentence in page


@pytest.mark.any_engine
def test_a_drill_and_an_alert_send_the_same_bytes_and_a_mediator_is_rung_by_dice_of_his_own(
    office, monkeypatch, actor
):
    mails: list[tuple[str, str, str]] = []
    monkeypatch.setattr(alerts, "mail_is_set_up", lambda: True)
    monkeypatch.setattr(alerts, "send_mail", lambda *said: mails.append(said))
    now, seen = utc_now(), []
    for drill in (False, True):
        if drill:
            monkeypatch.setattr("secrets.randbelow", lambda most: 0 if most > 100 else most - 1)
            assert alerts.drill(now)
        else:
            office.holds()
        alerts.tell_officers(now)
        seen.append((list(office.gateway.sent), list(mails)))
        office.gateway.sent.clear()
        mails.clear()
        office.anna.client.get("/w")
    assert seen[0] == seen[1]
    assert seen[0][0] == [("Sign in", (ANNA, GRACE))]
    assert [mail[1:] for mail in seen[0][1]] == [("Sign in", "Sign in\n")] * 2
    # A mediator on duty, with no case: the same text, at a minute of its own.
    assert alerts.ring_mediator(now) is False
    mediator = actor("peer")
    with writing() as session:
        number = session.scalars(
            select(Account.id).where(Account.public_id == mediator.public_id)
        ).one()
        duty = Duty(public_id=new_public_id(), account_id=number)
        duty.phone_sealed = seal("+254712000009", kind="mediation.phone", public_id=duty.public_id)
        session.add(duty)
    assert alerts.ring_mediator(now) is True
    assert office.gateway.sent == [("Sign in", ("+254712000009",))]


# --- A gateway that fails -----------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_gateway_that_is_down_is_tried_again_by_what_failed_alone_and_the_page_says_so(
    office, monkeypatch
):
    mails: list[str] = []
    monkeypatch.setattr(alerts, "mail_is_set_up", lambda: True)
    monkeypatch.setattr(alerts, "send_mail", lambda to, _subject, _text: mails.append(to))
    down = Tried(TryOutcome.NOT_SENT, "unreachable")
    office.gateway.answers = {ANNA: down, GRACE: down}
    raised = office.holds()
    assert alerts.tell_officers(raised) == 2
    assert (office.gateway.rang(), len(mails)) == ([ANNA, GRACE], 2)
    page = office.anna.client.get("/w/o").text
    assert "Not reached the last time" in page
    assert page.count("The SMS was not taken; it is tried each minute for an hour.") == 2
    office.gateway.answers.clear()
    alerts.tell_officers(raised + MINUTE)
    assert (office.gateway.rang(), len(mails)) == ([ANNA, GRACE], 2)
    alerts.tell_officers(raised + 2 * MINUTE)
    assert office.gateway.rang() == []
    assert "Not reached the last time" not in office.anna.client.get("/w/o").text


@pytest.mark.any_engine
def test_of_what_may_have_gone_there_is_no_second_and_the_next_officer_rings_at_once(office):
    office.gateway.answers = {ANNA: Tried(TryOutcome.UNKNOWN, "no_answer")}
    raised = office.holds()
    alerts.tell_officers(raised)
    assert office.gateway.rang() == [ANNA, GRACE, BRENDA]
    for minute in range(1, 15):
        alerts.tell_officers(raised + minute * MINUTE)
    assert office.gateway.rang() == []
    assert "Nobody knows whether the SMS came." in office.brenda.client.get("/w/o").text


@pytest.mark.any_engine
def test_where_nobody_knows_of_anybody_no_phone_rings_twice_within_the_hour(office):
    unsure = Tried(TryOutcome.UNKNOWN, "no_answer")
    office.gateway.answers = dict.fromkeys((ANNA, BRENDA, GRACE, DORA), unsure)
    raised = office.holds()
    assert alerts.tell_officers(raised) == 0
    assert sorted(office.gateway.rang()) == [ANNA, BRENDA, GRACE, DORA]
    for minute in range(1, 15):
        alerts.tell_officers(raised + minute * MINUTE)
    assert office.gateway.rang() == []
    alerts.tell_officers(raised + 60 * MINUTE)
    assert ANNA in office.gateway.rang()


@pytest.mark.any_engine
def test_two_who_share_a_number_get_one_sms(office):
    alerts.set_number(SYSTEM, office.grace.actor.public_id, ANNA)
    assert alerts.tell_officers(office.holds()) == 2
    assert office.gateway.rang() == [ANNA]


# --- Floods, clocks, and nobody there -----------------------------------------------------------


@pytest.mark.any_engine
def test_a_flood_rings_three_times_and_then_once_an_hour_for_all(office):
    begin, rang = utc_now().replace(second=0, microsecond=0), []
    for minute in range(130):
        now = begin + minute * MINUTE
        with writing() as session:
            session.execute(update(Alert).values(raised_at=None, in_time=True))
            alerts.raise_alert(session, now)
        alerts.tell_officers(now)
        rang += [minute] * office.gateway.rang().count(ANNA)
    assert rang == [0, 1, 2, 62, 122]


def test_a_flood_is_over_two_hours_after_its_last_alert_and_no_clock_prolongs_it():
    begin = utc_now()
    three = [begin, begin + MINUTE, begin + 2 * MINUTE]
    assert not may_ring(three, begin + 61 * MINUTE)
    assert may_ring(three, begin + 62 * MINUTE)
    assert flood_of(three, begin + 122 * MINUTE) == []
    # Three of a clock that ran ahead hold nothing up.
    assert may_ring([at + timedelta(days=9) for at in three], begin)


@pytest.mark.any_engine
def test_a_wrong_clock_silences_nobody(office):
    """It ran ten days ahead while somebody was held, and is right again."""
    raised = office.holds()
    ahead = raised + timedelta(days=10)
    tend_letterbox(ahead)
    alerts.tell_officers(ahead)
    office.gateway.sent.clear()
    with writing() as session:
        session.execute(update(Alert).values(raised_at=ahead, told=0))
    tend_letterbox(raised + MINUTE)
    alerts.tell_officers(raised + MINUTE)
    assert set(office.gateway.rang()) == {ANNA, GRACE, BRENDA}
    alerts.tell_officers(raised + 16 * MINUTE)
    alerts.tell_officers(raised + 31 * MINUTE)
    assert DORA in office.gateway.rang()
    alerts.tell_officers(raised + 62 * MINUTE)
    assert ANNA in office.gateway.rang()


@pytest.mark.any_engine
def test_with_neither_sms_nor_mail_pages_say_that_nobodys_phone_rings_and_whom_to_call(
    office, client_for
):
    db.session.merge(Programme(id=1, name="Programme", neutral_name="Programme", settings={}))
    db.session.commit()
    change_settings(SYSTEM, "alerts", "alerts", {"number": "+254712000008"})
    assert "Nobody’s phone will ring" not in office.anna.client.get("/w/o").text
    office.gateway.reaches = False
    page = office.anna.client.get("/w/o").text
    assert "Nobody’s phone will ring" in page
    assert "Neither SMS nor e-mail is set up. Call 0712 000008." in page
    assert alerts.can_tell() is False
    assert alerts.tell_officers(office.holds()) == 0
    assert office.gateway.rang() == []


@pytest.mark.any_engine
def test_a_number_is_typed_with_spaces_and_no_wrong_one_is_kept(office):
    for member in (office.anna, office.grace):
        address = f"/w/o/{member.actor.public_id}"
        sent = {"position": "1", "active": "y", "phone": "0712 99"}
        wrong = office.anna.client.post(address, data=sent)
        assert (wrong.status_code, "0712 99" in wrong.text) == (422, True)
        sent["phone"] = "0712 00 00 77"
        assert office.anna.client.post(address, data=sent).status_code == 303
    alerts.tell_officers(office.holds())
    assert office.gateway.rang() == ["+254712000077"]
    assert office.anna.client.get("/w/o/0000000000000000").status_code == 404


# --- Until a step is noted ----------------------------------------------------------------------


@pytest.mark.any_engine
def test_an_owner_who_is_locked_out_leaves_the_case_to_the_next_whose_phone_rings(office):
    raised = office.holds()
    alerts.tell_officers(raised)
    (reference,) = the_box_owners()
    assert the_box_owners()[reference].account == office.anna.actor.public_id
    office.gateway.sent.clear()
    with writing() as session:
        session.execute(
            update(Account)
            .where(Account.public_id == office.anna.actor.public_id)
            .values(active=False)
        )
    tend_letterbox(raised + MINUTE)
    assert the_box_owners()[reference].account == office.brenda.actor.public_id
    alerts.tell_officers(raised + MINUTE)
    assert office.gateway.rang() == [BRENDA]


@pytest.mark.any_engine
def test_in_an_ordinary_case_phones_ring_after_a_day_two_days_and_then_each_week(office, filed):
    filed()
    begin, rang = utc_now().replace(second=0, microsecond=0), {}
    for hour in range(0, 24 * 20, 6):
        now = begin + timedelta(hours=hour)
        tend_letterbox(now)
        alerts.tell_officers(now)
        if numbers := office.gateway.rang():
            rang[hour // 24] = numbers
    both = [ANNA, BRENDA]
    assert rang == {1: both, 2: [*both, GRACE], 9: [*both, GRACE], 16: [*both, GRACE]}


_EVENTS = some.lists(
    some.sampled_from(
        ["held", "plain", "step", "give", "lock", "back", "down", "up", "unsure", "away", "closed"]
    ),
    min_size=4,
    max_size=14,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_EVENTS, some.randoms(use_true_random=False))
@pytest.mark.any_engine
def test_no_open_case_is_without_an_owner_and_none_with_somebody_held_is_silent_for_an_hour(
    office, filed, monkeypatch, events, random
):
    """Without any key: nobody signs in while it runs."""
    _forget_everything(office)
    able = {member.actor.public_id for member in (office.anna, office.brenda, office.grace)}
    now = utc_now().replace(second=0, microsecond=0)
    quiet: dict[str, datetime] = {}
    for event in events:
        monkeypatch.setattr(services, "utc_now", lambda now=now: now)
        _happens(event, office, filed, random, quiet, now)
        for _ in range(random.choice((1, 4, 10))):
            tend_letterbox(now)
            alerts.tell_officers(now)
            rang = office.gateway.rang()
            owners = the_box_owners()
            states = db.session.execute(select(Incident.public_id, Incident.state)).all()
            there = set(
                db.session.scalars(select(Account.public_id).where(Account.active.is_(True)))
            )
            db.session.rollback()
            still_open = {row.public_id for row in states if row.state in OPEN}
            assert owners.keys() == still_open
            assert {owned.account for owned in owners.values()} <= able & there
            for key, owned in owners.items():
                if owned.held and rang:
                    quiet[key] = now
                assert not owned.held or now - quiet[key] <= timedelta(hours=1)
            now += timedelta(minutes=10)


def _forget_everything(office: Office) -> None:
    office.gateway.answers.clear()
    office.gateway.sent.clear()
    with writing() as session:
        session.execute(update(Account).values(active=True))
        session.execute(update(Incident).values(state="closed"))
        session.execute(update(Alert).values(raised_at=None, in_time=True))
        with letterbox(session) as box:
            box.owners, box.rings = {}, {}
    give_numbers(office)


def _happens(
    event: str,
    office: Office,
    filed: Callable[..., str],
    random,
    quiet: dict[str, datetime],
    now: datetime,
) -> None:
    who = random.choice((office.anna, office.brenda))
    owners = the_box_owners()
    if event in ("held", "plain"):
        reference = filed()
        with writing() as session, letterbox(session) as box:
            held = event == "held"
            box.owners[reference] = Owned(
                account=office.anna.actor.public_id, ring_at=next_ring(now, held=held), held=held
            )
            if held:
                alerts.raise_alert(session, now)
        quiet[reference] = now
    elif event in ("step", "give", "closed") and owners:
        reference = random.choice(sorted(owners))
        with writing() as session:
            if event == "step":
                note_step(session, reference)
            elif event == "give":
                services.set_owner(session, reference, who.actor.public_id)
            else:
                session.execute(
                    update(Incident).where(Incident.public_id == reference).values(state="closed")
                )
        quiet[reference] = now if event == "step" else quiet[reference]
    elif event in ("lock", "back"):
        with writing() as session:
            session.execute(
                update(Account)
                .where(Account.public_id == who.actor.public_id)
                .values(active=event == "back")
            )
    elif event in ("down", "unsure", "up"):
        outcome = TryOutcome.NOT_SENT if event == "down" else TryOutcome.UNKNOWN
        number = ANNA if who is office.anna else BRENDA
        office.gateway.answers.pop(number, None)
        if event != "up":
            office.gateway.answers[number] = Tried(outcome)
    elif event == "away":
        with writing() as session:
            session.execute(update(OfficerDuty).values(active=random.random() < 0.5))
