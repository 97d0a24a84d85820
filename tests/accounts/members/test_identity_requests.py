"""Who somebody is takes two people: one asks with a reason, a custodian decides, for an hour."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from kash.accounts.members import queries
from kash.accounts.members.queries import SealedPage
from kash.accounts.members.services import vault_sessions as identity_requests
from kash.accounts.members.services.vault_sessions import decide, forget_old, read_reason
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import (
    AuditEntry,
    SealError,
    UnknownKey,
    Unsealing,
    fetch_one,
    file_document,
    open_document,
)
from kash.platform.web.errors import NotFound
from tests.conftest import AMember
from tests.declaring import also_declared
from tests.refusals import refuses

Member = Callable[..., AMember]
KIND = "test.identity"
REASON = "The advocate needs the name for the affidavit."


@pytest.fixture
def custodian(a_member):
    return a_member("custodian", name="Custodian")


@pytest.fixture
def officer(custodian, a_member):
    return a_member("documentation", name="Officer")


def an_identity(text: bytes = b"a legal name") -> str:
    public_id = file_document(db.session(), KIND, text, compartment="identity").public_id
    db.session.commit()
    return public_id


def actions() -> list[tuple[str, str, list[str]]]:
    db.session.rollback()
    return [
        (entry.actor, entry.action, list(entry.subjects))
        for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    ]


@pytest.mark.any_engine
def test_an_officer_reads_one_identity_for_an_hour_once_a_custodian_agreed(
    both_engines_app, officer, custodian
):
    wanted, other = an_identity(), an_identity(b"another name")
    with pytest.raises(UnknownKey):
        open_document(officer.vault(), fetch_one(db.session(), wanted, KIND))
    asked = identity_requests.ask(officer.actor, wanted, REASON)
    with pytest.raises(UnknownKey):
        identity_requests.read_granted(officer.actor, officer.vault(), wanted, KIND)
    assert read_reason(custodian.actor, custodian.vault(), asked) == REASON
    decide(custodian.actor, custodian.vault(), asked, grant=True)
    read = identity_requests.read_granted(officer.actor, officer.vault(), wanted, KIND)
    assert read == b"a legal name"
    with pytest.raises(SealError):
        identity_requests.read_granted(officer.actor, officer.vault(), other, KIND)
    assert actions() == [
        (officer.actor.public_id, "vault.unsealing_asked", [asked, wanted]),
        (custodian.actor.public_id, "vault.unsealing_read", [asked]),
        (
            custodian.actor.public_id,
            "vault.unsealing_granted",
            [asked, wanted, officer.actor.public_id],
        ),
        (officer.actor.public_id, "vault.identity_opened", [wanted]),
    ]
    with writing() as session:
        session.execute(update(Unsealing).values(runs_out_at=utc_now()))
    with pytest.raises(UnknownKey):
        identity_requests.read_granted(officer.actor, officer.vault(), wanted, KIND)
    forget_old()
    db.session.rollback()
    assert db.session.scalars(select(Unsealing.wrapped)).all() == [None]
    # Once it has run out one may ask again.
    identity_requests.ask(officer.actor, wanted, REASON)


def test_what_is_granted_to_one_opens_for_nobody_else(officer, custodian, a_member):
    other = a_member("documentation")
    wanted = an_identity()
    asked = identity_requests.ask(officer.actor, wanted, REASON)
    decide(custodian.actor, custodian.vault(), asked, grant=True)
    with pytest.raises(UnknownKey):
        identity_requests.read_granted(other.actor, other.vault(), wanted, KIND)


@pytest.mark.any_engine
def test_nobody_decides_her_own_nor_without_the_keys(
    both_engines_app, custodian, officer, a_member
):
    wanted = an_identity()
    own = identity_requests.ask(custodian.actor, wanted, REASON)
    with refuses("Another custodian has to decide this."):
        decide(custodian.actor, custodian.vault(), own, grant=True)
    asked = identity_requests.ask(officer.actor, wanted, REASON)
    director = a_member("director")
    for who in (officer, director):
        with refuses("Another custodian has to decide this."):
            decide(who.actor, who.vault(), asked, grant=True)
    second = a_member("custodian")
    decide(second.actor, second.vault(), own, grant=True)
    with refuses("This was decided already."):
        decide(second.actor, second.vault(), own, grant=False)


def test_what_was_refused_or_asked_twice(officer, custodian):
    wanted = an_identity()
    asked = identity_requests.ask(officer.actor, wanted, REASON)
    with refuses("You have asked for this already."):
        identity_requests.ask(officer.actor, wanted, REASON)
    decide(custodian.actor, custodian.vault(), asked, grant=False)
    with pytest.raises(UnknownKey):
        identity_requests.read_granted(officer.actor, officer.vault(), wanted, KIND)
    (line,) = queries.identity_request_lines(officer.actor)
    assert (line.state, line.decided_by, line.minutes_left) == ("refused", "Custodian", 0)


def test_only_members_ask_and_only_for_identities(custodian, officer, actor):
    wanted = an_identity()
    with refuses("You hold no keys of the vault yet, or nobody has let you in."):
        identity_requests.ask(actor("documentation"), wanted, REASON)
    case = file_document(db.session(), "test.case", b"x").public_id
    db.session.commit()
    for public_id in (case, "0" * 16):
        with pytest.raises(NotFound):
            identity_requests.ask(officer.actor, public_id, REASON)


def test_the_pages_ask_decide_and_show_the_time_left(officer, custodian):
    wanted = an_identity()
    asked = identity_requests.ask(officer.actor, wanted, REASON)
    path = f"/w/v/u/{asked}"
    assert "waits for a custodian" in officer.client.get("/w/v/u").get_data(as_text=True)
    assert officer.client.get(path).status_code == 403
    listed = custodian.client.get("/w/v/u").get_data(as_text=True)
    assert "Officer" in listed
    assert REASON not in listed
    assert REASON in custodian.client.get(path).get_data(as_text=True)
    assert custodian.client.post(path, data={"decision": "perhaps"}).status_code == 200
    assert custodian.client.post(path, data={"decision": "grant"}).status_code == 303
    page = SealedPage(KIND, "Legal name", lambda document: f"/names/{document}")
    with also_declared(page, without=SealedPage):
        shown = officer.client.get("/w/v/u").get_data(as_text=True)
    assert f'href="/names/{wanted}"' in shown
    assert "minutes left: 60" in shown
    assert REASON not in shown


def test_a_custodian_without_an_open_vault_is_led_to_it(officer, a_member):
    asked = identity_requests.ask(officer.actor, an_identity(), REASON)
    closed = a_member("custodian", is_open=False)
    answer = closed.client.get(f"/w/v/u/{asked}")
    assert answer.headers["Location"] == f"/w/v?next=/w/v/u/{asked}"


def test_how_much_is_asked_does_not_grow_with_the_list(officer, custodian, count_queries):
    counts = []
    for _ in range(3):
        identity_requests.ask(officer.actor, an_identity(), REASON)
        with count_queries() as seen:  # type: ignore[attr-defined]
            custodian.client.get("/w/v/u")
        counts.append(seen.count)
    assert counts[0] == counts[2]
    assert len(queries.identity_request_lines(custodian.actor)) == 3


def test_an_old_opening_is_cleared(officer):
    from kash.platform.vault import VaultOpening

    with writing() as session:
        session.execute(
            update(VaultOpening)
            .where(VaultOpening.session == officer.actor.session_id)
            .values(used_at=utc_now() - timedelta(minutes=11))
        )
    forget_old()
    db.session.rollback()
    assert officer.actor.session_id not in db.session.scalars(select(VaultOpening.session)).all()
