"""Somebody is held: who learns of it, when, and what nobody learns from the mail or the row."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select

from kash.accounts.models import Programme
from kash.accounts.queries.accounts import account, email_of
from kash.incidents.models import Alert, Incident
from kash.incidents.queries.letterbox import answered_since, drills_a_week, keys_of, open_alerts
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.parts import Filing, Party, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import MINUTES_OF_WEEK
from kash.incidents.services import alerts
from kash.incidents.services.filing import answer_screen, begin_addition, say_held, submit
from kash.incidents.services.letterbox import next_morning, remind_members
from kash.platform.database import db, utc_now
from kash.platform.messages import MailFailed
from kash.platform.web.formats import local_today, to_local
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive

HELD = Record(filing=Filing(how="phone", held=True))


@dataclass
class Post:
    """The mails that were sent; `broken` are addresses to which none goes."""

    sent: list[tuple[str, str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def to(self) -> list[str]:
        """To whom, since this was last asked."""
        told = [one[0] for one in self.sent]
        self.sent.clear()
        return told


@pytest.fixture
def post(monkeypatch):
    made = Post()

    def send(to: str, subject: str, text: str) -> None:
        if to in made.broken:
            raise MailFailed
        made.sent.append((to, subject, text))

    monkeypatch.setattr("kash.incidents.services.alerts.send_mail", send)
    monkeypatch.setattr("kash.incidents.services.alerts.mail_is_set_up", lambda: True)
    return made


@dataclass
class Office:
    anna: AMember
    brenda: AMember
    grace: AMember
    peer: Actor

    def mail(self, member: AMember) -> str:
        found = email_of(account(member.actor.public_id))
        db.session.rollback()
        return found

    def holds(self) -> datetime:
        """A peer educator says that somebody is held, and nothing else; when."""
        code = new_code()
        say_held(self.peer, code)
        submit(self.peer, code, "sw")
        ((_number, raised_at, _told),) = open_alerts()
        db.session.rollback()
        return raised_at


@pytest.fixture
def office(both_engines_app, a_member, actor):
    anna = a_member("documentation", name="Anna")
    brenda = a_member("documentation", name="Brenda")
    return Office(anna, brenda, a_member("custodian", name="Grace"), actor("peer"))


@pytest.mark.any_engine
def test_an_arrest_reaches_the_officer_within_a_minute_and_the_next_after_fifteen(office, post):
    alerts.set_duty(SYSTEM, office.brenda.actor.public_id, position=1, hours=(), active=True)
    raised = office.holds()
    assert alerts.tell_officers(raised + timedelta(minutes=1)) == 2
    assert post.to() == [office.mail(office.brenda), office.mail(office.grace)]
    assert alerts.tell_officers(raised + timedelta(minutes=14)) == 0
    assert alerts.tell_officers(raised + timedelta(minutes=15)) == 1
    assert post.to() == [office.mail(office.anna)]
    assert alerts.tell_officers(raised + timedelta(minutes=45)) == 0


@pytest.mark.any_engine
def test_a_look_at_the_queue_ends_it_and_a_page_beside_it_does_not(office, post, monkeypatch):
    raised = office.holds()
    alerts.tell_officers(raised)
    assert office.anna.client.get("/").status_code == 200
    assert len(open_alerts()) == 1
    assert office.anna.client.get("/w").status_code == 200
    assert open_alerts() == []
    assert alerts.tell_officers(raised + timedelta(minutes=20)) == 0
    assert answered_since(local_today()) == {"in_time": 1, "late": 0}
    row = db.session.scalars(select(Alert)).one()
    assert (row.raised_at, row.week.weekday()) == (None, 0)


def test_an_officer_from_whom_the_case_is_kept_cannot_end_the_alert(office, post, filed):
    accused = HELD.model_copy(deep=True)
    accused.parties.append(Party(id="q1", account=office.anna.actor.public_id))
    accused.persons.append(Person(id="p1", code="P1"))
    filed(accused)
    session = db.session()
    alerts.raise_alert(session, utc_now())
    session.commit()
    page = office.anna.client.get("/w").text
    assert "Held or in danger" not in page
    assert len(open_alerts()) == 1
    assert "Held or in danger" in office.brenda.client.get("/w").text
    assert open_alerts() == []


@pytest.mark.any_engine
def test_a_mail_says_nothing_and_a_drill_is_the_same_mail_and_the_same_row(
    office, post, monkeypatch
):
    seen: list[tuple[list[tuple[str, str, str]], dict[str, Any]]] = []
    now = utc_now()
    for drill in (False, True):
        if drill:
            monkeypatch.setattr("secrets.randbelow", lambda most: 0 if most > 100 else most - 1)
            assert alerts.drill(now)
            monkeypatch.undo()
            monkeypatch.setattr("kash.incidents.services.alerts.mail_is_set_up", lambda: True)
            monkeypatch.setattr(
                "kash.incidents.services.alerts.send_mail", lambda *said: post.sent.append(said)
            )
        else:
            office.holds()
        alerts.tell_officers(now + timedelta(seconds=61))
        row = db.session.scalars(select(Alert).where(Alert.raised_at.is_not(None))).one()
        kept = {name: getattr(row, name) for name in ("week", "told", "in_time")}
        db.session.rollback()
        seen.append((list(post.sent), kept))
        post.sent.clear()
        office.anna.client.get("/w")
    assert seen[0] == seen[1]
    # To the officer and to the custodian.
    assert [one[1:] for one in seen[0][0]] == [("Sign in", "Sign in\n")] * 2
    assert {column.name for column in Alert.__table__.columns} == {
        "id",
        "week",
        "raised_at",
        "told",
        "in_time",
    }


@pytest.mark.any_engine
def test_drills_come_as_often_as_they_are_set_and_by_day_and_night(office, monkeypatch):
    db.session.merge(Programme(id=1, name="Programme", neutral_name="Programme", settings={}))
    db.session.commit()
    assert drills_a_week() == 2
    rolls = iter(range(MINUTES_OF_WEEK))
    monkeypatch.setattr("secrets.randbelow", lambda _most: next(rolls))
    start = utc_now()
    came = [minute for minute in range(20) if alerts.drill(start + timedelta(minutes=minute))]
    assert came == [0, 1]
    alerts.set_drills(SYSTEM, 0)
    monkeypatch.setattr("secrets.randbelow", lambda _most: 0)
    assert not alerts.drill(start)


@pytest.mark.any_engine
def test_a_mailbox_that_takes_nothing_stops_nobody_else_from_being_told(office, post):
    post.broken = {office.mail(office.anna)}
    raised = office.holds()
    assert alerts.tell_officers(raised) == 2
    assert post.to() == [office.mail(office.grace), office.mail(office.brenda)]
    post.broken |= {office.mail(office.brenda), office.mail(office.grace)}
    alerts.note_look(open_alerts(), raised)
    raised = office.holds()
    assert alerts.tell_officers(raised) == 0
    # The mail server is back a minute later.
    post.broken.clear()
    assert alerts.tell_officers(raised + timedelta(minutes=1)) == 2


def test_at_an_hour_without_anybody_on_duty_all_are_told_in_order(office, post, monkeypatch):
    from kash.people.rules.directory import Stretch, minute_of_week
    from kash.platform.web.formats import to_local

    minute = minute_of_week(to_local(utc_now()))
    elsewhere = (minute + 2 * 24 * 60) % MINUTES_OF_WEEK
    hours = (Stretch(elsewhere, min(elsewhere + 60, MINUTES_OF_WEEK)),)
    for position, member in ((1, office.brenda), (2, office.anna)):
        alerts.set_duty(SYSTEM, member.actor.public_id, position=position, hours=hours, active=True)
    raised = office.holds()
    alerts.tell_officers(raised)
    assert post.to() == [office.mail(office.brenda), office.mail(office.grace)]


@pytest.mark.any_engine
def test_nobody_looked_for_a_day_counts_as_not_answered(office, post):
    raised = office.holds()
    alerts.end_old_alerts(raised + timedelta(hours=23))
    assert len(open_alerts()) == 1
    alerts.end_old_alerts(raised + timedelta(hours=24))
    assert open_alerts() == []
    assert answered_since(local_today()) == {"in_time": 0, "late": 1}


@pytest.mark.any_engine
def test_an_ordinary_report_raises_no_alert_and_reminds_members_at_its_hour(office, post):
    code = new_code()
    answer_screen(office.peer, code, "what", Screen(acts=["M1"]))
    submit(office.peer, code, "en")
    assert open_alerts() == []
    let_arrive()
    at = db.session.scalars(select(Incident.remind_at)).one()
    db.session.rollback()
    assert at is not None
    assert to_local(at).time() == time(8)
    assert remind_members(at) == 3


@pytest.mark.any_engine
def test_the_morning_mail_comes_every_day_and_no_mail_tells_a_report_from_a_drill(office, post):
    """Whether a report came, somebody is held, or nothing happened at all."""
    morning = next_morning(utc_now())
    office.holds()
    let_arrive()
    hours = db.session.scalars(select(Incident.remind_at)).all()
    db.session.rollback()
    assert [to_local(at).time() for at in hours if at is not None] == [time(8)]
    for later in (timedelta(0), timedelta(days=1), timedelta(days=2)):
        assert remind_members(morning + later) == 3
    assert remind_members(morning + timedelta(hours=5)) == 0
    current_app.config["MAIL_IS_SET_UP"] = False
    assert remind_members(morning) == 0


@pytest.mark.any_engine
def test_what_is_told_afterwards_belongs_to_the_first_report_and_alerts_nobody_again(office, post):
    code, more = new_code(), new_code()
    say_held(office.peer, code)
    receipt = submit(office.peer, code, "en")
    begin_addition(office.peer, more, keys_of(receipt.code, receipt.word))
    answer_screen(office.peer, more, "words", Screen(narrative="At the lake station."))
    submit(office.peer, more, "en")
    assert len(open_alerts()) == 1
    found, damaged = services_cases(office.anna)
    assert damaged == []
    first = next(one for one in found if not one.record.links)
    second = next(one for one in found if one.record.links)
    assert [link.id for link in second.record.links] == [first.reference]
    assert second.record.narrative == "At the lake station."


def services_cases(member: AMember) -> Any:
    from kash.incidents.queries import cases

    return cases.open_cases(member.actor, member.vault())


@pytest.mark.any_engine
def test_the_roster_says_so_where_no_mail_goes_out(office, client_for, monkeypatch):
    monkeypatch.setattr("kash.incidents.services.alerts.mail_is_set_up", lambda: False)
    monkeypatch.setattr("kash.incidents.services.alerts.sms_is_set_up", lambda: False)
    monkeypatch.setattr("kash.incidents.views.history.sms_is_set_up", lambda: False)
    page = office.anna.client.get("/w/o").text
    assert "Nobody’s phone will ring" in page
    assert "Neither SMS nor e-mail is set up." in page
    monkeypatch.setattr("kash.incidents.services.alerts.mail_is_set_up", lambda: True)
    page = office.anna.client.get("/w/o").text
    assert "Nobody’s phone will ring" not in page
    assert "SMS is not set up, so only e-mail tells anybody." in page


@pytest.mark.any_engine
def test_the_order_and_the_hours_are_set_on_the_page(office):
    client = office.anna.client
    address = f"/w/o/{office.brenda.actor.public_id}"
    wrong = client.post(address, data={"position": "0", "day_0": "in the morning", "active": "y"})
    assert wrong.status_code == 422
    assert "in the morning" in wrong.text
    sent = {"position": "1", "day_0": "08:00–12:00", "active": "y"}
    assert client.post(address, data=sent).status_code == 303
    page = client.get("/w/o").text
    assert page.index("Brenda") < page.index("Anna</a>")
    assert "08:00–12:00" in page
    assert client.get("/w/o/0000000000000000").status_code == 404
    for drills, status in (("9", 422), ("-1", 422), ("", 422)):
        assert client.post("/w/o", data={"drills": drills}).status_code == status


@pytest.mark.any_engine
def test_a_look_at_something_else_does_not_end_it(office, post, a_member):
    office.holds()
    dora = a_member("director", name="Dora")
    for asked in ({"ward": "Kondele"}, {"show": "all", "words": "nothing of this"}, {"minor": "1"}):
        assert office.anna.client.post("/w/search", data=asked).status_code == 200
    assert dora.client.get("/w").status_code == 200
    assert len(open_alerts()) == 1
    assert office.anna.client.get("/w").status_code == 200
    assert open_alerts() == []


@pytest.mark.any_engine
def test_what_is_told_after_the_officer_looked_alerts_again(office, post):
    """The first said only that somebody is held; the second says where."""
    code, more = new_code(), new_code()
    say_held(office.peer, code)
    receipt = submit(office.peer, code, "en")
    assert office.anna.client.get("/w").status_code == 200
    assert open_alerts() == []
    begin_addition(office.peer, more, keys_of(receipt.code, receipt.word))
    answer_screen(office.peer, more, "words", Screen(narrative="At the lake station."))
    submit(office.peer, more, "en")
    assert len(open_alerts()) == 1
