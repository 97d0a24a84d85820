"""One-time links: spent by a button and not by a look, single use, over after a while, and revoked;
what the holder sees is hers alone."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select, update

from kash.accounts.errors import LinkSpent
from kash.accounts.services.locking import lock_at_once
from kash.accounts.services.marks import token_hash
from kash.certificates.models import HolderLink, Printing
from kash.certificates.queries import issuing as holders
from kash.certificates.queries.issuing import certificates_of, own_certificate, usable_link
from kash.certificates.services.certificates import (
    LINK_LASTS,
    VISIT_LASTS,
    end_link,
    end_visit,
    holders_to_tell,
    make_link,
    revoke,
    send_links,
    use_link,
)
from kash.people.models import Person
from kash.people.notices.queries import UNSENT
from kash.people.notices.services import sender
from kash.people.services.persons import phone_values, record_consent
from kash.platform.database import db, utc_now
from kash.platform.messages.outbox import send_due
from kash.platform.vault.models import AuditEntry
from kash.policy import SYSTEM
from tests.people.notices.conftest import gateway

from .conftest import ALL, MOST

__all__ = ["gateway"]


def somebody(name: str) -> Person:
    db.session.rollback()
    return db.session.scalars(select(Person).where(Person.chosen_name == name)).one()


def newest() -> HolderLink:
    db.session.rollback()
    return db.session.scalars(select(HolderLink).order_by(HolderLink.id.desc()).limit(1)).one()


@pytest.mark.usefixtures("both_engines_app")
def test_a_link_is_used_once_within_its_days_and_can_be_ended(ready):
    person = somebody(ALL)
    first = make_link(person, ready.trainer)
    link = newest()
    assert link.token_hash == token_hash(first)
    assert link.token_hash != first
    second = make_link(somebody(ALL), ready.trainer)
    now = utc_now()
    # A new one ends the one before.
    assert (usable_link(first, now), usable_link(second, now)) == (False, True)
    assert not usable_link(second, now + LINK_LASTS + timedelta(seconds=5))
    visit = use_link(second)
    for spent in (first, second, "guessed", ""):
        with pytest.raises(LinkSpent):
            use_link(spent)
    now = utc_now()
    going = holders.visit(visit, now)
    assert going is not None
    assert going.person_id == somebody(ALL).id
    assert holders.visit(second, now) is None
    assert holders.visit("", now) is None
    assert holders.visit(visit, now + VISIT_LASTS) is None
    end_link(somebody(ALL), newest().public_id, ready.trainer)
    assert holders.visit(visit, utc_now()) is None

    third = make_link(somebody(ALL), ready.trainer)
    db.session.execute(update(HolderLink).values(expires_at=utc_now() - timedelta(seconds=1)))
    db.session.commit()
    with pytest.raises(LinkSpent):
        use_link(third)
    fourth = make_link(somebody(ALL), ready.trainer)
    end_visit(use_link(fourth))
    assert newest().ended_at is not None
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.contains("holder"))
    ).all()
    assert sorted(actions) == [
        "certificates.holder_link_ended",
        *["certificates.holder_link_made"] * 4,
        *["certificates.holder_link_used"] * 2,
        "certificates.holder_visit_ended",
    ]


def test_links_end_with_the_access_of_who_made_them(ready, actor):
    token = make_link(somebody(ALL), ready.trainer)
    visit = use_link(make_link(somebody(MOST), ready.trainer))
    lock_at_once(actor("administrator"), ready.trainer.public_id)
    assert not usable_link(token, utc_now())
    assert holders.visit(visit, utc_now()) is None


def test_the_holder_sees_her_own_and_takes_them_along(app, ready, client_for):
    ready.confirm(ALL, MOST)
    most, whole = certificates_of(ready.batch(ready.issued()))
    own, other, person = whole.public_id, most.public_id, whole.person.public_id
    trainer, phone, thief = client_for(ready.trainer), app.test_client(), app.test_client()
    page = trainer.post(f"/people/{person}/certificates").text
    (token,) = set(re.findall(r"/holder/([\w-]+)", page))
    # It is shown this once.
    assert "/holder/" not in trainer.get(f"/people/{person}/certificates").text

    for _look in range(3):
        looked = phone.get(f"/holder/{token}")
        assert looked.status_code == 200
        assert ALL not in looked.text
    assert phone.get("/my-certificates/").status_code == 404
    opened = phone.post(f"/holder/{token}")
    assert opened.status_code == 303
    cookie = opened.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/my-certificates" in cookie
    assert token not in cookie
    mine = phone.get("/my-certificates/")
    assert mine.status_code == 200
    assert own in mine.text
    assert other not in mine.text
    assert phone.post(f"/my-certificates/{other}/file").status_code == 404
    made = phone.post(f"/my-certificates/{own}/file")
    assert made.mimetype == "application/pdf"
    logged = db.session.scalars(select(Printing)).one()
    assert (logged.kind, logged.made_by, logged.count) == ("own_file", "", 1)

    # Whoever finds the link afterwards is told no more than who guesses one.
    answers = {thief.get(f"/holder/{text}").status_code for text in (token, "x" * 43)}
    answers |= {thief.post(f"/holder/{text}").status_code for text in (token, "x" * 43)}
    answers.add(thief.post(f"/my-certificates/{own}/file").status_code)
    assert answers == {404}

    revoke(own_certificate(somebody(ALL).id, own), "duplicate", "", ready.director)
    assert "It does not count any more" in phone.get("/my-certificates/").text
    assert phone.post(f"/my-certificates/{own}/file").status_code == 409
    assert phone.post("/my-certificates/end").status_code == 303
    assert phone.get("/my-certificates/").status_code == 404


def test_links_go_to_all_holders_who_agreed_and_it_is_said_before_who_gets_none(
    ready, client_for, gateway
):
    ready.confirm(ALL, MOST)
    batch = ready.issued()
    reachable = somebody(ALL)
    for column, value in phone_values(reachable.public_id, "+254712000901", "system").items():
        setattr(reachable, column, value)
    db.session.commit()
    record_consent(reachable.public_id, "contact", "given", SYSTEM)
    trainer = client_for(ready.trainer)
    morning = (utc_now() + timedelta(days=1)).replace(hour=7)
    page = f"/workshops/{ready.held.workshop}/certificates/batches/{batch}"
    assert f"{page}/send" in trainer.get(page).text
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", trainer.get(f"{page}/send").text)).split())
    assert "Holders 2" in said
    assert "By SMS 1" in said
    assert f"{MOST} : {UNSENT['not_agreed']}" in said
    assert f"{ALL} :" not in said
    trainer.post(f"{page}/send")
    send_due(replace(sender(), now=lambda: morning, seconds=lambda: 0.0))
    ((number, text),) = gateway.sent
    assert number == "+254712000901"
    (token,) = re.findall(r"/holder/([\w-]{43})", text)
    assert usable_link(token, utc_now())
    # Sent twice by mistake, nobody is written to twice, and the first link goes on.
    trainer.post(f"{page}/send")
    send_due(replace(sender(), now=lambda: morning, seconds=lambda: 0.0))
    assert len(gateway.sent) == 1
    use_link(token)


def test_no_link_goes_to_the_holder_of_what_was_revoked(ready):
    ready.confirm(ALL)
    batch = ready.issued()
    revoke(certificates_of(ready.batch(batch))[0], "duplicate", "", ready.director)
    assert holders_to_tell(db.session(), ready.batch(batch), utc_now()) == ({}, 0)
    assert send_links(ready.batch(batch), ready.trainer) == 0


def test_a_trainer_makes_links_for_her_own_people_only(ready, sign_in):
    person = somebody(ALL).public_id
    other = sign_in("trainer", name="Another Trainer")
    assert other.get(f"/people/{person}/certificates").status_code == 404
    assert other.post(f"/people/{person}/certificates").status_code == 404
    assert db.session.scalars(select(HolderLink)).all() == []
