"""No administrator reads a participant's phone or record by accounts that she made herself."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from kash.accounts.errors import CannotAgree, LinkSpent, NeedsSecond
from kash.accounts.models import Account, AccountRequest, Programme
from kash.accounts.queries.accounts import account, actor_of, roles_of, tied_by_backer
from kash.accounts.queries.requests import made_alone, requests_for
from kash.accounts.rules import (
    OF_RECORDS,
    POWERFUL,
    SETTLED_AFTER,
    RequestKind,
    is_settled,
    takes_two,
)
from kash.accounts.services.accounts import link_person, set_roles
from kash.accounts.services.deciding import (
    agree,
    ask_for_link,
    ask_for_roles,
    ask_reset,
    ask_to_tie,
    decline,
    fetch_link,
)
from kash.accounts.services.invitations import accept_invitation, invite
from kash.accounts.services.sign_in import accept_new_password, new_password_link
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.vault import seal
from kash.platform.web.errors import Forbidden
from kash.policy import SYSTEM, Actor, Role
from tests.refusals import refuses

GOOD = "seven quiet herons at dawn"
PHONE = "+254700000123"


@pytest.fixture
def participant(both_engines_app):
    """A community member with a phone."""
    group = db.session.scalars(select(Group).where(Group.letter == "B")).one()
    person = Person(
        public_id="akenya0000000001",
        chosen_name="Akinyi",
        sort_name="akinyi",
        group_id=group.id,
        created_by="system",
        phone_sealed=seal(PHONE, kind="person.phone", public_id="akenya0000000001"),
    )
    db.session.add(person)
    db.session.commit()
    return person


@pytest.fixture
def settled(both_engines_app):
    """The first director has been there for a month."""
    db.session.execute(update(Programme).values(founded_at=utc_now() - timedelta(days=30)))
    db.session.commit()


def _joined(by: Actor, *roles: Role, **offer: Any) -> Actor:
    token = invite(by, name="Puppet", email="", roles=roles, **offer)
    return accept_invitation(token, name="Puppet", password=GOOD)


def _waiting(who: Actor) -> str:
    db.session.rollback()
    return db.session.scalars(
        select(AccountRequest.public_id).where(
            AccountRequest.account_id == who.account_id, AccountRequest.kind == "opening"
        )
    ).one()


def _now(who: Actor) -> Actor:
    db.session.rollback()
    return actor_of(account(who.public_id))


def _copy(browser: FlaskClient, person: str) -> tuple[int, Any]:
    answer = browser.post(f"/people/{person}/copy")
    if answer.status_code != 200:
        return answer.status_code, None
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    return 200, json.loads(packed.read("copy.json"))["person"]


def test_the_form_and_the_account_say_that_a_trainers_role_waits(settled, actor, client_for):
    administrator = actor("administrator", "peer")
    browser = client_for(administrator)
    said = "open once a second person has agreed."
    assert said in browser.get("/accounts/invite").text
    assert said in browser.get("/accounts/invite/several").text
    trainer = _joined(administrator, Role.TRAINER)
    page = browser.get(f"/accounts/{trainer.public_id}").text
    assert "None before a second person agrees" in page
    assert "Waits for a second person: " in page


def test_before_there_was_a_director_for_a_week_no_form_says_that_a_role_waits(
    both_engines_app, actor, client_for
):
    browser = client_for(actor("administrator"))
    assert "open once a second person has agreed" not in browser.get("/accounts/invite").text


def test_a_puppet_tied_to_a_participant_reads_nothing_of_hers(participant, actor, client_for):
    """An administrator invites an account, says that it is a participant's, and asks with it for
    the copy of all that is held: twelve phones in half a minute."""
    administrator, director, number = actor("administrator"), actor("director"), "akenya0000000001"
    puppet = _joined(administrator, Role.PEER, person_id=participant.id)
    other = _joined(administrator, Role.PEER)
    with pytest.raises(NeedsSecond):
        link_person(administrator, other.public_id, participant.id)
    for who in (puppet, other):
        assert _now(who).person_id is None
        browser = client_for(_now(who))
        assert _copy(browser, number) == (404, None)
        assert browser.get(f"/people/{number}").status_code == 404
    # Nor do two accounts of one hand agree with each other.
    second = actor("administrator")
    request = _waiting(puppet)
    with pytest.raises(CannotAgree):
        agree(administrator, request)
    with pytest.raises(Forbidden):
        agree(puppet, request)
    assert _now(puppet).person_id is None
    agree(director, request)
    assert _now(puppet).person_id == participant.id
    # Two people were wrong, or this is she: her record opens, and what would harm her most doesn't,
    # while whoever said that it is hers made the account.
    assert tied_by_backer(puppet.public_id)
    browser = client_for(_now(puppet))
    assert "phone and e-mail are not, because" in browser.get(f"/people/{number}/copy").text
    status, told = _copy(browser, number)
    assert status == 200
    assert told[0]["chosen_name"] == "Akinyi"
    assert PHONE not in json.dumps(told)
    # Said anew by somebody who does not stand behind the account, it is whole.
    again = ask_to_tie(director, puppet.public_id, number, "I have met her.")
    agree(second, again)
    assert not tied_by_backer(puppet.public_id)
    status, told = _copy(browser, number)
    assert (status, told[0]["phone"]) == (200, PHONE)


@pytest.mark.usefixtures("settled")
def test_roles_that_see_records_open_once_a_second_person_agreed(actor, client_for):
    """A puppet M&E officer, and a puppet trainer, read nothing; each is on the director's Today,
    and whoever joined is told what she waits for."""
    administrator, director = actor("administrator"), actor("director", name="Wanjiru Mfano")
    for role, page in ((Role.MONITORING, "/people"), (Role.TRAINER, "/workshops")):
        who = _joined(administrator, role)
        assert _now(who).roles == frozenset()
        browser = client_for(_now(who))
        assert browser.get(page).status_code == 403
        today = browser.get("/").text
        assert "You wait for a second person" in today
        assert "Wanjiru Mfano (may agree)" in today
        request = _waiting(who)
        told = client_for(director).get("/").text
        assert f"/accounts/requests/{request}" in told
        assert "Made by" in told
        assert "alone, and used." in told
        with pytest.raises(CannotAgree):
            agree(administrator, request)
        agree(director, request)
        assert _now(who).roles == {role}
        assert client_for(_now(who)).get(page).status_code == 200
    # Nor by a change of the roles of an account that is there, with or without an address.
    who = _joined(administrator, Role.FUNDER)
    with pytest.raises(NeedsSecond):
        set_roles(administrator, who.public_id, [Role.MONITORING])
    agree(director, ask_for_roles(administrator, who.public_id, [Role.MONITORING], "Needed."))
    assert _now(who).roles == {Role.MONITORING}


def test_a_programme_begins_with_one_administrator_and_what_she_gives_is_seen(
    both_engines_app, actor, client_for
):
    """In the first days nobody could agree: roles open at once, and stand on Today."""
    administrator = actor("administrator", name="Amina Mfano")
    link = invite(administrator, name="D", email="d@example.org", roles=[Role.DIRECTOR])
    director = accept_invitation(link, name="D", password=GOOD)
    trainer = _joined(administrator, Role.TRAINER)
    late = invite(administrator, name="Late", email="", roles=[Role.TRAINER])
    assert _now(trainer).roles == {Role.TRAINER}
    db.session.rollback()
    alone = {
        (link.name, by, link.used_at is not None, tuple(link.roles))
        for link, _account, by in made_alone(utc_now())
    }
    assert alone == {
        ("Puppet", "Amina Mfano", True, ("trainer",)),
        ("Late", "Amina Mfano", False, ("trainer",)),
    }
    for who in (director, administrator):
        shown = client_for(who).get("/").text
        assert "Invitation: Puppet, Trainer" in shown
        assert "Made by Amina Mfano alone, and not used yet." in shown
    # A link of those days that is used later opens what it would open then.
    db.session.execute(update(Programme).values(founded_at=utc_now() - SETTLED_AFTER))
    db.session.commit()
    joined = accept_invitation(late, name="Late", password=GOOD)
    assert joined.roles == frozenset()


def test_a_password_link_opens_with_the_second_step_of_its_account_or_a_second_person(
    both_engines_app, actor, client_for
):
    administrator, director = actor("administrator", name="Amina Mfano"), actor("director")
    bare = actor("peer", name="Bare Mfano")
    with pytest.raises(NeedsSecond):
        new_password_link(administrator, bare.public_id)
    answer = client_for(administrator).post(f"/accounts/{bare.public_id}/new-password")
    assert answer.status_code == 422
    assert "/new-password/" not in answer.text.replace(f"{bare.public_id}/new-password", "")
    request = ask_for_link(administrator, bare.public_id, "Lost.")
    agree(director, request)
    with refuses("This is not the code that belongs to this link."):
        accept_new_password(fetch_link(administrator, request), GOOD)
    guarded = actor("peer", name="Guarded Mfano", totp_sealed=b"sealed")
    link = new_password_link(administrator, guarded.public_id)
    shown = client_for(director).get("/").text
    assert "Link for a new password: Guarded Mfano" in shown
    assert "Link for a new password: Bare Mfano" not in shown
    assert "a link was made that sets a new password" in client_for(guarded).get("/").text
    # What stood before it is gone since: the link alone would open the account.
    agree(director, ask_reset(administrator, guarded.public_id, "Lost phone."))
    with pytest.raises(LinkSpent):
        accept_new_password(link, GOOD)


def test_a_tie_that_is_wrong_ends_at_once_and_never_by_her_own_hand(participant, actor):
    """Whoever is paid by a list cannot cut her account off from her name to approve it."""
    both, administrator = actor("administrator", "director"), actor("administrator")
    link_person(SYSTEM, both.public_id, participant.id)
    with refuses("Nobody changes their own roles. Ask another administrator."):
        link_person(both, both.public_id, None)
    with refuses("Nobody changes their own roles. Ask another administrator."):
        ask_to_tie(both, both.public_id, "akenya0000000001", "Mine.")
    with refuses("This takes no second person: an administrator does it."):
        link_person(actor("director"), both.public_id, None)
    link_person(administrator, both.public_id, None)
    assert _now(both).person_id is None


def test_who_is_under_18_is_tied_to_nothing_and_an_administrator_does_not_learn_it(
    participant, actor
):
    administrator, director, who = actor("administrator"), actor("director"), actor("peer")
    db.session.execute(update(Person).values(minor=True))
    db.session.commit()
    request = ask_to_tie(administrator, who.public_id, "akenya0000000001", "Hers.")
    with refuses("This participant is, or may still be, under 18: nobody under"):
        agree(director, request)
    with refuses("This request was decided, or nobody decided in time"):
        agree(actor("administrator"), request)
    assert _now(who).person_id is None
    decline(director, request, "No.")


def test_what_changed_meanwhile_goes_back(participant, actor):
    """What is agreed to is what was asked for, of the account as it stood."""
    administrator, director = actor("administrator"), actor("director")
    who = _joined(administrator, Role.PEER, person_id=participant.id)
    request = _waiting(who)
    assert [one.public_id for one in requests_for(director)[0]] == [request]
    db.session.execute(
        update(Account).where(Account.public_id == who.public_id).values(name="Another")
    )
    db.session.commit()
    with refuses("The account has changed meanwhile. Nothing was done"):
        agree(director, request)
    assert (_now(who).person_id, roles_of(account(who.public_id))) == (None, {Role.PEER})


ROLES = st.frozensets(st.sampled_from(Role), max_size=9)


@given(ROLES, ROLES, st.booleans(), st.booleans())
def test_what_takes_two(held, wanted, settled, second_step):
    told = {"settled": settled, "second_step": second_step}
    gained = wanted - held
    assert takes_two(RequestKind.OPENING, held, wanted, **told)
    assert takes_two(RequestKind.LINK, held, **told) == (not second_step or bool(held & POWERFUL))
    assert takes_two(RequestKind.ROLES, held, wanted, **told) == (
        bool(gained & POWERFUL) or (settled and bool(gained & OF_RECORDS))
    )


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_programme_is_settled_seven_days_after_its_first_director_came(age):
    now = utc_now()
    assert is_settled(now - age, now) is (age >= timedelta(days=7))
    assert not is_settled(None, now)
