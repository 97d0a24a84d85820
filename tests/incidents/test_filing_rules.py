"""Codes, days and the putting together of screens, as pure decisions."""

import string
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from kash.incidents.filing_words import (
    ACT_GROUPS,
    AGES,
    ALLOWED,
    PARTIES,
    RECEIPT_STATES,
    TELLERS,
    WANTED,
)
from kash.incidents.filing_words import ORIGINS as ORIGIN_WORDS
from kash.incidents.models import STATES
from kash.incidents.rules.case_file import who_agreed
from kash.incidents.rules.consents import ORIGINS, PURPOSES, UNASKED, WISHED, CaseConsent
from kash.incidents.rules.filing import (
    ACTS,
    MOST_ANSWERS,
    MOST_WRITTEN_PERSONS,
    SCREENS,
    Screen,
    as_bytes,
    code_as_read,
    code_as_shown,
    compose,
    from_bytes,
    kept_until,
    new_code,
    service_number_in,
)
from kash.incidents.rules.older_records import brought_up_to_date
from kash.incidents.rules.parts import AGE_BANDS, PARTY_KINDS, SOURCES, WISHES, Filing, Person
from kash.incidents.rules.record import Record
from kash.incidents.rules.record import as_bytes as record_as_bytes
from kash.incidents.rules.record import from_bytes as record_from_bytes
from kash.incidents.rules.records import write
from kash.incidents.rules.totals import summary_of

NAIROBI = ZoneInfo("Africa/Nairobi")
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
codes = st.text(LETTERS, min_size=12, max_size=12)
words = st.text(max_size=60)
answers = st.builds(
    Screen,
    acts=st.lists(st.sampled_from([*ACTS, "X9"]), max_size=5),
    day=st.none() | st.dates(date(2000, 1, 1), date(2026, 12, 31)),
    clock=st.none() | st.times().map(lambda one: time(one.hour, one.minute)),
    place=words,
    ward=words,
    count=st.none() | st.integers(1, 200),
    ages=st.lists(st.sampled_from([*AGE_BANDS, "old"]), max_size=6),
    party=st.sampled_from(["", *PARTY_KINDS, "nonsense"]),
    description=words,
    wanted=st.lists(st.sampled_from([*WISHES, "revenge"]), max_size=4),
    consents=st.lists(st.sampled_from([*PURPOSES, "all"]), max_size=6),
    unticked=st.lists(st.sampled_from([*PURPOSES, "all"]), max_size=6),
    wording=st.sampled_from(["", "2026-2"]),
    origin=st.sampled_from(["", *ORIGINS, "guessed"]),
    narrative=words,
    teller=st.sampled_from(["", *SOURCES, "nobody"]),
)


def _record(screens: dict[str, str]) -> Record:
    at = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return Record(filing=Filing(how="phone", author="a" * 16, filed_at=at, screens=screens))


def test_there_are_six_screens_and_thirteen_answers():
    assert len(SCREENS) == 6
    assert sum(len(questions) for questions in SCREENS.values()) == MOST_ANSWERS == 13


def test_the_words_say_all_that_can_be_said():
    assert {code for _title, _icon, group in ACT_GROUPS for code, _word in group} == set(ACTS)
    assert ["police", *PARTIES] == list(PARTY_KINDS)
    assert list(AGES) == [band for band in AGE_BANDS if band != "unknown"]
    # Of health nobody is asked before a file for a court is spoken of.
    assert ([*ALLOWED, "health"], tuple(WANTED)) == (list(PURPOSES), WISHES)
    assert set(TELLERS) < set(SOURCES)
    assert tuple(ORIGIN_WORDS) == ORIGINS
    assert {*RECEIPT_STATES, "draft"} == set(STATES)


@given(codes, st.sampled_from(["{}", " {} ", "{}."]), st.booleans())
def test_a_code_is_read_however_it_is_typed(code, around, small):
    typed = around.format(code_as_shown(code))
    assert code_as_read(typed.lower() if small else typed) == code
    mistaken = typed.replace("0", "o").replace("1", "l")
    assert code_as_read(mistaken) == code


@given(st.text(max_size=40))
def test_anything_else_is_no_code(typed):
    read = code_as_read(typed)
    assert read == "" or (len(read) == 12 and set(read) <= set(LETTERS))


def test_new_codes_differ():
    made = {new_code() for _each in range(1000)}
    assert len(made) == 1000
    assert set("".join(made)) <= set(string.digits + string.ascii_uppercase)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_drafts_of_one_week_are_kept_until_the_same_sunday(today):
    until = kept_until(today)
    assert until.weekday() == 6
    assert 7 <= (until - today).days <= 13
    monday = date.fromordinal(today.toordinal() - today.weekday())
    assert kept_until(monday) == until


@given(answers)
def test_a_screen_is_read_as_it_was_sealed(screen):
    assert from_bytes(as_bytes(screen)) == screen
    assert len(as_bytes(screen)) >= 1000


@given(answers)
def test_what_was_answered_stands_in_the_record_and_nothing_else(said):
    kept = {
        name: as_bytes(
            Screen(
                **{
                    field: getattr(said, field)
                    for question in questions
                    for field in (["party"] if question == "who" else [question])
                    + (["ward"] if question == "place" else [])
                    + (["unticked", "wording"] if question == "consents" else [])
                }
            )
        )
        for name, questions in SCREENS.items()
    }
    before = _record({name: name * 4 for name in SCREENS})
    record = compose(before, kept, NAIROBI)
    assert before == _record({name: name * 4 for name in SCREENS})
    assert record.filing.screens == {}
    assert [act.code for act in record.acts] == [
        one for one in dict.fromkeys(said.acts) if one in ACTS
    ]
    assert record.happening.begun_on == said.day
    arrest = bool({"L1", "L2", "L3", "L4", "L5", "L6", "L7", "P6"} & set(said.acts))
    known = said.day is not None
    exposed = bool({"S1", "S2", "S5"} & set(said.acts))
    for person in record.persons:
        assert (person.arrested_at is not None) == (arrest and known)
        assert (person.exposed_at is not None) == (exposed and known)
        # Of a day without an hour it counts from its beginning, and the record says so.
        moments = {"arrested_at": person.arrested_at, "exposed_at": person.exposed_at}
        if said.day is not None:
            begins = datetime.combine(said.day, said.clock or time(), tzinfo=NAIROBI)
            assert set(moments.values()) <= {None, begins}
        hours = {name for name, moment in moments.items() if moment and not said.clock}
        assert set(person.hours_unknown) == hours
    bands = [one for one in dict.fromkeys(said.ages) if one in AGES]
    assert {person.age_band for person in record.persons} - {"unknown"} == set(bands)
    number = min(max(said.count or 0, len(bands)), MOST_WRITTEN_PERSONS)
    # A clock is somebody's.
    assert len(record.persons) == max(number, int((arrest or exposed) and known))
    assert record.has_minor() == bool({"under_18", "unsure"} & set(said.ages))
    given_to = {one.purpose for one in record.consents if one.given}
    assert given_to == set(said.consents) & set(PURPOSES)
    left = {one.purpose for one in record.consents if not one.given}
    assert left == (set(said.unticked) - set(said.consents)) & set(PURPOSES)
    # What a phone sends is a wish, in the words that it showed.
    assert all(one.wish and one.wording == said.wording for one in record.consents)
    for one in record.consents:
        assert record.consents_to(one.purpose, one.person) == (
            one.given
            and one.purpose in WISHED
            and (one.origin != "not_asked" or one.purpose in UNASKED)
        )
        assert not (one.origin == "herself" and one.person not in ("", "p1"))
    assert {one for one in PURPOSES if record.consents_to(one)} <= given_to
    # What was asked for was not agreed to by anybody.
    assert record.terms == []
    assert record.wanted == [one for one in dict.fromkeys(said.wanted) if one in WISHES]
    assert {one.account for one in record.information} <= {record.filing.author}
    assert (record.narrative, record.place.place) == (said.narrative, said.place)
    assert len(record.parties) == bool(said.party in PARTY_KINDS or said.description)
    assert compose(record, kept, NAIROBI) == record


@given(st.lists(st.sampled_from(list(SCREENS)), unique=True), st.binary(max_size=30))
def test_screens_that_are_missing_or_damaged_stay_named(there, damage):
    named = {name: name * 4 for name in SCREENS}
    given_bytes = {name: as_bytes(Screen(acts=["L1"])) for name in there}
    record = compose(_record(named), given_bytes | {"who": b"{" + damage}, NAIROBI)
    assert set(record.filing.screens) == set(SCREENS) - (set(there) - {"who"})


def _nobody_named(origin: str) -> Record:
    """A report that skips whom it is about, and allows everything."""
    said = Screen(consents=list(PURPOSES), origin=origin)
    return compose(_record({"next": "n" * 16}), {"next": as_bytes(said)}, NAIROBI)


def _with_persons(record: Record, *ids: str) -> Record:
    """The record as it is sealed once an officer wrote these persons down."""
    typed = record.model_copy(deep=True)
    typed.persons = [Person(id=one, code=one.upper()) for one in ids]
    write(record, typed)
    return record_from_bytes(record_as_bytes(record))


@pytest.mark.parametrize("origin", ["herself", "told_reporter"])
def test_one_reporters_tick_is_no_consent_of_people_written_down_later(origin):
    record = _with_persons(_nobody_named(origin), "p1", "p2", "p3")
    for person in ("p1", "p2", "p3"):
        # But what one of them wants to be kept is kept.
        holding = [one for one in PURPOSES if record.consents_to(one, person)]
        assert holding == ["record", "mediation"]
        assert record.is_unasked("mediation", person)
    assert who_agreed(record) == []
    # Nor once the others are taken off again.
    assert who_agreed(_with_persons(record, "p3")) == []


@pytest.mark.parametrize("origin", ["herself", "told_reporter"])
def test_a_reporters_tick_stays_that_of_the_one_person_written_down_first(origin):
    record = _with_persons(_nobody_named(origin), "p1")
    assert {one for one in PURPOSES if record.consents_to(one)} == WISHED
    record = _with_persons(record, "p1", "p2")
    assert {(one.person, one.origin) for one in record.consents} == {("p1", origin)}
    assert [one.id for one in record.persons if record.consents_to("record", one.id)] == ["p1"]
    # Whoever takes her place does not agree by it.
    assert who_agreed(_with_persons(record, "p2")) == []


@pytest.mark.parametrize("edition", [1, 2])
def test_several_who_stand_in_a_sealed_record_already_are_not_taken_to_have_agreed(edition):
    # As an older version sealed it: people beside an answer of nobody in particular.
    sealed = from_json(record_as_bytes(_nobody_named("herself")))
    if edition == 1:
        sealed = brought_up_to_date(
            {
                "filing": {"how": "phone"},
                "information": [{"id": "i1", "source": "herself"}],
                "consents": [
                    {name: one[name] for name in ("purpose", "given", "at", "by")}
                    for one in sealed["consents"]
                ],
            }
        )
    sealed["persons"] = [{"id": "p1", "code": "A"}, {"id": "p2", "code": "B"}]
    record = Record.model_validate(sealed)
    assert [one for one in PURPOSES if record.consents_to(one)] == ["record", "mediation"]
    assert summary_of("r", "triaged", record).consent is True


def test_what_an_officer_notes_for_all_is_the_answer_of_those_who_are_written_down_then():
    record = _nobody_named("herself")
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    record.consents.append(
        CaseConsent(purpose="court", given=True, at=at, by="o" * 16, wording="2026-6")
    )
    # Of several nobody knows to whom it was read out.
    several = _with_persons(record.model_copy(deep=True), "p1", "p2")
    assert who_agreed(several) == []
    assert several.consents_to("record", "p2")
    record = _with_persons(record, "p1")
    assert record.consents_to("court")
    assert not record.consents_to("funder")
    # Nobody read anything out to whoever comes later.
    record = _with_persons(record, "p1", "p2")
    assert [one.id for one in who_agreed(record)] == ["p1"]


def test_a_no_that_was_said_before_anybody_was_on_record_is_each_ones_own():
    record = _nobody_named("herself")
    at = datetime(2026, 11, 21, 9, tzinfo=UTC)
    no = CaseConsent(purpose="court", given=False, at=at, by="o" * 16, wording="2026-6")
    record.consents.append(no)
    record = _with_persons(record, "p1", "p2")
    later = {"given": True, "at": at + timedelta(hours=1)}
    for person in ("p1", "p2"):
        more = later | {"person": person, "for_all": True}
        record.consents.append(no.model_copy(update=more))
    assert who_agreed(record) == []
    record.consents.append(no.model_copy(update=later | {"person": "p2"}))
    assert [one.id for one in who_agreed(record)] == ["p2"]


def test_a_screen_that_the_record_does_not_name_is_left_out():
    record = compose(_record({}), {"words": as_bytes(Screen(narrative="not hers"))}, NAIROBI)
    assert record == _record({})


def test_a_service_number_is_found_in_a_description():
    assert service_number_in("No. 72345, tall") == "72345"
    assert service_number_in("72345 or 72346") == ""
    assert service_number_in("tall, car KBA 123A") == ""
