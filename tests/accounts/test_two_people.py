"""No account comes to power, and nobody into an account that has it, by one person alone."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select, update

from kash.accounts.errors import CannotAgree, LinkSpent, NeedsSecond
from kash.accounts.models import (
    Account,
    AccountBacking,
    AccountNotice,
    AccountRequest,
    Invitation,
    Programme,
)
from kash.accounts.queries.accounts import account, account_by_email, actor_of, roles_of
from kash.accounts.queries.requests import (
    possible_seconds,
    request_by_id,
    requests_for,
    those_behind,
)
from kash.accounts.rules import SPOKEN_CODE_TRIES
from kash.accounts.services.accounts import reactivate, rename, set_roles
from kash.accounts.services.deciding import (
    agree,
    ask_for_link,
    ask_for_roles,
    ask_reset,
    ask_to_invite,
    ask_to_reopen,
    fetch_link,
    fetched_before,
    withdraw,
)
from kash.accounts.services.invitations import accept_invitation, invite
from kash.accounts.services.locking import LET_GO, hand_over, lock_at_once
from kash.accounts.services.notices import vouch_for
from kash.accounts.services.sign_in import accept_new_password, new_password_link
from kash.platform.database import db, utc_now
from kash.platform.jobs import run_waiting
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import NotFound, TooManyTries
from kash.policy import SYSTEM, Actor, Role
from tests.refusals import refuses

GOOD = "seven quiet herons at dawn"
POWER = ("administrator", "director", "documentation", "custodian")


def _roles(who: str) -> set[Role]:
    db.session.rollback()
    return set(roles_of(account(who)))


def _actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def _notices(who: Actor) -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(AccountNotice.kind)
            .where(AccountNotice.account_id == who.account_id)
            .order_by(AccountNotice.id)
        )
    )


def _letters(app: APIFlask) -> str:
    db.session.rollback()
    run_waiting()
    folder = Path(app.config["MAIL_FILE_PATH"])
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*")))


def _a_while_later() -> None:
    """All accounts have been here for a month."""
    db.session.execute(update(Account).values(settled_at=utc_now() - timedelta(days=30)))
    db.session.commit()


def _code(director: Actor, request: str) -> str:
    db.session.rollback()
    return request_by_id(director, request).code


def _invited(by: Actor, email: str, *roles: Role, second: Actor | None = None) -> Actor:
    """Somebody who has joined, at the word of one or of two."""
    offer: dict[str, Any] = {"name": "Somebody", "email": email, "roles": roles}
    if second is None:
        return accept_invitation(invite(by, **offer), name="Somebody", password=GOOD)
    request = ask_to_invite(by, **offer, reason="Needed.")
    agree(second, request)
    return accept_invitation(
        fetch_link(by, request), name="Somebody", password=GOOD, code=_code(second, request)
    )


# --- The attacks ----------------------------------------------------------------------------


@pytest.mark.any_engine
def test_an_administrator_cannot_make_herself_director_trainer_and_officer(
    both_engines_app, actor, client_for
):
    """She would see every participant, approve every payment, and answer to nobody."""
    administrator, _director = actor("administrator"), actor("director")
    browser = client_for(administrator)
    wanted = {"roles": ["administrator", "director", "trainer", "monitoring"], "reason": "I must."}
    answer = browser.post(f"/accounts/{administrator.public_id}/roles", data=wanted)
    assert answer.status_code == 422
    assert "Nobody changes their own roles." in answer.text
    with refuses("Nobody changes their own roles. Ask another administrator."):
        ask_for_roles(
            administrator, administrator.public_id, [Role.ADMINISTRATOR, Role.TRAINER], "I must."
        )
    with refuses("Nobody changes their own roles. Ask another administrator."):
        set_roles(administrator, administrator.public_id, [Role.ADMINISTRATOR, Role.TRAINER])
    assert _roles(administrator.public_id) == {Role.ADMINISTRATOR}
    assert db.session.scalars(select(AccountRequest)).all() == []


@pytest.mark.any_engine
def test_an_administrator_cannot_sign_in_as_the_director_by_a_link_that_she_made(
    both_engines_app, actor, client_for
):
    """Nor with one that an honest second person agreed to: the code is not hers."""
    administrator, second = actor("administrator"), actor("administrator")
    director = actor("director", email="mwalimu@example.org", language="en")
    browser = client_for(administrator)
    where = f"/accounts/{director.public_id}/new-password"
    page = browser.post(where)
    assert page.status_code == 422
    assert "/new-password/" not in page.text.replace(where, "")
    with pytest.raises(NeedsSecond):
        new_password_link(administrator, director.public_id)
    assert db.session.scalars(select(Invitation)).all() == []
    asked = browser.post(where, data={"reason": "She forgot it."})
    request = asked.location.rpartition("/")[2]
    assert browser.post(f"/accounts/requests/{request}/link").status_code == 303
    agree(second, request)
    made = browser.post(f"/accounts/requests/{request}/link").text
    link = re.search(r"/new-password/[\w-]{20,}", made)
    assert link is not None
    assert not re.search(r"\b\d{4}-\d{4}\b", made + browser.get(asked.location).text)
    tried = browser.post(link.group(0), data={"password": GOOD, "spoken_code": "0000-0000"})
    assert tried.status_code == 422
    assert "This is not the code that belongs to this link." in tried.text
    token = link.group(0).rpartition("/")[2]
    with refuses("This is not the code that belongs to this link."):
        accept_new_password(token, GOOD)
    # She was told by mail and on Today, when it was asked for and when the link was made.
    assert _notices(director) == ["link_asked", "link_made"]
    told = _letters(both_engines_app).replace("\n", " ")
    assert "asked for a link that sets a new password for your account" in told
    assert "a link was made that sets a new password for your account" in told
    assert "asked for a link" in client_for(director).get("/").text
    # The director, who has both, gets in.
    accept_new_password(token, GOOD, code=_code(second, request))
    assert _notices(director)[-1] == "password_set"


@pytest.mark.any_engine
def test_a_puppet_cannot_agree_to_what_its_hand_asks_for(both_engines_app, actor):
    """Neither a puppet, nor a puppet's puppet, nor the hand to what its puppet asks for."""
    administrator, director = actor("administrator"), actor("director")
    target = actor("trainer")
    with pytest.raises(NeedsSecond):
        invite(administrator, name="Puppet", email="p@example.org", roles=[Role.ADMINISTRATOR])
    puppet = _invited(administrator, "p@example.org", Role.ADMINISTRATOR, second=director)
    _a_while_later()
    again = _invited(puppet, "q@example.org", Role.ADMINISTRATOR, second=director)
    sibling = _invited(administrator, "r@example.org", Role.ADMINISTRATOR, second=director)
    _a_while_later()
    for asker, seconds in (
        (administrator, (puppet, again, sibling)),
        (puppet, (administrator, again, sibling)),
        (again, (administrator, puppet, sibling)),
    ):
        request = ask_for_roles(asker, target.public_id, [Role.CUSTODIAN], "Needed.")
        for second in seconds:
            with pytest.raises(CannotAgree):
                agree(second, request)
            assert requests_for(second) == ([], [])
        withdraw(asker, request)
    assert _roles(target.public_id) == {Role.TRAINER}


@pytest.mark.any_engine
def test_an_account_that_one_person_invited_stays_her_puppet_when_it_gains_power(
    both_engines_app, actor
):
    """Invited as a trainer by one alone, who may know its password; administrator later."""
    administrator, director = actor("administrator"), actor("director")
    puppet = _invited(administrator, "p@example.org", Role.TRAINER)
    request = ask_for_roles(director, puppet.public_id, [Role.ADMINISTRATOR], "Needed.")
    agree(administrator, request)
    _a_while_later()
    puppet = actor_of(account(puppet.public_id))
    target = actor("trainer")
    for asker in (administrator, director):
        request = ask_for_roles(asker, target.public_id, [Role.CUSTODIAN], "Needed.")
        with pytest.raises(CannotAgree):
            agree(puppet, request)
        withdraw(asker, request)
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert last is not None
        assert list(last.subjects) == [target.public_id, request]


@pytest.mark.any_engine
def test_a_link_made_alone_opens_nothing_once_its_account_has_power(both_engines_app, actor):
    administrator, director = actor("administrator"), actor("director")
    who = actor("trainer", totp_sealed=b"sealed")
    early = new_password_link(administrator, who.public_id)
    kept = db.session.execute(
        select(Invitation.token_hash, Invitation.public_id, Invitation.email_sealed)
    ).one()
    request = ask_for_roles(administrator, who.public_id, [Role.CUSTODIAN], "Needed.")
    agree(director, request)
    with pytest.raises(LinkSpent):
        accept_new_password(early, GOOD)
    # Not even if it is still there.
    db.session.rollback()
    db.session.add(
        Invitation(
            token_hash=kept.token_hash,
            name="x",
            email_sealed=kept.email_sealed,
            email_lookup="0" * 64,
            public_id=kept.public_id,
            roles=[],
            account_id=who.account_id,
            invited_by=administrator.public_id,
            brought_by=administrator.public_id,
            expires_at=utc_now() + timedelta(days=1),
        )
    )
    db.session.commit()
    with pytest.raises(LinkSpent):
        accept_new_password(early, GOOD)


@pytest.mark.any_engine
def test_who_takes_the_invitations_of_a_leaver_does_not_take_the_blame_for_them(
    both_engines_app, actor
):
    """Else a hand could pass its puppets on before they join."""
    hand, other = actor("administrator"), actor("administrator")
    token = invite(hand, name="P", email="p@example.org", roles=[Role.TRAINER])
    hand_over(other, hand.public_id, {"invitations": other.public_id})
    # The link of a leaver ends; what was handed over before stays.
    db.session.rollback()
    row = db.session.scalars(select(Invitation)).one()
    assert (row.invited_by, row.brought_by) == (other.public_id, hand.public_id)
    puppet = accept_invitation(token, name="P", password=GOOD)
    assert those_behind(account(puppet.public_id)) == [account(hand.public_id).name]


@pytest.mark.any_engine
def test_the_second_person_cannot_use_what_she_agreed_to(both_engines_app, actor):
    """She has the code and no link, and cannot fetch it."""
    administrator, director = actor("administrator"), actor("director")
    request = ask_to_invite(
        administrator, name="New", email="n@example.org", roles=[Role.CUSTODIAN], reason="Needed."
    )
    agree(director, request)
    with pytest.raises(NotFound):
        fetch_link(director, request)
    assert re.fullmatch(r"\d{4}-\d{4}", _code(director, request))
    assert _code(administrator, request) == ""
    token = fetch_link(administrator, request)
    with refuses("This request was decided, or nobody decided in time"):
        fetch_link(administrator, request)
    for _ in range(SPOKEN_CODE_TRIES):
        with refuses("This is not the code that belongs to this link."):
            accept_invitation(token, name="N", password=GOOD, code="not it")
    # Guessed out: even the right one opens it no more.
    with pytest.raises(TooManyTries):
        accept_invitation(token, name="N", password=GOOD, code=_code(director, request))
    assert account_by_email("n@example.org") is None


# --- What takes two -------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.parametrize("role", POWER)
def test_every_way_to_power_takes_two_once_there_is_a_director(both_engines_app, actor, role):
    administrator, _director = actor("administrator"), actor("director")
    who, trainer = actor(role), actor("trainer")
    closed = actor(role, active=False)
    attempts: list[Callable[[], object]] = [
        lambda: invite(administrator, name="N", email="n@example.org", roles=[Role(role)]),
        lambda: set_roles(administrator, trainer.public_id, [Role(role)]),
        lambda: new_password_link(administrator, who.public_id),
        lambda: reactivate(administrator, closed.public_id),
    ]
    for attempt in attempts:
        with pytest.raises(NeedsSecond):
            attempt()
    assert _actions() == []
    db.session.rollback()
    assert not account(closed.public_id).active


@pytest.mark.any_engine
def test_to_take_a_role_away_takes_one_and_its_owner_is_told(both_engines_app, actor):
    """Whoever is in danger of misuse must be stopped at once."""
    administrator, who = actor("administrator"), actor("director", "trainer")
    set_roles(administrator, who.public_id, [Role.TRAINER])
    assert _roles(who.public_id) == {Role.TRAINER}
    assert _notices(who) == ["roles_changed"]
    # The programme has had a director: the next one is not the first.
    with pytest.raises(NeedsSecond):
        set_roles(administrator, who.public_id, [Role.TRAINER, Role.CUSTODIAN])


@pytest.mark.any_engine
def test_two_agree_and_it_is_done_and_told(both_engines_app, actor):
    administrator, director = actor("administrator"), actor("director")
    who = actor("trainer", email="amani@example.org", language="en")
    closed = actor("custodian", active=False)
    request = ask_for_roles(
        administrator, who.public_id, [Role.TRAINER, Role.DIRECTOR], "She leads from May on."
    )
    assert _roles(who.public_id) == {Role.TRAINER}
    line = request_by_id(director, request)
    assert (line.held, line.roles) == (["trainer"], ["director", "trainer"])
    agree(director, request)
    assert _roles(who.public_id) == {Role.TRAINER, Role.DIRECTOR}
    assert _notices(who) == ["roles_asked", "roles_changed"]
    told = _letters(both_engines_app).replace("\n", " ")
    assert "somebody asked that your roles be changed" in told
    assert "She leads" not in told
    agree(director, ask_to_reopen(administrator, closed.public_id, "Back."))
    db.session.rollback()
    assert account(closed.public_id).active
    assert _notices(closed) == ["reopening_asked", "reopened"]
    assert _actions() == ["accounts.request_made", "accounts.request_agreed"] * 2
    entry = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.action == "accounts.request_agreed")
        .order_by(AuditEntry.seq)
    ).first()
    assert entry is not None
    assert list(entry.subjects) == [who.public_id, "role:director", request]


@pytest.mark.any_engine
def test_a_director_asks_and_an_administrator_agrees(both_engines_app, actor):
    """So that a successor does not stand in the administrator's line, and can agree with her."""
    administrator, director = actor("administrator"), actor("director")
    successor = _invited(director, "s@example.org", Role.DIRECTOR, second=administrator)
    _a_while_later()
    target = actor("trainer")
    request = ask_for_roles(administrator, target.public_id, [Role.CUSTODIAN], "Needed.")
    agree(successor, request)
    assert _roles(target.public_id) == {Role.CUSTODIAN}
    closed = actor("trainer", totp_sealed=b"sealed")
    for attempt in (
        lambda: invite(director, name="T", email="t@example.org", roles=[Role.TRAINER]),
        lambda: set_roles(director, actor("trainer").public_id, [Role.MONITORING]),
        lambda: new_password_link(director, closed.public_id),
        lambda: ask_for_link(director, closed.public_id, "Lost."),
    ):
        with refuses("This takes no second person: an administrator does it."):
            attempt()


@pytest.mark.any_engine
def test_who_is_too_new_agrees_to_nothing(both_engines_app, actor):
    administrator, who = actor("administrator"), actor("trainer")
    director = actor("director", settled_at=utc_now() - timedelta(days=6, hours=23))
    request = ask_for_roles(administrator, who.public_id, [Role.CUSTODIAN], "Needed.")
    with pytest.raises(CannotAgree):
        agree(director, request)
    line = request_by_id(administrator, request)
    assert [str(one.standing) for one in possible_seconds(line)] == ["new"]
    actor("director", name="Zawadi")
    assert [str(one.standing) for one in possible_seconds(line)] == ["may", "new"]
    # Whom a request concerns is no second person for it, nor is whoever asks.
    own = request_by_id(administrator, ask_for_link(administrator, director.public_id, "Lost."))
    assert [one.name for one in possible_seconds(own)] == ["Zawadi"]
    db.session.execute(
        update(Account)
        .where(Account.public_id == director.public_id)
        .values(settled_at=utc_now() - timedelta(days=7))
    )
    db.session.commit()
    agree(director, request)


@pytest.mark.any_engine
@pytest.mark.parametrize("way", ["roles", "link", "second_step", "reopening"])
def test_an_account_whose_ways_in_were_touched_agrees_to_nothing_for_seven_days(
    both_engines_app, actor, way
):
    """Its owner has that long to say that it was not she."""
    administrator, director = actor("administrator"), actor("director")
    who = actor(
        "director" if way != "roles" else "trainer",
        totp_sealed=b"sealed" if way == "second_step" else None,
        active=way != "reopening",
    )
    if way == "roles":
        request = ask_for_roles(administrator, who.public_id, [Role.DIRECTOR], "Now.")
    elif way == "link":
        request = ask_for_link(administrator, who.public_id, "Lost.")
    elif way == "second_step":
        request = ask_reset(administrator, who.public_id, "Lost.")
    else:
        request = ask_to_reopen(administrator, who.public_id, "Back.")
    agree(director, request)
    if way == "link":
        token = fetch_link(administrator, request)
        accept_new_password(token, GOOD, code=_code(director, request))
    db.session.rollback()
    assert utc_now() - account(who.public_id).settled_at < timedelta(hours=1)


def test_what_changed_meanwhile_goes_back(both_engines_app, actor):
    """What is done is exactly what was shown: not the same words for another account."""
    administrator, director = actor("administrator"), actor("director")
    who = actor("trainer", name="Amani")
    request = ask_for_roles(administrator, who.public_id, [Role.CUSTODIAN], "Needed.")
    rename(administrator, who.public_id, "The honoured Mary")
    assert request_by_id(director, request).changed
    with refuses("The account has changed meanwhile. Nothing was done"):
        agree(director, request)
    assert _roles(who.public_id) == {Role.TRAINER}
    assert request_by_id(director, request).state == "changed"
    assert _actions()[-1] == "accounts.request_sent_back"
    assert _notices(administrator) == ["request_changed"]
    with refuses("This request was decided, or nobody decided in time"):
        agree(director, request)
    # The same between agreeing and fetching a link.
    officer = actor("documentation")
    request = ask_for_link(administrator, officer.public_id, "Lost.")
    agree(director, request)
    rename(administrator, officer.public_id, "Somebody else")
    with refuses("The account has changed meanwhile. Nothing was done"):
        fetch_link(administrator, request)
    assert request_by_id(director, request).code == ""


@pytest.mark.any_engine
def test_who_may_no_longer_ask_has_asked_for_nothing(both_engines_app, actor):
    by, administrator, director = actor("administrator"), actor("administrator"), actor("director")
    who = actor("trainer")
    request = ask_for_roles(administrator, who.public_id, [Role.CUSTODIAN], "Needed.")
    set_roles(by, administrator.public_id, [Role.MONITORING])
    with refuses("This request was decided, or nobody decided in time"):
        agree(director, request)
    assert _roles(who.public_id) == {Role.TRAINER}


def test_the_same_is_asked_for_once_and_an_address_taken_meanwhile_is_refused(
    both_engines_app, actor
):
    administrator, director = actor("administrator"), actor("director")
    offer: dict[str, Any] = {
        "name": "New",
        "email": "n@example.org",
        "roles": [Role.CUSTODIAN],
        "reason": "Needed.",
    }
    request = ask_to_invite(administrator, **offer)
    with refuses("This waits for a second person already."):
        ask_to_invite(administrator, **offer)
    actor("trainer", email="n@example.org")
    with refuses("There is an account with this e-mail address already."):
        agree(director, request)
    with pytest.raises(NeedsSecond):
        ask_to_invite(administrator, **{**offer, "email": "m@example.org", "reason": " "})


def test_a_form_sent_twice_shows_its_own_link_again_and_no_other(sqlite_app, actor):
    administrator, director = actor("administrator"), actor("director")
    requests = [
        ask_to_invite(
            administrator, name="N", email=email, roles=[Role.CUSTODIAN], reason="Needed."
        )
        for email in ("m@example.org", "n@example.org")
    ]
    for request in requests:
        agree(director, request)
    tokens = [fetch_link(administrator, request, "one key") for request in requests]
    assert len(set(tokens)) == 2
    assert [fetched_before(administrator, one, "one key") for one in requests] == tokens
    for who, key in ((administrator, "another"), (administrator, ""), (director, "one key")):
        assert fetched_before(who, requests[0], key) == ""


def test_requests_end_with_the_account_that_asked_and_with_the_one_concerned(
    both_engines_app, actor
):
    by, administrator, director = actor("administrator"), actor("administrator"), actor("director")
    who, other = actor("custodian"), actor("trainer")
    first = ask_for_link(administrator, who.public_id, "Lost.")
    second = ask_for_roles(administrator, other.public_id, [Role.CUSTODIAN], "Needed.")
    agree(director, first)
    lock_at_once(by, who.public_id)
    with refuses("This request was decided, or nobody decided in time"):
        fetch_link(administrator, first)
    hand_over(by, administrator.public_id, {"invitations": LET_GO})
    with refuses("This request was decided, or nobody decided in time"):
        agree(director, second)


# --- The beginning --------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_programme_begins_with_one_person_and_its_founders_agree_afterwards(
    both_engines_app, actor
):
    administrator = actor("administrator")
    links = {
        role: invite(administrator, name=role, email=f"{role}@example.org", roles=[Role(role)])
        for role in ("director", "documentation", "custodian")
    }
    # Of each role the first alone, also while its link is on its way.
    for role in POWER:
        with pytest.raises(NeedsSecond):
            invite(administrator, name="x", email=f"second-{role}@example.org", roles=[Role(role)])
    # A lost link is made anew.
    links["director"] = invite(
        administrator, name="D", email="director@example.org", roles=[Role.DIRECTOR]
    )
    director = accept_invitation(links["director"], name="D", password=GOOD)
    assert db.session.scalars(select(Programme.founded_at)).one() is not None
    # What was sent before is still good.
    accept_invitation(links["custodian"], name="C", password=GOOD)
    target = actor("trainer")
    request = ask_for_roles(administrator, target.public_id, [Role.DOCUMENTATION], "Yes.")
    with pytest.raises(CannotAgree):
        agree(director, request)
    _a_while_later()
    agree(director, request)
    assert _roles(target.public_id) == {Role.DOCUMENTATION}


@pytest.mark.any_engine
def test_a_trainer_made_the_first_director_is_a_founder(both_engines_app, actor):
    administrator = actor("administrator")
    first = _invited(administrator, "d@example.org", Role.TRAINER)
    set_roles(administrator, first.public_id, [Role.DIRECTOR])
    assert those_behind(account(first.public_id)) == []
    second = _invited(administrator, "e@example.org", Role.TRAINER)
    with pytest.raises(NeedsSecond):
        set_roles(administrator, second.public_id, [Role.DIRECTOR])


@pytest.mark.any_engine
def test_a_link_to_power_from_before_the_rule_opens_nothing(both_engines_app, actor):
    administrator = actor("administrator")
    token = invite(administrator, name="D", email="d@example.org", roles=[Role.DIRECTOR])
    db.session.execute(update(Invitation).values(founding=False))
    db.session.commit()
    with pytest.raises(LinkSpent):
        accept_invitation(token, name="D", password=GOOD)


# --- The server's command line --------------------------------------------------------------


def test_the_operator_needs_nobody_and_leaves_a_trace(both_engines_app, actor):
    actor("director")
    who = actor("trainer", email="a@example.org")
    closed = actor("custodian", email="c@example.org", active=False)
    director = actor("director", email="d@example.org")
    run = both_engines_app.test_cli_runner().invoke
    for command, said in (
        (["roles", "a@example.org", "--role", "administrator"], "Changed."),
        (["reopen", "c@example.org"], "It is open."),
        (["link", "d@example.org"], "/new-password/"),
        (["vouch", "a@example.org", "--yes"], "Nobody stands behind it any more."),
        (["invite", "n@example.org", "--name", "N", "--role", "custodian"], "/join/"),
        (["password", "d@example.org", "--generate"], ""),
    ):
        done = run(args=["account", *command])
        assert done.exit_code == 0, done.output
        assert said in done.output
    assert _roles(who.public_id) == {Role.ADMINISTRATOR}
    assert _actions() == [
        "accounts.roles_changed",
        "accounts.reactivated",
        "accounts.password_link_made",
        "accounts.vouched_for",
        "accounts.invited",
        "accounts.password_set",
    ]
    actors = db.session.scalars(select(AuditEntry.actor).distinct()).all()
    assert actors == [SYSTEM.public_id]
    assert _notices(who) == ["roles_changed", "vouched_for"]
    assert _notices(closed) == ["reopened"]
    assert _notices(director) == ["link_made", "password_set"]


@pytest.mark.any_engine
def test_a_link_of_the_operator_opens_an_account_with_power(both_engines_app, actor):
    director = actor("director")
    accept_new_password(new_password_link(SYSTEM, director.public_id), GOOD)
    token = invite(SYSTEM, name="N", email="n@example.org", roles=[Role.ADMINISTRATOR])
    new = accept_invitation(token, name="N", password=GOOD)
    assert db.session.scalars(select(AccountBacking)).all() == []
    assert _roles(new.public_id) == {Role.ADMINISTRATOR}


@pytest.mark.any_engine
def test_an_account_that_the_operator_vouches_for_stands_for_itself(both_engines_app, actor):
    administrator, director = actor("administrator"), actor("director")
    second = _invited(administrator, "s@example.org", Role.ADMINISTRATOR, second=director)
    _a_while_later()
    request = ask_for_link(administrator, director.public_id, "Lost.")
    with pytest.raises(CannotAgree):
        agree(second, request)
    with pytest.raises(NotFound):
        vouch_for(SYSTEM, "nobody")
    vouch_for(SYSTEM, second.public_id)
    agree(second, request)


# --- Pages ----------------------------------------------------------------------------------


def test_an_invitation_of_two_people_from_the_form_to_the_account(app, actor, client_for):
    administrator = actor("administrator", name="Amina")
    director, browser = client_for(actor("director", name="Mwalimu")), client_for(administrator)
    wanted = {"name": "Mary", "email": "mary@example.org", "roles": "custodian"}
    silent = browser.post("/accounts/invite", data=wanted)
    assert silent.status_code == 422
    assert "A second person has to agree" in silent.text
    assert 'value="mary@example.org"' in silent.text
    asked = browser.post("/accounts/invite", data=wanted | {"reason": "I know her."})
    page = browser.get(asked.location).text
    assert "Mwalimu: may agree" in page
    assert 'value="agree"' not in page
    assert "Invitation: Mary" in director.get("/").text
    seen = director.get(asked.location).text
    for shown in ("mary@example.org", "Custodian", "I know her.", "Amina"):
        assert shown in seen
    assert director.post(asked.location, data={"decision": "agree"}).status_code == 303
    code = re.search(r"<strong>(\d{4}-\d{4})</strong>", director.get(asked.location).text)
    assert code is not None
    today = browser.get("/").text
    assert "Mwalimu has agreed. Make the link." in today
    made = browser.post(f"{asked.location}/link").text
    link = re.search(r"/join/[\w-]{20,}", made)
    assert link is not None
    assert "which Mwalimu tells that person" in made
    stranger = app.test_client()
    assert "Eight digits that the second person tells you" in stranger.get(link.group(0)).text
    typed = {"name": "Mary", "password": GOOD}
    assert stranger.post(link.group(0), data=typed).status_code == 422
    joined = stranger.post(link.group(0), data=typed | {"spoken_code": code[1].replace("-", " ")})
    assert joined.status_code == 303
    assert stranger.get("/account").status_code == 200
    assert code[1] not in director.get(asked.location).text


def test_the_page_says_when_nobody_may_agree(app, actor, client_for):
    administrator, director = actor("administrator"), actor("director", name="Mwalimu")
    request = ask_for_link(administrator, director.public_id, "Lost.")
    page = client_for(administrator).get(f"/accounts/requests/{request}").text
    assert "At present nobody may agree" in page


def test_the_list_of_requests_costs_the_same_however_long(
    app,
    actor,
    client_for,
    count_queries,  # type: ignore[type-arg]
):
    administrator, browser = actor("administrator"), client_for(actor("director"))
    counts = []
    for more in (1, 2):
        for _ in range(more):
            ask_for_link(administrator, actor("custodian").public_id, "Lost.")
        browser.get("/accounts/requests")
        db.session.rollback()
        db.session.expunge_all()
        with count_queries() as seen:
            browser.get("/accounts/requests")
        counts.append(seen.count)
    assert counts[0] == counts[1]
