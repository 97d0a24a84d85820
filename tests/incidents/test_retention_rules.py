"""What keeps a report, by properties: consent, somebody held, help under way, and nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.consent_texts import VERSION
from kash.incidents.rules.casework import OPEN, OVER
from kash.incidents.rules.clocks import is_free
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.older_records import MAY_BE_MINOR
from kash.incidents.rules.parts import (
    AGE_BANDS,
    PARTY_KINDS,
    REFERRAL_OUTCOMES,
    Act,
    Filing,
    Intervention,
    Party,
    Person,
    Referral,
    Term,
)
from kash.incidents.rules.record import PROTECTED, Record, Withdrawal, take_back
from kash.incidents.rules.totals import (
    DAYS_KEPT,
    Keeps,
    days_left,
    is_over,
    last_day,
    summary_of,
    what_keeps,
)

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = date(2026, 11, 20)
days = st.dates(date(2026, 1, 1), date(2030, 1, 1))
persons = st.lists(
    st.builds(
        Person,
        id=st.sampled_from(["p1", "p2", "p3"]),
        code=st.just("A"),
        arrested_at=st.none() | st.just(AT),
        released_at=st.none() | st.just(AT + timedelta(hours=2)),
    ),
    max_size=3,
    unique_by=lambda one: one.id,
)
consents = st.lists(
    st.builds(
        CaseConsent,
        purpose=st.sampled_from(["record", "funder", "mediation"]),
        given=st.booleans(),
        at=st.integers(0, 5).map(lambda hours: AT + timedelta(hours=hours)),
        by=st.just("a" * 16),
        person=st.sampled_from(["", "p1", "p2", "p3"]),
        wording=st.just("2026-1"),
        origin=st.sampled_from(["herself", "told_reporter", "not_asked"]),
    ),
    max_size=5,
)
helped = st.fixed_dictionaries(
    {
        "interventions": st.lists(
            st.builds(
                Intervention,
                id=st.just("m1"),
                response=st.sampled_from(["waiting", "agreed", "refused", "no_answer"]),
                ended_at=st.none() | st.just(AT),
            ),
            max_size=2,
        ),
        "referrals": st.lists(
            st.builds(
                Referral,
                id=st.just("r1"),
                kind=st.just("medical"),
                outcome=st.sampled_from(["", "helped", "not_reached"]),
            ),
            max_size=2,
        ),
        "terms": st.lists(
            st.builds(
                Term,
                id=st.just("t1"),
                kind=st.sampled_from(["return", "release"]),
                owed_to=st.sampled_from(["", "p1"]),
                fulfilled_on=st.none() | st.just(DAY),
            ),
            max_size=2,
        ),
    }
)
acts = st.lists(
    st.builds(
        Act,
        id=st.just("a1"),
        code=st.sampled_from(["L1", "P1"]),
        persons=st.lists(st.sampled_from(["p1", "p2"]), max_size=1),
    ),
    max_size=2,
)
records = st.builds(
    lambda persons, consents, acts, held, more: Record(
        persons=persons, consents=consents, acts=acts, filing=Filing(how="phone", held=held), **more
    ),
    persons,
    consents,
    acts,
    st.booleans(),
    helped,
)


@given(days)
def test_seven_whole_days_are_kept_and_not_one_more(day):
    last = last_day(day)
    kept = [after for after in range(20) if not is_over(last, day + timedelta(days=after))]
    assert kept == list(range(DAYS_KEPT + 1))
    assert [days_left(last, day + timedelta(days=after)) for after in (0, 5, 7, 9)] == [7, 2, 0, 0]


@given(records, st.sampled_from(sorted(OPEN | OVER)))
def test_whoever_agreed_keeps_it_in_every_state_and_nobody_keeps_it_for_her(record, state):
    agreed = [one.id for one in record.persons if record.consents_to("record", one.id)]
    if not record.persons and record.consents_to("record"):
        agreed = [""]
    assert (what_keeps(record, state) is Keeps.CONSENT) == bool(agreed)
    record.consents = [one for one in record.consents if one.purpose != "record"]
    assert what_keeps(record, state) is not Keeps.CONSENT


@given(records, st.sampled_from(sorted(OPEN)))
def test_while_somebody_is_held_or_help_is_under_way_it_stays(record, state):
    record.consents = []
    held = any(one.arrested_at and not is_free(record, one) for one in record.persons)
    marked = summary_of("x" * 16, state, record).held
    assert marked <= (held or record.filing.held)
    held = held or marked
    under_way = (
        any(
            one.ended_at is None and one.response in ("waiting", "agreed")
            for one in record.interventions
        )
        or any(not one.outcome for one in record.referrals)
        or any(one.fulfilled_on is None for one in record.terms)
    )
    expected = Keeps.HELD if held else Keeps.HELP if under_way else None
    assert what_keeps(record, state) is expected
    assert [what_keeps(record, over) for over in sorted(OVER)] == [None, None]


@given(
    st.sampled_from(AGE_BANDS),
    st.sampled_from(PARTY_KINDS),
    st.sampled_from(REFERRAL_OUTCOMES[1:]),
    st.sampled_from(sorted(OPEN)),
)
def test_what_a_custodian_alone_may_read_stays_however_child_protection_answered(
    age, kind, outcome, state
):
    record = Record(
        persons=[Person(id="p1", code="A", age_band=age)],
        parties=[Party(id="q1", kind=kind)],
        referrals=[Referral(id="r1", kind="child_protection", outcome=outcome)],
    )
    hers = kind == "programme" or age in MAY_BE_MINOR
    assert what_keeps(record, state) is (Keeps.GUARDED if hers else None)
    assert [what_keeps(record, over) for over in sorted(OVER)] == [None, None]
    take_back(record, Withdrawal(purposes=["record"], at=AT))
    child = age in MAY_BE_MINOR and outcome not in PROTECTED
    assert what_keeps(record, state) is (Keeps.HELP if child else None)


@given(st.sampled_from(sorted(OPEN | OVER)), st.booleans(), st.sampled_from(["2026-5", "2026-6"]))
def test_a_yes_to_court_keeps_it_in_whatever_words_unless_she_refused_to_have_it_kept(
    state, several, wording
):
    def said(purpose: str, given: bool, **more: Any) -> CaseConsent:
        words = {"wording": wording, "person": "p1"} | more
        return CaseConsent(purpose=purpose, given=given, at=AT, by="x" * 16, **words)

    persons = [Person(id=key, code=key) for key in ("p1", "p2")[: 1 + several]]
    record = Record(persons=persons, consents=[said("court", True)])
    assert what_keeps(record, state) is Keeps.CONSENT
    # What was left unticked on a phone is no refusal.
    record.consents.append(said("record", False, wish=True, wording=""))
    assert what_keeps(record, state) is Keeps.CONSENT
    refused = [*record.consents, said("record", False)]
    assert what_keeps(record.model_copy(update={"consents": refused}), state) is None
    record.consents.append(said("court", False))
    assert what_keeps(record, state) is None
    # A wish is no yes to court.
    record.consents = [said("court", True, wish=True)]
    assert what_keeps(record, state) is None


@pytest.mark.parametrize("state", sorted(OVER))
def test_a_childs_report_is_kept_for_a_court_by_the_word_of_whoever_decides_for_her(state):
    yes = {"purpose": "court", "given": True, "at": AT, "by": "x" * 16, "wording": VERSION}
    decided = CaseConsent(person="p1", origin="guardian", paper="Form of 3 May", **yes)
    record = Record(persons=[Person(id="p1", code="A", age_band="under_18")], consents=[decided])
    assert what_keeps(record, state) is Keeps.CONSENT
    record.consents = [CaseConsent(person="p1", **yes)]
    assert what_keeps(record, state) is not Keeps.CONSENT
