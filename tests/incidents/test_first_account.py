"""Her first account: kept exactly as it came in, changed by nobody, gone with the case alone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from kash.incidents.models import Incident
from kash.incidents.queries.cases import (
    KeptAccount,
    first_account_of,
    history_of,
    open_case,
    open_cases,
)
from kash.incidents.rules.filing import (
    KIND,
    FirstAccount,
    Screen,
    Source,
    account_from,
    first_account_as_bytes,
    source_of,
)
from kash.incidents.rules.filing import as_bytes as screen_as_bytes
from kash.incidents.rules.parts import Act, Person
from kash.incidents.rules.record import Record, Taking
from kash.incidents.services import filing
from kash.incidents.services.cases import (
    add_link,
    changing,
    comment,
    declare_conflict,
    keep_first_account,
    note_opening,
    remove_link,
)
from kash.incidents.services.documentation import SentPage, add_case, write_case
from kash.incidents.services.filing import say_held
from kash.incidents.services.mediation import say_how_taken
from kash.incidents.services.receipts import open_receipt, take_back
from kash.incidents.services.second_member import shred_unkept, take_step
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import (
    Compartment,
    DocumentKey,
    NeverChanged,
    SealedDocument,
    begin_rotation,
    continue_rotation,
    fetch,
    open_document,
    refile_document,
    save_document,
)
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import filed, let_arrive, shredded
from tests.incidents.sent_reports import sent

ZONE = ZoneInfo("Africa/Nairobi")
ANSWERS = {
    "what": Screen(acts=["L1", "H1"]),
    "next": Screen(wanted=["release"], consents=["record", "mediation"], origin="told_reporter"),
    "words": Screen(narrative="They took three of us.\nIt rained.", teller="peer"),
}


def reported(by: Actor, **answers: Screen) -> str:
    """A report from a phone that has arrived; its reference."""
    before = set(db.session.scalars(select(Incident.public_id)))
    sent(by, **(answers or ANSWERS))
    let_arrive()
    db.session.rollback()
    (new,) = set(db.session.scalars(select(Incident.public_id))) - before
    db.session.rollback()
    return new


def sealed_accounts() -> list[Any]:
    db.session.rollback()
    return fetch(db.session(), kind=KIND)


def bytes_kept(member: AMember) -> list[bytes]:
    return [open_document(member.vault(), one) for one in sealed_accounts()]


def kept(member: AMember, reference: str) -> KeptAccount | None:
    return first_account_of(member.vault(), open_case(member.actor, member.vault(), reference))


def edit(member: AMember, reference: str, number: int) -> None:
    with changing("incidents.changed", member.actor, member.vault(), reference) as case:
        case.record.narrative = f"Nobody was taken. {number}"
        case.record.acts = []
        case.record.consents = []


# --- what a phone sent ---------------------------------------------------------------------------


@pytest.mark.any_engine
def test_after_ten_edits_the_first_account_opens_byte_for_byte_the_same(member, actor):
    peer = actor("peer")
    reference = reported(peer)
    assert sealed_accounts() == []
    comment(reference, "Read.", by=member.actor, vault=member.vault())
    (first,) = bytes_kept(member)
    for number in range(10):
        edit(member, reference, number)
    assert bytes_kept(member) == [first]
    (sealed,) = sealed_accounts()
    assert (sealed.version, sealed.place.compartment, sealed.form) == (1, "case", "kept")
    account = account_from(first)
    assert account.screens == {
        name: screen_as_bytes(screen).decode().rstrip() for name, screen in ANSWERS.items()
    }
    assert (account.how, account.language) == ("phone", "en")
    assert (account.author, account.kept_by) == (peer.public_id, member.actor.public_id)
    record = account.as_record(ZONE)
    assert record.narrative == "They took three of us.\nIt rained."
    assert [one.code for one in record.acts] == ["L1", "H1"]
    assert [one.purpose for one in record.consents] == ["record", "mediation"]
    assert open_case(member.actor, member.vault(), reference).record.narrative[-2:] == " 9"


def test_a_link_to_a_report_that_nobody_has_opened_keeps_what_she_said_and_lets_it_be_shredded(
    member, actor
):
    peer, vault = actor("peer"), member.vault()
    one, other = filed(Record(narrative="x"), "triaged"), reported(peer)
    add_link(one, "incident", other, by=member.actor, vault=vault)
    found = kept(member, other)
    assert found is not None
    assert found.account is not None
    assert found.account.screens == {
        name: screen_as_bytes(screen).decode().rstrip() for name, screen in ANSWERS.items()
    }
    linked = open_case(member.actor, vault, other).record
    assert [(line.what, line.about) for line in linked.timeline] == [("linked", one)]
    db.session.rollback()
    take_step(other, "close", by=member.actor, vault=vault, outcome="duplicate")
    shredded(other, member)
    db.session.rollback()
    left = open_case(member.actor, vault, one)
    named = [*left.record.first_accounts, *left.record.sealed_changes]
    assert set(db.session.scalars(select(SealedDocument.public_id))) == {
        left.sealed.place.public_id,
        *named,
    }
    remove_link(one, "incident", other, by=member.actor, vault=vault)
    assert open_case(member.actor, vault, one).record.links == []


@pytest.mark.any_engine
def test_no_service_can_write_over_a_first_account(member, actor):
    edit(member, reported(actor("peer")), 0)
    (first,), (sealed,) = bytes_kept(member), sealed_accounts()
    with pytest.raises(NeverChanged):
        save_document(db.session(), member.vault(), sealed, b"Nothing happened.")
    with pytest.raises(NeverChanged):
        refile_document(db.session(), sealed.id, b"Nothing happened.")
    db.session.commit()
    assert bytes_kept(member) == [first]


def test_shredding_leaves_neither_the_first_account_nor_what_was_changed(member, actor):
    reference, other = reported(actor("peer")), filed(Record(narrative="Another."))
    for number in range(2):
        edit(member, reference, number)
    edit(member, other, 5)
    take_step(reference, "close", by=member.actor, vault=member.vault(), outcome="duplicate")
    done = shredded(reference, member)
    # The record, the account, the changes.
    assert done.documents == 3
    db.session.rollback()
    assert sorted(one.kind for one in db.session.query(SealedDocument)) == [
        "incident",
        "incident.changes",
        KIND,
    ]
    assert b"Another." in bytes_kept(member)[0]


def test_a_report_that_nothing_keeps_takes_both_along_when_its_days_are_over(member, actor):
    reference = reported(actor("peer"), what=Screen(acts=["P1"]), words=Screen(narrative="Alone."))
    for number in range(2):
        edit(member, reference, number)
    db.session.rollback()
    assert shred_unkept(local_today() + timedelta(days=8)) == 1
    db.session.rollback()
    assert db.session.query(SealedDocument).count() == 0
    assert db.session.query(DocumentKey).count() == 0


@pytest.mark.any_engine
def test_what_the_receipt_took_back_stays_in_what_came_and_is_a_change_of_nobodys(member, actor):
    peer = actor("peer")
    receipt = sent(peer, **ANSWERS)
    let_arrive()
    opened = open_receipt(receipt.code, receipt.word)
    assert opened is not None
    take_back(peer, opened, ("mediation",))
    db.session.rollback()
    ((case,), _damaged) = open_cases(member.actor, member.vault())
    note_opening(member.actor, member.vault(), case)
    (first,) = bytes_kept(member)
    assert '"consents":["record","mediation"]' in account_from(first).screens["next"]
    case = open_case(member.actor, member.vault(), case.reference)
    (change,) = history_of(member.vault(), case)[1]
    (place,) = change.places
    assert (change.by, place.before, place.after["given"]) == ("", None, False)
    page = member.client.get(f"/w/{case.reference}/h").text
    assert "Taken over: a mediator" in page


@pytest.mark.any_engine
def test_after_a_change_of_keys_the_first_account_opens_as_it_was_and_changes_go_on(member, actor):
    reference = reported(actor("peer"))
    edit(member, reference, 0)
    (first,) = bytes_kept(member)
    vault = member.vault()
    with writing() as session:
        session.execute(update(Compartment).values(rotation_due=True))
        assert begin_rotation(session, vault, "case", utc_now())
    vault = member.vault()
    with writing() as session:
        assert continue_rotation(session, vault, "case") == 0
    assert bytes_kept(member) == [first]
    assert [one.generation for one in sealed_accounts()] == [2]
    edit(member, reference, 1)
    case = open_case(member.actor, member.vault(), reference)
    found = history_of(member.vault(), case)
    assert (len(found[1]), found[2], len(case.record.sealed_changes)) == (2, 0, 1)


@pytest.mark.any_engine
def test_a_report_of_which_nothing_was_answered_is_kept_as_that(member, actor):
    peer = actor("peer")
    say_held(peer, "0123456789AB")
    filing.submit(peer, "0123456789AB", "sw", held=True)
    let_arrive()
    db.session.rollback()
    reference = db.session.scalars(select(Incident.public_id)).one()
    db.session.rollback()
    edit(member, reference, 0)
    found = kept(member, reference)
    assert found is not None
    assert (found.account.how, found.account.language, found.account.screens) == ("phone", "sw", {})
    assert found.account.as_record(ZONE).filing.held
    assert found.account.as_record(ZONE).narrative == ""


# --- what an officer wrote -----------------------------------------------------------------------


def written(narrative: str, *, submit: bool = False) -> SentPage:
    typed = Record(narrative=narrative, acts=[Act(id="a1", code="L1")])
    return SentPage(typed, "t0ken0000t0ken00", submit)


def test_what_an_officer_hands_in_at_once_is_the_first_account(app, a_member):
    member = a_member("documentation")
    reference = add_case(member.actor, member.vault(), written("First.", submit=True), "en")
    (first,) = bytes_kept(member)
    edit(member, reference, 1)
    assert bytes_kept(member) == [first]
    found = kept(member, reference)
    assert found is not None
    assert (found.account.screens, found.account.as_record(ZONE).narrative) == ({}, "First.")


def test_a_draft_becomes_the_first_account_as_it_is_handed_in(app, a_member):
    member = a_member("documentation")
    actor, vault = member.actor, member.vault()
    reference = add_case(actor, vault, written("Begun."), "en")
    write_case(actor, vault, reference, 1, written("Begun and gone on."))
    assert sealed_accounts() == []
    say_how_taken(actor, vault, reference, 2, Taking(language="Dholuo", interpreter="none"))
    write_case(actor, vault, reference, 3, written("As she heard it read.", submit=True))
    write_case(actor, vault, reference, 4, written("Later."))
    found = kept(member, reference)
    assert found is not None
    assert found.account.as_record(ZONE).narrative == "As she heard it read."
    assert found.account.taking == Taking(language="Dholuo", interpreter="none")


def test_a_draft_handed_in_by_its_step_has_a_first_account_too(app, a_member):
    member = a_member("documentation")
    reference = add_case(member.actor, member.vault(), written("Begun."), "en")
    take_step(reference, "submit", by=member.actor, vault=member.vault())
    found = kept(member, reference)
    assert found is not None
    assert found.account.as_record(ZONE).narrative == "Begun."


def test_what_was_never_changed_since_it_came_is_kept_before_it_is(app, a_member):
    member = a_member("documentation")
    reference = filed(Record(narrative="As it came."))
    edit(member, reference, 3)
    found = kept(member, reference)
    assert found is not None
    assert found.account.as_record(ZONE).narrative == "As it came."


def test_what_was_saved_before_first_accounts_were_kept_gets_none_and_says_so(app, a_member):
    member = a_member("documentation")
    reference = filed(Record(narrative="Changed already.", paper_reference="0123456789AB"))
    row = db.session.query(SealedDocument).one()
    sealed = fetch(db.session(), row.public_id)[0]
    save_document(db.session(), member.vault(), sealed, open_document(member.vault(), sealed))
    db.session.commit()
    edit(member, reference, 1)
    assert sealed_accounts() == []
    page = member.client.get(f"/w/{reference}/h").text
    assert "There is no first account" in page
    assert "Changed already." in page


@given(
    state=st.sampled_from(["draft", "submitted", "closed"]),
    before=st.sampled_from(["draft", "submitted"]),
    version=st.integers(1, 3),
    screens=st.booleans(),
    has=st.booleans(),
)
def test_a_first_account_is_made_once_and_never_of_a_draft(state, before, version, screens, has):
    record = Record(first_accounts=["d"] if has else [])
    found = source_of(record, before=before, state=state, version=version, screens=screens)
    if screens:
        # Also where screens open that did not open at first: nothing that was sent is lost.
        assert found is Source.SCREENS
    elif has or state == "draft":
        assert found is None
    elif before == "draft":
        assert found is Source.WRITTEN
    else:
        assert found is (Source.OPENED if version == 1 else None)


def test_an_account_is_read_as_it_was_sealed():
    account = FirstAccount(
        how="phone",
        kept_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        taking=Taking(present=["peer"], told_before=["police"]),
        screens={"words": '{"narrative":"Ä\\n"}'},
    )
    assert account_from(first_account_as_bytes(account)) == account
    assert account.as_record(ZONE).narrative == "Ä\n"


# --- how it was taken ----------------------------------------------------------------------------


def taken(member: AMember, reference: str, status: int, **more: Any) -> str:
    page = member.client.get(f"/w/{reference}/t").text
    version = page.split('name="version"')[1].split('value="')[1].split('"')[0]
    answer = member.client.post(f"/w/{reference}/t", data={"version": version} | more)
    assert answer.status_code == status
    return answer.text


def test_how_it_was_taken_is_said_once_and_the_case_warns_who_took_it_down_before(app, a_member):
    member = a_member("documentation")
    reference = filed(Record(narrative="As it came.", persons=[Person(id="p1", code="A")]))
    assert "It is not said yet how it was taken." in member.client.get(f"/w/{reference}").text
    said = {
        "language": "Dholuo",
        "told_by": "herself",
        "interpreter": "peer",
        "read_back": "yes",
        "present": ["relative"],
        "told_before": ["police", "peer"],
    }
    text = taken(member, reference, 422, **said | {"told_before": ["nobody", "police"]})
    assert "Either nobody, or those who are ticked." in text
    assert 'value="Dholuo"' in text
    taken(member, reference, 303, **said)
    page = member.client.get(f"/w/{reference}").text
    assert "She told it before to: The police or an oversight body." in page
    record = open_case(member.actor, member.vault(), reference).record
    assert record.taking == Taking(**said)
    # It was said with the first change, so it is part of what is kept; what is said later is not.
    taken(member, reference, 303, **said | {"interpreter": "relative"})
    found = kept(member, reference)
    assert found is not None
    assert found.account.taking == Taking(**said)
    stale = member.client.post(f"/w/{reference}/t", data={"version": "1", "language": "English"})
    assert stale.status_code == 409
    assert 'value="English"' in stale.text


def test_what_was_said_of_it_is_changed_for_a_reason_once_it_is_verified(app, a_member):
    member = a_member("documentation")
    record = Record(narrative="As it came.")
    record.verification.outcome, record.verification.at = "verified", utc_now()
    reference = filed(record, "verified")
    taken(member, reference, 303, language="Kiswahili")
    assert "Say why the record is changed." in taken(member, reference, 422, language="English")
    taken(member, reference, 303, language="English", why="She told it in English.")
    newest = history_of(member.vault(), open_case(member.actor, member.vault(), reference))[1][0]
    assert (newest.why, newest.by) == ("She told it in English.", member.actor.public_id)
    assert [(one.place, one.before, one.after) for one in newest.places] == [
        ("taking.language", "Kiswahili", "English")
    ]


def test_what_opens_later_is_kept_beside_what_was_kept_first(app, a_member):
    member = a_member("documentation")
    record, vault = Record(), member.vault()
    for day in (1, 2):
        account = FirstAccount(kept_at=datetime(2026, 11, day, tzinfo=UTC), written="{}")
        keep_first_account(db.session(), vault, record, account)
    reference = filed(record)
    found = history_of(member.vault(), open_case(member.actor, member.vault(), reference))
    assert [one.account.kept_at.date() for one in found[0]] == [
        date(2026, 11, 1),
        date(2026, 11, 2),
    ]


def test_one_who_must_be_kept_away_reads_neither_account_nor_changes(app, a_member):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed(Record(narrative="As it came."))
    edit(anna, reference, 1)
    declare_conflict(reference, by=brenda.actor, vault=brenda.vault())
    assert anna.client.get(f"/w/{reference}/h").status_code == 200
    for page in ("h", "t"):
        assert brenda.client.get(f"/w/{reference}/{page}").status_code == 404


def test_the_page_shows_what_came_first_beside_today(app, a_member):
    member = a_member("documentation")
    reference = filed(Record(narrative="As it came.", acts=[Act(id="a1", code="P1")]))
    before = member.client.get(f"/w/{reference}/h").text
    assert "with the first change" in before
    edit(member, reference, 4)
    page = member.client.get(f"/w/{reference}/h").text
    assert page.index("As it came.") < page.index("Nobody was taken. 4")
    found = kept(member, reference)
    assert found is not None
    assert len(found.fingerprint) == 64
    assert found.fingerprint in page
