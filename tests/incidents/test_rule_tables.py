"""Decisions about a case in single examples, each just on one side of the line that it draws."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kash.incidents.rules.case_file import choice_of, is_answer, to_ask, unheard, wanted_by_them
from kash.incidents.rules.clocks import (
    Wrong,
    name_the_only_one,
    receipt_as_read,
    who_is_held,
    wrong_with,
)
from kash.incidents.rules.consents import (
    CaseConsent,
    ForCustodian,
    for_custodian,
    may_read,
    wishes_of,
)
from kash.incidents.rules.filing import (
    TOKEN_HELPS,
    Screen,
    Source,
    answered_until,
    fingerprint,
    first_account,
    is_for_custodian,
    is_kept_unread,
    new_token,
    source_of,
    token_helps,
    word_from,
)
from kash.incidents.rules.letterbox import (
    ROOM,
    Box,
    Draft,
    Letter,
    Sent,
    Together,
    adds_to,
    as_one,
    first_of,
    together_with,
)
from kash.incidents.rules.mediation import (
    Contact,
    asked_by,
    contact_from,
    what_goes_on,
    whom_to_free,
)
from kash.incidents.rules.mediation_gate import request_ended_last
from kash.incidents.rules.money import question_terms
from kash.incidents.rules.parts import (
    Act,
    Asked,
    CashBail,
    Choice,
    CourtAsk,
    Event,
    Evidence,
    Filing,
    Intervention,
    Link,
    Party,
    Person,
    Referral,
    StoredCopy,
    Term,
    by_id,
)
from kash.incidents.rules.record import Record, held_among_adults, to_ask_about_adults, unprotected
from kash.incidents.rules.records import write
from kash.incidents.rules.totals import (
    EvidenceFile,
    Filters,
    Summary,
    as_bytes,
    file_keys,
    filters_from,
    from_bytes,
    next_number,
    passes_filters,
)

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)


def _people(*ages: str, **more: Any) -> list[Person]:
    return [Person(id=f"p{at}", code="P", age_band=age, **more) for at, age in enumerate(ages)]


def _consent(purpose: str, given: bool = True, hours: int = 0, **more: Any) -> CaseConsent:
    values = {"by": "a" * 16, "origin": "herself", "wording": "1", "at": AT + hours * HOUR}
    return CaseConsent(purpose=purpose, given=given, **(values | more))


# --- Reports that belong together -------------------------------------------------------------


def test_a_report_from_a_phone_adds_to_the_one_that_its_own_link_names():
    links = [
        Link(kind="case", id="x"),
        Link(kind="incident", id="made"),
        Link(kind="incident", id="first"),
    ]
    made = [
        Event(what="linked", by="a", at=AT, about="made"),
        Event(what="unlinked", by="a", at=AT, about="first"),
    ]
    record = Record(filing=Filing(how="phone"), links=links, timeline=made)
    assert adds_to(record) == "first"
    assert adds_to(record.model_copy(update={"filing": Filing(how="form")})) == ""
    assert adds_to(record.model_copy(update={"links": links[:2]})) == ""


def test_all_that_add_to_each_other_belong_together():
    adds = {"b": "a", "c": "b", "d": "a", "f": "e", "g": ""}
    assert together_with("c", adds) == {"a", "b", "c", "d"}
    assert together_with("e", adds) == {"e", "f"}
    assert together_with("g", adds) == {"g"}


def test_the_first_report_is_found_also_where_two_add_to_each_other():
    assert first_of("c", {"b": "a", "c": "b"}) == "a"
    assert first_of("d", {"d": "c", "b": "c", "c": "b"}) == "b"


def test_a_release_is_asked_for_those_who_are_held_also_where_nobody_is_on_record():
    held = Record(filing=Filing(held=True))
    assert whom_to_free(held) == {""}
    arrested = Person(id="p1", code="A", arrested_at=AT)
    record = Record(persons=[arrested, Person(id="p2", code="B")], filing=Filing())
    assert whom_to_free(record) == {"p1"}


def test_answers_for_everybody_become_those_of_the_persons_who_were_there():
    """Somebody who is added to a record later has said nothing."""
    yes = CaseConsent(purpose="record", given=True, at=AT, by="x", wording="2026-1")
    record = Record(persons=_people("adult"), consents=[yes])
    (there,) = record.persons
    later = record.model_copy(deep=True)
    later.persons = [there, Person(id="p9", code="Z")]
    write(record, later)
    assert [(consent.purpose, consent.person) for consent in record.consents] == [
        ("record", there.id)
    ]
    ask = CourtAsk(given=True, to_whom="court", about="x", on=AT.date(), at=AT, by="x")
    empty = Record(court_asks=[ask])
    write(empty, Record(persons=[there]))
    assert [answer.person for answer in empty.court_asks] == [there.id]


def test_terms_that_cannot_be_any_wait_behind_those_that_wait():
    waits, wrong = {"id": "t0"}, {"id": "t1", "kind": "promise", "amount": 500}
    record = {"terms": [wrong], "questioned_terms": [waits]}
    question_terms(record)
    assert record == {"terms": [], "questioned_terms": [waits, wrong]}


def test_what_is_said_in_one_report_is_said_of_all_that_belong_to_it():
    child = Record(persons=_people("under_18"), declared=["d1"])
    plain = Record(parties=[Party(id="q1")], declared=["d2"], filing=Filing(screens={"who": ""}))
    both = Together([child, plain])
    assert (both.declared, both.parties) == (["d1", "d2"], plain.parties)
    assert both.has_minor()
    assert both.unread() == {"who"}
    assert both.told_by() == child.told_by() | plain.told_by()
    assert both.is_about() == child.is_about() | plain.is_about()
    assert not both.asks_for_a_decision()
    asks = Record(acts=[Act(id="a1", code="M1", amount=100)])
    assert (asks.asks_for_a_decision(), Together([plain, asks]).asks_for_a_decision()) == (
        True,
        True,
    )
    assert as_one(plain, {}) is plain
    assert as_one(plain, {"x": child}).has_minor()
    assert as_one(plain, {"x": child}).unread() == {"who"}


# --- Cash bail --------------------------------------------------------------------------------

BAIL = CashBail(
    id="b1",
    person="p0",
    amount=500,
    receipt="K-12",
    paid_on=DAY,
    place="s",
    returned_on=DAY,
    returned_amount=500,
)
NEVER_BACK = {"returned_on": None, "returned_amount": None}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"person": "p9"}, [("person", Wrong.NO_PERSON)]),
        ({"amount": 0, "returned_amount": 0}, [("amount", Wrong.NOTHING_PAID)]),
        ({"amount": 1, "returned_amount": 1}, []),
        (NEVER_BACK | {"paid_on": DAY + timedelta(1)}, [("paid_on", Wrong.NOT_YET)]),
        ({"place": "", "place_name": ""}, [("place_name", Wrong.NO_PLACE)]),
        ({"place": "", "place_name": "Central police station"}, []),
        ({"place": "", "place_name": "Sergeant Otieno"}, [("place_name", Wrong.TO_A_HAND)]),
        ({"place_name": "Sergeant Otieno"}, []),
        ({"receipt": ""}, [("receipt", Wrong.NO_RECEIPT)]),
        ({"receipt": "k12 "}, []),
        ({"receipt": "k 34"}, [("receipt", Wrong.SAME_RECEIPT)]),
        ({"returned_on": DAY + timedelta(1)}, [("returned_on", Wrong.NOT_YET)]),
        ({"returned_on": DAY - timedelta(1)}, [("returned_on", Wrong.BACK_BEFORE)]),
        ({"returned_on": DAY - timedelta(1), "paid_on": None}, []),
        ({"returned_on": None}, [("returned_on", Wrong.BACK_WITHOUT_DAY)]),
        ({"returned_amount": None}, []),
        ({"returned_amount": 501}, [("returned_amount", Wrong.MORE_BACK)]),
    ],
)  # fmt: skip
def test_what_does_not_hold_of_bail_is_told_by_its_field(changes, wrong):
    others = [BAIL, CashBail(id="b2", amount=1, receipt="K34")]
    bail = BAIL.model_copy(update=changes)
    assert wrong_with(bail, others, ["p0", "p1"], DAY, no_receipt=False) == wrong


def test_bail_without_a_receipt_is_said_to_have_none_and_nothing_beside():
    bare = BAIL.model_copy(update={"receipt": "", "person": ""})
    assert wrong_with(bare, [], [], DAY, no_receipt=True) == []
    assert wrong_with(BAIL, [], [], DAY, no_receipt=True) == [("receipt", Wrong.RECEIPT_AND_NONE)]
    record = Record(bail=[BAIL])
    assert by_id(record.bail, "b1") == BAIL
    assert by_id(record.bail, "b2") is None
    assert receipt_as_read("K-12/ä ") == "k12ä"


# --- Held, and free ---------------------------------------------------------------------------


def _release(**more: Any) -> Term:
    return Term(id="t1", kind="release", fulfilled_on=DAY, **more)


def test_whoever_was_arrested_and_not_let_go_is_held():
    arrest = Act(id="a1", code="L1", persons=["p1"])
    people = _people("25_34", "25_34", "25_34")
    people[0].arrested_at = AT
    record = Record(persons=people, acts=[arrest])
    assert [one.id for one in who_is_held(record)] == ["p0", "p1"]
    people[0].released_at = AT
    assert [one.id for one in who_is_held(record)] == ["p1"]
    record.terms = [_release(owed_to="p1")]
    assert who_is_held(record) == []
    record.filing.held = True
    assert [one.id for one in who_is_held(record)] == ["p2"]
    everybody = Record(persons=_people("25_34", "25_34"), acts=[Act(id="a1", code="L1")])
    assert [one.id for one in who_is_held(everybody)] == ["p0", "p1"]
    assert who_is_held(Record(persons=_people("25_34"), acts=[Act(id="a1", code="P1")])) == []


def test_a_release_is_the_only_ones_as_long_as_she_is_alone_on_record():
    alone = Record(persons=_people("25_34"), terms=[_release(), _release(owed_to="q1")])
    name_the_only_one(alone)
    assert [term.owed_to for term in alone.terms] == ["p0", "p0"]
    two = Record(persons=_people("25_34", "25_34"), terms=[_release()])
    name_the_only_one(two)
    assert two.terms[0].owed_to == ""
    open_still = Record(persons=_people("25_34"), terms=[Term(id="t1", kind="release")])
    name_the_only_one(open_still)
    assert open_still.terms[0].owed_to == ""


# --- What she said ----------------------------------------------------------------------------


def test_her_wishes_are_the_newest_of_hers_and_of_those_for_nobody_in_particular():
    said = [
        _consent("funder", True, 0, wish=True, person="p1"),
        _consent("funder", False, 1, wish=True),
        _consent("record", True, 0, wish=True),
        _consent("record", False, 2, person="p1"),
        _consent("court", True, 3, wish=True, person="p2"),
    ]
    found = wishes_of(said, "p1")
    assert {purpose: (one.given, one.wish) for purpose, one in found.items()} == {
        "funder": (False, True),
        "record": (True, True),
    }
    assert set(wishes_of(said, "p2")) == {"funder", "record", "court"}


def _choice(*wanted: str, hours: int = 0, origin: str = "herself", person: str = "p0") -> Choice:
    at = AT + hours * HOUR
    return Choice(person=person, wanted=list(wanted), on=DAY, at=at, by="a" * 16, origin=origin)


def test_what_somebody_else_tells_last_waits_until_she_says_it_herself():
    own, told = _choice("help"), _choice("court", hours=1, origin="told_reporter")
    again, not_asked = (
        _choice("help", hours=2, origin="told_reporter"),
        _choice(hours=3, origin="not_asked"),
    )

    def left_open(*choices: Choice) -> Choice | None:
        return unheard(Record(persons=_people("25_34"), choices=list(choices)), "p0")

    assert left_open() is None
    assert left_open(own) is None
    assert left_open(told) is None
    assert left_open(own, told) == told
    assert left_open(told, own.model_copy(update={"at": AT + 5 * HOUR})) is None
    assert left_open(own, told, again) is None
    assert left_open(own, told, not_asked) == told
    record = Record(persons=_people("25_34", "25_34"), choices=[own, told])
    assert choice_of(record, "p0") == own
    assert to_ask(record) == ["p1"]
    assert wanted_by_them(record) is None
    record.choices.append(_choice("court", person="p1"))
    assert wanted_by_them(record) == {"help", "court"}
    # Of two at one moment the one noted last.
    both = Record(persons=_people("25_34"), choices=[own, _choice("complaint")])
    assert choice_of(both, "p0") == both.choices[1]


@pytest.mark.parametrize(
    ("wanted", "origin", "answer"),
    [
        (["help", "court"], "herself", True),
        (["nothing"], "herself", True),
        (["nothing", "help"], "herself", False),
        ([], "herself", False),
        (["help", "money"], "herself", False),
        ([], "not_asked", True),
        (["help"], "not_asked", False),
    ],
)
def test_what_can_be_an_answer(wanted, origin, answer):
    assert is_answer(wanted, origin) is answer


def test_a_mediator_is_asked_by_whoever_wrote_it_and_while_everybody_agrees():
    asked = Intervention(
        id="m1", mediator="m" * 16, persons=["p0", "gone"], asked=[Asked(kind="stop")], asked_at=AT
    )
    event = Event(what="mediator_asked", by="b" * 16, at=AT, about="m" * 16)
    record = Record(persons=_people("25_34", "25_34"), timeline=[event])
    assert asked_by(record, asked) == "b" * 16
    for other in ({"what": "answered"}, {"about": "n" * 16}, {"at": AT + HOUR}):
        assert asked_by(Record(timeline=[event.model_copy(update=other)]), asked) == ""
    assert not what_goes_on(record, asked)
    record.consents = [_consent("mediation", person="p0")]
    assert what_goes_on(record, asked)
    assert not what_goes_on(record, asked.model_copy(update={"persons": ["p0", "p1"]}))
    # Of whom nobody is on record any more everybody is asked.
    gone = asked.model_copy(update={"persons": ["gone"]})
    assert not what_goes_on(record, gone)
    record.consents.append(_consent("mediation", person="p1"))
    assert what_goes_on(record, gone)


def test_the_newest_change_ended_a_request_though_the_case_was_taken_from_somebody_by_it():
    ended, taken, saved = (
        Event(what=what, by="a", at=AT) for what in ("request_ended_gate", "unassigned", "saved")
    )
    for timeline, last in (
        ([], False),
        ([saved], False),
        ([saved, ended], True),
        ([ended, taken], True),
        ([ended, saved], False),
        ([taken], False),
    ):
        assert request_ended_last(Record(timeline=timeline)) is last


# --- Children, and the custodian --------------------------------------------------------------


def test_a_child_is_protected_once_child_protection_reached_her():
    child = Record(persons=_people("under_18", "25_34", "unsure"))
    assert [one.id for one in unprotected(child)] == ["p0", "p2"]

    def referred(**more: Any) -> list[str]:
        sent = {"id": "r1", "kind": "child_protection", "outcome": "helped"} | more
        child.referrals = [Referral(**sent)]
        return [one.id for one in unprotected(child)]

    assert referred(person="p0") == ["p2"]
    assert referred() == []
    assert referred(outcome="reached") == []
    assert referred(outcome="not_reached") == referred(kind="medical") == ["p0", "p2"]


def test_whether_a_child_is_held_among_adults_is_asked_once():
    held = [
        *_people("under_18", among_adults="yes"),
        *_people("under_18", among_adults="no"),
        *_people("under_18"),
        *_people("25_34", among_adults="yes"),
        *_people("25_34"),
    ]
    assert held_among_adults(held) == held[:1]
    assert to_ask_about_adults(held) == held[2:3]


@pytest.mark.parametrize(
    ("record", "why", "officer", "without_custodian"),
    [
        (Record(), None, True, True),
        (Record(persons=_people("under_18")), ForCustodian.MINOR, False, True),
        (Record(filing=Filing(screens={"whom": ""})), ForCustodian.MINOR, False, True),
        (Record(parties=[Party(id="q1", kind="programme")]), ForCustodian.PROGRAMME, False, False),
        (Record(filing=Filing(screens={"who": ""})), ForCustodian.PROGRAMME, False, False),
    ],
)
def test_an_officer_reads_a_childs_case_only_where_no_custodian_is_free(
    record, why, officer, without_custodian
):
    assert for_custodian(record) is why
    assert may_read(record, custodian=True, somebody_free=lambda: True)
    assert may_read(record, custodian=False, somebody_free=lambda: True) is officer
    assert may_read(record, custodian=False, somebody_free=lambda: False) is without_custodian


@pytest.mark.parametrize(
    ("said", "custodian", "unread"),
    [
        (Screen(), False, False),
        (Screen(party="programme"), True, True),
        (Screen(ages=["25_34", "under_18"]), True, True),
        (Screen(ages=["25_34"], party="police"), False, False),
        (Screen(acts=["L1"]), False, True),
        (Screen(acts=["M1"]), False, True),
        (Screen(acts=["P1"]), False, False),
    ],
)
def test_what_a_screen_says_keeps_a_report_until_it_was_read(said, custodian, unread):
    assert (is_for_custodian(said), is_kept_unread(said)) == (custodian, unread)


# --- Files, filters, accounts, letters --------------------------------------------------------


def test_a_number_of_evidence_is_never_given_twice():
    added = Event(what="evidence_added", by="a", at=AT)
    assert next_number(Record()) == 1
    assert next_number(Record(timeline=[added, added])) == 3
    assert next_number(Record(evidence=[Evidence(document="d"), Evidence(document="e")])) == 3
    assert next_number(Record(evidence=[Evidence(document="d", number=7)])) == 8
    assert next_number(Record(timeline=[added.model_copy(update={"what": "saved"})])) == 1


def test_evidence_is_sealed_without_what_nobody_said():
    file = EvidenceFile(label="Photo", original=StoredCopy(code="png", size=1, sha256="a"))
    assert as_bytes(file) == b'{"label":"Photo","original":{"code":"png","size":1,"sha256":"a"}}'
    assert from_bytes(as_bytes(file)) == file
    assert file_keys("d") == ["evidence/d/original", "evidence/d/cleaned"]


LINE = Summary(
    reference="r",
    state="verified",
    filed_at=AT,
    begun_on=DAY,
    acts=("L1", "P1"),
    ward="Nyalenda",
    stations=("Kondele", "Central"),
    urgent=False,
    minor=False,
    consent=True,
    assigned_to="a",
    moments=(),
    due_on=None,
    evidence=0,
)
NO_DAY = {"begun_on": None, "filed_at": None}


@pytest.mark.parametrize(
    ("asked", "fits", "not_by"),
    [
        ({"state": "verified"}, {}, {"state": "draft"}),
        ({"act": "P1"}, {}, {"acts": ("L1",)}),
        ({"ward": "nyal"}, {}, {"ward": "Manyatta"}),
        ({"station": "CENT"}, {}, {"stations": ("Kondele",)}),
        ({"since": "2026-11"}, {}, {"begun_on": date(2026, 10, 31)}),
        ({"until": "2026-11"}, {}, {"begun_on": date(2026, 12, 1)}),
        ({"until": "2026-11"}, {}, NO_DAY),
        ({"since": "2026-11"}, {}, NO_DAY),
        ({"assigned": "nobody"}, {"assigned_to": ""}, {}),
        ({"assigned": "a"}, {}, {"assigned_to": "b"}),
        ({"urgent": True}, {"urgent": True}, {}),
        ({"minor": True}, {"minor": True}, {}),
        ({"no_consent": True}, {"consent": False}, {}),
        ({"ask_again": True}, {"ask_again": 2}, {}),
    ],
)
def test_a_case_fits_a_filter_or_does_not(asked, fits, not_by):
    filters = Filters(**asked)

    def passes(changes: dict[str, Any], filters: Filters = filters) -> bool:
        return passes_filters(LINE._replace(**changes), filters, running=False, over=False)

    assert (passes(fits), passes(not_by)) == (True, False)
    assert passes(fits, Filters())
    assert passes(not_by, Filters())
    assert filters.asked()
    assert filters.as_kept() == asked
    assert filters_from(asked) == filters


def test_clocks_narrow_by_whether_one_runs_and_whether_one_ended():
    for clock, fitting in (
        ("runs", {(True, True), (True, False)}),
        ("over", {(True, True), (False, True)}),
    ):
        pairs = [(running, over) for running in (True, False) for over in (True, False)]
        asked = Filters(clock=clock)
        assert {
            pair for pair in pairs if passes_filters(LINE, asked, running=pair[0], over=pair[1])
        } == fitting
    assert not Filters(show="queue").asked()
    kept = filters_from({"urgent": "yes", "ward": "w" * 201, "act": 5, "unknown": "x"})
    assert kept == Filters(ward="w" * 200)


def test_the_first_account_is_made_once_and_says_how_it_came():
    bare = Record()
    asked = {"before": "submitted", "state": "submitted", "version": 1, "screens": False}
    for record, changes, source in (
        (bare, {"screens": True}, Source.SCREENS),
        (bare, {"before": "draft"}, Source.WRITTEN),
        (bare, {"before": "draft", "state": "draft"}, None),
        (bare, {}, Source.OPENED),
        (bare, {"version": 2}, None),
        (Record(filing=Filing(screens={"who": ""})), {}, None),
        (Record(first_accounts=["d"]), {"before": "draft"}, None),
    ):
        assert source_of(record, **(asked | changes)) is source  # type: ignore[arg-type]
    filing = Filing(how="phone", author="a" * 16, language="sw", filed_at=AT)
    record = Record(filing=filing)
    made = first_account(record, AT + HOUR, "b" * 16)
    assert (made.how, made.author, made.language, made.filed_at) == ("phone", "a" * 16, "sw", AT)
    assert (made.kept_at, made.kept_by) == (AT + HOUR, "b" * 16)
    assert made.taking == record.taking
    assert made.taking is not record.taking
    assert fingerprint(b"x") == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


def test_what_was_sent_is_due_at_its_hour():
    letter = Letter.model_construct()

    def sent(hours: int, adds_to: str = "") -> Sent:
        return Sent.model_construct(
            visible_at=AT + hours * HOUR, adds_to=adds_to, record=letter, screens=[]
        )

    box = Box.model_construct(sent={"now": sent(0), "later": sent(1), "before": sent(-1)})
    assert box.due(AT) == ["now", "before"]
    box = Box(additions={"b": "a", "d": "c", "f": "e"}, for_officers=["a", "c", "e"])
    box.sent = {"x": sent(1, adds_to="c")}
    box.forget_alone(["b"])
    assert box.additions == {"b": "a", "d": "c"}
    assert box.for_officers == ["a", "c"]


def test_a_token_helps_to_the_last_second_of_its_hour():
    token = new_token(AT)
    assert token_helps(token, AT + TOKEN_HELPS)
    assert not token_helps(token, AT + TOKEN_HELPS + timedelta(seconds=1))
    assert token_helps(token, AT - timedelta(minutes=1))
    assert not token_helps(token, AT - timedelta(minutes=1, seconds=1))
    assert not token_helps(token + "0", AT)
    assert answered_until(AT) == AT + timedelta(hours=1, minutes=2)
    seed = bytes(8) + (7).to_bytes(4, "big") + (9).to_bytes(4, "big")
    assert word_from(seed, ["a", "b", "c", "d", "e"]) == "c e"
    # The second half begins right behind the first.
    assert word_from(bytes(12) + b"\x01\0\0\0", ["a", "b", "c", "d"]) == "a c"


def test_a_contact_outside_has_a_name_and_a_way_to_reach_it():
    contact = Contact("Lawyer", "0700", "a")
    assert contact_from(contact.as_kept()) == contact
    assert contact_from({"name": "Lawyer", "reach": "0700"}) == Contact("Lawyer", "0700")
    for kept in (None, {}, {"name": "Lawyer"}, {"reach": "0700"}, "Lawyer"):
        assert contact_from(kept) is None


def test_the_largest_drafts_make_room_until_there_is_enough():
    def draft(size: int) -> Draft:
        screens = {"what": Letter.model_construct(body="x" * size, wrapped="")}
        return Draft.model_construct(screens=screens, beyond=False, held=False)

    most = ROOM["draft"]
    around = draft(0).size
    half = most // 2 - around
    box = Box.model_construct(drafts={"a": draft(half), "b": draft(half)})
    box.make_room()
    assert set(box.drafts) == {"a", "b"}
    box.drafts["c"] = draft(half + 10)
    box.drafts["d"] = draft(1)
    box.make_room(written="c")
    assert set(box.drafts) < {"a", "b", "c", "d"}
    assert {"c", "d"} <= set(box.drafts)
