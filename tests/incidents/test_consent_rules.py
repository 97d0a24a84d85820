"""What holds of all that was said: wishes, answers, refusals, and what older records say."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kash.incidents.consent_texts import DIGESTS, VERSION
from kash.incidents.rules.case_file import contents, may_print
from kash.incidents.rules.consents import (
    ORIGINS,
    PURPOSES,
    UNASKED,
    WISHED,
    CaseConsent,
    is_refused_herself,
)
from kash.incidents.rules.filing import Screen, as_bytes, compose
from kash.incidents.rules.mediation import may_ask
from kash.incidents.rules.parts import Filing, Person
from kash.incidents.rules.record import Record, Withdrawal, from_bytes, take_back

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OFFICER = "o" * 16
PERSONS = ("p1", "p2")
SAID = st.builds(
    CaseConsent,
    purpose=st.sampled_from(PURPOSES),
    given=st.booleans(),
    at=st.sampled_from([NOW + timedelta(minutes=number) for number in range(5)]),
    by=st.sampled_from([OFFICER, OFFICER, ""]),
    person=st.sampled_from(["", *PERSONS]),
    wording=st.sampled_from(["", *DIGESTS]),
    origin=st.sampled_from(ORIGINS),
    wish=st.booleans(),
    for_all=st.booleans(),
)


def two(*consents: CaseConsent) -> Record:
    persons = [Person(id=one, code=one.upper()) for one in PERSONS]
    return Record(persons=persons, consents=list(consents))


def said(person: str, given_: bool, minute: int = 0, **more: Any) -> CaseConsent:
    plain: dict[str, Any] = {"purpose": "court", "by": OFFICER, "wording": VERSION}
    at = NOW + timedelta(minutes=minute)
    return CaseConsent(**(plain | {"person": person, "given": given_, "at": at} | more))


@given(st.lists(SAID, max_size=12))
def test_what_cannot_be_called_back_takes_her_own_answer_in_words_that_are_known(consents):
    record = two(*consents)
    for person in PERSONS:
        for purpose in set(PURPOSES) - WISHED:
            if record.consents_to(purpose, person):
                heard = [
                    one
                    for one in consents
                    if (one.purpose, one.given, one.wish, one.origin)
                    == (purpose, True, False, "herself")
                    and one.person in ("", person)
                ]
                assert {one.wording for one in heard} & set(DIGESTS)


ASKED_AGAIN = ("forum_totals", "forum_story", "funder", "court")
ALL_AGREED = [said(person, True, purpose=one) for person in PERSONS for one in PURPOSES]


@given(st.lists(SAID, max_size=12), st.sampled_from(sorted(set(DIGESTS) - {VERSION})))
@example(ALL_AGREED, "2026-1")
@example(ALL_AGREED, "2026-5")
def test_a_yes_to_words_that_said_something_else_counts_for_nothing_until_it_is_asked_again(
    consents, before
):
    record = two(*(one.model_copy(update={"wording": before}) for one in consents))
    assert not any(record.consents_to(one, who) for one in ASKED_AGAIN for who in ("", *PERSONS))
    # Whatever she refused then she still refuses, and what keeps a report keeps it.
    for purpose in PURPOSES:
        for person in PERSONS:
            newer = two(*(one.model_copy(update={"wording": VERSION}) for one in consents))
            refused = is_refused_herself(newer.consents, purpose, person)
            if refused or purpose not in ASKED_AGAIN:
                assert record.consents_to(purpose, person) == newer.consents_to(purpose, person)
    record.consents += [
        said(person, True, 9, purpose=purpose, wording=VERSION)
        for person in PERSONS
        for purpose in ("record", *ASKED_AGAIN)
    ]
    assert all(record.consents_to(one) for one in ASKED_AGAIN)


def test_a_guardians_word_counts_by_a_paper_and_for_a_child_alone():
    decided = said("p1", True, origin="guardian", paper="Form of 3 May")

    def agrees(age: str, *consents: CaseConsent) -> bool:
        child = Person(id="p1", code="A", age_band=age)
        return Record(persons=[child], consents=list(consents)).consents_to("court")

    assert agrees("under_18", decided)
    assert not agrees("under_18", decided.model_copy(update={"paper": ""}))
    # A no of theirs is none of hers: they may think again.
    refused = decided.model_copy(update={"given": False, "at": NOW - timedelta(minutes=1)})
    assert agrees("under_18", refused, decided)
    # Once it is known that she is grown up she is asked herself.
    assert not agrees("25_34", decided)


@given(st.lists(SAID.filter(lambda one: one.wish), max_size=12))
def test_wishes_alone_print_tell_and_count_nothing(consents):
    record = two(*consents)
    assert {one for one in PURPOSES if record.consents_to(one)} <= WISHED
    assert not may_print(record)
    assert contents(record, PERSONS, with_narrative=True).persons == []


@given(st.lists(SAID, max_size=12), st.lists(st.sampled_from(PURPOSES), unique=True))
def test_no_answer_for_all_goes_over_what_one_refused_whatever_the_order(before, purposes):
    record = two(*before)
    refused = [
        (purpose, person)
        for purpose in PURPOSES
        for person in PERSONS
        if is_refused_herself(record.consents, purpose, person)
    ]
    for purpose, person in refused:
        assert not record.consents_to(purpose, person)
    # Said for all, before and after, in either way of writing it down.
    more = [
        said("", True, minute, purpose=purpose) for purpose in purposes for minute in (-9, 9)
    ] + [
        said(person, True, 9, purpose=purpose, for_all=True)
        for purpose in purposes
        for person in PERSONS
    ]
    record.consents = [*more, *before, *more]
    for purpose, person in refused:
        assert not record.consents_to(purpose, person)
        own = record.model_copy(deep=True)
        # To whoever lets it be kept.
        own.consents += [said(person, True, 10, purpose=one) for one in ("record", purpose)]
        assert own.consents_to(purpose, person)


@pytest.mark.parametrize("persons", [0, 1, 2])
@pytest.mark.parametrize("by_receipt", [False, True])
def test_somebody_elses_yes_never_goes_over_her_own_no_or_what_was_taken_back(persons, by_receipt):
    person = "p1" if persons else ""
    for purpose in sorted(WISHED):
        record = two(said(person, True, purpose=purpose))
        record.persons = record.persons[:persons]
        if by_receipt:
            take_back(record, Withdrawal(purposes=[purpose], at=NOW))
        else:
            record.consents.append(said(person, False, 1, purpose=purpose))
        wish = {"purpose": purpose, "origin": "told_reporter", "wish": True}
        for whom in (person, ""):
            record.consents.append(said(whom, True, 2, **wish))
        assert not record.consents_to(purpose, person)
        assert is_refused_herself(record.consents, purpose, person)
        record.consents.append(said(person, True, 3, purpose=purpose))
        assert record.consents_to(purpose, person)


def test_a_refusal_by_one_leaves_the_others_as_they_are():
    record = two(said("p2", False), said("", True, 1))
    assert [one.id for one in contents(record, PERSONS, with_narrative=True).persons] == ["p1"]
    # A no for everybody goes over an earlier yes of one, and her own later one over that.
    record = two(said("p1", True), said("", False, 1))
    assert not record.consents_to("court", "p1")
    record.consents.append(said("p1", True, 2))
    assert [record.consents_to("court", one) for one in PERSONS] == [True, False]


def test_what_was_taken_back_by_the_receipt_is_given_again_by_each_herself():
    record = two(said("", True))
    take_back(record, Withdrawal(purposes=["court"], at=NOW))
    record.consents.append(said("", True, 5))
    assert not any(record.consents_to("court", one) for one in PERSONS)
    record.consents.append(said("p2", True, 6))
    assert [record.consents_to("court", one) for one in PERSONS] == [False, True]


def test_a_report_from_a_phone_is_kept_and_a_mediator_asked_at_once():
    record = Record(
        filing=Filing(how="phone", author="a" * 16, filed_at=NOW, screens={"next": "n" * 16})
    )
    wished = Screen(
        consents=["record", "mediation", "court"],
        unticked=["forum_totals", "forum_story", "funder"],
        wording=VERSION,
        origin="herself",
    )
    made = compose(record, {"next": as_bytes(wished)}, UTC)
    assert [one for one in PURPOSES if made.consents_to(one)] == ["record", "mediation"]
    assert may_ask(made)
    assert not may_print(made)
    # What an officer notes for it goes over it, either way.
    made.consents.append(said("", False, 1, purpose="mediation"))
    assert not may_ask(made)
    made.consents.append(said("", True, 1, purpose="funder"))
    assert made.consents_to("funder")


def test_on_could_not_be_asked_only_a_mediator_is_asked():
    record = two(
        *[said("p1", True, purpose=purpose, origin="not_asked", wish=True) for purpose in PURPOSES]
    )
    assert {one for one in PURPOSES if record.consents_to(one, "p1")} == UNASKED


# --- What an older version sealed ----------------------------------------------------------------


def edition_2(consents: list[dict[str, Any]]) -> Record:
    plain = {
        "edition": 2,
        "filing": {"how": "phone", "author": "a" * 16, "filed_at": NOW.isoformat()},
        "persons": [{"id": "p1", "code": "A"}, {"id": "p2", "code": "B"}],
        "consents": consents,
    }
    return from_bytes(json.dumps(plain).encode())


@pytest.mark.parametrize("origin", ["herself", "told_reporter", "not_asked"])
def test_a_tick_that_an_older_version_sealed_becomes_a_wish(origin):
    tick = {"given": True, "at": NOW.isoformat(), "by": "a" * 16, "person": "p1"}
    tick |= {} if origin == "herself" else {"origin": origin}
    record = edition_2([{"purpose": purpose, **tick} for purpose in PURPOSES[:6]])
    assert record.edition == 3
    assert all(one.wish and not one.wording for one in record.consents)
    assert not may_print(record)
    holding = {one for one in PURPOSES if record.consents_to(one, "p1")}
    # Whether somebody chose that she could not be asked is not known: it is kept.
    assert holding == WISHED


def test_what_an_officer_noted_before_keeps_its_version_and_what_it_was():
    noted = {"at": NOW.isoformat(), "by": OFFICER, "wording": "2026-1"}
    newer = noted | {"wording": VERSION}
    record = edition_2(
        [
            {"purpose": "court", "given": True, **newer},
            {"purpose": "court", "given": False, "person": "p2", **noted},
            {"purpose": "funder", "given": True, "origin": "told_reporter", **noted},
            {"purpose": "funder", "given": False, "at": NOW.isoformat(), "by": ""},
        ]
    )
    assert [(one.wording, one.wish) for one in record.consents] == [
        (VERSION, False),
        ("2026-1", False),
        # Whoever reported it said so; nothing was read out to her.
        ("2026-1", True),
        ("", False),
    ]
    assert [record.consents_to("court", one) for one in PERSONS] == [True, False]
    assert not record.consents_to("funder", "p1")
    # Of health nobody was asked before.
    assert not record.consents_to("health", "p1")


def test_what_somebody_wished_before_anyone_was_on_record_is_of_several_nobodys():
    """Nobody knows who of them it was that wished it, or whether the others were asked."""
    wish = said("", True, purpose="mediation", wish=True, wording="")
    alone = Record(persons=[Person(id="p1", code="P1")], consents=[wish])
    assert [one.origin for one in alone.answers_to("mediation")] == ["herself"]
    assert [one.origin for one in two(wish).answers_to("mediation")] == ["not_asked"] * 2
    # A report that one of them wants to be kept is kept.
    keep = said("", True, purpose="record", wish=True, wording="")
    assert [one.origin for one in two(keep).answers_to("record")] == ["herself"] * 2
