"""An account reads of one funder only, and nobody says alone of which."""

import pytest
from sqlalchemy import select

from kash.accounts.models import AccountBacking
from kash.accounts.services.locking import revocations
from kash.figures.funders.models import FunderAccount
from kash.figures.funders.services import agree_to_tie, ask_to_tie, end_tie, funder_of, return_tie
from kash.platform.approvals.approval import SamePerson, StandsBehind, WrongStep
from kash.platform.database import db, utc_now, writing
from kash.policy import Actor, Role
from kash.workshops.models import Funder
from tests.refusals import refuses


@pytest.fixture
def funder(app):
    """A funder that pays for something."""
    made = Funder(name="Mfano Foundation")
    db.session.add(made)
    db.session.commit()
    return made


def _funder_name(actor: Actor) -> str | None:
    db.session.rollback()
    found = funder_of(actor)
    return found.name if found is not None else None


def test_it_holds_once_a_second_independent_person_agreed_and_until_it_ends(actor, funder):
    asking, agreeing = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    reading = actor(Role.FUNDER)
    asked = ask_to_tie(reading.public_id, funder.public_id, by=asking)
    assert _funder_name(reading) is None
    with pytest.raises(SamePerson):
        agree_to_tie(asked, by=asking)
    agree_to_tie(asked, by=agreeing)
    assert _funder_name(reading) == "Mfano Foundation"
    with refuses("This account has a funder already, or a decision waits"):
        ask_to_tie(reading.public_id, funder.public_id, by=asking)
    end_tie(asked, by=asking)
    assert _funder_name(reading) is None
    with pytest.raises(WrongStep):
        end_tie(asked, by=asking)


def test_nobody_agrees_who_stands_behind_whoever_asked(actor, funder):
    asking, behind = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    with writing() as session:
        session.add(AccountBacking(account_id=behind.account_id, by=asking.public_id))
    reading = actor(Role.FUNDER)
    asked = ask_to_tie(reading.public_id, funder.public_id, by=asking)
    with pytest.raises(StandsBehind):
        agree_to_tie(asked, by=behind)
    assert _funder_name(reading) is None


def test_staff_and_participants_belong_to_no_funder(actor, funder):
    asking = actor(Role.ADMINISTRATOR)
    for role in (Role.TRAINER, Role.POLICE_PEER):
        with refuses("Only a funder's account belongs to a funder."):
            ask_to_tie(actor(role).public_id, funder.public_id, by=asking)


def test_a_closed_account_reads_nothing_of_the_funder(actor, funder):
    asking, agreeing = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    reading = actor(Role.FUNDER)
    agree_to_tie(ask_to_tie(reading.public_id, funder.public_id, by=asking), by=agreeing)
    step = next(one for one in revocations() if one.key == "funders.ties")
    with writing() as session:
        step.step(session, reading.account_id or 0, utc_now())
    assert _funder_name(reading) is None


def test_the_page_asks_agrees_and_sends_back(actor, client_for, funder):
    asking, agreeing = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    reading = actor(Role.FUNDER)
    page = f"/funders/accounts/{reading.public_id}"
    client_for(asking).post(page, data={"funder": funder.public_id})
    tie = db.session.scalars(select(FunderAccount)).one()
    assert f"/accounts/{reading.public_id}" in client_for(agreeing).get("/").text
    browser = client_for(agreeing)
    nothing = browser.post(f"{page}/{tie.public_id}/return", data={"reason": ""})
    assert nothing.status_code == 422
    browser.post(f"{page}/{tie.public_id}/return", data={"reason": "Which of the two?"})
    assert "Which of the two?" in client_for(asking).get(page).text
    # Whoever asked is told on her first page, which leads there.
    first = client_for(asking).get("/").text
    assert "about a funder&#39;s account was sent back" in first
    assert f'href="{page}"' in first
    client_for(asking).post(page, data={"funder": funder.public_id})
    db.session.rollback()
    second = db.session.scalars(
        select(FunderAccount).where(FunderAccount.state == "proposed")
    ).one()
    assert browser.post(f"{page}/{second.public_id}/agree").status_code == 302
    assert "belongs to it" in client_for(reading).get("/account").text
    assert _funder_name(reading) == "Mfano Foundation"


def test_a_request_is_turned_back_once(actor, funder):
    asking, agreeing = actor(Role.ADMINISTRATOR), actor(Role.DIRECTOR)
    asked = ask_to_tie(actor(Role.FUNDER).public_id, funder.public_id, by=asking)
    return_tie(asked, "Which of the two?", by=agreeing)
    with pytest.raises(WrongStep):
        return_tie(asked, "Again", by=agreeing)
    with pytest.raises(WrongStep):
        agree_to_tie(asked, by=agreeing)
