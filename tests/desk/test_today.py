"""Today: a sentence, what needs the person, and nothing of anybody else's."""

import gzip
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from kash.attendance.models import HeldItem, Pad, PadKey, Slot
from kash.certificates.models import CertificateBatch
from kash.certificates.queries.issuing import waiting_for
from kash.certificates.services.issuing import set_rule
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import add_item
from kash.forums.services.meetings import plan_meeting
from kash.forums.services.minutes import write_item
from kash.forums.services.presence import add_member, open_forum
from kash.incidents.queries.officers import proposed_contacts
from kash.incidents.services.alerts import agree_to_contact, propose_contact
from kash.people.models import Person
from kash.platform.condition import note_backup, note_damage, note_refusal
from kash.platform.database import db, new_public_id, utc_now
from kash.policy import Actor
from kash.workshops.models import Enrolment, Workshop, WorkshopSession
from kash.workshops.queries.deliveries import to_confirm


def _text(body: str) -> str:
    kept = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", body)
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", kept)).split())


def _main(body: str) -> str:
    return _text(body.split('id="main"', 1)[1].split("</main>", 1)[0].partition(">")[2])


def test_the_desk_is_closed_to_strangers(client):
    answer = client.get("/")
    assert (answer.status_code, "/sign-in" in answer.location) == (303, True)


def _put_outside_contact_and_custodians_there(a_member: Callable[..., Any]) -> None:
    one, two = a_member("custodian").actor, a_member("custodian").actor
    propose_contact(one, "Wakili Mfano", "0700 000 790")
    (waiting,) = proposed_contacts().values()
    agree_to_contact(two, waiting.digest)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("trainer", "The next thing to do is usually a workshop."),
        ("administrator", "Invite those who work with you"),
        ("director", "Certificates that a trainer proposes stand here"),
        ("monitoring", "What you take on in a forum stands here"),
        ("peer", "This account is not tied to you yet"),
        ("funder", "What the programme asks of you will stand here"),
    ],
)
def test_an_empty_day_says_what_to_do(sign_in, a_member, role, sentence):
    if role == "director":
        _put_outside_contact_and_custodians_there(a_member)
    answer = sign_in(role).get("/")
    text = _main(answer.text)
    assert answer.status_code == 200
    assert "<title>Programme</title>" in answer.text
    assert "Nothing waits for you today." in text
    assert sentence in text


def test_a_trainers_day(actor, client_for, workshop):
    """The session that runs now is on top; the one of yesterday waits; the next are listed."""
    trainer, now = actor("trainer"), utc_now()
    workshop(
        trainer, [now - timedelta(days=1), now - timedelta(minutes=20), now + timedelta(days=2)]
    )
    body = client_for(trainer).get("/").text
    text = _main(body)
    assert "Oldest first" in text
    assert body.count('class="now"') == 1
    assert "Session 2" in _text(body.split('class="now"')[1].split("</section>")[0])
    assert "Sessions today: 1." in text
    assert "Registers still open: 1 ." in text
    assert "Register: Session 1" in text
    assert "Register: Session 2" not in text
    assert "Session 3" in text.split("Next sessions")[1]
    assert "Session" not in _main(client_for(actor("trainer")).get("/").text).replace(
        "Next sessions", ""
    ).replace("its sessions", "")


def test_registers_wait_for_another_than_who_closed_them(
    actor, client_for, workshop, both_engines_app
):
    """Of whoever runs the workshop, and of the director; the M&E officer confirms nothing."""
    trainer, other, director = actor("trainer"), actor("trainer"), actor("director")
    now = utc_now()
    moments = [now - timedelta(days=day) for day in (3, 2, 1)]
    key = workshop(trainer, moments, title="By the lake")
    slots = db.session.query(Slot).order_by(Slot.starts_at).all()
    for slot, closer in zip(slots, (trainer, trainer, director), strict=True):
        slot.closed_at, slot.closed_by = slot.starts_at, closer.public_id
    db.session.commit()
    (hers,) = to_confirm(trainer)
    assert (hers.title, hers.registers, hers.since) == ("By the lake", 1, slots[2].closed_at)
    sessions = db.session.query(WorkshopSession).order_by(WorkshopSession.id).all()
    assert hers.session == sessions[2].public_id
    (one,) = to_confirm(director)
    first = sessions[0].public_id
    assert (one.registers, one.session, one.since) == (2, first, slots[0].closed_at)
    assert to_confirm(other) == []
    assert to_confirm(actor("monitoring")) == []
    text = _main(client_for(director).get("/").text)
    assert "Registers to confirm: 2 ." in text
    # Other things wait for her, newer ones above it.
    assert "Oldest first" not in text
    assert "To confirm: By the lake" in text
    page = client_for(trainer).get("/").text
    assert f"/attendance/{sessions[2].public_id}/confirm" in page
    slots[0].confirmed_at, slots[0].confirmed_by = now, director.public_id
    db.session.commit()
    assert to_confirm(director)[0].session == sessions[1].public_id
    held = db.session.get(Workshop, key)
    assert held is not None
    held.state = "cancelled"
    db.session.commit()
    assert to_confirm(director) == []


@pytest.mark.any_engine
def test_registers_of_each_workshop_stand_once_by_the_one_that_waits_longest(
    actor, workshop, both_engines_app
):
    """Two that were closed at the same moment are two, and what its closer may not confirm herself
    is not counted for her."""
    trainer, director = actor("trainer"), actor("director")
    now = utc_now()
    days = [now - timedelta(days=9 - number) for number in range(7)]
    keys = [
        workshop(trainer, [days[1], days[1], days[6]], title="Second"),
        workshop(trainer, [days[0], days[5]], title="First"),
        workshop(trainer, [days[1], days[2]], title="Third"),
    ]
    registers = {db.session.get_one(Workshop, key).register_id for key in keys}
    slots = db.session.query(Slot).filter(Slot.register_id.in_(registers)).all()
    for slot in slots:
        slot.closed_at, slot.closed_by = slot.starts_at, director.public_id
    first = min(slots, key=lambda slot: slot.starts_at)
    first.closed_by = trainer.public_id
    db.session.commit()
    hers = [(one.title, one.registers, one.since) for one in to_confirm(trainer)]
    assert hers == [("Second", 3, days[1]), ("Third", 2, days[1]), ("First", 1, days[5])]
    assert [one.title for one in to_confirm(trainer, limit=2)] == ["Second", "Third"]
    his = [(one.title, one.registers, one.since) for one in to_confirm(director)]
    assert his == [("First", 1, days[0])]


def test_certificates_wait_for_another_than_who_proposed(actor, workshop):
    trainer, director = actor("trainer"), actor("director")
    key = workshop(trainer, [utc_now() - timedelta(days=3)])
    db.session.rollback()
    rule = set_rule(80, name_must_be_confirmed=True, by=director)
    db.session.add(
        CertificateBatch(
            public_id=new_public_id(),
            workshop_id=key,
            rule_id=rule.id,
            proposed_by=trainer.public_id,
        )
    )
    db.session.commit()
    assert [batch.state for batch in waiting_for(director)] == ["proposed"]
    assert waiting_for(trainer) == []


def test_a_participant_sees_what_is_hers(actor, client_for, workshop, groups):
    trainer = actor("trainer", name="Tumaini Katibu")
    people = []
    for name in ("Zawadi Kielelezo", "Siri Kubwa"):
        row = Person(
            public_id=new_public_id(),
            chosen_name=name,
            sort_name=name.lower(),
            group_id=groups[1].id,
            created_by="system",
        )
        db.session.add(row)
        people.append(row)
    db.session.flush()
    ids = [(row.public_id, row.id) for row in people]
    db.session.commit()
    keys = [
        workshop(trainer, [utc_now() + timedelta(days=2)], title=title)
        for title in ("Hers", "Not hers")
    ]
    for key, (_public, person) in zip(keys, ids, strict=True):
        db.session.add(Enrolment(public_id=new_public_id(), workshop_id=key, person_id=person))
    db.session.commit()
    forum = open_forum(name="Monthly review", by=trainer)
    members = [add_member(forum, public, by=trainer) for public, _key in ids]
    meeting = plan_meeting(forum, starts_at=utc_now() + timedelta(days=1), by=trainer)
    item = add_item(forum, meeting, title="Rooms", by=trainer)
    write_item(
        forum,
        meeting,
        item,
        minute="",
        actions=[
            TypedMinutesRow("", "Send the list", members[0]),
            TypedMinutesRow("", "Visit the rooms", members[1]),
        ],
        row_version=1,
        by=trainer,
    )
    text = _main(client_for(actor("peer", person_id=ids[0][1])).get("/").text)
    assert "Actions to do: 1 ." in text
    assert "Action: Send the list" in text
    assert "given to you" in text
    assert "Hers" in text
    assert "Monthly review" in text
    for other in ("Visit the rooms", "Not hers", "Siri Kubwa", "Tumaini Katibu", "Accounts"):
        assert other not in text


def test_an_administrator_keeps_house(sign_in, actor):
    actor("peer", name="Juma")
    browser = sign_in("administrator")
    text = _main(browser.get("/").text)
    assert "2 Accounts without a second step" in text
    assert "1 Peer educators without a participant" in text
    assert "Peer educator No participant named" in _main(browser.get("/accounts").text)
    assert "Invitations not yet used" not in text
    assert "Next meetings" not in text


def came_from_a_phone(register: int, trainer: Actor) -> None:
    """Something that waits for a decision."""
    now = utc_now()
    pad = Pad(
        register_id=register,
        account_id=trainer.account_id,
        key=PadKey(private_sealed=b"", public_point=b""),
        signing_key=b"",
        ends_at=now,
    )
    db.session.add(
        HeldItem(
            op_id=new_public_id(),
            register_id=register,
            pad=pad,
            device_sequence=1,
            kind="note",
            why="ended",
            sent_by=trainer.public_id,
            device_time=now,
            received_at=now,
        )
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_today_asks_the_same_of_one_row_and_of_three(
    actor, client_for, workshop, count_queries, rows
):
    trainer, now = actor("trainer", "director"), utc_now()
    for number in range(rows):
        moments = [now + timedelta(days=number + 1), now - timedelta(days=number + 1)]
        key = workshop(trainer, [*moments, now - timedelta(days=number + 1, hours=3)])
        register = db.session.get_one(Workshop, key).register_id
        first = db.session.query(Slot).filter_by(register_id=register, position=1).one()
        first.closed_at, first.closed_by = first.starts_at, "somebody"
        came_from_a_phone(register, trainer)
        db.session.commit()
        forum = open_forum(name=f"Forum {number}", by=trainer)
        meeting = plan_meeting(forum, starts_at=now + timedelta(hours=number + 1), by=trainer)
        item = add_item(forum, meeting, title="Rooms", by=trainer)
        write_item(
            forum,
            meeting,
            item,
            minute="",
            actions=[TypedMinutesRow("", "Send", "", now.date())],
            row_version=1,
            by=trainer,
        )
    browser = client_for(trainer)
    browser.get("/")
    db.session.rollback()
    db.session.expunge_all()
    with count_queries() as asked:
        assert browser.get("/").status_code == 200
    body = client_for(trainer).get("/").text
    assert body.count("To confirm: ") == body.count("From phones: ") == rows
    assert asked.count <= 43


def test_today_is_light(app, sign_in):
    """The page and all that it loads at once, compressed, fit in 60 KB."""
    browser = sign_in("trainer")
    body = browser.get("/").text
    total = len(gzip.compress(body.encode()))
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', body))
    assert any(address.split("?")[0].endswith(".css") for address in loaded)
    for address in loaded:
        total += len(gzip.compress(browser.get(address).data))
    scripts = Path(str(app.static_folder)) / "js"
    # What the page's own script may load in turn, though hardly any page loads all of it.
    reached, waiting = {"page"}, ["page"]
    while waiting:
        text = (scripts / f"{waiting.pop()}.js").read_text()
        fresh = set(re.findall(r'"\./([\w-]+)\.js"', text)) - reached
        reached |= fresh
        waiting += fresh
    assert len(reached) > 15
    total += sum(len(gzip.compress((scripts / f"{each}.js").read_bytes())) for each in reached)
    assert total <= 60 * 1024


def test_what_is_wrong_with_the_server_stands_first_on_an_administrators_today(
    app, actor, client_for
):
    settings, now = app.config["SETTINGS"], utc_now()
    administrator, trainer = client_for(actor("administrator")), client_for(actor("trainer"))
    assert "server" not in _main(administrator.get("/").text)
    note_damage(settings, now)
    note_refusal(settings)
    note_backup(settings, now, ended=True, failed=True)
    page = _main(administrator.get("/").text)
    assert "Something is wrong with the server: 3 ." in page
    for line in (
        "The database is damaged",
        "There is no room on the server's disk",
        "The last backup failed",
    ):
        assert page.count(line) == 1
    assert "server" not in _main(trainer.get("/").text)
