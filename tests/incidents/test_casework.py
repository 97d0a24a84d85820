"""What is done with cases, on both engines."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from kash.incidents.models import Incident, Remains, Shredding
from kash.incidents.queries.cases import open_case, open_cases
from kash.incidents.rules.casework import Refusal
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.parts import Act, Choice, Evidence, Party, Person, Referral, Term
from kash.incidents.rules.record import Record
from kash.incidents.rules.totals import Filters
from kash.incidents.services import documentation as identities
from kash.incidents.services.cases import (
    add_link,
    assign,
    changing,
    comment,
    declare_conflict,
    note_opening,
    remove_link,
)
from kash.incidents.services.documentation import (
    WhatCame,
    agree_not_known,
    ask_not_known,
    file_identity,
    note_try,
    read_identity,
    tell_what_came,
    what_waits,
)
from kash.incidents.services.letterbox import next_reminder, remind_members
from kash.incidents.services.saved_views import (
    CaseChangedMeanwhile,
    NotNow,
    remove_view,
    save_view,
    saved_views,
)
from kash.incidents.services.second_member import StepRefused, mark_urgent, take_step
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import (
    AuditEntry,
    DocumentKey,
    SealedDocument,
    ask_to_unseal,
    file_document,
)
from kash.platform.web.errors import NotFound
from tests.conftest import AMember
from tests.declaring import also_declared
from tests.incidents.filed_cases import shredded
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")
Officer = Callable[..., tuple[int, str]]


def state_of(reference: str) -> str:
    db.session.rollback()
    state = db.session.scalar(select(Incident.state).where(Incident.public_id == reference))
    assert state is not None
    return state


def entries(action: str) -> list[tuple[str, list[str]]]:
    db.session.rollback()
    return [
        (entry.actor, list(entry.subjects))
        for entry in db.session.scalars(
            select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)
        )
    ]


def step(her: AMember, reference: str, verb: str, **more: object) -> str:
    return take_step(reference, verb, by=her.actor, vault=her.vault(), **more)  # type: ignore[arg-type]


# --- Steps ----------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_case_goes_its_way_and_every_step_is_one_entry(a_member, filed, record_of):
    anna, brenda = a_member("documentation"), a_member("documentation")
    wants = Choice(wanted=["mediation"], on=utc_now().date(), at=utc_now(), by="")
    agreed = CaseConsent(purpose="mediation", given=True, at=utc_now(), by="")
    day = utc_now().date()
    paid = Term(id="t1", kind="pay", fulfilled_on=day, agreed_on=day)
    reference = filed(Record(choices=[wants], consents=[agreed], terms=[paid]))
    step(anna, reference, "triage", urgent=True)
    step(brenda, reference, "verify", reason="Two witnesses say the same.")
    step(anna, reference, "mediate")
    step(anna, reference, "resolve", reason="She was let go.")
    assert step(anna, reference, "close", outcome="settled") == "closed"
    record = record_of(reference, anna.vault())
    assert [(event.what, event.state) for event in record.timeline] == [
        ("triage", "triaged"),
        ("verify", "verified"),
        ("mediate", "mediation"),
        ("resolve", "resolved"),
        ("close", "closed"),
    ]
    assert record.urgent is True
    assert (record.triage.by, record.verification.by) == (
        anna.actor.public_id,
        brenda.actor.public_id,
    )
    assert (record.verification.outcome, record.closing.outcome) == ("verified", "settled")
    assert state_of(reference) == "closed"
    assert entries("incidents.moved") == [
        (who.actor.public_id, [reference]) for who in (anna, brenda, anna, anna, anna)
    ]


@pytest.mark.any_engine
def test_what_is_closed_is_not_called_urgent(a_member, filed):
    her = a_member("documentation")
    with pytest.raises(StepRefused):
        mark_urgent(filed(Record(), state="closed"), True, by=her.actor, vault=her.vault())


@pytest.mark.any_engine
def test_whoever_filed_or_triaged_does_not_verify(a_member, filed):
    anna, brenda, carol = (a_member("documentation") for _ in range(3))
    record = Record()
    record.filing.author = anna.actor.public_id
    reference = filed(record)
    step(brenda, reference, "triage")
    for her in (anna, brenda):
        with pytest.raises(StepRefused) as refused:
            step(her, reference, "verify")
        assert refused.value.why is Refusal.SAME_PERSON
    assert step(carol, reference, "verify") == "verified"


@pytest.mark.any_engine
def test_the_only_officer_does_not_verify_alone(a_member, filed):
    anna = a_member("documentation")
    reference = filed(Record())
    step(anna, reference, "triage")
    with pytest.raises(StepRefused) as refused:
        step(anna, reference, "verify")
    assert refused.value.why is Refusal.SAME_PERSON


def test_a_step_on_what_somebody_else_saved_meanwhile_changes_nothing(a_member, filed):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed()
    comment(reference, "Called her.", by=brenda.actor, vault=brenda.vault())
    with pytest.raises(CaseChangedMeanwhile):
        step(anna, reference, "triage", version=1)
    assert state_of(reference) == "submitted"
    assert step(anna, reference, "triage", version=2) == "triaged"


@pytest.mark.any_engine
def test_reopened_it_stands_where_it_had_been_verified(a_member, filed, record_of):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed()
    step(anna, reference, "triage")
    step(brenda, reference, "verify")
    step(anna, reference, "close", outcome="duplicate")
    assert step(anna, reference, "reopen", reason="She wants to go on.") == "verified"
    assert record_of(reference, anna.vault()).closing.outcome == ""
    other = filed()
    step(anna, other, "close", outcome="duplicate")
    assert step(anna, other, "reopen", reason="It is none.") == "triaged"


@pytest.mark.any_engine
def test_looked_at_again_it_must_be_verified_again(a_member, filed, record_of):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed()
    step(anna, reference, "triage")
    step(brenda, reference, "insufficient", reason="Nobody can be asked.")
    step(brenda, reference, "look_again", reason="A witness came.")
    assert record_of(reference, anna.vault()).verification.by == ""
    assert state_of(reference) == "triaged"


# --- Conflicts of interest ------------------------------------------------------------------


def officer_of(kind: str, her: AMember, station: str) -> Party:
    return {
        "account": Party(id="q1", kind="other", account=her.actor.public_id),
        "station": Party(id="q1", kind="police", station=station),
        "number": Party(id="q1", kind="police", service_number="P/No. 0 41-77"),
    }[kind]


@pytest.mark.parametrize("kind", ["account", "station", "number"])
def test_who_has_a_part_in_a_case_finds_nothing_wherever_she_asks(
    kind, a_member, filed, officer_at
):
    person, station = officer_at("Lake station", service_number="4177")
    anna, brenda = a_member("documentation"), a_member("documentation", person_id=person)
    reference = filed(Record(parties=[officer_of(kind, brenda, station)]))
    other = filed()
    assert open_case(anna.actor, anna.vault(), reference).reference == reference
    cases, _damaged = open_cases(brenda.actor, brenda.vault())
    assert [case.reference for case in cases] == [other]
    with pytest.raises(NotFound):
        open_case(brenda.actor, brenda.vault(), reference)
    for refused in (
        lambda: step(brenda, reference, "triage"),
        lambda: comment(reference, "hm", by=brenda.actor, vault=brenda.vault()),
        lambda: assign(reference, "", by=brenda.actor, vault=brenda.vault()),
        lambda: add_link(other, "incident", reference, by=brenda.actor, vault=brenda.vault()),
        lambda: shredded(reference, brenda),
        lambda: assign(reference, brenda.actor.public_id, by=anna.actor, vault=anna.vault()),
    ):
        with pytest.raises(NotFound):
            refused()
    assert state_of(reference) == "submitted"


@pytest.mark.any_engine
def test_i_must_not_work_on_this(a_member, filed, record_of):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed()
    assign(reference, anna.actor.public_id, by=brenda.actor, vault=brenda.vault())
    declare_conflict(reference, by=anna.actor, vault=anna.vault())
    with pytest.raises(NotFound):
        open_case(anna.actor, anna.vault(), reference)
    record = record_of(reference, brenda.vault())
    assert (record.declared, record.assigned_to) == ([anna.actor.public_id], "")
    # The chain says that she changed a case, as any change does, and not what.
    assert [entry[1] for entry in entries("incidents.changed")] == [[reference], [reference]]


@pytest.mark.any_engine
def test_whoever_turns_out_to_have_a_part_loses_the_case(a_member, filed, officer_at, record_of):
    person, station = officer_at("Lake station")
    anna, brenda = a_member("documentation"), a_member("documentation", person_id=person)
    reference = filed()
    assign(reference, brenda.actor.public_id, by=anna.actor, vault=anna.vault())
    with changing("incidents.changed", anna.actor, anna.vault(), reference) as change:
        change.record.parties.append(Party(id="q1", station=station))
    record = record_of(reference, anna.vault())
    assert record.assigned_to == ""
    assert record.timeline[-1].what == "unassigned"


@pytest.mark.any_engine
def test_a_custodian_sees_minors_and_conflicts_and_nothing_else(a_member, filed, officer_at):
    person, station = officer_at("Lake station")
    grace = a_member("custodian")
    a_member("documentation", person_id=person)
    minor = filed(Record(persons=[Person(id="p1", code="A", age_band="under_18")]))
    everybody_away = filed(Record(parties=[Party(id="q1", station=station)]))
    declared = filed(Record(declared=["0123456789abcdef"]))
    filed()
    filed(Record(parties=[Party(id="q1", station="0123456789abcdef", service_number="9")]))
    cases, _damaged = open_cases(grace.actor, grace.vault())
    assert {case.reference for case in cases} == {minor, everybody_away, declared}


@pytest.mark.any_engine
def test_a_director_with_keys_reads(a_member, filed):
    a_member("documentation")
    dora = a_member("director")
    reference = filed()
    assert open_case(dora.actor, dora.vault(), reference).reference == reference
    assert not dora.actor.may("incidents.edit")


# --- Together -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_comments_stand_beside_each_other_and_twice_sent_is_once(a_member, filed, record_of):
    anna, brenda = a_member("documentation"), a_member("documentation")
    reference = filed()
    for her, text in [(anna, "Called her."), (brenda, "Good."), (brenda, "Good.")]:
        comment(reference, text, by=her.actor, vault=her.vault())
    comments = record_of(reference, anna.vault()).comments
    assert [(one.id, one.by, one.text) for one in comments] == [
        ("c1", anna.actor.public_id, "Called her."),
        ("c2", brenda.actor.public_id, "Good."),
    ]


@pytest.mark.any_engine
def test_a_link_between_cases_stands_in_both_and_goes_from_both(a_member, filed, record_of):
    anna = a_member("documentation")
    one, two = filed(), filed()

    def links() -> list[list[str]]:
        return [[link.id for link in record_of(each, anna.vault()).links] for each in (one, two)]

    for _ in range(2):
        add_link(one, "incident", two, by=anna.actor, vault=anna.vault())
    assert links() == [[two], [one]]
    remove_link(two, "incident", one, by=anna.actor, vault=anna.vault())
    assert links() == [[], []]
    # Both say when, and of which other.
    newest = [open_case(anna.actor, anna.vault(), case).record.timeline[-1] for case in (one, two)]
    assert [(event.what, event.about) for event in newest] == [("unlinked", two), ("unlinked", one)]
    for wrong in (one, "0123456789abcdef"):
        with pytest.raises(NotFound):
            add_link(one, "incident", wrong, by=anna.actor, vault=anna.vault())
    with pytest.raises(NotFound):
        add_link(one, "elsewhere", two, by=anna.actor, vault=anna.vault())


@pytest.mark.any_engine
def test_views_are_own_or_shared(a_member, monkeypatch):
    anna, brenda = a_member("documentation"), a_member("documentation")
    asked = Filters(words="nyalenda", show="open", act="M1", urgent=True)
    own = save_view("Mine", asked, shared=False, by=anna.actor, vault=anna.vault())
    save_view("Ours", Filters(ward="Kondele"), shared=True, by=anna.actor, vault=anna.vault())

    def seen(her: AMember) -> list[tuple[str, Filters, bool]]:
        return [(view.name, view.filters, view.own) for view in saved_views(her.actor, her.vault())]

    assert seen(anna) == [("Mine", asked, True), ("Ours", Filters(ward="Kondele"), True)]
    assert seen(brenda) == [("Ours", Filters(ward="Kondele"), False)]
    # Each member keeps as many as another, however many others keep.
    monkeypatch.setattr("kash.incidents.services.saved_views.MOST_VIEWS", 1)
    save_view("Hers", Filters(), shared=False, by=brenda.actor, vault=brenda.vault())
    with refuses("You keep as many views as one can."):
        save_view("More", Filters(), shared=False, by=brenda.actor, vault=brenda.vault())
    monkeypatch.undo()
    with pytest.raises(NotFound):
        remove_view(own, by=brenda.actor, vault=brenda.vault())
    again = save_view("mine", Filters(), shared=False, by=anna.actor, vault=anna.vault())
    assert saved_views(anna.actor, anna.vault())[0].id == again
    remove_view(again, by=anna.actor, vault=anna.vault())
    assert [name for name, _filters, _own in seen(anna)] == ["Ours"]


# --- Identities -----------------------------------------------------------------------------


@pytest.mark.any_engine
def test_an_officer_seals_a_name_and_only_a_custodian_reads_it(a_member, filed, record_of):
    grace, anna = a_member("custodian"), a_member("documentation")
    away = ["0123456789abcdef"]
    reference = filed(Record(declared=away, persons=[Person(id="p1", code="A")]))
    facts = {"legal_name": "Zawadi Kielelezo", "phone": "0712 345 101", "address": ""}

    def seal_it() -> str:
        file_identity(reference, "p1", facts, by=anna.actor, vault=anna.vault())
        return record_of(reference, anna.vault()).persons[0].identity

    document = seal_it()
    case = open_case(anna.actor, anna.vault(), reference)
    with pytest.raises(NotFound):
        read_identity(case, "p1", by=anna.actor, vault=anna.vault())
    case = open_case(grace.actor, grace.vault(), reference)
    read = read_identity(case, "p1", by=grace.actor, vault=grace.vault())
    assert read == {"legal_name": "Zawadi Kielelezo", "phone": "0712 345 101"}
    assert entries("incidents.identity_opened") == [(grace.actor.public_id, [reference, document])]


@pytest.mark.any_engine
def test_without_a_custodian_no_name_is_taken(a_member, filed):
    anna = a_member("documentation")
    reference = filed(Record(persons=[Person(id="p1", code="A")]))
    with pytest.raises(identities.NobodyHoldsKeys):  # type: ignore[attr-defined]
        file_identity(reference, "p1", {"note": "x"}, by=anna.actor, vault=anna.vault())
    assert entries("incidents.identity_filed") == []


# --- Reminders ------------------------------------------------------------------------------


def reminder(reference: str) -> datetime | None:
    db.session.rollback()
    return db.session.scalar(select(Incident.remind_at).where(Incident.public_id == reference))


def test_a_clock_leaves_a_whole_hour_in_clear_and_closing_takes_it_away(a_member, filed):
    anna = a_member("documentation")
    exposed = Person(id="p1", code="A", exposed_at=utc_now() - timedelta(hours=1))
    record = Record(acts=[Act(id="a1", code="S1")], persons=[exposed])
    reference = filed(record)
    with pytest.raises(StepRefused) as refused:
        step(anna, reference, "close", outcome="duplicate")
    assert refused.value.why is Refusal.STILL_OPEN
    comment(reference, "Called her.", by=anna.actor, vault=anna.vault())
    moment = reminder(reference)
    assert moment is not None
    assert (moment.minute, moment.second) == (0, 0)
    assert timedelta(hours=45) < moment - utc_now() < timedelta(hours=48)
    came = WhatCame("p1", pep="in_time", contraception="not_wanted")
    tell_what_came(anna.actor, anna.vault(), reference, came)
    told = open_case(anna.actor, anna.vault(), reference).record.timeline[-1]
    assert (told.what, told.about) == ("limits_told", "p1")
    assert reminder(reference) is None
    step(anna, reference, "close", outcome="duplicate")
    assert reminder(reference) is None


@pytest.mark.any_engine
def test_what_is_due_is_told_once_without_content(a_member, filed, app, monkeypatch):
    anna = a_member("documentation", language="sw")
    a_member("director")
    record = Record(referrals=[Referral(id="r1", kind="legal", due_on=date(2020, 1, 1))])
    reference, later, now = filed(record), filed(Record()), utc_now()
    coming = Record(
        referrals=[Referral(id="r1", kind="legal", due_on=(now + timedelta(days=9)).date())]
    )
    reminded = [next_reminder(coming, state, now) is not None for state in ("verified", "closed")]
    assert reminded == [True, False]
    with writing() as session:
        session.query(Incident).update({"remind_at": now + timedelta(hours=1)})
        session.query(Incident).filter_by(public_id=reference).update({"remind_at": now})
    monkeypatch.setattr("kash.incidents.services.letterbox.mail_is_set_up", lambda: True)
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setattr(
        "kash.incidents.services.letterbox.send_mail", lambda *parts: sent.append(parts)
    )
    assert remind_members(now) == 1
    assert [reminder(case) is None for case in (reference, later)] == [True, False]
    assert remind_members(now) == 0
    from kash.incidents.services.letterbox import send_reminder
    from kash.platform.jobs import SILENT, Job

    db.session.rollback()
    jobs = db.session.scalars(select(Job).where(Job.kind == "incidents.reminder")).all()
    assert [job.arguments for job in jobs] == [{"account": anna.actor.public_id}]
    send_reminder(SILENT, account=anna.actor.public_id)
    assert [(subject, reference in text) for _to, subject, text in sent] == [("Programme", False)]


@pytest.mark.any_engine
def test_an_opening_sets_the_next_reminder_and_is_one_entry(a_member, filed):
    anna = a_member("documentation")
    tomorrow = utc_now().date() + timedelta(days=2)
    reference = filed(Record(referrals=[Referral(id="r1", kind="legal", due_on=tomorrow)]))
    case = open_case(anna.actor, anna.vault(), reference)
    note_opening(anna.actor, anna.vault(), case)
    moment = reminder(reference)
    assert moment == datetime(tomorrow.year, tomorrow.month, tomorrow.day, 5, tzinfo=UTC)
    assert entries("incidents.opened") == [(anna.actor.public_id, [reference])]


def test_somebody_is_given_up_by_two_after_two_tries(a_member, filed, record_of):
    anna, brenda = a_member("documentation"), a_member("documentation")
    held = Person(id="p1", code="A", arrested_at=utc_now() - timedelta(days=9))
    reference = filed(Record(acts=[Act(id="a1", code="P6")], persons=[held]))

    def asks(her: AMember) -> None:
        ask_not_known(her.actor, her.vault(), reference, "p1", "Nobody has heard of her.")

    def agrees(her: AMember) -> None:
        agree_not_known(her.actor, her.vault(), reference, "s1")

    for _ in range(2):
        with refuses("Try twice to hear"):
            asks(anna)
        note_try(anna.actor, anna.vault(), reference, "p1", "Asked the station.")
    asks(anna)
    with refuses("asked for already"):
        asks(brenda)
    with refuses("Another member decides this"):
        agrees(anna)
    with pytest.raises(StepRefused) as refused:
        step(anna, reference, "close", outcome="duplicate")
    assert refused.value.why is Refusal.STILL_OPEN
    agrees(brenda)
    with refuses("not held any more"):
        asks(brenda)
    record = record_of(reference, anna.vault())
    assert (record.persons[0].not_known_at is None, record.persons[0].released_at) == (False, None)
    assert (record.proposals, record.timeline[-1].reason) == ([], "Nobody has heard of her.")
    assert step(anna, reference, "close", outcome="duplicate") == "closed"


def tries_failed(her: AMember, reference: str, times: int = 2) -> None:
    for _ in range(times):
        note_try(her.actor, her.vault(), reference, "p1", "Asked the station.")


@pytest.mark.any_engine
@pytest.mark.parametrize("by_court", [False, True])
def test_whoever_was_heard_of_is_not_given_up_by_what_waited_before(
    a_member, filed, record_of, by_court
):
    anna, brenda = a_member("documentation"), a_member("documentation")
    held = Person(id="p1", code="A", arrested_at=utc_now() - timedelta(days=9))
    reference = filed(Record(acts=[Act(id="a1", code="P6")], persons=[held]))
    tries_failed(anna, reference)
    ask_not_known(anna.actor, anna.vault(), reference, "p1", "Nobody has heard of her.")
    if by_court:
        said = WhatCame("p1", before_court_at=utc_now() - timedelta(days=1), court="Mfano Court")
        tell_what_came(brenda.actor, brenda.vault(), reference, said)
    else:
        who = (brenda.actor, brenda.vault(), reference, "p1")
        note_try(*who, "Her sister saw her in prison.", heard=True)
    # What was asked before counts no more, also once it was tried in vain again.
    tries_failed(anna, reference)
    with refuses("This waits no more"):
        agree_not_known(brenda.actor, brenda.vault(), reference, "s1")
    record = record_of(reference, anna.vault())
    assert (record.proposals, record.persons[0].not_known_at) == ([], None)
    (told,) = record.member_answers
    assert (told.act, told.by, told.agreed) == ("not_known", anna.actor.public_id, False)
    assert told.reason == ("" if by_court else "Her sister saw her in prison.")
    assert what_waits(brenda.actor, brenda.vault(), utc_now()).seconds == 0
    with pytest.raises(StepRefused) as refused:
        step(anna, reference, "close", outcome="duplicate")
    assert refused.value.why is Refusal.STILL_OPEN


def test_whoever_is_heard_of_after_two_said_not_known_counts_as_held_again(
    a_member, filed, record_of
):
    anna, brenda = a_member("documentation"), a_member("documentation")
    held = Person(id="p1", code="A", arrested_at=utc_now() - timedelta(days=9))
    reference = filed(Record(acts=[Act(id="a1", code="P6")], persons=[held]))
    tries_failed(anna, reference)
    ask_not_known(anna.actor, anna.vault(), reference, "p1", "Nobody has heard of her.")
    agree_not_known(brenda.actor, brenda.vault(), reference, "s1")
    address = f"/w/{reference}/j/p1"
    tries_failed(anna, reference, 1)
    assert record_of(reference, anna.vault()).persons[0].not_known_at is not None
    page = anna.client.get(address).text
    assert ('name="heard"' in page, "Ask a second member" in page) == (True, False)
    sent = {"what": "The prison: she is there.", "heard": "1"}
    assert anna.client.post(address, data=sent).status_code == 303
    assert "She was heard of" in anna.client.get(address).text
    person = record_of(reference, anna.vault()).persons[0]
    assert (person.not_known_at, [one.heard for one in person.tries]) == (
        None,
        [False, False, False, True],
    )
    with pytest.raises(StepRefused) as refused:
        step(anna, reference, "close", outcome="duplicate")
    assert refused.value.why is Refusal.STILL_OPEN
    with refuses("Try twice to hear"):
        ask_not_known(anna.actor, anna.vault(), reference, "p1", "Nobody has heard of her.")


# --- Shredding ------------------------------------------------------------------------------


def test_only_what_was_closed_is_shredded_and_then_nothing_is_left(a_member, filed, app):
    grace, anna = a_member("custodian"), a_member("documentation")
    session = db.session()
    piece = file_document(session, "evidence", b"hashes").public_id
    screen = file_document(session, "incident.screen", b"answers").public_id
    session.commit()
    record = Record(persons=[Person(id="p1", code="A")], evidence=[Evidence(document=piece)])
    record.filing.screens = {"what": screen}
    reference, other = filed(record), filed()
    file_identity(reference, "p1", {"note": "x"}, by=anna.actor, vault=anna.vault())
    identity = open_case(anna.actor, anna.vault(), reference).record.persons[0].identity
    with writing() as session:
        ask_to_unseal(session, anna.vault().member_id, identity, "She asked.", utc_now())
    with pytest.raises(NotNow):
        shredded(reference, anna)
    step(anna, reference, "close", outcome="duplicate")

    def of_hers(_session: object, found: Record) -> Remains:
        return Remains(files=["incidents/gone"] if found.evidence else [])

    with also_declared(Shredding(of_hers)):
        done = shredded(reference, anna)
    # The record, what was changed of it, a screen, a name, a piece of evidence, and why somebody
    # asked.
    # One file that was told of, and both copies of the piece of evidence.
    assert (done.documents, done.files, done.left) == (6, 3, 0)
    assert state_of(reference) == "shredded"
    count = db.session.scalar(select(func.count()).select_from(SealedDocument))
    assert (count, db.session.scalar(select(func.count()).select_from(DocumentKey))) == (1, 1)
    for her in (anna, grace):
        with pytest.raises(NotFound):
            open_case(her.actor, her.vault(), reference)
    assert [case.reference for case in open_cases(anna.actor, anna.vault())[0]] == [other]
    asker = "0123456789abcdef"
    assert entries("incidents.shredded") == [(anna.actor.public_id, [reference, asker])]
