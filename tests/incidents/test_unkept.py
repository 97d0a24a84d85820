"""A report that nobody agreed to have kept is gone after seven days, and no other one is."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from kash.incidents.models import Incident, IncidentDraft, MediationBrief
from kash.incidents.queries.letterbox import Receipt, opened_box
from kash.incidents.queries.mediation import with_answers
from kash.incidents.rules.clocks import ReportNote
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.letterbox import as_bytes, from_bytes
from kash.incidents.rules.parts import Act, Intervention, Party, Person, Referral
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import DAYS_KEPT, Filters
from kash.incidents.services import documentation as waiting
from kash.incidents.services import second_member as shredding
from kash.incidents.services.autosaves import keep_typed
from kash.incidents.services.cases import changing, note_opening
from kash.incidents.services.documentation import what_waits
from kash.incidents.services.evidence import Received, add_evidence
from kash.incidents.services.filing import answer_screen, forget_screen, say_held, submit
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.mediation import answer_brief
from kash.incidents.services.money import note_decision
from kash.incidents.services.receipts import Found, open_receipt
from kash.incidents.services.second_member import shred_unkept, take_step
from kash.platform import storage
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, DocumentKey, SealedDocument
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive, shredded
from tests.incidents.form_pages import filled
from tests.incidents.sent_reports import sent
from tests.incidents.test_taking_back import only_case, take_back

KEEP = {"next": Screen(consents=["record"], origin="herself")}
LAST, OVER = timedelta(days=DAYS_KEPT), timedelta(days=DAYS_KEPT + 1)


def shred(after: timedelta = OVER) -> int:
    """Let that time pass; how many cases are shredded then."""
    db.session.rollback()
    done = shred_unkept(local_today() + after)
    db.session.rollback()
    return done


def reported(peer: Actor, **screens: Screen) -> Receipt:
    """A report that has become visible."""
    receipt = sent(peer, what=Screen(acts=["P1"]), words=Screen(narrative="Alone."), **screens)
    let_arrive()
    db.session.rollback()
    return receipt


def states() -> list[str]:
    db.session.rollback()
    return sorted(db.session.scalars(select(Incident.state)))


def read(member: AMember) -> date | None:
    """A member opens the only case; until when it is kept now."""
    case = only_case(member)
    note_opening(member.actor, member.vault(), case)
    return case.until


def change(member: AMember, alter: Callable[[Record], None]) -> None:
    vault = member.vault()
    reference = only_case(member).reference
    with changing("incidents.changed", member.actor, vault, reference) as case:
        alter(case.record)
    db.session.rollback()


def told(receipt: Receipt) -> Found:
    db.session.rollback()
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    return found


def agrees(record: Record) -> None:
    record.consents.append(
        CaseConsent(purpose="record", given=True, at=utc_now(), by="x" * 16, wording="2026-1")
    )


def test_a_report_without_a_yes_to_keep_it_is_gone_after_seven_days_and_not_before(peer):
    receipt = reported(peer)
    assert shred(LAST) == 0
    assert states() == ["submitted"]
    assert shred() == 1
    row = db.session.scalars(select(Incident)).one()
    assert (row.state, row.document_id, row.remind_at) == ("shredded", None, None)
    assert db.session.scalars(select(SealedDocument.id)).all() == []
    assert db.session.scalars(select(DocumentKey.document_id)).all() == []
    found = told(receipt)
    assert (found.state, found.as_asked) == ("shredded", True)
    assert shred() == 0


def test_the_trail_says_that_it_was_done_and_not_to_which(peer):
    for _each in range(2):
        reported(peer)
    assert shred() == 2
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()
    (done,) = [one for one in entries if one.action == "incidents.shredded_unkept"]
    assert (done.actor, done.subjects) == ("system", [])
    shred()
    assert db.session.query(AuditEntry).count() == len(entries)


@pytest.mark.any_engine
def test_a_report_that_nobody_opened_is_not_lost_if_she_let_it_be_kept(peer):
    reported(peer, **KEEP)
    assert shred(timedelta(days=400)) == 0
    assert states() == ["submitted"]


@pytest.mark.any_engine
@pytest.mark.parametrize(
    "said", [{"whom": Screen(ages=["unsure"])}, {"who": Screen(party="programme")}]
)
def test_what_only_a_custodian_may_read_waits_for_her_however_long_she_is_away(
    peer, a_member, said
):
    grace = a_member("custodian")
    reported(peer, next=Screen(origin="not_asked"), **said)
    assert shred(timedelta(days=400)) == 0
    assert read(grace) is None
    assert shred(timedelta(days=400)) == 0
    reference = only_case(grace).reference
    assert "Then she has seven days to agree" in grace.client.get(f"/w/{reference}").text
    take_step(
        reference, "close", by=grace.actor, vault=grace.vault(), outcome="duplicate", reason="Twice"
    )
    assert only_case(grace).until == local_today() + LAST
    assert shred() == 1


@pytest.mark.any_engine
@pytest.mark.parametrize(("code", "kept"), [("L1", True), ("M1", True), ("P1", False)])
def test_a_report_that_tells_of_an_arrest_or_of_money_is_not_shredded_unread(
    a_member, actor, code, kept
):
    """Though she skipped whether somebody is held now, and ticked nothing."""
    a_member("documentation")
    sent(actor("peer"), what=Screen(acts=[code], day=local_today()), next=Screen(origin="herself"))
    let_arrive()
    assert shred() == (not kept)


@pytest.mark.any_engine
def test_an_arrest_that_was_taken_away_before_sending_keeps_nothing(a_member, actor):
    a_member("documentation")
    peer, number = actor("peer"), new_code()
    for code in ("L1", "P1"):
        answer_screen(peer, number, "what", Screen(acts=[code]))
    submit(peer, number, "en")
    let_arrive()
    assert shred() == 1


@pytest.mark.any_engine
def test_a_duty_to_report_keeps_a_case_until_a_custodian_decided_and_not_while_counsel_is_asked(
    a_member, filed
):
    grace = a_member("custodian")
    acts = [Act(id="a1", code="M1")]
    reference = filed(Record(acts=acts, parties=[Party(id="q1")]), state="closed")
    assert read(grace) is None
    notes = (ReportNote(kind="counsel"), ReportNote(kind="not_reported", reason="Paragraph 3"))
    for note, until in zip(notes, (None, local_today() + LAST), strict=True):
        note_decision(grace.actor, grace.vault(), reference, note)
        assert only_case(grace).until == until
    assert shred(LAST) == 0
    assert shred() == 1


@pytest.mark.any_engine
def test_an_age_that_was_taken_away_before_sending_keeps_nothing(peer):
    code = new_code()
    for age in ("under_18", "25_34"):
        answer_screen(peer, code, "whom", Screen(ages=[age]))
    submit(peer, code, "en")
    let_arrive()
    assert shred() == 1


def test_what_an_officer_hands_over_is_not_gone_before_a_custodian_is_there(member, a_member):
    form = filled(**{"parties-0-kind": "programme"})
    form = {name: said for name, said in form.items() if not name.startswith("terms")}
    answer = member.client.post("/w/new", data=form | {"do": "hand"})
    assert answer.status_code == 303
    assert shred(timedelta(days=400)) == 0
    assert only_case(a_member("custodian")).until is None


@pytest.mark.any_engine
def test_an_answer_that_was_taken_away_before_sending_keeps_nothing(peer):
    code = new_code()
    answer_screen(peer, code, "next", KEEP["next"])
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    forget_screen(peer, code, "next")
    submit(peer, code, "en")
    let_arrive()
    assert shred() == 1


@pytest.mark.any_engine
def test_somebody_held_keeps_it_and_seven_days_begin_when_she_is_let_go(member, peer):
    code = "HELDHELDHELD"
    say_held(peer, code)
    submit(peer, code, "en", held=True)
    assert shred(timedelta(days=400)) == 0
    assert read(member) is None
    at = utc_now()
    change(member, lambda record: record.persons.append(_held("p1")))
    assert shred(timedelta(days=400)) == 0
    change(member, lambda record: setattr(record.persons[0], "released_at", at))
    assert only_case(member).until == local_today() + LAST
    assert shred(LAST) == 0
    assert shred() == 1


def _held(key: str) -> Person:
    return Person(id=key, code="A", arrested_at=utc_now())


@pytest.mark.any_engine
@pytest.mark.parametrize("help_", ["referral", "mediator"])
def test_help_that_is_under_way_keeps_it_until_it_has_ended(member, peer, help_):
    reported(peer)
    assert read(member) == local_today() + LAST

    def begins(record: Record) -> None:
        if help_ == "referral":
            record.referrals.append(Referral(id="r1", kind="medical"))
        else:
            record.interventions.append(Intervention(id="m1", mediator="m" * 16))

    def ends(record: Record) -> None:
        if help_ == "referral":
            record.referrals[0].outcome = "helped"
        else:
            record.interventions[0].response = "refused"

    change(member, begins)
    assert only_case(member).until is None
    assert shred(timedelta(days=400)) == 0
    change(member, ends)
    assert shred() == 1


def test_a_yes_that_an_officer_notes_meanwhile_keeps_it(member, peer):
    reported(peer)
    change(member, agrees)
    assert only_case(member).until is None
    assert shred(timedelta(days=400)) == 0


def test_what_she_takes_back_is_gone_seven_days_after_an_officer_opened_it(member, peer):
    receipt = reported(peer, **KEEP)
    take_back(peer, receipt, "record")
    assert shred() == 0
    assert read(member) == local_today() + LAST
    # Reading it again puts nothing off.
    assert read(member) == local_today() + LAST
    assert shred() == 1
    assert told(receipt).as_asked


@pytest.mark.any_engine
def test_a_tick_that_counts_for_nobody_is_not_said_to_have_been_left_out(member, peer):
    receipt = reported(peer, next=Screen(consents=["record"], origin="not_asked"))
    assert read(member) == local_today() + LAST
    assert shred() == 1
    found = told(receipt)
    assert (found.state, found.as_asked) == ("shredded", False)


def test_evidence_forms_and_briefs_go_with_it(member, peer):
    reported(peer)
    row = MediationBrief(account_id=peer.account_id, state="closed", runs_out_at=utc_now())
    db.session.add(row)
    db.session.commit()
    brief = row.public_id
    reference = only_case(member).reference
    keep_typed(member.actor, reference, "before", [("narrative", "x")])
    assert read(member) is not None
    keep_typed(member.actor, reference, "after", [("narrative", "y")])
    add_evidence(
        member.actor,
        member.vault(),
        reference,
        Received(),
        io.BytesIO(b"%PDF-1.4\n%%EOF\n"),
        10_000,
    )
    asked = Intervention(id="m1", mediator=peer.public_id, brief=brief, response="refused")
    change(member, lambda record: record.interventions.append(asked))
    assert len(list(storage.list("evidence"))) > 0
    assert shred() == 1
    assert list(storage.list("evidence")) == []
    assert db.session.query(IncidentDraft).count() == 0
    assert db.session.scalars(select(SealedDocument.id)).all() == []
    assert db.session.query(MediationBrief).count() == 0


def test_a_form_typed_after_the_last_reading_does_not_outlive_its_case(member, peer):
    """What was half typed about her would lie sealed for days after she was told it is gone."""
    reported(peer)
    assert read(member) is not None
    keep_typed(member.actor, only_case(member).reference, "after", [("narrative", "y")])
    assert shred() == 1
    assert db.session.query(IncidentDraft).count() == 0
    assert db.session.scalars(select(SealedDocument.id)).all() == []


def test_a_brief_that_was_answered_goes_too_though_the_page_names_it_no_more(a_member, actor):
    """Else who mediated, when, and what came of it stay in the database for good."""
    member, peer = a_member("documentation"), actor("peer")
    # Whoever sent it mediates nothing of it.
    reported(actor("peer"))
    runs_out = utc_now() + timedelta(days=7)
    row = MediationBrief(account_id=peer.account_id, note_sealed=b"x", runs_out_at=runs_out)
    db.session.add(row)
    db.session.commit()
    asked = Intervention(id="m1", mediator=peer.public_id, brief=row.public_id)
    change(member, lambda record: record.interventions.append(asked))
    answer_brief(peer, asked.brief, accepts=False)
    shown = only_case(member)
    shown.record = with_answers(shown.record)
    assert shown.record.interventions[0].brief == ""
    note_opening(member.actor, member.vault(), shown)
    assert shown.until == local_today() + LAST
    assert shred() == 1
    assert db.session.scalars(select(MediationBrief)).all() == []


def test_a_yes_that_was_noted_while_another_had_the_page_open_keeps_it(a_member, actor):
    member = a_member("documentation")
    reported(actor("peer"))
    read(member)
    shown = only_case(member)
    change(member, agrees)
    note_opening(member.actor, member.vault(), shown)
    assert shown.until is None
    assert shred() == 0
    assert states() == ["submitted"]


def test_opening_locks_the_case_before_the_letterbox_as_changing_does(member, peer, count_queries):
    """In another order whoever opens it and whoever changes it wait for each other for ever."""
    reported(peer)
    shown = only_case(member)
    with count_queries() as seen:
        note_opening(member.actor, member.vault(), shown)
    both = re.compile(r"(?:FROM|UPDATE) (incident|letterbox)\b")
    first = next(one for one in seen.statements if both.search(one))
    assert "FROM incident" in first
    assert ("FOR UPDATE" in first) == (db.engine.dialect.name == "postgresql")


def test_no_row_and_no_size_tells_who_refused_to_have_her_report_kept(peer):
    """Whoever has a copy of the database could wait for it, or for her."""
    for screens in ({}, KEEP):
        sent(peer, what=Screen(acts=["P1"]), **screens)
    before = _size()
    let_arrive()
    db.session.rollback()
    rows = db.session.execute(text("SELECT * FROM incident")).mappings().all()
    telling = {"id", "public_id", "document_id", "receipt_hash"}
    refused, allowed = ({key: row[key] for key in row if key not in telling} for row in rows)
    assert refused == allowed
    assert _size() == before
    assert len(opened_box(db.session()).fates) == 1


def _size() -> int:
    db.session.rollback()
    return len(bytes(db.session.execute(text("SELECT body FROM letterbox")).scalar_one()))


def test_a_report_from_before_the_rule_begins_its_days_when_somebody_reads_it(member, filed):
    filed(Record(narrative="Old."))
    assert shred(timedelta(days=400)) == 0
    assert read(member) == local_today() + LAST
    assert shred() == 1


@pytest.mark.any_engine
def test_what_an_officer_writes_down_herself_has_the_same_days(member):
    typed = {name: said for name, said in filled().items() if not name.startswith("terms")}
    # Not money, of which a custodian decides first.
    done = {"acts-0-code": "P1", "acts-0-amount": ""}
    answer = member.client.post("/w/new", data=typed | done | {"do": "submit"})
    assert answer.status_code == 303
    assert only_case(member).until == local_today() + LAST


def test_days_and_what_is_told_outlive_the_letterbox_being_written_anew(peer):
    receipt = reported(peer)
    box = opened_box(db.session())
    assert from_bytes(as_bytes(box)) == box
    shred()
    tend_letterbox(utc_now())
    assert told(receipt).as_asked
    tend_letterbox(utc_now() + timedelta(days=1))
    assert told(receipt).as_asked


def test_what_was_kept_while_the_chore_began_is_not_shredded(member, peer, monkeypatch):
    reported(peer)
    as_it_was = opened_box(db.session())
    change(member, agrees)
    monkeypatch.setattr(shredding, "opened_box", lambda _session: as_it_was)
    assert shred() == 0
    assert states() == ["submitted"]


def test_what_was_shredded_by_hand_waits_for_nothing(member, filed):
    reference = filed(Record(narrative="x"), state="closed")
    assert read(member) is not None
    shredded(reference, member)
    db.session.rollback()
    assert opened_box(db.session()).fates == {}


# --- Pages ------------------------------------------------------------------------------------


@pytest.fixture
def phone(a_member, sign_in):
    a_member("documentation")
    return sign_in("peer")


@pytest.mark.parametrize(
    ("tongue", "said"),
    [
        ("en", "Without a yes to keep it, a report is deleted after seven days"),
        ("sw", "ripoti hufutwa baada ya siku saba"),
    ],
)
def test_the_first_screen_says_so(phone, tongue, said):
    assert said in phone.get(f"/w/n?in={tongue}").text


def test_an_officer_sees_how_many_days_are_left_and_what_would_keep_it(a_member, filed):
    officer = a_member("documentation")
    reference = filed(Record(narrative="x"))
    kept = Record(narrative="y")
    agrees(kept)
    other = filed(kept)
    page = officer.client.get(f"/w/{reference}").text
    assert "Days left: 7." in page
    assert "her yes to keep it, noted under Consents" in page
    assert "her yes to use it before a court, unless she refused to have it kept" in page
    assert "Days left" not in officer.client.get(f"/w/{other}").text
    listed = officer.client.get("/w?show=all").text
    assert listed.count("Kept until") == 1


@pytest.mark.any_engine
def test_today_counts_what_ends_within_two_days(member, filed, monkeypatch):
    filed(Record(narrative="x"))
    read(member)
    db.session.rollback()

    def waits(days: int) -> int:
        now = utc_now() + timedelta(days=days)
        return what_waits(member.actor, member.vault(), now).ending

    assert [waits(days) for days in (0, 4, 5, 7)] == [0, 0, 1, 1]


@pytest.mark.any_engine
def test_a_case_that_ends_soon_stands_in_the_queue_of_everybody(member, filed):
    filed(Record(narrative="x"), state="insufficient")
    read(member)
    queue = Filters(show="queue")

    def found(days: int) -> int:
        now = utc_now() + timedelta(days=days)
        return len(waiting.register(member.actor, member.vault(), queue, [], now).lines)

    assert [found(0), found(5)] == [0, 1]
