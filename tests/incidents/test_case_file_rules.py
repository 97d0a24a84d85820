"""Who and what a case file may hold, what is due, and which act somebody means."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.names import ACT_NAMES
from kash.incidents.rules.case_file import (
    LeftOut,
    contents,
    may_hold_narrative,
    may_print,
    who_agreed,
)
from kash.incidents.rules.clocks import due_days, is_overdue
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import ACTS, GROUPS, acts_meant
from kash.incidents.rules.parts import (
    Act,
    CashBail,
    Happening,
    Information,
    Party,
    Person,
    Place,
    Referral,
    Term,
)
from kash.incidents.rules.record import Record

NAMES = {code: str(name) for code, name in ACT_NAMES.items()}
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PERSONS = ["p1", "p2", "p3"]


def answer(person: str, given: bool, minutes: int, purpose: str = "court") -> CaseConsent:
    return CaseConsent(
        purpose=purpose, given=given, at=NOW + timedelta(minutes=minutes), by="x" * 16,
        person=person, wording="2026-6",
    )  # fmt: skip


@st.composite
def a_case(draw: st.DrawFn) -> Record:
    persons = draw(st.lists(st.sampled_from(PERSONS), unique=True))
    marked = {key: f"secret of {key}" for key in PERSONS}
    return Record(
        narrative="; ".join(marked[key] for key in persons),
        persons=[Person(id=key, code=f"code-{key}", note=marked[key]) for key in persons],
        parties=[Party(id="o1", description="; ".join(marked[key] for key in persons))],
        acts=[
            Act(
                id=f"a{number}",
                code=draw(st.sampled_from(["P1", "H2", "M4"])),
                persons=whom,
                circumstances="; ".join(marked[key] for key in (whom or persons)),
            )
            for number, whom in enumerate(
                draw(st.lists(st.lists(st.sampled_from(persons), unique=True), max_size=3))
                if persons
                else []
            )
        ],
        information=[Information(id="i1", note="; ".join(marked[key] for key in persons))],
        terms=[Term(id="t1", kind="pay", owed_to=key, what=marked[key]) for key in persons[:1]],
        referrals=[
            Referral(id=f"r{key}{kind}", kind=kind, person=key, note=f"{kind} of {key}")
            for key in persons
            for kind in ("legal", "medical", "psychosocial")
        ],
        consents=[
            answer(who, given, minutes, purpose)
            for minutes, (who, given, purpose) in enumerate(
                draw(
                    st.lists(
                        st.tuples(
                            st.sampled_from(["", *PERSONS]),
                            st.sampled_from([True, True, False]),
                            st.sampled_from(["court", "health"]),
                        )
                    )
                )
            )
        ],
    )


@given(a_case(), st.sets(st.sampled_from(PERSONS)), st.booleans())
def test_nothing_of_whoever_did_not_agree_is_in_the_file(record, chosen, with_narrative):
    made = repr(contents(record, chosen, with_narrative=with_narrative))
    for person in record.persons:
        if not record.consents_to("court", person.id):
            assert person.note not in made
            assert person.code not in made
        elif person.id in chosen and record.consents_to("health", person.id):
            assert person.note in made


@given(a_case(), st.sets(st.sampled_from(PERSONS)), st.booleans())
def test_nothing_of_the_health_of_whoever_did_not_agree_to_that_is_in_the_file(
    record, chosen, with_narrative
):
    made = contents(record, chosen, with_narrative=with_narrative)
    told = {one.id for one in record.persons if record.consents_to("health", one.id)}
    everyone = [one.id for one in record.persons]
    for person in everyone:
        if person not in told:
            assert f"secret of {person}" not in repr(made)
            assert f"medical of {person}" not in repr(made)
            assert f"psychosocial of {person}" not in repr(made)
    for act in made.acts:
        if act.code in ("H2", "M4"):
            assert set(act.persons or everyone) <= told


@given(a_case(), st.sets(st.sampled_from(PERSONS)))
def test_money_and_referrals_of_another_are_in_nobodys_file(record, chosen):
    people = [one.id for one in record.persons]
    record.bail = [CashBail(id=f"b{key}", person=key, amount=500) for key in [*people, ""]]
    record.referrals = [Referral(id=f"r{key}", kind="legal", person=key) for key in [*people, ""]]
    made = contents(record, chosen, with_narrative=True)
    theirs = {one for one in people if one in chosen and record.consents_to("court", one)}
    whole = record.consents_to("court") and theirs == set(people)
    expected = theirs | ({""} if whole else set())
    assert {one.person for one in made.bail} == expected
    assert {one.person for one in made.referrals} == expected


@given(a_case())
def test_a_file_can_be_printed_exactly_if_somebody_agreed(record):
    assert may_print(record) == (
        any(record.consents_to("court", one.id) for one in record.persons)
        if record.persons
        else record.consents_to("court")
    )
    if not may_print(record):
        assert not who_agreed(record)
        assert not may_hold_narrative(record, PERSONS)


def test_what_was_taken_back_holds_no_more():
    record = Record(persons=[Person(id="p1", code="A")], consents=[answer("p1", True, 0)])
    assert may_print(record)
    record.consents.append(answer("p1", False, 1))
    assert not may_print(record)


def test_another_purpose_does_not_cover_a_file_for_a_court():
    record = Record(persons=[Person(id="p1", code="A")], consents=[answer("", True, 0, "funder")])
    assert not may_print(record)


def test_a_file_says_all_that_it_leaves_out_and_no_officers_number():
    persons = [Person(id=key, code=key) for key in ("p1", "p2")]
    record = Record(narrative="Both.", persons=persons, acts=[Act(id="a1", code="P1")])
    record.parties = [Party(id="o1", service_number="No 0099")]
    left_out = []
    for who, purpose in (("p1", "court"), ("p1", "health"), ("p2", "court"), ("p2", "health")):
        record.consents.append(answer(who, True, 0, purpose))
        file = contents(record, ["p1", "p2"], with_narrative=True)
        assert [one.service_number for one in file.parties] == [""]
        left_out.append(file.left_out)
    assert left_out == [
        LeftOut(persons=1, words=True, health=True),
        LeftOut(persons=1, words=True),
        LeftOut(words=True, health=True),
        LeftOut(),
    ]
    assert contents(record, ["p1", "p2"], with_narrative=False).left_out == LeftOut(words=True)


def test_an_act_to_one_who_agreed_and_one_who_did_not_loses_its_words():
    record = Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        acts=[Act(id="a1", code="P1", persons=["p1", "p2"], circumstances="B was hit too")],
        consents=[answer("p1", True, 0), answer("p1", True, 0, "health")],
    )
    (act,) = contents(record, ["p1", "p2"], with_narrative=True).acts
    assert (act.persons, act.circumstances) == (["p1"], "")


def test_an_act_to_those_alone_who_agreed_keeps_its_words():
    record = Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        acts=[Act(id="a1", code="P1", persons=["p1"], circumstances="A was hit")],
        consents=[answer("p1", True, 0), answer("p1", True, 0, "health")],
    )
    (act,) = contents(record, ["p1"], with_narrative=False).acts
    assert (act.persons, act.circumstances) == (["p1"], "A was hit")


def test_an_act_to_everybody_names_in_the_file_those_who_are_in_it():
    record = Record(
        persons=[Person(id="p1", code="A"), Person(id="p2", code="B")],
        acts=[Act(id="a1", code="P1")],
        consents=[answer("p1", True, 0)],
    )
    assert contents(record, ["p1"], with_narrative=False).acts[0].persons == ["p1"]
    record.consents.append(answer("p2", True, 1))
    assert contents(record, ["p1", "p2"], with_narrative=False).acts[0].persons == []


DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))
TERMS = st.builds(Term, id=st.just("t"), kind=st.just("pay"), due_on=DAYS, fulfilled_on=DAYS)
REFERRALS = st.builds(
    Referral, id=st.just("r"), kind=st.just("legal"), due_on=DAYS,
    outcome=st.sampled_from(["", "helped"]),
)  # fmt: skip


@given(st.lists(TERMS), st.lists(REFERRALS), st.dates(date(2026, 1, 1), date(2026, 12, 31)))
def test_what_is_overdue_is_open_and_past(terms, referrals, today):
    days = due_days(Record(terms=terms, referrals=referrals))
    assert all(part.due_on for part in (*terms, *referrals) if is_overdue(part, today))
    late = [part.due_on for part in (*terms, *referrals) if is_overdue(part, today)]
    assert late == [day for day in days if day < today]
    assert len(days) == sum(
        part.due_on is not None and part.fulfilled_on is None for part in terms
    ) + sum(part.due_on is not None and part.outcome == "" for part in referrals)


def test_every_act_is_in_one_group_and_is_found_by_code_name_and_as_offered():
    grouped = [code for codes in GROUPS.values() for code in codes]
    assert sorted(grouped) == sorted(ACTS)
    for code, name in NAMES.items():
        assert acts_meant(code.lower(), NAMES) == [code]
        assert acts_meant(name.upper(), NAMES) == [code]
        assert acts_meant(f"{code} {name}", NAMES) == [code]


def test_words_find_what_holds_all_of_them():
    assert acts_meant("arrest", NAMES) == ["L1", "L4"]
    assert acts_meant("without arr", NAMES) == ["L1"]
    assert acts_meant("hiv test", NAMES) == ["H1"]
    assert acts_meant("nothing like it", NAMES) == []
    assert acts_meant("   ", NAMES) == []


@given(st.text(max_size=40))
def test_anything_typed_means_known_acts_or_none(typed):
    assert set(acts_meant(typed, NAMES)) <= set(ACTS)


def test_a_file_about_everybody_says_where_and_when_and_what_was_wanted():
    record = Record(
        persons=[Person(id="p1", code="P1", age_band="25_34")],
        narrative="What happened",
        asked_for="My phone back",
        wanted=["release"],
        place=Place(ward="Kondele", place="At the stage"),
        happening=Happening(about_when="At night"),
        consents=[
            CaseConsent(
                purpose=purpose,
                given=True,
                at=datetime(2026, 11, 20, 9, tzinfo=UTC),
                by="a" * 16,
                person="p1",
                wording="2026-6",
                origin="herself",
            )
            for purpose in ("court", "health")
        ],
    )
    told = contents(record, ["p1"], with_narrative=True)
    assert (told.ward, told.place, told.about_when) == ("Kondele", "At the stage", "At night")
    assert (told.narrative, told.asked_for, told.wanted) == (
        "What happened",
        "My phone back",
        ["release"],
    )
    bare = contents(record, ["p1"], with_narrative=False)
    assert (bare.narrative, bare.asked_for, bare.place) == ("", "", "At the stage")
    nobody = contents(record, [], with_narrative=True)
    assert (nobody.ward, nobody.place, nobody.about_when, nobody.wanted) == ("", "", "", [])
