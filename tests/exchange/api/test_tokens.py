"""Tokens: who may ask, agree and fetch, and all that ends one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from kash.accounts.errors import NotIndependent
from kash.accounts.models import Account, AccountBacking, AccountRole
from kash.accounts.queries.requests import unseen_notices
from kash.accounts.queries.safety import audit_listing
from kash.accounts.services.locking import revoke_everything
from kash.exchange.api.models import ApiToken, ApiTokenScope, KeptAnswer, scope_named
from kash.exchange.api.queries import token, tokens_on_today
from kash.exchange.api.services import (
    TokenRequest,
    agree_to_token,
    ask_for_token,
    end_token,
    fetch_token,
    forget_kept_answers,
    lease,
    return_token,
)
from kash.people.connections.models import Connection
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import NotFound
from kash.platform.web.today import Viewer
from kash.policy import Actor, Role
from tests.refusals import refuses

from .conftest import Program, make_connection


def _asked(by: Actor, *scopes: str, connection: str = "") -> str:
    return ask_for_token(
        TokenRequest(connection or make_connection(), "Counts", scopes or ("workshops.read",), 90),
        by=by,
    )


def _waits(who: Actor) -> tuple[list[str], list[str]]:
    """Tokens on somebody's Today: to be agreed to, and to be fetched."""
    found = tokens_on_today(Viewer(who, utc_now()))
    return [one.public_id for one in found[0]], [one.public_id for one in found[1]]


def _set(token: str, **values: object) -> None:
    with writing() as session:
        session.execute(update(ApiToken).where(ApiToken.public_id == token).values(**values))


def _code(program: Program, path: str = "/token") -> tuple[int, str]:
    answer = program.ask(path)
    return answer.status_code, "" if answer.status_code == 200 else answer.json["type"]


def test_a_token_is_asked_for_by_one_agreed_to_by_another_and_fetched_once(both_engines_app, actor):
    asker, director = actor("monitoring"), actor("director")
    made = _asked(asker)
    with refuses("This token waited too long, was fetched already, or was ended."):
        fetch_token(made, by=asker)
    assert _waits(director) == ([made], [])
    agree_to_token(made, by=director)
    assert _waits(asker) == ([], [made])
    with pytest.raises(NotFound):
        fetch_token(made, by=director)
    secret = fetch_token(made, by=asker)
    with refuses("This token waited too long, was fetched already, or was ended."):
        fetch_token(made, by=asker)
    row = token(made, asker)
    assert secret not in repr(vars(row))
    assert row.token_hash is not None
    assert row.expires_at is not None
    assert row.fetched_at is not None
    assert row.expires_at - row.fetched_at == timedelta(days=90)


@pytest.mark.any_engine
def test_whoever_asks_agrees_to_nothing_nor_does_her_own_creature(app, actor):
    asker, puppet = actor("director"), actor("director")
    with writing() as session:
        session.add(AccountBacking(account_id=puppet.account_id, by=asker.public_id))
    made = _asked(asker)
    with pytest.raises(SamePerson):
        agree_to_token(made, by=asker)
    with pytest.raises(NotIndependent):
        agree_to_token(made, by=puppet)
    assert _waits(puppet) == ([], [])
    agree_to_token(made, by=actor("administrator"))


@pytest.mark.any_engine
def test_a_token_is_asked_for_what_the_account_has_and_nothing_else(app, actor):
    monitoring, trainer = actor("monitoring"), actor("trainer")
    with refuses("A token can do no more than your own account."):
        _asked(monitoring, "attendance.mark")
    with refuses("Choose at least one."):
        _asked(trainer, "incidents.see")
    with refuses("Names come with people:"):
        _asked(trainer, "people.names")
    with pytest.raises(NotFound):
        _asked(trainer, connection="0" * 16)
    assert _asked(trainer, "attendance.mark")


@pytest.mark.any_engine
def test_what_waited_too_long_was_sent_back_or_ended_is_neither_agreed_to_nor_fetched(app, actor):
    asker, director = actor("monitoring"), actor("director")
    late, returned, ended, unfetched = (_asked(asker) for _ in range(4))
    with writing() as session:
        session.execute(update(Connection).values(created_at=utc_now() - timedelta(days=8)))
    _set(late, created_at=utc_now() - timedelta(days=7))
    # The connection of this one was changed since it was asked for.
    outdated = _asked(asker)
    _set(outdated, created_at=utc_now() - timedelta(days=1))
    return_token(returned, "Say what for", by=director)
    assert [(one.kind, one.request_id) for one in unseen_notices(asker.account_id)] == [
        ("token_sent_back", returned)
    ]
    end_token(ended, by=asker)
    agree_to_token(unfetched, by=director)
    _set(unfetched, agreed_at=utc_now() - timedelta(days=7))
    for one in (late, ended, outdated):
        with refuses("This token waited too long, was fetched already, or was ended."):
            agree_to_token(one, by=director)
    for one in (late, returned, ended, unfetched, outdated):
        with refuses("This token waited too long, was fetched already, or was ended."):
            fetch_token(one, by=asker)
    assert _waits(director) == _waits(asker) == ([], [])


@pytest.mark.any_engine
def test_whoever_sees_a_token_ends_it_and_nobody_sees_a_strangers(app, actor, program):
    first = program()
    with pytest.raises(NotFound):
        end_token(first.token, by=actor("trainer"))
    assert _code(first) == (200, "")
    end_token(first.token, by=actor("administrator"))
    assert _code(first) == (401, "urn:kash:problem:token")
    _set(first.token, ended_at=None, ended_by=None)
    assert _code(first) == (401, "urn:kash:problem:token")


ENDINGS: dict[str, tuple[Callable[[Program], None], int, str]] = {
    "its day": (lambda one: _set(one.token, expires_at=utc_now()), 401, "token"),
    "an account that is locked": (
        lambda one: _change(one, Account, paused_at=utc_now()),
        401,
        "token",
    ),
    "an account that left": (lambda one: _change(one, Account, active=False), 401, "token"),
    "access that was revoked": (lambda one: _revoke(one), 401, "token"),
    "a connection that is off": (
        lambda one: _change(one, Connection, is_on=False),
        403,
        "connection-off",
    ),
    "a connection that was changed": (
        lambda one: _change(one, Connection, is_on=False, state="proposed"),
        403,
        "connection-off",
    ),
}


def _change(program: Program, kind: type[Account] | type[Connection], **values: object) -> None:
    public_id = program.owner.public_id if kind is Account else program.connection
    with writing() as session:
        session.execute(update(kind).where(kind.public_id == public_id).values(**values))


def _revoke(program: Program) -> None:
    with writing() as session:
        revoke_everything(session, program.owner.account_id or 0, utc_now())


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.any_engine
def test_a_token_ends_at_once_with(ending, app, program):
    end, status, code = ENDINGS[ending]
    one = program()
    assert _code(one, "/workshops") == (200, "")
    end(one)
    assert _code(one, "/workshops") == (status, f"urn:kash:problem:{code}")


@pytest.mark.any_engine
def test_a_role_that_was_taken_away_is_taken_from_the_token_too(app, actor, program):
    owner = actor("monitoring", "documentation")
    one = program("people.read", owner=owner)
    assert _code(one, "/people?group=B") == (200, "")
    with writing() as session:
        row = session.get_one(Account, owner.account_id)
        row.roles = [AccountRole(role=str(Role.DOCUMENTATION))]
    assert _code(one, "/people?group=B") == (403, "urn:kash:problem:scope")


def test_the_first_use_of_a_day_stands_in_the_trail_under_the_tokens_connection(
    both_engines_app, program
):
    one = program("workshops.read", "releases.read")
    for path in ("/workshops", "/workshops", "/releases", "/token"):
        assert _code(one, path) == (200, "")
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.actor == one.token).order_by(AuditEntry.seq)
    ).all()
    assert [entry.action for entry in entries] == ["api.workshops_read", "api.releases_read"]
    assert [entry.subjects for entry in entries] == [[one.connection]] * 2
    with both_engines_app.test_request_context():
        assert {line.name for line in audit_listing(actor=one.token)} == {"County register"}
    used = db.session.scalars(select(ApiTokenScope.last_used_at)).all()
    assert all(at is not None and utc_now() - at < timedelta(minutes=1) for at in used)


def test_each_day_and_each_token_has_a_first_use(sqlite_app, program):
    scope = scope_named("workshops.read")
    assert scope is not None
    one, other = program(), program(name="Court register")

    def told(of: Program) -> int:
        """The entries of a token after one more use."""
        key = db.session.scalars(select(ApiToken.id).where(ApiToken.public_id == of.token)).one()
        lease(key, of.token, scope)
        entries = select(func.count()).where(AuditEntry.actor == of.token)
        return db.session.scalars(entries).one()

    assert [told(one), told(one), told(other), told(other)] == [1, 1, 1, 1]
    with writing() as session:
        session.execute(update(ApiTokenScope).values(last_used_at=utc_now() - timedelta(days=1)))
    assert [told(one), told(one), told(other)] == [2, 2, 2]


@pytest.mark.any_engine
def test_answers_are_kept_for_a_day_and_no_longer(app, program):
    one = program()
    with writing() as session:
        key = session.scalars(select(ApiToken.id)).one()
        for name, hours in (("today", 23), ("yesterday", 25)):
            at = utc_now() - timedelta(hours=hours)
            session.add(KeptAnswer(token_id=key, key=name, digest="d", body="[]", made_at=at))
    forget_kept_answers()
    assert db.session.scalars(select(KeptAnswer.key)).all() == ["today"]
    assert _code(one) == (200, "")


@pytest.mark.any_engine
def test_the_pages_lead_from_asking_to_the_token_shown_once(app, actor, client_for):
    connection = make_connection()
    asker, director = actor("trainer"), actor("director")
    theirs, second = client_for(asker), client_for(director)
    typed = {"connection": connection, "purpose": "Counts", "days": "30"}
    refused = theirs.post("/tokens/ask", data=typed)
    assert refused.status_code == 422
    assert "Choose at least one." in refused.text
    assert 'value="Counts"' in refused.text
    asked = theirs.post("/tokens/ask", data=typed | {"scopes": ["workshops.read"]})
    page = asked.headers["Location"]
    assert "Token for a program: County register" in second.get("/").text
    assert "No person." in second.get(page).text
    assert second.post(f"{page}/agree").status_code == 302
    assert "Your token for County register was agreed to" in theirs.get("/").text
    shown = theirs.post(f"{page}/fetch")
    assert "kash_" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    again = theirs.post(f"{page}/fetch", follow_redirects=True)
    assert "kash_" not in again.text
    assert "was fetched already" in again.text
    assert theirs.post(f"{page}/end").status_code == 303
    assert "ended" in theirs.get("/tokens/").text


@pytest.mark.any_engine
def test_a_list_of_tokens_asks_as_often_for_three_as_for_one(app, actor, client_for, count_queries):
    browser = client_for(actor("director"))
    asked = []
    for more in (1, 2):
        for _ in range(more):
            _asked(actor("monitoring"), "workshops.read", "people.read")
        with count_queries() as queries:  # type: ignore[attr-defined]
            assert browser.get("/tokens/").status_code == 200
        asked.append(queries.count)
    assert asked[0] == asked[1]
