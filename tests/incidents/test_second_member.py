"""Nobody alone shreds a case, removes evidence or replaces an identity, and a hold stops it."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.accounts.models import Account, AccountBacking
from kash.incidents.models import Incident, remains_of
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.mediation import documents_there, open_evidence, seconds
from kash.incidents.rules.casework import (
    ACTS,
    END_HOLD,
    HOLD,
    NOT_KNOWN,
    REDACT,
    REMOVE,
    REPLACE,
    SHRED,
    is_possible,
    is_stopped,
)
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.parts import Evidence, Hold, Person, SearchTry
from kash.incidents.rules.record import Record
from kash.incidents.services.cases import changing, note_opening
from kash.incidents.services.documentation import (
    file_identity,
    read_identity,
    replace_identity,
    what_waits,
)
from kash.incidents.services.evidence import Received, add_evidence, note_custody, remove_evidence
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.saved_views import NotNow
from kash.incidents.services.second_member import (
    agree_to_hold,
    ask,
    hold,
    lift,
    refuse,
    shred_case,
    shred_unkept,
    take_step,
)
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import NotFound, Problem
from kash.platform.web.formats import local_today
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import sent
from tests.incidents.test_taking_back import only_case, take_back
from tests.incidents.test_unkept import LAST, OVER
from tests.platform.cleaning import samples
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")


def saved(her: AMember, reference: str, hold: Hold | None) -> None:
    with changing("incidents.changed", her.actor, her.vault(), reference) as case:
        case.record.holds[:] = [hold] if hold else []


def a_hold(paper: str = "") -> Hold:
    return Hold(id="h1", by="somebody", at=utc_now(), reason="Asked for.", paper=paper)


@pytest.mark.any_engine
def test_a_paper_keeps_a_report_from_its_deletion_and_one_members_hold_does_not(a_member, filed):
    anna = a_member("documentation")
    held, free = filed(Record()), filed(Record())
    saved(anna, held, a_hold("summons"))
    saved(anna, free, a_hold())
    box = opened_box(db.session())
    assert (box.is_held(held), box.is_held(free), set(box.fates)) == (True, False, {free})
    assert (box.papers[held].paper, box.papers[held].since) == ("summons", local_today())
    assert shred_unkept(local_today() + LAST) == 0
    assert shred_unkept(local_today() + OVER) == 1
    saved(anna, held, None)
    box = opened_box(db.session())
    assert (box.papers, box.fates[held].until) == ({}, local_today() + LAST)


@pytest.mark.any_engine
def test_a_paper_goes_over_a_day_of_deletion_that_was_noted_without_keys(a_member, filed):
    anna = a_member("documentation")
    reference = filed(Record())
    saved(anna, reference, None)
    fate = opened_box(db.session()).fates[reference]
    saved(anna, reference, a_hold("court_order"))
    with writing() as session, letterbox(session) as box:
        # As a withdrawal notes it while every vault is closed.
        box.fates[reference] = fate
    assert shred_unkept(local_today() + OVER) == 0


# --- Two for each ---------------------------------------------------------------------------------


def waiting(her: AMember, reference: str) -> list[str]:
    db.session.rollback()
    return [one.id for one in open_case(her.actor, her.vault(), reference).record.proposals]


def back(her: AMember, account: AMember) -> None:
    """Let her have brought an account in."""
    row = db.session.query(Account).filter_by(public_id=account.actor.public_id).one()
    db.session.add(AccountBacking(account_id=row.id, by=her.actor.public_id))
    db.session.commit()


def test_one_officer_closes_a_case_and_does_not_shred_it(a_member, filed):
    anna, brenda, puppet = (a_member("documentation") for _ in range(3))
    back(anna, puppet)
    reference = filed(Record(), state="closed")
    ask(anna.actor, anna.vault(), reference, SHRED, "Filed twice.")
    # The same, sent twice, waits once.
    ask(anna.actor, anna.vault(), reference, SHRED, "Filed twice.")
    (proposal,) = waiting(anna, reference)
    with refuses("asked for already"):
        ask(brenda.actor, brenda.vault(), reference, SHRED, "I want it too.")
    for her in (anna, puppet):
        with refuses("Another member decides this"):
            shred_case(reference, by=her.actor, vault=her.vault(), proposal=proposal)
    db.session.rollback()
    assert db.session.query(Incident).filter_by(public_id=reference).one().state == "closed"
    with refuses("This waits no more"):
        shred_case(reference, by=brenda.actor, vault=brenda.vault(), proposal="s9")
    shred_case(reference, by=brenda.actor, vault=brenda.vault(), proposal=proposal)
    db.session.rollback()
    assert db.session.query(Incident).filter_by(public_id=reference).one().state == "shredded"
    entry = db.session.query(AuditEntry).filter_by(action="incidents.shredded").one()
    assert (entry.actor, entry.subjects) == (
        brenda.actor.public_id,
        [reference, anna.actor.public_id],
    )


def test_a_request_to_shred_ends_with_opening_the_case_again(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed(Record(), state="closed")
    ask(anna.actor, anna.vault(), reference, SHRED, "Filed twice.")
    (proposal,) = waiting(anna, reference)
    steps = {"by": brenda.actor, "vault": brenda.vault()}
    take_step(reference, "reopen", reason="She came again.", **steps)  # type: ignore[arg-type]
    take_step(reference, "close", outcome="duplicate", **steps)  # type: ignore[arg-type]
    with refuses("This waits no more"):
        shred_case(reference, by=brenda.actor, vault=brenda.vault(), proposal=proposal)


def test_what_is_removed_leaves_its_hashes_and_its_custody(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed(Record())
    stream = io.BytesIO(samples.jpeg())
    document = add_evidence(
        anna.actor, anna.vault(), reference, Received(label="x"), stream, 10_000_000
    )
    note_custody(anna.actor, anna.vault(), reference, document, "handed_over", who="A lawyer")
    case = open_case(anna.actor, anna.vault(), reference)
    before = open_evidence(anna.vault(), case, document).file
    ask(anna.actor, anna.vault(), reference, REMOVE, "It shows her face.", about=document)
    (proposal,) = waiting(anna, reference)
    with refuses("Another member decides this"):
        remove_evidence(anna.actor, anna.vault(), reference, proposal)
    db.session.rollback()
    remove_evidence(brenda.actor, brenda.vault(), reference, proposal)
    record = open_case(anna.actor, anna.vault(), reference).record
    (gone,) = record.removed_evidence
    assert (gone.copies, gone.custody) == ([before.original, before.cleaned], before.custody)
    assert [event.what for event in gone.custody] == ["added", "handed_over"]
    assert (gone.by, gone.second) == (anna.actor.public_id, brenda.actor.public_id)
    assert (gone.number, gone.reason) == (1, "It shows her face.")
    assert (record.evidence, record.proposals, documents_there([document])) == ([], [], set())
    text = brenda.client.get(f"/w/{reference}").text
    assert before.original.sha256 in text
    assert "A lawyer" in text


def test_an_identity_is_replaced_by_two_and_keeps_its_versions(a_member, filed):
    grace = a_member("custodian")
    anna, brenda = a_member("documentation"), a_member("documentation")
    persons = [Person(id="p1", code="A")]
    reference = filed(Record(declared=["0123456789abcdef"], persons=persons))

    def seal_it(name: str) -> bool:
        facts = {"legal_name": name}
        return file_identity(
            reference, "p1", facts, by=anna.actor, vault=anna.vault(), reason="Misspelt."
        )

    def read(document: str = "") -> str:
        db.session.rollback()
        case = open_case(grace.actor, grace.vault(), reference)
        facts = read_identity(case, "p1", by=grace.actor, vault=grace.vault(), document=document)
        return facts["legal_name"]

    assert (seal_it("First"), seal_it("Second"), seal_it("Third")) == (True, False, False)
    second, third = waiting(anna, reference)
    shown = brenda.client.get(f"/w/{reference}/2/{second}").text
    assert "stays as an earlier version" in shown
    case = open_case(anna.actor, anna.vault(), reference)
    first, wrong = case.record.persons[0].identity, case.record.proposals[1].document
    # Whoever asked overwrites nothing.
    with refuses("Another member decides this"):
        replace_identity(anna.actor, anna.vault(), reference, second)
    assert read() == "First"
    replace_identity(brenda.actor, brenda.vault(), reference, second)
    assert (read(), read(first), read(wrong)) == ("Second", "First", "Third")
    # It would come in the place of what stands there no more.
    with refuses("This waits no more"):
        replace_identity(brenda.actor, brenda.vault(), reference, third)
    refuse(brenda.actor, brenda.vault(), reference, third, "The card says otherwise.")
    record = open_case(anna.actor, anna.vault(), reference).record
    assert [(one.document, one.second) for one in record.earlier_identities] == [
        (first, brenda.actor.public_id)
    ]
    assert record.timeline[-1].reason == "The card says otherwise."
    with pytest.raises(NotFound):
        read(wrong)
    remains = remains_of(db.session(), record)
    assert {first, record.persons[0].identity} <= set(remains.documents)


# --- Holds ----------------------------------------------------------------------------------------


def test_one_members_hold_stops_every_other_officer(a_member, filed):
    a_member("custodian")
    anna, brenda, carol = (a_member("documentation") for _ in range(3))
    record = Record(persons=[Person(id="p1", code="A")], evidence=[Evidence(document="e" * 16)])
    reference, closed = filed(record), filed(Record(), state="closed")
    facts = {"legal_name": "First"}
    file_identity(reference, "p1", facts, by=anna.actor, vault=anna.vault())
    ask(anna.actor, anna.vault(), closed, SHRED, "Filed twice.")
    (proposal,) = waiting(anna, closed)
    for case in (reference, closed):
        assert hold(carol.actor, carol.vault(), case, "A lawyer wants to see it.") is True
    for her in (anna, brenda, carol):
        by, vault = her.actor, her.vault()
        for act in (
            lambda by=by, vault=vault: shred_case(closed, by=by, vault=vault, proposal=proposal),
            lambda by=by, vault=vault: ask(by, vault, closed, SHRED, "x"),
            lambda by=by, vault=vault: ask(by, vault, reference, REMOVE, "x", about="e" * 16),
            lambda by=by, vault=vault: file_identity(
                reference, "p1", facts, by=by, vault=vault, reason="x"
            ),
            lambda by=by, vault=vault: take_step(
                reference, "close", by=by, vault=vault, outcome="duplicate"
            ),
        ):
            with pytest.raises(Problem, match=r"This case is held|Another member decides"):
                act()
            db.session.rollback()
    held_by = open_case(anna.actor, anna.vault(), closed).record.holds[0].id
    # Another does not lift it alone: that waits for a third, or for whoever holds it.
    assert lift(anna.actor, anna.vault(), closed, held_by, "It is over.") is False
    (_shred, lifting) = waiting(anna, closed)
    with refuses("Another member decides this"):
        agree_to_hold(anna.actor, anna.vault(), closed, lifting)
    db.session.rollback()
    agree_to_hold(brenda.actor, brenda.vault(), closed, lifting)
    shred_case(closed, by=brenda.actor, vault=brenda.vault(), proposal=proposal)
    db.session.rollback()
    held_by = open_case(carol.actor, carol.vault(), reference).record.holds[0].id
    assert lift(carol.actor, carol.vault(), reference, held_by, "Seen.") is True
    take_step(reference, "close", by=anna.actor, vault=anna.vault(), outcome="duplicate")


def test_a_hold_against_her_withdrawal_takes_two_and_a_paper_and_her_receipt_says_so(
    a_member, actor, client_for
):
    anna, brenda = a_member("documentation"), a_member("documentation")
    peer = actor("peer")
    receipt = sent(peer, next=Screen(consents=["record"], origin="herself"))
    let_arrive()
    reference = only_case(anna).reference
    with pytest.raises(NotNow):
        hold(anna.actor, anna.vault(), reference, "x", paper="a note", details="y")
    paper = {"paper": "summons", "details": "Winam law courts, E41 of 2026"}
    assert hold(anna.actor, anna.vault(), reference, "Served today.", **paper) is False
    (proposal,) = waiting(anna, reference)
    with refuses("Another member decides this"):
        agree_to_hold(anna.actor, anna.vault(), reference, proposal)
    db.session.rollback()
    take_back(peer, receipt, "record")
    note_opening(anna.actor, anna.vault(), only_case(anna))
    # Asked for by one alone, nothing keeps it.
    assert (opened_box(db.session()).papers, len(opened_box(db.session()).fates)) == ({}, 1)
    agree_to_hold(brenda.actor, brenda.vault(), reference, proposal)
    assert shred_unkept(local_today() + OVER) == 0
    db.session.rollback()
    page = client_for(peer).post("/w/r", data={"code": receipt.code, "word": receipt.word}).text
    assert "A summons asks for this report." in page
    # Nothing but the kind of paper leaves the vault.
    assert "Winam" not in page
    assert "Served today." not in page
    # Its end takes two as well, though one of them asked for it.
    held = only_case(anna).record.holds[0].id
    assert lift(anna.actor, anna.vault(), reference, held, "The court let it be.") is False
    agree_to_hold(brenda.actor, brenda.vault(), reference, waiting(anna, reference)[0])
    page = client_for(peer).post("/w/r", data={"code": receipt.code, "word": receipt.word}).text
    assert "A summons asks" not in page
    assert shred_unkept(local_today() + OVER) == 1


# --- Who is told ----------------------------------------------------------------------------------


def test_today_tells_who_may_decide_and_nobody_else(a_member, filed, officer_at):
    anna, brenda, puppet, doris = (a_member("documentation") for _ in range(4))
    director, away = a_member("director"), a_member("documentation")
    back(anna, puppet)
    reference = filed(Record(declared=[away.actor.public_id]), state="closed")
    ask(anna.actor, anna.vault(), reference, SHRED, "Filed twice.")
    told = {
        name
        for name, her in {
            "anna": anna,
            "brenda": brenda,
            "puppet": puppet,
            "doris": doris,
            "director": director,
            "away": away,
        }.items()
        if what_waits(her.actor, her.vault(), utc_now()).seconds
    }
    assert told == {"brenda", "doris", "director"}
    assert [one.public_id for one in seconds(db.session(), anna.actor.public_id, Record())] != []
    assert reference in brenda.client.get("/w/2").text
    assert reference not in away.client.get("/w/2").text
    address = f"/w/{reference}/2/s1"
    assert away.client.get(address).status_code == 404
    text = director.client.get(address).text
    assert "Filed twice." in text
    # Whoever asked has nothing to choose, and agrees by no trick of the form.
    own = anna.client.post(address, data={"answer": "agree"})
    assert (own.status_code, "Write the reason." in own.text) == (422, True)
    assert waiting(anna, reference) == ["s1"]
    missing = director.client.post(address, data={"answer": "refuse"})
    assert (missing.status_code, "Write the reason." in missing.text) == (422, True)
    agreeing = anna.client.post(address, data={"answer": "agree", "reason": "x"})
    assert (agreeing.status_code, waiting(anna, reference)) == (303, [])
    ask(anna.actor, anna.vault(), reference, SHRED, "Filed twice.")
    done = director.client.post(address, data={"answer": "refuse", "reason": "She asks for it."})
    assert done.status_code == 303
    again = director.client.post(address, data={"answer": "agree"}, follow_redirects=True)
    assert "waits no more" in again.text
    assert open_case(anna.actor, anna.vault(), reference).state == "closed"


@pytest.mark.any_engine
def test_the_only_member_is_told_what_she_can_do(a_member, filed):
    anna = a_member("documentation")
    reference = filed(Record(), state="closed")
    page = anna.client.get(f"/w/{reference}/x").text
    assert "Nobody else can agree to this" in page
    form = {"reason": "Filed twice.", "typed": reference[:4]}
    assert anna.client.post(f"/w/{reference}/x", data=form).status_code == 303
    assert waiting(anna, reference) == ["s1"]
    a_member("documentation")
    assert "Nobody else can agree to this" not in anna.client.get(f"/w/{reference}/x").text


@given(
    st.sampled_from(ACTS),
    st.sampled_from(["closed", "verified"]),
    st.booleans(),
    st.sampled_from(["", "p1", "e1", "h1"]),
    st.sampled_from(["", "i1"]),
    st.integers(0, 3),
    st.sampled_from(["arrested_at", "released_at", "not_known_at"]),
)
def test_what_is_possible_needs_what_it_is_about(act, state, holds, about, replaces, tries, moment):
    tried = [SearchTry(at=utc_now(), by="a1", what="The station") for _ in range(tries)]
    her = Person(id="p1", code="A", identity="i1", tries=tried, arrested_at=utc_now())
    setattr(her, moment, utc_now())
    record = Record(persons=[her], evidence=[Evidence(document="e1")])
    if holds:
        record.holds.append(a_hold("summons"))
    expected = {
        SHRED: state == "closed",
        REMOVE: about == "e1",
        REPLACE: (about, replaces) == ("p1", "i1"),
        REDACT: True,
        HOLD: not holds,
        END_HOLD: holds and about == "h1",
        NOT_KNOWN: (about, state, moment, tries >= 2) == ("p1", "verified", "arrested_at", True),
    }
    assert is_possible(record, state, act, about, replaces) == expected[act]
    assert is_stopped(record, act) == (holds and act in {SHRED, REMOVE, REPLACE, REDACT})


@pytest.mark.parametrize("moment", ["arrested_at", "released_at", "not_known_at"])
@pytest.mark.parametrize("state", ["verified", "closed"])
@pytest.mark.parametrize("tries", range(4))
def test_only_who_is_held_and_was_tried_for_twice_is_said_to_be_not_known(moment, state, tries):
    tried = [SearchTry(at=utc_now(), by="a1", what="The station") for _ in range(tries)]
    her = Person(id="p1", code="A", tries=tried, arrested_at=utc_now())
    setattr(her, moment, utc_now())
    record = Record(persons=[her])
    expected = (moment, state, tries >= 2) == ("arrested_at", "verified", True)
    assert is_possible(record, state, NOT_KNOWN, "p1") is expected
    assert not is_possible(record, state, NOT_KNOWN, "p2")


# --- Answers --------------------------------------------------------------------------------------


def told(her: AMember) -> int:
    """How many answers her Today tells of."""
    db.session.rollback()
    found = what_waits(her.actor, her.vault(), utc_now()).answers
    db.session.rollback()
    line = "A second member answered you" in her.client.get("/").text
    assert line == bool(found)
    return found


def test_whoever_asked_reads_on_today_what_was_said_until_she_opened_the_case(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    record = Record(evidence=[Evidence(document="e" * 16, label="Bruise", number=1)])
    refused, agreed = filed(record), filed(record)
    for reference in (refused, agreed):
        ask(anna.actor, anna.vault(), reference, REMOVE, "It shows her face.", about="e" * 16)
    assert told(anna) == 0
    refuse(brenda.actor, brenda.vault(), refused, "s1", "The court needs it.")
    remove_evidence(brenda.actor, brenda.vault(), agreed, "s1")
    assert (told(anna), told(brenda)) == (2, 0)
    today = anna.client.get("/").text
    assert 'href="/w/2"' in today
    assert not any(words in today for words in ("Bruise", "The court needs it.", refused, agreed))
    read = anna.client.get("/w/2").text
    assert "The court needs it." in read
    assert all(f'href="/w/{reference}"' in read for reference in (refused, agreed))
    assert "The court needs it." not in brenda.client.get("/w/2").text
    # Another who opens the case reads nothing away, nor does another page of it.
    brenda.client.get(f"/w/{refused}")
    anna.client.get(f"/w/{refused}/c")
    assert told(anna) == 2
    assert "You asked for it." in anna.client.get(f"/w/{refused}").text
    assert told(anna) == 1
    assert "You asked for it." not in anna.client.get(f"/w/{refused}").text
    anna.client.get(f"/w/{agreed}")
    assert told(anna) == 0
    # Whoever takes back what she asked for herself learns nothing by it.
    ask(anna.actor, anna.vault(), refused, REMOVE, "It shows her face.", about="e" * 16)
    refuse(anna.actor, anna.vault(), refused, "s1", "I was wrong.")
    assert told(anna) == 0


def test_whoever_asked_reads_that_a_case_was_shredded_or_opened_again(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    gone, again = filed(Record(), state="closed"), filed(Record(), state="closed")
    for reference in (gone, again):
        ask(anna.actor, anna.vault(), reference, SHRED, "Filed twice.")
    shred_case(gone, by=brenda.actor, vault=brenda.vault(), proposal="s1")
    take_step(again, "reopen", by=brenda.actor, vault=brenda.vault(), reason="She came again.")
    assert (told(anna), told(brenda)) == (2, 0)
    assert "Agreed, and done" not in brenda.client.get("/w/2").text
    read = anna.client.get("/w/2").text
    assert ("Agreed, and done" in read, "She came again." in read) == (True, True)
    # It stays until she says that she has seen it, whatever page never reached her.
    assert told(anna) == 2
    (seen,) = re.findall(r'name="seen" value="([^"]+)"', anna.client.get("/w/2").text)
    assert seen == gone
    # Nobody else says so for her, and what she has not seen stays.
    for client, said in ((brenda.client, seen), (anna.client, again), (anna.client, "")):
        assert client.post("/w/2", data={"seen": said}).status_code == 303
        assert told(anna) == 2
    assert anna.client.post("/w/2", data={"seen": seen}).status_code == 303
    assert told(anna) == 1
    assert "Agreed, and done" not in anna.client.get("/w/2").text
    anna.client.get(f"/w/{again}")
    assert told(anna) == 0
    assert opened_box(db.session()).shredded_for == {}
