"""Looking through sealed records, by properties."""

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from kash.incidents.rules.clocks import due_days, moments_of
from kash.incidents.rules.consents import CaseConsent, service_number_as_read
from kash.incidents.rules.parts import Act, Information, Party, Person, Referral, Term
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.rules.totals import (
    Filters,
    Wanted,
    filters_from,
    fold,
    matches_words,
    may_match,
    searchable_text,
    summary_of,
    wanted_words,
)

# What forms let through on one line; on several there are line breaks besides.
LINE = st.characters(exclude_categories=["Cc", "Cs"])
TEXT = st.text(LINE, max_size=30)
DAYS = st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Records with something in the places that the register looks at."""
    record = Record(
        narrative=draw(TEXT),
        persons=[
            Person(
                id=f"p{number}",
                code=draw(TEXT),
                age_band=draw(st.sampled_from(AGES)),
                person=draw(st.sampled_from(["", "somebody"])),
                arrested_at=draw(st.none() | MOMENTS),
                exposed_at=draw(st.none() | MOMENTS),
                released_at=draw(st.none() | MOMENTS),
            )
            for number in range(draw(st.integers(0, 3)))
        ],
        parties=draw(st.lists(PARTIES, max_size=2)),
        acts=[Act(id="a1", code=code) for code in draw(st.lists(st.sampled_from(CODES)))],
        consents=draw(st.lists(CONSENTS, max_size=5)),
        terms=draw(st.lists(TERMS, max_size=2)),
        referrals=draw(st.lists(REFERRALS, max_size=2)),
        information=draw(st.lists(INFORMATION, max_size=2)),
        urgent=draw(st.booleans()),
        declared=draw(st.lists(st.sampled_from(["anna", "brenda"]), max_size=1)),
    )
    record.happening.begun_on = draw(DAYS)
    record.filing.how = draw(st.sampled_from(["form", "phone"]))
    record.filing.author = draw(st.sampled_from(["", "anna", "carol"]))
    record.filing.filed_at = draw(st.none() | MOMENTS)
    record.place.ward = draw(TEXT)
    return record


AGES = ("under_18", "unsure", "25_34", "unknown")
CODES = ("L1", "M1", "S1")
PARTIES = st.builds(
    Party,
    id=st.just("q1"),
    kind=st.sampled_from(["police", "client"]),
    station=st.sampled_from(["", "lake"]),
    service_number=st.sampled_from(["", "P/No. 04 177", "77"]),
    person=st.sampled_from(["", "somebody"]),
    account=st.sampled_from(["", "anna"]),
)
INFORMATION = st.builds(
    Information,
    id=st.just("i1"),
    account=st.sampled_from(["", "anna"]),
    person=st.sampled_from(["", "somebody"]),
)
CONSENTS = st.builds(
    CaseConsent,
    purpose=st.sampled_from(["record", "court"]),
    given=st.booleans(),
    at=MOMENTS,
    by=st.sampled_from(["anna", ""]),
    person=st.sampled_from(["", "p0", "p1"]),
    wish=st.booleans(),
    for_all=st.booleans(),
    wording=st.sampled_from(["", "2026-1"]),
    origin=st.sampled_from(["herself", "told_reporter", "not_asked"]),
)
TERMS = st.builds(
    Term,
    id=st.just("t1"),
    kind=st.sampled_from(["release", "pay"]),
    owed_to=st.sampled_from(["", "p0", "q1"]),
    due_on=DAYS,
    fulfilled_on=DAYS,
)
REFERRALS = st.builds(
    Referral,
    id=st.just("r1"),
    kind=st.just("legal"),
    due_on=DAYS,
    outcome=st.sampled_from(["", "helped"]),
)


@given(record=records())
def test_a_summary_says_what_the_record_says(record):
    line = summary_of("ref", "triaged", record)
    days = due_days(record)
    assert (line.minor, line.consent, line.due_on) == (
        record.has_minor(),
        record.consents_to("record"),
        min(days) if days else None,
    )
    assert (line.filed_at, line.begun_on) == (record.filing.filed_at, record.happening.begun_on)
    moments = [one for one in moments_of(record) if one.arrested_at or one.exposed_at]
    assert list(line.moments) == moments
    assert (line.ward, line.urgent) == (record.place.ward, record.urgent)
    assert set(line.acts) == {act.code for act in record.acts}


def _is_listed_as_held(record: Record) -> bool:
    record.filing.held = True
    return summary_of("ref", "submitted", record).held


def test_a_case_stays_listed_as_held_until_each_of_three_is_free():
    persons = [Person(id=f"p{number}", code=f"P{number}") for number in (1, 2, 3)]
    record, done = Record(persons=persons), datetime(2026, 11, 18, tzinfo=UTC)
    assert _is_listed_as_held(record)
    # Agreed and done of one, or of nobody who is named.
    for owed_to in ("p1", "", "q1"):
        record.terms = [Term(id="t1", kind="release", owed_to=owed_to, fulfilled_on=done.date())]
        assert _is_listed_as_held(record)
    record.terms[0].owed_to = "p1"
    persons[1].released_at = done
    assert _is_listed_as_held(record)
    persons[2].released_at = done
    assert not _is_listed_as_held(record)


def test_whom_no_arrest_is_told_of_keeps_nobody_listed_as_held():
    done = datetime(2026, 11, 18, tzinfo=UTC)
    persons = [Person(id=f"p{number}", code=f"P{number}") for number in (1, 2)]
    record = Record(persons=persons, acts=[Act(id="a1", code="L1", persons=["p1"])])
    assert _is_listed_as_held(record)
    persons[0].released_at = done
    assert not _is_listed_as_held(record)
    # An arrest that names nobody was everybody's.
    record.acts[0].persons = []
    assert _is_listed_as_held(record)


def is_found(record: Record, typed: str) -> bool:
    """As the register finds: by its JSON first, and by its values where that is not sure."""
    plaintext, wanted = as_bytes(record), wanted_words(typed, {})
    if not may_match(searchable_text(plaintext, wanted), "ref", wanted):
        return False
    unsure = [one for one in wanted if not one.plain]
    return matches_words(from_json(plaintext), "ref", unsure)


@given(narrative=st.text(LINE | st.just("\n"), min_size=1, max_size=40), data=st.data())
def test_every_part_of_what_was_said_is_found(narrative, data):
    start = data.draw(st.integers(0, len(narrative) - 1))
    end = data.draw(st.integers(start + 1, len(narrative)))
    assert is_found(Record(narrative=narrative), narrative[start:end])


@given(record=records(), typed=st.text(LINE, min_size=1, max_size=6))
def test_what_is_found_is_in_a_value(record, typed):
    if is_found(record, typed):
        values = fold(json.dumps(_values(json.loads(as_bytes(record))), ensure_ascii=False))
        for word in fold(typed).split():
            escaped = fold(json.dumps(word, ensure_ascii=False)[1:-1])
            assert word in "ref" or word in values or escaped in values


def _values(value: object) -> object:
    if isinstance(value, dict):
        return [_values(inner) for inner in value.values()]
    if isinstance(value, list):
        return [_values(inner) for inner in value]
    return value


def test_names_of_fields_are_not_found_and_the_same_words_in_a_text_are():
    for word in ("narrative", "parties", "service_number", "station"):
        assert not is_found(Record(narrative="x", parties=[Party(id="q1", station="y")]), word)
        assert is_found(Record(narrative=f"the {word} here"), word)
        assert is_found(Record(narrative=f'he said "{word}": yes'), word)


def test_an_act_is_found_by_its_name_in_any_language():
    called = {"M1": ["Extortion", "Kudaiwa hongo"], "L1": ["Arrest"]}
    assert wanted_words("EXTOR hongo of", called) == [
        Wanted("extor", frozenset({"M1"})),
        Wanted("hongo", frozenset({"M1"})),
        Wanted("of"),
    ]


@given(text=st.text(max_size=40))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


def test_every_letter_is_folded_whole():
    """Also those that are taken apart into a capital, as of mathematics."""
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert [each for each in letters if fold(fold(each)) != fold(each)] == []
    assert fold("𝘈\N{MODIFIER LETTER CAPITAL A}") == "aa"


def test_folding():
    assert fold("Ng\N{RIGHT SINGLE QUOTATION MARK}ang\N{RIGHT SINGLE QUOTATION MARK}a CAFÉ") == (
        "ng'ang'a cafe"
    )


@given(
    filters=st.builds(
        Filters,
        words=TEXT,
        show=st.sampled_from(["queue", "open", "all"]),
        act=TEXT,
        urgent=st.booleans(),
        no_consent=st.booleans(),
        ask_again=st.booleans(),
    )
)
def test_filters_are_kept_as_they_were(filters):
    assert filters_from(json.loads(json.dumps(filters.as_kept()))) == filters


@given(kept=st.dictionaries(TEXT, st.none() | st.booleans() | TEXT | st.integers()))
def test_filters_from_anything(kept):
    assert isinstance(filters_from(kept), Filters)


def test_a_service_number_however_it_is_written():
    for written in ("4177", "04177", "No. 4177", "P/No 04-177", " 4 1 7 7 "):
        assert service_number_as_read(written) == "4177"
    assert service_number_as_read("A7") == "a7"
    assert service_number_as_read("-") == ""


def test_a_record_is_read_as_it_was_sealed():
    record = Record(narrative="x", consents=[])
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=1)
    record.persons = [Person(id="p1", code="A", exposed_at=moment)]
    assert from_bytes(as_bytes(record)) == record
