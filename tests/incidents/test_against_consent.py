"""Over random cases: no path shreds, prints, briefs, counts or tells against the consents that
stand at that moment. What stands is said here once more, in plain words and not by the rules."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from kash.incidents.consent_texts import VERSION
from kash.incidents.rules.case_file import contents, may_hold_narrative, who_keeps_it
from kash.incidents.rules.casework import OPEN, OVER
from kash.incidents.rules.consents import GUARDIANS, ORIGINS, PURPOSES, CaseConsent
from kash.incidents.rules.mediation import REQUESTS, open_requests, what_goes_on
from kash.incidents.rules.mediation_gate import why_not
from kash.incidents.rules.older_records import MAY_BE_MINOR
from kash.incidents.rules.parts import Act, Asked, Choice, Evidence, Filing, Intervention, Person
from kash.incidents.rules.record import Record, Withdrawal, take_back
from kash.incidents.rules.totals import Keeps, may_be_counted, what_keeps

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
OFFICER = "o" * 16
IDS = ("p1", "p2", "p3")
TOLD = ("forum_totals", "forum_story", "funder")
answers = st.builds(
    CaseConsent,
    purpose=st.sampled_from(PURPOSES),
    given=st.booleans(),
    at=st.just(NOW),
    by=st.just(OFFICER),
    person=st.sampled_from(["", *IDS]),
    wording=st.sampled_from([VERSION, VERSION, "2026-5", ""]),
    origin=st.sampled_from(["herself", "herself", "herself", *ORIGINS, *GUARDIANS]),
    wish=st.sampled_from([False, False, True]),
    for_all=st.sampled_from([False, False, True]),
    paper=st.sampled_from(["", "Form of 1 December"]),
)
withdrawals = st.lists(st.sampled_from(PURPOSES), min_size=1, unique=True)


def _yes_to_all(persons: list[Person], papers: bool) -> list[CaseConsent]:
    """What everybody agreed to first: each herself, and with `papers` for a child whoever
    decides for her."""
    return [
        CaseConsent(
            purpose=purpose,
            given=True,
            at=NOW - timedelta(days=1),
            by=OFFICER,
            person=one,
            wording=VERSION,
            **more,
        )
        for one in [each.id for each in persons] or [""]
        for purpose in PURPOSES
        for more in ({}, {"origin": "guardian", "paper": "Form of 1 December"})[: 1 + papers]
    ]


def _case(
    ages: list[str],
    said: list[CaseConsent | list[str]],
    held: bool,
    freed: list[str],
    more: bool,
    agreed: bool,
    papers: bool,
) -> Record:
    persons = [
        Person(id=key, code=key, age_band=age, released_at=NOW if key in freed else None)
        for key, age in zip(IDS, ages, strict=False)
    ]
    wants = [
        Choice(person=one.id, wanted=["mediation"], on=date(2026, 12, 1), at=NOW, by=OFFICER)
        for one in persons
    ]
    record = Record(
        filing=Filing(held=held),
        consents=_yes_to_all(persons, papers) if agreed else [],
        narrative="All that they told.",
        persons=persons,
        choices=wants if more else [],
        acts=[Act(id="a1", code="P1"), Act(id="a2", code="L1", persons=["p1"] if persons else [])],
        evidence=[
            Evidence(document="d" * 16, number=1),
            Evidence(document="e" * 16, number=2, shows=["p1"]),
        ],
        interventions=[
            Intervention(
                id="i1",
                brief="b" * 16,
                persons=[one.id for one in persons],
                asked=[Asked(kind=kind) for kind in ("release", "medical")],
            )
        ],
    )
    for minute, one in enumerate(said):
        at = NOW + timedelta(minutes=minute)
        if isinstance(one, list):
            take_back(record, Withdrawal(purposes=one, at=at))
        else:
            record.consents.append(one.model_copy(update={"at": at}))
    return record


# Few things that change what everybody had agreed to, or many that were said in any order.
changes = st.one_of(answers, answers, withdrawals)
cases = st.builds(
    _case,
    st.lists(st.sampled_from(["25_34", "25_34", "under_18", "unsure"]), max_size=3),
    st.one_of(st.lists(changes, max_size=3), st.lists(changes, max_size=14)),
    st.booleans(),
    st.lists(st.sampled_from(IDS), max_size=2),
    st.booleans(),
    st.sampled_from([True, True, True, False]),
    st.booleans(),
)


# Enough to find each of these rules taken away.
many = settings(max_examples=max(200, settings().max_examples))


class Stands(NamedTuple):
    """What one person has said of a purpose, as it stands."""

    refused: bool
    agreed: bool


def _stands(record: Record, purpose: str, person: str) -> Stands:
    """`refused`: her newest word on it was a no of her own, or whoever holds the receipt took it
    back since. `agreed`: somebody who may said yes, in words that say what is done."""
    child = any(one.id == person and one.age_band in MAY_BE_MINOR for one in record.persons)
    refused = agreed = False
    for one in record.consents:
        if one.purpose != purpose or one.person not in ("", person):
            continue
        by_paper = one.origin in GUARDIANS
        receipt = not (one.by or one.given)
        hers = receipt or (one.person == person and not one.for_all)
        wished = purpose in ("record", "mediation")
        heard = (
            not one.wish
            and one.origin == "herself"
            and bool(one.wording)
            and (one.wording == VERSION or purpose == "health")
        )
        if one.given:
            paper = by_paper and bool(one.paper and one.wording) and one.person == person
            enough = wished and not by_paper
            if child and purpose in ("court", "health"):
                agreed |= paper and (one.wording == VERSION or purpose == "health")
            else:
                agreed |= heard or enough
            if hers and not one.wish and one.origin == "herself" and (heard or wished):
                refused = False
        elif hers and not one.wish and not by_paper and one.origin != "not_asked":
            refused = True
    return Stands(refused, agreed)


def _may(record: Record, purpose: str, person: str) -> bool:
    """False if what she said forbids it, or nobody agreed at all."""
    said = _stands(record, purpose, person)
    stopped = purpose != "record" and _stands(record, "record", person).refused
    return said.agreed and not (said.refused or stopped)


def _everybody(record: Record) -> list[str]:
    return [one.id for one in record.persons] or [""]


def _held(record: Record) -> set[str]:
    if not record.persons:
        return {""} if record.filing.held else set()
    arrested = {one.id for one in record.persons} if record.filing.held else {"p1"}
    return {one.id for one in record.persons if one.released_at is None} & arrested


@many
@given(cases)
def test_nobody_is_printed_and_nothing_that_shows_her_leaves_against_her_word(record):
    file = contents(record, IDS, with_narrative=True)
    printed = {one.id for one in file.persons}
    printed |= {person for act in file.acts for person in act.persons}
    assert all(_may(record, "court", person) for person in printed)
    health = {person for act in file.acts if act.code == "H1" for person in act.persons}
    assert all(_may(record, "health", person) for person in health)
    whole = ("court", "health")
    if file.narrative or may_hold_narrative(record, IDS):
        assert all(_may(record, one, who) for one in whole for who in _everybody(record))
    for piece in record.evidence:
        shown = piece.shows or _everybody(record)
        if not who_keeps_it(record, piece, whole=False):
            assert all(_may(record, "court", who) for who in shown)
        if not who_keeps_it(record, piece):
            assert all(_may(record, one, who) for one in whole for who in shown)


@many
@given(cases, st.sampled_from(sorted(OPEN | OVER)))
def test_nobody_is_counted_or_told_of_against_her_word_nor_where_a_child_is(record, state):
    child = any(one.age_band in MAY_BE_MINOR for one in record.persons)
    used = {one for one in TOLD if record.consents_to(one)}
    if may_be_counted(record, state):
        used.add("forum_totals")
    assert not (child and used)
    assert all(_may(record, one, who) for one in used for who in _everybody(record))


@many
@given(cases, st.lists(st.sampled_from(REQUESTS), min_size=1, unique=True), st.booleans())
def test_no_mediator_is_asked_against_her_word_but_for_the_release_of_who_is_held(
    record, requests, alone
):
    whom = _everybody(record)[:1] if alone else _everybody(record)
    asked = [kind for kind in requests if why_not(record, [*filter(None, whom)], [kind]) is None]
    (intervention,) = record.interventions
    for kinds, persons in ((asked, whom), (what_goes_on(record, intervention), _everybody(record))):
        for person in persons:
            mediation = _stands(record, "mediation", person)
            assert not (kinds and mediation.refused)
            if _stands(record, "record", person).refused and kinds:
                assert kinds == ["release"]
                assert person in _held(record)
    # What a receipt leaves of a brief, while no vault is open, is what a member would leave of it.
    left = open_requests(record)["b" * 16]
    before = set(what_goes_on(record, intervention))
    take_back(record, Withdrawal(purposes=["record"], at=NOW + timedelta(days=1)))
    assert set(what_goes_on(record, intervention)) == before & set(left)
    assert set(left) <= {"release"}
    take_back(record, Withdrawal(purposes=["mediation"], at=NOW + timedelta(days=2)))
    assert what_goes_on(record, intervention) == []


@many
@given(cases, st.sampled_from(sorted(OPEN | OVER)))
def test_nothing_is_deleted_by_itself_that_somebody_wanted_kept_nor_kept_by_anothers_yes(
    record, state
):
    keeps = what_keeps(record, state)
    own = {}
    for one in record.consents:
        noted = one.by and not one.wish and one.origin == "herself"
        for person in _everybody(record):
            if one.purpose == "record" and noted and one.person in ("", person):
                own[person] = one.given
    if any(own.values()):
        assert keeps is not None
    refused = [who for who in _everybody(record) if _stands(record, "record", who).refused]
    if refused:
        assert keeps is not Keeps.CONSENT


@many
@given(cases, withdrawals)
def test_what_was_taken_back_last_is_used_by_nothing(record, purposes):
    take_back(record, Withdrawal(purposes=purposes, at=NOW + timedelta(days=1)))
    gone = set(PURPOSES) if "record" in purposes else set(purposes)
    for purpose in gone:
        assert not any(record.consents_to(purpose, who) for who in ("", *_everybody(record)))
    if "court" in gone:
        assert contents(record, IDS, with_narrative=True).persons == []
        assert all(who_keeps_it(record, piece) for piece in record.evidence)
    assert not ("forum_totals" in gone and may_be_counted(record, "closed"))
