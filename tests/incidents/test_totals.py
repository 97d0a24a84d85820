"""Cases as totals count them: nobody is left out because of who asks, and nobody is counted twice,
or without having agreed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from kash.incidents.consent_texts import TEXTS, VERSION
from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_cases
from kash.incidents.queries.mediation import TotalsCase, cases_for_totals, countable_from
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import Screen
from kash.incidents.rules.parts import (
    Act,
    Asked,
    CaseDecision,
    Choice,
    Event,
    Filing,
    Intervention,
    Link,
    Party,
    Person,
)
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import (
    came_in,
    how_mediation_ended,
    may_be_counted,
    what_was_done,
    who_did_it,
)
from kash.incidents.services.cases import changing
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.receipts import open_receipt, take_back
from kash.incidents.services.saved_views import RecordsNotOpen, ReportsStillWait
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import DocumentKey, SealedDocument, file_document
from kash.platform.web.formats import from_local
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import sent

DAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
YES = CaseConsent(
    purpose="forum_totals", given=True, at=NOON, by="whoever", wording=TEXTS["forum_totals"].version
)

Filed = Callable[..., str]


def record(at: datetime = NOON, **parts: Any) -> Record:
    """A report with the consent, filed at a moment."""
    said: dict[str, Any] = {
        "filing": Filing(filed_at=at),
        "consents": [YES],
        "parties": [Party(id="o1", kind="police")],
        "acts": [Act(id="a1", code="L1")],
    }
    return Record(**said | parts)


def counted(member: AMember, day: date = DAY) -> dict[str, TotalsCase]:
    found = cases_for_totals(db.session(), member.vault(), day)
    assert len({one.reference for one in found}) == len(found)
    return {one.reference: one for one in found}


# --- The rule -------------------------------------------------------------------------------------


def test_only_whoever_agreed_is_counted_and_no_child():
    assert may_be_counted(record(), "submitted")
    assert not may_be_counted(record(consents=[]), "submitted")
    persons = [Person(id="p1", code="P1"), Person(id="p2", code="P2")]
    hers = YES.model_copy(update={"person": "p1"})
    assert not may_be_counted(record(persons=persons, consents=[hers]), "submitted")
    child = [Person(id="p1", code="P1", age_band="unsure")]
    assert not may_be_counted(record(persons=child), "submitted")
    assert not may_be_counted(record(), "draft")
    twice = CaseDecision(at=NOON, outcome="duplicate")
    assert not may_be_counted(record(closing=twice), "closed")
    assert may_be_counted(record(closing=twice), "triaged")


def test_whoever_did_it_goes_before_who_was_there_and_who_helped_is_not_counted():
    helped = Party(id="o1", kind="client", involvement="helped")
    there = Party(id="o2", kind="landlord_venue", involvement="present")
    did = Party(id="o3", kind="police")
    assert who_did_it(record(parties=[helped, there, did])) == "police"
    assert who_did_it(record(parties=[helped, there])) == "landlord_venue"
    assert who_did_it(record(parties=[helped])) == ""
    acts = [Act(id=f"a{place}", code=code) for place, code in enumerate(("M1", "L1", "M1"))]
    assert what_was_done(record(acts=acts)) == ("M1", "L1")


@pytest.mark.parametrize(
    ("outcome", "result", "wanted", "end"),
    [
        ("settled", "released", "mediation", "settled"),
        ("reached", "charged", "mediation", "settled"),
        ("partly_settled", "none", "mediation", "partly"),
        ("not_settled", "none", "mediation", "failed"),
        ("not_reached", "charged", "mediation", "court"),
        ("not_settled", "none", "court", "court"),
        ("withdrawn", "none", "court", "withdrawn"),
        ("no_violation", "none", "mediation", ""),
        ("duplicate", "none", "mediation", ""),
    ],
)
def test_mediation_ends_as_closing_says(outcome, result, wanted, end):
    tried = Intervention(id="i1", asked=[Asked(kind="charge_or_release", result=result)])
    case = record(
        persons=[Person(id="p1", code="P1")],
        interventions=[tried],
        choices=[Choice(person="p1", wanted=[wanted], on=NOON.date(), at=NOON, by="x")],
        closing=CaseDecision(at=NOON, outcome=outcome),
    )
    assert how_mediation_ended(case, "closed") == ((end, NOON) if end else None)
    assert how_mediation_ended(case, "triaged") is None
    case.interventions = []
    assert how_mediation_ended(case, "closed") is None


def test_a_case_without_an_hour_of_filing_came_in_when_it_is_first_known_of():
    assert came_in(record()) == NOON
    assert came_in(Record(consents=[YES])) == NOON
    earlier = Event(what="filed", by="x", at=NOON - timedelta(hours=1))
    assert came_in(Record(consents=[YES], timeline=[earlier])) == earlier.at
    assert came_in(Record()) is None


# --- The reader -----------------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_a_member_counts_cases_that_are_kept_from_her(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    against = [Party(id="o1", kind="police", account=anna.actor.public_id)]
    references = {filed(record()), filed(record(parties=against))}
    programme = filed(record(parties=[Party(id="o1", kind="programme")]))
    db.session.rollback()
    assert counted(anna) == counted(brenda)
    assert set(counted(anna)) == references | {programme}
    seen, _damaged = open_cases(anna.actor, anna.vault())
    assert len(seen) == 1
    assert counted(anna)[programme] == TotalsCase(
        programme, date(2026, 3, 10), "programme", ("L1",)
    )


def test_a_day_ends_at_midnight_where_the_programme_is(a_member, filed):
    anna = a_member("documentation")
    last = from_local(DAY + timedelta(days=1), datetime.min.time()) - timedelta(minutes=1)
    in_time = filed(record(last))
    filed(record(last + timedelta(minutes=1)))
    assert set(counted(anna)) == {in_time}
    assert set(counted(anna, DAY + timedelta(days=1))) > {in_time}
    assert countable_from(DAY) == datetime(2026, 4, 1, 5, tzinfo=UTC)


def test_mediation_that_ended_after_the_day_has_not_ended_yet(a_member, filed):
    anna, later = a_member("documentation"), NOON + timedelta(days=40)
    case = record(
        interventions=[Intervention(id="i1")], closing=CaseDecision(at=later, outcome="settled")
    )
    reference = filed(case, state="closed")
    assert counted(anna)[reference].mediation == ""
    assert counted(anna, DAY + timedelta(days=30))[reference].mediation == "settled"


def test_what_was_told_afterwards_is_one_case_with_the_report(a_member, filed):
    anna = a_member("documentation")
    first = filed(record())
    link = [Link(kind="incident", id=first)]
    more = record(filing=Filing(how="phone", filed_at=NOON), links=link, acts=[])
    second = filed(more)
    third = filed(more.model_copy(update={"links": [Link(kind="incident", id=second)]}))
    whole = TotalsCase(first, date(2026, 3, 10), "police", ("L1",), also=frozenset({second, third}))
    assert counted(anna) == {first: whole}
    # It counts as that case also when the first one is gone.
    row = db.session.scalars(select(Incident).where(Incident.public_id == first)).one()
    row.state, row.document_id = "shredded", None
    db.session.commit()
    assert set(counted(anna)) == {first}
    assert counted(anna)[first].acts == ()
    assert third not in counted(anna)


def test_a_case_that_was_filed_twice_counts_once_it_was_closed_as_that(a_member, filed):
    anna = a_member("documentation")
    kept, twice = filed(record()), filed(record())
    assert set(counted(anna)) == {kept, twice}
    again = record(closing=CaseDecision(at=NOON, outcome="duplicate"))
    other = filed(again, state="closed")
    link = [Link(kind="incident", id=other)]
    filed(record(filing=Filing(how="phone", filed_at=NOON), links=link))
    assert set(counted(anna)) == {kept, twice}


@pytest.mark.usefixtures("both_engines_app")
def test_whoever_took_it_back_by_her_receipt_is_not_counted(a_member, actor):
    anna, peer = a_member("documentation"), actor("peer")
    screen = Screen(consents=["record", "forum_totals"], wording=VERSION, origin="herself")
    receipt = sent(peer, what=Screen(acts=["P1"]), next=screen)
    let_arrive()
    today = utc_now().date() + timedelta(days=1)
    # A tick on a phone is a wish, and permits no counting; an answer does.
    assert counted(anna, today) == {}
    (reference,) = db.session.scalars(select(Incident.public_id))
    with changing("incidents.changed", anna.actor, anna.vault(), reference) as case:
        case.record.consents.append(YES.model_copy(update={"at": utc_now()}))
    assert set(counted(anna, today)) == {reference}
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    take_back(peer, found, ["forum_totals"])
    assert counted(anna, today) == {}


# --- Refusing -------------------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_nothing_is_counted_while_one_record_is_damaged(a_member, filed):
    anna = a_member("documentation")
    filed(record())
    (sound,) = db.session.scalars(select(SealedDocument.body))
    for body in (sound[:-1] + bytes([sound[-1] ^ 1]), b""):
        db.session.execute(update(SealedDocument).values(body=body))
        db.session.commit()
        with pytest.raises(RecordsNotOpen):
            counted(anna)
    db.session.execute(update(SealedDocument).values(body=sound))
    db.session.commit()
    assert len(counted(anna)) == 1
    db.session.execute(delete(DocumentKey))
    db.session.commit()
    with pytest.raises(RecordsNotOpen):
        counted(anna)


def test_nothing_is_counted_while_a_record_is_of_a_generation_that_she_does_not_hold(
    a_member, filed
):
    anna = a_member("documentation")
    filed(record())
    vault = anna.vault()
    without = {key: one for key, one in vault.secrets.items() if key != ("case", 1)}
    assert len(without) < len(vault.secrets)
    with pytest.raises(RecordsNotOpen):
        cases_for_totals(db.session(), replace(vault, secrets=without), DAY)


def test_nothing_is_counted_while_a_screen_of_a_phone_does_not_open(a_member, filed):
    anna = a_member("documentation")
    filed(record(filing=Filing(how="phone", filed_at=NOON, screens={"what": "x" * 22})))
    with pytest.raises(RecordsNotOpen):
        counted(anna)


def test_nothing_is_counted_of_what_is_no_record(a_member):
    anna, session = a_member("documentation"), db.session()
    document = file_document(session, "incident", b'{"persons": 7}')
    session.add(Incident(state="submitted", document_id=document.id))
    session.commit()
    with pytest.raises(RecordsNotOpen):
        counted(anna)


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_nothing_is_counted_while_something_sent_in_time_is_not_visible(a_member, actor):
    anna = a_member("documentation")
    sent(actor("peer"))
    with writing() as session, letterbox(session) as box:
        (waiting,) = box.sent.values()
        waiting.visible_at = countable_from(DAY)
    with pytest.raises(ReportsStillWait):
        counted(anna)
    # What was sent after the day is not waited for.
    assert counted(anna, DAY - timedelta(days=1)) == {}
    let_arrive()
    assert counted(anna) == {}
