"""The page behind a link: it works for whoever holds it, and tells nobody anything else."""

import re
from datetime import timedelta

import pytest

from kash.accounts.services.marks import token_hash
from kash.people.models import Person, Venue
from kash.platform.database import db, utc_now
from kash.platform.web.formats import from_local, local_today
from kash.workshops.models import AnswerLink, Enrolment, Workshop
from kash.workshops.queries.people import people_in
from kash.workshops.rules import EnrolmentState
from kash.workshops.services import people as answers
from kash.workshops.services.people import (
    answer_by_link,
    change_enrolment,
    enrol,
    make_answer_links,
)
from kash.workshops.services.planning import cancel_workshop, change_workshop, move_workshop
from kash.workshops.services.seats import MOST_LINKS, forget_answer_links
from kash.workshops.views import people as answer_links
from tests.workshops.conftest import details, in_days, make_person
from tests.workshops.test_services import states
from tests.workshops.test_views import text_of, url


@pytest.fixture
def linked(app, plan):
    """A workshop to which somebody is invited, and her link."""
    held = plan(**in_days(30), title="Title of the inner list")
    enrol(held.workshop, make_person("Zawadi Sampuli"), held.trainer, EnrolmentState.INVITED)
    enrol(held.workshop, make_person("Faraja Sampuli"), held.trainer)
    db.session.add(Venue(name="Hall B", place="Kisumu"))
    db.session.flush()
    held.row.venue_id = db.session.query(Venue.id).scalar()
    db.session.commit()
    (invited,) = people_in(held.row, [EnrolmentState.INVITED])
    (token,) = make_answer_links(held.workshop, [invited.enrolment], held.trainer).values()
    return held, token


def test_the_page_says_the_public_title_and_nothing_of_her_of_others_or_of_a_group(linked, client):
    _held, token = linked
    for language in ("en", "sw"):
        shown = client.get(f"/r/{token}?in={language}")
        text = text_of(shown)
        assert shown.status_code == 200
        assert "Working Together" in text
        assert "Hall B" in text
        for hidden in (
            "Sampuli",
            "Community",
            "Police",
            "Title of the inner list",
            "Kisumu Central",
        ):
            assert hidden not in shown.text, hidden
    assert "Set-Cookie" not in shown.headers
    assert "no-store" in shown.headers["Cache-Control"]


def test_only_the_button_answers_and_the_same_answer_twice_is_fine(linked, client):
    held, token = linked
    for _ in range(2):
        client.get(f"/r/{token}")
        client.head(f"/r/{token}?answer=comes")
    assert states(held)["Zawadi Sampuli"] == "invited"
    for answer, state in (("comes", "confirmed"), ("comes", "confirmed"), ("not", "declined"),
                          ("maybe", "declined"), ("comes", "confirmed")):  # fmt: skip
        done = client.post(f"/r/{token}", data={"answer": answer})
        assert done.status_code == 303
        assert client.get(done.location).status_code == 200
        db.session.rollback()
        assert states(held)["Zawadi Sampuli"] == state
    foreign = client.post(
        f"/r/{token}", data={"answer": "not"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    db.session.rollback()
    assert (foreign.status_code, states(held)["Zawadi Sampuli"]) == (403, "confirmed")


def test_a_cancelled_a_past_and_a_taken_off_event_each_get_a_sentence(linked, client):
    held, token = linked
    answer_by_link(token, comes=True)
    (seat,) = [one for one in people_in(held.row, [EnrolmentState.CONFIRMED]) if "Z" in one.name]
    db.session.rollback()
    change_enrolment(held.workshop, seat.enrolment, EnrolmentState.WITHDRAWN, held.trainer)

    def told() -> str:
        asked = client.get(f"/r/{token}")
        assert asked.status_code == 409
        answered = client.post(f"/r/{token}", data={"answer": "comes"})
        assert (answered.status_code, text_of(answered)) == (409, text_of(asked))
        return text_of(asked)

    assert "You are no longer on the list." in told()
    cancel_workshop(held.workshop, "Flood", held.trainer)
    page = told()
    assert "This event does not take place." in page
    assert "Flood" not in page
    assert "Working Together" not in page
    db.session.query(Workshop).update({"state": "planned", **in_days(-3)})
    db.session.commit()
    assert "This event is over." in told()
    db.session.rollback()
    assert states(held)["Zawadi Sampuli"] == "withdrawn"


def test_whoever_is_under_eighteen_learns_nothing_by_her_link(linked, client):
    held, token = linked
    for one in held.row.enrolments:
        one.person.minor = True
    db.session.commit()
    answered = client.post(f"/r/{token}", data={"answer": "comes"})
    assert answered.status_code == 409
    assert "Talk to the person who invited you." in text_of(answered)
    assert "18" not in text_of(answered)
    db.session.rollback()
    assert states(held)["Zawadi Sampuli"] == "invited"


def test_tokens_are_kept_as_hashes_end_with_their_time_and_only_the_latest_work(linked, client):
    held, token = linked
    rows = db.session.query(AnswerLink).all()
    assert [row.token_hash for row in rows] == [token_hash(token)]
    (invited,) = people_in(held.row, [EnrolmentState.INVITED])
    db.session.rollback()
    later = [
        make_answer_links(held.workshop, [invited.enrolment], held.trainer)[invited.enrolment]
        for _ in range(MOST_LINKS)
    ]
    assert client.get(f"/r/{token}").status_code == 404
    assert {client.get(f"/r/{one}").status_code for one in later} == {200}
    db.session.query(AnswerLink).update({"expires_at": utc_now() - timedelta(seconds=1)})
    db.session.commit()
    unknown, stale = client.get("/r/nonsense"), client.get(f"/r/{later[0]}")
    assert (unknown.status_code, stale.status_code) == (404, 404)
    # Nothing tells a link that was from one that never was.
    assert text_of(unknown) == text_of(stale)
    forget_answer_links(utc_now())
    assert db.session.query(AnswerLink).count() == 0


def test_a_link_answers_for_a_workshop_that_was_put_off_for_long(linked, client):
    held, token = linked
    first, last = held.row.starts_on, held.row.ends_on
    later = first + timedelta(days=60)
    row_version = held.row_version
    db.session.rollback()
    move_workshop(held.workshop, later, held.trainer, row_version)
    ended = from_local(last, held.row.day_ends_at)
    assert db.session.query(AnswerLink.expires_at).scalar() == ended + timedelta(days=90)
    even_later = details(starts_on=later + timedelta(days=9), ends_on=later + timedelta(days=12))
    row_version = held.row_version
    db.session.rollback()
    change_workshop(held.workshop, even_later, row_version, held.trainer)
    assert db.session.query(AnswerLink.expires_at).scalar() == ended + timedelta(days=101)
    forget_answer_links(ended + timedelta(days=60))
    assert client.get(f"/r/{token}").status_code == 200


def test_whoever_invites_prints_links_of_one_group_at_a_time(linked, client_for, monkeypatch):
    held, _token = linked
    enrol(held.workshop, make_person("Baraka Sampuli", "A"), held.trainer, EnrolmentState.INVITED)
    site = client_for(held.trainer)
    at = url(held, "people", "links")
    page = site.post(at, data={"state": "invited", "group": "B"})
    tokens = re.findall(r'value="[^"]*/r/([\w-]{16})"', page.text)
    assert len(tokens) == 1 == page.text.count('class="qr"')
    assert "Zawadi Sampuli" in page.text
    assert "Baraka" not in page.text.partition("<main")[2]
    assert site.get(f"/r/{tokens[0]}").status_code == 200
    # However many there are, each has one.
    monkeypatch.setattr(answers, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(answer_links, "MOST_AT_ONCE", 1)
    enrol(held.workshop, make_person("Nekesa Sampuli"), held.trainer, EnrolmentState.INVITED)
    page = site.post(at, data={"state": "invited", "group": "B"})
    assert page.text.count('class="qr"') == 2
    empty = site.post(at, data={"state": "waiting"})
    assert "Nobody to answer here" in text_of(empty)


def test_the_people_page_says_why_nobody_moved_and_how_many_to_invite(plan, client_for):
    held = plan(capacity=1, **in_days(1))
    for name in ("Asha", "Bahati"):
        enrol(held.workshop, make_person(name), held.trainer)
    site = client_for(held.trainer)
    waiting = text_of(site.get(url(held, "people?state=waiting")))
    assert "Why nobody moved up No seat is free." in waiting
    assert "Group B: too few workshops to say how many of those invited come." in waiting


def test_an_answer_tells_whom_it_moved_before_and_after(app, monkeypatch):
    moved = iter([["a"], ["b"], ["c"]])
    monkeypatch.setattr(answers, "move_up", lambda *_asked: next(moved))
    monkeypatch.setattr(answers, "give_seat", lambda *asked: asked[3])
    asked, workshop = Enrolment(state="invited"), Workshop(ends_on=local_today())
    told = answers._answered(db.session(), workshop, asked, utc_now(), comes=False)
    assert told == (EnrolmentState.DECLINED, ["a", "b"])
    coming = Enrolment(state="confirmed", person=Person(minor=False))
    with db.session.no_autoflush:
        told = answers._answered(db.session(), workshop, coming, utc_now(), comes=True)
    assert told == (EnrolmentState.CONFIRMED, ["c"])
