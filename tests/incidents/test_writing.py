"""How what a page holds goes into a record, and how two members' writing is brought together."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.rules.parts import Act, Happening, Information, Party, Person, Place, Term
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.rules.records import (
    ROWS,
    Merged,
    as_written,
    digests,
    free_letter,
    merge,
    persons_with_identity_taken_off,
    places,
    write,
)

WORDS = st.sampled_from(["", "a", "b", "é,\nb"])
KEYS = st.sampled_from(["k1", "k2", "k3"])


def rows(part, **fields):
    return st.lists(st.builds(part, id=KEYS, **fields), max_size=3, unique_by=lambda row: row.id)


RECORDS = st.builds(
    Record,
    narrative=WORDS,
    asked_for=WORDS,
    happening=st.builds(
        Happening,
        begun_on=st.none() | st.just(date(2026, 11, 2)),
        arrested_at=st.none() | st.just(datetime(2026, 11, 2, 20, 0, tzinfo=UTC)),
    ),
    place=st.builds(Place, ward=WORDS),
    persons=rows(Person, code=WORDS, note=WORDS),
    parties=rows(Party, description=WORDS),
    acts=rows(
        Act,
        code=st.sampled_from(["L1", "M1"]),
        persons=st.lists(KEYS, unique=True),
        amount=st.none() | st.integers(0, 3),
    ),
    information=rows(Information, note=WORDS),
    terms=rows(Term, kind=st.just("pay"), owed_by=st.just("") | KEYS, what=WORDS),
)


def written(record: Record) -> dict[str, str]:
    return {place: as_written(value) for place, value in places(record).items()}


@given(RECORDS, RECORDS)
def test_nobody_elses_change_means_that_what_was_typed_stays(base, typed):
    merged = merge(base, typed, digests(base))
    assert written(merged.record) == written(typed)
    assert not merged.differs


@given(RECORDS, RECORDS)
def test_nothing_typed_means_that_the_others_text_is_taken(base, stored):
    merged = merge(stored, base, digests(base))
    assert written(merged.record) == written(stored)
    assert merged.beside == {}


@given(RECORDS, RECORDS, RECORDS)
def test_nothing_that_either_wrote_is_lost(base, stored, typed):
    merged = merge(stored, typed, digests(base))
    before, theirs, own = written(base), written(stored), written(typed)
    found = written(merged.record)
    for place, value in own.items():
        if value != before.get(place):
            assert found[place] == value
    for place, value in theirs.items():
        if value != before.get(place):
            shown = {found.get(place)} | {as_written(merged.beside.get(place, found.get(place)))}
            assert value in shown


@given(RECORDS, RECORDS, RECORDS)
def test_saved_once_more_the_merged_page_goes_through(base, stored, typed):
    merged = merge(stored, typed, digests(base)).record
    again = merge(stored, merged, digests(stored))
    assert written(again.record) == written(merged)
    assert not again.differs


@given(RECORDS, RECORDS)
def test_with_nothing_known_of_the_page_everything_that_differs_is_shown(stored, typed):
    merged = merge(stored, typed, {"narrative": "nonsense", "x/y/z": "w"})
    if as_written(stored.narrative) != as_written(typed.narrative):
        assert merged.beside["narrative"] == stored.narrative
    else:
        assert "narrative" not in merged.beside


@given(RECORDS, RECORDS)
def test_writing_puts_in_what_was_typed(record, typed):
    write(record, typed)
    assert [row.id for row in record.persons] == [row.id for row in typed.persons]
    assert record.narrative == typed.narrative
    assert [act.code for act in record.acts] == [act.code for act in typed.acts]
    everyone = {row.id for row in (*record.persons, *record.parties)}
    assert all(set(act.persons) <= {row.id for row in record.persons} for act in record.acts)
    assert all({term.owed_by, term.owed_to} - {""} <= everyone for term in record.terms)


@given(RECORDS)
def test_a_record_survives_being_sealed_and_shown_unchanged(record):
    assert digests(from_bytes(as_bytes(record))) == digests(record)


@pytest.mark.parametrize("typed", ["form", "paper", "phone"])
def test_nobody_makes_a_report_from_a_phone_into_another_or_another_into_one(typed):
    # Whoever filed it on a phone is kept away by that.
    record, other = Record(), Record()
    record.filing.how, other.filing.how = "phone", "form"
    written = Record.model_validate({"filing": {"how": typed}})
    write(record, written)
    write(other, written)
    assert record.filing.how == "phone"
    assert other.filing.how == ("form" if typed == "phone" else typed)


def test_what_the_form_does_not_know_stays():
    record = Record(
        persons=[Person(id="p1", code="A", identity="i" * 16, person="q" * 16)],
        parties=[Party(id="o1", person="c" * 16, description="old")],
        urgent=True,
    )
    record.filing.author = "a" * 16
    typed = Record(persons=[Person(id="p1", code="B")], parties=[Party(id="o1", description="new")])
    typed.filing.how = "paper"
    write(record, typed)
    assert (record.persons[0].code, record.persons[0].identity) == ("B", "i" * 16)
    assert (record.parties[0].description, record.parties[0].person) == ("new", "c" * 16)
    assert (record.filing.how, record.filing.author, record.urgent) == ("paper", "a" * 16, True)


def test_whoever_has_a_sealed_name_is_not_taken_off_unseen():
    record = Record(
        persons=[Person(id="p1", code="A", identity="i" * 16), Person(id="p2", code="B")]
    )
    assert persons_with_identity_taken_off(record, Record()) == ["A"]
    assert persons_with_identity_taken_off(record, Record(persons=[record.persons[0]])) == []


def test_a_row_that_one_took_off_and_the_other_changed_is_there_again():
    base = Record(terms=[Term(id="t1", kind="pay"), Term(id="t2", kind="pay")])
    stored = Record(terms=[Term(id="t1", kind="pay", what="by Friday")])
    typed = Record(terms=[Term(id="t2", kind="pay", what="half")])
    merged = merge(stored, typed, digests(base))
    assert {(row.id, row.what) for row in merged.record.terms} == {
        ("t1", "by Friday"),
        ("t2", "half"),
    }
    assert sorted(merged.returned) == ["terms/t1", "terms/t2"]


@given(st.lists(st.sampled_from(["A", "b", "C", "", "Z", "A2"])))
def test_a_new_person_has_a_letter_that_nobody_has(codes):
    letter = free_letter(codes)
    assert letter.casefold() not in {code.casefold() for code in codes}
    assert letter


def test_every_group_of_rows_is_compared_by_fields_that_it_has():
    parts = {"persons": Person, "parties": Party, "acts": Act, "information": Information,
             "terms": Term}  # fmt: skip
    for group, names in ROWS.items():
        assert set(names) <= set(parts[group].model_fields)


PARTS = ("taken", "added", "returned", "gone")


def test_two_writings_differ_by_any_part_that_only_one_of_them_has():
    assert not Merged(Record()).differs
    alone = ({"beside": {"place/ward": "Kondele"}}, *({part: ["acts/a1"]} for part in PARTS))
    assert [Merged(Record(), **part).differs for part in alone] == [True] * 5
