"""Names by link: typed without an account, sealed until decided on, and answered alike."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from kash.accounts.services.accounts import change_settings
from kash.accounts.services.locking import lock_at_once
from kash.people.models import Group, Organisation, Person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.policy import SYSTEM
from kash.workshops.invitations import services as links_services
from kash.workshops.invitations.models import SignUp, SignUpLink
from kash.workshops.invitations.rules import SignUpDecision
from kash.workshops.invitations.services import (
    OpenDetails,
    QuotaDetails,
    decide,
    letter_markup,
    make_open_link,
    make_quota_links,
    shred_undecided,
    withdraw_link,
)
from kash.workshops.models import Workshop
from kash.workshops.queries.people import SEATS
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import cancel_workshop, set_earlier_courses
from tests.workshops.conftest import Held, in_days, make_person, plan
from tests.workshops.test_seats import course_of
from tests.workshops.test_services import states
from tests.workshops.test_views import text_of

__all__ = ["plan"]


@pytest.fixture
def held(plan):
    """A workshop to come, and two stations."""
    made = plan(capacity=3, title="Inner list of Kondele", **in_days(30))
    db.session.add_all(
        [Organisation(name=name, kind="station") for name in ("Kondele", "Central")]
        + [Organisation(name="Sisters", kind="collective")]
    )
    db.session.commit()
    return made


def _organisation(name: str) -> str:
    found = db.session.scalars(select(Organisation).where(Organisation.name == name)).one()
    public_id = found.public_id
    db.session.rollback()
    return public_id


def quota(held: Held, *names: str, places: int = 10) -> list[str]:
    """Tokens of links for these stations, by their names."""
    chosen = [_organisation(name) for name in names]
    made = make_quota_links(held.workshop, QuotaDetails(chosen, places, 14), held.trainer)
    return [token for _link, _name, token in sorted(made, key=lambda link: names.index(link[1]))]


def open_link(held: Held, most: int = 60) -> str:
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    db.session.rollback()
    return make_open_link(held.workshop, OpenDetails(group, most, 14), held.trainer)[2]


def rows(*names: str, age: str = "25-34") -> dict[str, str]:
    """A station's list as a browser sends it."""
    sent = {}
    for number, name in enumerate(names):
        sent |= {f"rows-{number}-name": name, f"rows-{number}-key": new_public_id()}
        sent[f"rows-{number}-age_band"] = age if name else ""
    return sent


def waiting() -> Sequence[SignUp]:
    db.session.rollback()
    return db.session.query(SignUp).filter_by(state="waiting").order_by(SignUp.id).all()


def test_a_liaison_types_names_and_sees_only_what_was_typed_into_that_link(held, client):
    kondele, central = quota(held, "Kondele", "Central")
    page = client.get(f"/q/{kondele}")
    assert page.text.count('name="rows-') == 4 * 10
    done = client.post(f"/q/{kondele}", data=rows("Otieno Mfano", "", "Achieng Mfano"))
    assert (done.status_code, len(waiting())) == (303, 2)
    mine, theirs = client.get(done.location), client.get(f"/q/{central}")
    assert "Otieno Mfano" in mine.text
    assert "Places: 10. Still to fill: 8." in text_of(mine)
    for hidden in ("Otieno", "Achieng", "Kondele"):
        assert hidden not in theirs.text
    # The page names no group and none of the programme's own words for the workshop.
    for hidden in ("Police", "Community", "Inner list"):
        assert hidden not in mine.text
    # Whoever holds another link takes nobody off this one.
    row = waiting()[0].public_id
    client.post(f"/q/{central}/{row}/out")
    assert len(waiting()) == 2
    client.post(f"/q/{kondele}/{row}/out")
    assert [one.public_id for one in waiting()] != [row]
    assert "Otieno" not in client.get(f"/q/{kondele}").text


def test_what_is_wrong_stands_beside_its_row_and_nothing_typed_is_lost(held, client):
    (token,) = quota(held, "Kondele", places=2)
    sent = rows("Otieno Mfano", "!!!", "Achieng Mfano")
    sent["rows-2-age_band"] = "under18"
    wrong = client.post(f"/q/{token}", data=sent)
    assert (wrong.status_code, waiting()) == (422, [])
    for kept in ("Otieno Mfano", "!!!", "Achieng Mfano"):
        assert f'value="{kept}"' in wrong.text
    assert "A name needs at least one letter." in wrong.text
    assert "People under 18 can" in wrong.text
    sent = rows("", "Otieno Mfano") | {"rows-0-age_band": "25-34"}
    nameless = client.post(f"/q/{token}", data=sent)
    assert (nameless.status_code, waiting()) == (422, [])
    assert "Enter this." in nameless.text
    nothing = client.post(f"/q/{token}", data=rows("", ""))
    assert "Saved." not in client.get(nothing.location).text
    many = client.post(f"/q/{token}", data=rows("One", "Two", "Three"))
    assert (many.status_code, waiting()) == (422, [])
    assert "These are more names than places are left." in text_of(many)
    # The same rows sent twice are taken once; a full link takes nobody.
    both = rows("One", "Two")
    for _ in range(2):
        assert client.post(f"/q/{token}", data=both).status_code == 303
    assert len(waiting()) == 2
    assert client.post(f"/q/{token}", data=rows("Four")).status_code == 422
    assert "All places of this link are filled." in text_of(client.get(f"/q/{token}"))


def test_another_language_takes_along_what_was_typed(client, app, held):
    (listed,) = quota(held, "Kondele")
    one = {"name": "Akoth wa Ziwa", "age_band": "25-34"}
    for at, typed in ((f"/s/{open_link(held)}", one), (f"/q/{listed}", rows("Akoth wa Ziwa"))):
        assert 'name="turn"' in client.get(at).text
        turned = client.post(f"{at}?in=sw", data=typed | {"turn": "1"})
        assert turned.status_code == 200
        assert 'value="Akoth wa Ziwa"' in turned.text
        assert "Jina" in turned.text
    assert waiting() == []


def test_the_open_form_answers_alike_whether_or_not_somebody_is_known(held, client):
    enrol(held.workshop, make_person("Zawadi Sampuli"), held.trainer)
    token = open_link(held)
    told = []
    for name in ("Zawadi Sampuli", "Nobody Whoknows"):
        sent = {"name": name, "age_band": "25-34", "key": new_public_id()}
        done = client.post(f"/s/{token}", data=sent)
        assert (done.status_code, "Set-Cookie" in done.headers) == (303, False)
        told.append((done.location, text_of(client.get(done.location))))
    assert told[0] == told[1]
    page = client.get(f"/s/{token}").text
    for hidden in ("Zawadi", "Nobody Whoknows", "Community", "Inner list"):
        assert hidden not in page


@pytest.mark.parametrize("why", ["unknown", "withdrawn", "expired", "cancelled", "over", "kind"])
def test_a_link_that_takes_no_names_never_says_why(held, client, why):
    token = open_link(held)
    link = db.session.query(SignUpLink).one().public_id
    db.session.rollback()
    at = f"/s/{token}"
    if why == "unknown":
        at = "/s/nonsense"
    elif why == "kind":
        at = f"/q/{token}"
    elif why == "withdrawn":
        withdraw_link(held.workshop, link, held.trainer)
    elif why == "expired":
        db.session.query(SignUpLink).update({"expires_at": utc_now() - timedelta(seconds=1)})
    elif why == "cancelled":
        cancel_workshop(held.workshop, "Flood", held.trainer)
    else:
        db.session.query(Workshop).update(in_days(-3))
    db.session.commit()
    sent = {"name": "Zawadi", "age_band": "25-34"}
    for answer in (client.get(at), client.post(at, data=sent)):
        assert answer.status_code == 404
        assert "This link takes no names. Ask the person who gave it to you." in text_of(answer)
        assert "Working Together" not in answer.text
    assert waiting() == []


def test_names_wait_sealed_and_are_shredded_with_the_decision(both_engines_app, plan):
    held = plan(capacity=1, **in_days(30))
    db.session.add(Organisation(name="Kondele", kind="station"))
    db.session.commit()
    here = make_person("Baraka Sampuli", "A", station="Kondele")
    (token,) = quota(held, "Kondele")
    client = both_engines_app.test_client()
    client.post(f"/q/{token}", data=rows("Otieno Mfano", "Baraka Sampuli", "Achieng Mfano"))
    found = waiting()
    assert b"Otieno" not in b"".join(one.typed_sealed or b"" for one in found)
    new, same, no = (one.public_id for one in found)
    db.session.rollback()
    done = decide(
        held.workshop,
        {
            new: (SignUpDecision.NEW, ""),
            same: (SignUpDecision.SAME, here),
            no: (SignUpDecision.DECLINE, ""),
        },
        held.trainer,
    )
    assert done == {"confirmed": 1, "waiting": 1, "declined": 1}
    assert states(held) == {"Otieno Mfano": "confirmed", "Baraka Sampuli": "waiting"}
    after = db.session.query(SignUp).all()
    assert {one.typed_sealed for one in after} == {None}
    added = db.session.query(Person).filter_by(chosen_name="Otieno Mfano").one()
    assert added.present_posting is not None
    assert added.present_posting.organisation.name == "Kondele"
    assert db.session.query(Person).filter_by(chosen_name="Achieng Mfano").count() == 0
    trail = [entry.action for entry in db.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert trail[-2:] == ["invitations.names_put_down", "invitations.names_decided"]
    # Deciding once more changes nothing.
    db.session.rollback()
    assert decide(held.workshop, {no: (SignUpDecision.NEW, "")}, held.trainer) == {}


def test_what_nobody_decided_on_is_shredded_a_month_after_its_link(held, client):
    token = open_link(held)
    client.post(f"/s/{token}", data={"name": "Zawadi", "age_band": "25-34"})
    shred_undecided(utc_now() + timedelta(days=40))
    assert len(waiting()) == 1
    db.session.rollback()
    shred_undecided(utc_now() + timedelta(days=45))
    db.session.rollback()
    (row,) = db.session.query(SignUp).all()
    assert (row.state, row.typed_sealed) == ("declined", None)


def test_the_moderation_page_shows_likely_duplicates_and_takes_in_the_others_at_once(
    held, client, client_for
):
    known = make_person("Zawadi Sampuli")
    enrol(held.workshop, known, held.trainer)
    token = open_link(held)
    for name in ("Zawadi Sampuli", "Nekesa Wafula", "Atieno Odhiambo"):
        client.post(f"/s/{token}", data={"name": name, "age_band": "25-34"})
    site = client_for(held.trainer)
    at = f"/workshops/{held.workshop}/sign-ups"
    page = site.get(at)
    assert f'value="same:{known}"' in page.text
    shown = [one.public_id for one in waiting()]
    db.session.rollback()
    sent = {"group": "B", "shown": shown, f"decision-{shown[2]}": "decline", "all": "accept"}
    assert site.post(at, data=sent).status_code == 303
    # Whoever may be known waits for a choice of its own.
    assert [one.public_id for one in waiting()] == shown[:1]
    assert states(held) == {"Zawadi Sampuli": "confirmed", "Nekesa Wafula": "confirmed"}
    db.session.rollback()
    site.post(at, data={"group": "B", "shown": shown, f"decision-{shown[0]}": f"same:{known}"})
    assert waiting() == []
    assert db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").count() == 1


def test_what_was_chosen_is_not_lost_and_nobody_is_declined_unasked(held, client, client_for):
    token = open_link(held)
    for name in ("Zawadi", "Nekesa"):
        typed = {"name": name, "age_band": "25-34", "phone": "0712345678"}
        client.post(f"/s/{token}", data=typed)
    first, second = [one.public_id for one in waiting()]
    db.session.rollback()
    site = client_for(held.trainer)
    at = f"/workshops/{held.workshop}/sign-ups"
    sent = {"group": "B", "shown": [first, second], f"decision-{first}": "new"}
    # Both have one phone, so that they can't both be somebody new.
    refused = site.post(at, data=sent | {f"decision-{second}": "new"})
    assert (refused.status_code, refused.text.count('value="new" selected')) == (409, 2)
    asked = site.post(at, data=sent | {"all": "decline"})
    assert "Decline one name?" in asked.text
    assert f'name="decision-{first}" value="new"' in asked.text
    back = site.post(at, data=sent | {"all": "decline", "back": "1"})
    assert back.text.count('value="new" selected') == 1
    assert len(waiting()) == 2
    db.session.rollback()
    assert site.post(at, data=sent | {"all": "decline", "sure": "1"}).status_code == 303
    assert waiting() == []
    assert states(held) == {"Zawadi": "confirmed"}


def test_nobody_is_taken_in_whom_the_programme_enrols_nowhere(held, plan, client, client_for):
    _key, needed, _name = course_of(plan(**in_days(-20, -19)))
    _key, course, _name = course_of(held)
    set_earlier_courses(course, [needed], held.trainer)
    client.post(f"/s/{open_link(held)}", data={"name": "Zawadi", "age_band": "25-34"})
    (row,) = [one.public_id for one in waiting()]
    db.session.rollback()
    at = f"/workshops/{held.workshop}/sign-ups"
    sent = {"group": "B", "shown": [row], f"decision-{row}": "new"}
    change_settings(SYSTEM, "seats", SEATS, {"needs_earlier": True})
    refused = client_for(held.trainer).post(at, data=sent)
    assert refused.status_code == 409
    assert "Zawadi lacks a course that this one asks for." in refused.text
    assert (len(waiting()), states(held)) == (1, {})
    db.session.rollback()
    change_settings(SYSTEM, "seats", SEATS, {"needs_earlier": False})
    assert client_for(held.trainer).post(at, data=sent).status_code == 303
    assert states(held) == {"Zawadi": "confirmed"}


def test_links_end_with_the_access_of_whoever_made_them_and_are_no_one_elses(
    held, plan, client, client_for
):
    token = open_link(held)
    stranger = client_for(plan().trainer)
    at = f"/workshops/{held.workshop}/sign-ups"
    asked = [stranger.get(at), stranger.post(f"{at}/open"), stranger.get(f"{at}/stations")]
    assert {answer.status_code for answer in asked} == {403}
    assert client.get(f"/s/{token}").status_code == 200
    lock_at_once(held.trainer, held.trainer.public_id)
    assert client.get(f"/s/{token}").status_code == 404


def test_no_link_for_names_is_made_for_a_collective(held, client_for, monkeypatch):
    site = client_for(held.trainer)
    at = f"/workshops/{held.workshop}/sign-ups/stations"
    page = site.get(at)
    assert "Kondele" in page.text
    assert "Sisters" not in page.text
    sent = {"stations": [_organisation("Sisters")], "quota": "10", "days": "14"}
    assert site.post(at, data=sent).status_code in (200, 422)
    assert db.session.query(SignUpLink).count() == 0
    made = site.post(at, data=sent | {"stations": [_organisation("Kondele")]})
    assert made.text.count("/q/") == 1
    assert db.session.query(SignUpLink).one().token_hash not in made.text
    # None of too many is left out unsaid.
    monkeypatch.setattr(links_services, "MOST_STATIONS", 1)
    many = [_organisation("Kondele"), _organisation("Central")]
    refused = site.post(at, data=sent | {"stations": many})
    assert (refused.status_code, "Choose at most 1 stations" in refused.text) == (422, True)
    assert db.session.query(SignUpLink).count() == 1


def test_the_letter_names_title_days_and_quota_and_no_person_or_group(app, held):
    quota(held, "Kondele", places=7)
    link = db.session.query(SignUpLink).one()
    for language in ("en", "sw"):
        with app.test_request_context():
            text = letter_markup(held.row, link, language)
        for told in ("Working Together", "Kondele", ">7<"):
            assert told in text
        for hidden in ("Amani Mfano", "Police", "Community", "Inner list", "/q/"):
            assert hidden not in text
