"""No bribe is a term: what a public officer would gain by, however it is written."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.rules.clocks import due_days
from kash.incidents.rules.money import (
    AUTHORITIES,
    GIVING,
    RefusedTerm,
    TermRefusal,
    has_price,
    is_in_authority,
    names_authority,
    refusal_of,
    refusals,
    speaks_of_money,
)
from kash.incidents.rules.parts import TERM_KINDS, Act, CashBail, Party, Term
from kash.incidents.rules.record import Record, as_bytes, from_bytes

OFFICER = Party(id="o1", kind="police")
CLIENT = Party(id="o2", kind="client")
# Everybody of a case, and nobody.
ANYBODY = st.sampled_from(["", "p1", "p2", "o1", "o2"])
WORDS = st.sampled_from(
    ["", "The phone", "500/=", "for the OCS", "akilipa elfu mbili", "by Friday"]
)
TERMS = st.builds(
    Term,
    id=st.sampled_from(["t1", "t2", "t3"]),
    kind=st.sampled_from(TERM_KINDS),
    owed_by=ANYBODY,
    owed_to=ANYBODY,
    what=WORDS,
    amount=st.none() | st.integers(0, 10_000_000),
)
PARTIES = st.lists(
    st.builds(
        Party,
        id=st.sampled_from(["o1", "o2"]),
        kind=st.sampled_from([*AUTHORITIES, "client", "other", "landlord_venue"]),
        station=st.sampled_from(["", "s" * 16]),
        service_number=st.sampled_from(["", "00123"]),
        rank_band=st.sampled_from(["unknown", "constable"]),
        description=st.sampled_from(["", "A police officer without uniform"]),
    ),
    max_size=2,
    unique_by=lambda one: one.id,
)


@given(TERMS, PARTIES)
def test_nothing_of_value_goes_to_a_public_officer_whatever_it_is_called(term, parties):
    officers = {one.id for one in parties if is_in_authority(one)}
    gives = term.kind in GIVING or term.amount is not None or speaks_of_money(term.what)
    if term.owed_to in officers and gives:
        refused = refusal_of(term, parties)
        assert refused is not None
        assert refused.why is TermRefusal.TO_AUTHORITY


@given(TERMS, PARTIES)
def test_where_an_officer_has_a_part_no_payment_stays_open(term, parties):
    officers = {one.id for one in parties if is_in_authority(one)}
    money = term.kind == "pay" or term.amount is not None
    if officers and money and not term.owed_to and term.owed_by not in officers:
        assert refusal_of(term, parties) is not None


@given(TERMS, PARTIES)
def test_a_release_by_an_officer_has_no_price(term, parties):
    officers = {one.id for one in parties if is_in_authority(one)}
    priced = term.amount is not None or speaks_of_money(term.what)
    if term.kind not in GIVING and priced and (term.owed_by in officers):
        assert refusal_of(term, parties) is not None


@given(TERMS)
def test_between_others_everything_can_be_a_term_that_names_no_officer(term):
    parties = [CLIENT, Party(id="o1", kind="other")]
    priced = term.kind not in GIVING and has_price(term)
    if not names_authority(term.what) and not priced:
        assert refusal_of(term, parties) is None


@pytest.mark.parametrize(
    ("change", "field"), [({"amount": 500}, "amount"), ({"what": "For 500 shillings"}, "what")]
)
def test_the_price_of_what_is_no_payment_is_told_where_it_was_typed(change, field):
    kind = next(one for one in TERM_KINDS if one not in GIVING)
    term = Term(id="t1", kind=kind, owed_by="p1").model_copy(update=change)
    assert refusal_of(term, [CLIENT]) == RefusedTerm(field, TermRefusal.AS_CONDITION)


@given(st.integers(0, 10_000_000), st.sampled_from(TERM_KINDS), st.sampled_from(["p1", "p2"]))
def test_what_an_officer_gives_back_to_her_can_be_a_term(amount, kind, her):
    term = Term(id="t1", kind=kind, owed_by="o1", owed_to=her)
    assert refusal_of(term, [OFFICER]) is None
    if kind in GIVING:
        paid = term.model_copy(update={"amount": amount, "what": "Money that police took"})
        assert refusal_of(paid, [OFFICER]) is None


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"owed_to": "o1"}, TermRefusal.TO_AUTHORITY),
        # To nobody.
        ({}, TermRefusal.TO_NOBODY),
        ({"owed_by": ""}, TermRefusal.TO_NOBODY),
        # In words.
        ({"owed_to": "p2", "what": "She gives it to the OCS"}, TermRefusal.IN_WORDS),
        ({"owed_to": "o2", "what": "ampatie afande"}, TermRefusal.IN_WORDS),
        # As something else.
        ({"kind": "return", "owed_to": "o1", "what": "His tablet"}, TermRefusal.TO_AUTHORITY),
        ({"kind": "return", "amount": None, "what": "a phone"}, TermRefusal.TO_NOBODY),
        ({"kind": "apologise", "owed_to": "o1", "amount": 100}, TermRefusal.TO_AUTHORITY),
        ({"kind": "apologise", "owed_to": "o1", "amount": None, "what": "na elfu mbili"},
         TermRefusal.TO_AUTHORITY),
        # As the price of her release.
        ({"kind": "release", "owed_by": "o1", "owed_to": "p1"}, TermRefusal.AS_CONDITION),
        ({"kind": "release", "owed_by": "", "owed_to": "p1"}, TermRefusal.AS_CONDITION),
        ({"kind": "release", "owed_by": "o1", "owed_to": "p1", "amount": None,
          "what": "once she has paid"}, TermRefusal.AS_CONDITION),
        ({"kind": "release", "owed_by": "o1", "owed_to": "p1", "amount": None,
          "what": "akilipa dhamana"}, TermRefusal.AS_CONDITION),
        ({"kind": "release", "owed_by": "o1", "owed_to": "p1", "amount": None,
          "what": "kitu kidogo"}, TermRefusal.AS_CONDITION),
    ],
)  # fmt: skip
def test_ways_round_it_lead_nowhere(changed, why):
    term = Term(id="t1", kind="pay", owed_by="p1", amount=200000).model_copy(update=changed)
    refused = refusal_of(term, [OFFICER, CLIENT])
    assert refused is not None
    assert refused.why is why


@pytest.mark.parametrize("parties", [[OFFICER, CLIENT], []])
@pytest.mark.parametrize(
    ("term", "why"),
    [
        # Nobody is said to owe it, so that the words alone say that she does.
        (Term(id="t1", kind="pay", owed_to="p1", what="she pays the OCS", amount=500000),
         TermRefusal.IN_WORDS),
        (Term(id="t1", kind="return", owed_to="p1", what="give the corporal his tablet"),
         TermRefusal.IN_WORDS),
        (Term(id="t1", kind="release", owed_to="p1", what="let go after 5,000 to the OCS"),
         TermRefusal.AS_CONDITION),
        # Whoever owes it.
        (Term(id="t1", kind="release", owed_by="o2", owed_to="p1", amount=500000,
              what="5k to the OCS first"), TermRefusal.AS_CONDITION),
        (Term(id="t1", kind="apologise", owed_by="o2", owed_to="p1", what="with 500"),
         TermRefusal.AS_CONDITION),
        *[(Term(id="t1", kind="release", owed_by="o1", owed_to="p1", what=what),
           TermRefusal.AS_CONDITION)
          for what in ("after 5,000", "once 5000 is given to the corporal", "5.000", "5 000", "5k",
                       "KES5000 first", "akitoa chai", "something small", "two thousand",
                       "after 2000 on 20/11/2026")],
    ],
)  # fmt: skip
def test_a_bribe_in_other_words_is_one_with_and_without_police_on_record(term, why, parties):
    refused = refusal_of(term, parties)
    assert refused is not None
    assert refused.why is why


@pytest.mark.parametrize("kind", sorted(AUTHORITIES))
def test_county_and_prison_officers_are_no_payees_either(kind):
    term = Term(id="t1", kind="pay", owed_by="p1", owed_to="o1")
    assert refusal_of(term, [Party(id="o1", kind=kind)]) is not None


@pytest.mark.parametrize(
    "known",
    [
        {"station": "s" * 16},
        {"station_name": "Kondele"},
        {"service_number": "00123"},
        {"rank_band": "constable"},
        {"kind": "other", "description": "Askari wa kanjo"},
    ],
)
def test_another_kind_chosen_for_an_officer_changes_nothing(known):
    party = Party(id="o1", kind="client").model_copy(update=known)
    assert refusal_of(Term(id="t1", kind="pay", owed_by="p1", owed_to="o1"), [party]) is not None


@pytest.mark.parametrize(
    "term",
    [
        Term(id="t1", kind="return", owed_by="p1", owed_to="o2", what="DVD player"),
        Term(id="t1", kind="pay", owed_by="o2", owed_to="p1", amount=150000),
        Term(id="t1", kind="release", owed_by="o1", owed_to="p1", what="without payment, tonight"),
        Term(id="t1", kind="release", owed_by="o1", owed_to="p1", what="leo, bila malipo"),
        Term(id="t1", kind="release"),
        Term(id="t1", kind="apologise", owed_by="o1", owed_to="p1", what="Before the OCS"),
        Term(id="t1", kind="return", what="The phone that police took"),
        Term(id="t1", kind="return", owed_by="o2", owed_to="p1", what="DVD player, 2 discs"),
        Term(id="t1", kind="return", owed_by="o1", owed_to="p1", what="1,500 that the OCS took"),
        Term(id="t1", kind="pay", owed_by="o2", owed_to="p1", what="1,500 before the OCS"),
        Term(id="t1", kind="release", owed_by="o1", owed_to="p1", what="by 18:30 on 20/11/2026"),
        Term(id="t1", kind="release", owed_by="o1", owed_to="p1", what="1800 hrs, 3 November 2026"),
        Term(id="t1", kind="release", owed_to="p1", what="The OCS lets both of them go, 2 phones"),
        Term(id="t1", kind="release", owed_by="o1", owed_to="p1", what="usiku, bila chai"),
    ],
)
def test_what_is_no_bribe_is_not_refused(term):
    assert refusal_of(term, [OFFICER, CLIENT]) is None


# --- Records of older versions --------------------------------------------------------------------

BRIBE = {"id": "tb", "kind": "pay", "owed_by": "p1", "owed_to": "o1", "amount": 200000,
         "what": "For the night", "due_on": "2026-11-21", "colour": "kept"}  # fmt: skip
BACK = {"id": "tc", "kind": "return", "owed_by": "o1", "owed_to": "p1", "what": "Her phone",
        "due_on": "2026-11-22"}  # fmt: skip


def sealed_by_the_version_before(**more: Any) -> bytes:
    """A case as edition 2 sealed it."""
    plain = {
        "edition": 2,
        "paper_reference": "ABCDABCDABCD",
        "persons": [{"id": "p1", "code": "A"}],
        "parties": [{"id": "o1", "station_name": "Kondele"}, {"id": "o2", "kind": "client"}],
        "terms": [BRIBE, BACK],
        **more,
    }
    return json.dumps(plain, separators=(",", ":")).encode()


def test_an_older_term_that_owes_the_police_is_set_aside_with_all_that_was_said_of_it():
    record = from_bytes(sealed_by_the_version_before())
    (waiting,) = record.questioned_terms
    assert (waiting.id, waiting.amount, waiting.what) == ("tb", 200000, "For the night")
    assert waiting.model_extra == {"colour": "kept"}
    assert [one.id for one in record.terms] == ["tc"]
    # It is due to nobody meanwhile, and the other term still is.
    assert due_days(record) == [date(2026, 11, 22)]
    again = from_bytes(as_bytes(record))
    assert again == record
    assert (again.edition, json.loads(as_bytes(record))["edition"]) == (3, 3)


def test_an_older_record_without_one_keeps_its_terms_as_they_were():
    record = from_bytes(sealed_by_the_version_before(terms=[BACK]))
    assert [one.id for one in record.terms] == ["tc"]
    assert record.questioned_terms == []


@given(st.lists(TERMS, max_size=4), PARTIES)
def test_of_an_older_record_no_term_is_lost_and_none_stays_that_would_be_refused(terms, parties):
    old = Record(terms=terms, parties=parties)
    plain = json.loads(as_bytes(old)) | {"edition": 2}
    record = from_bytes(json.dumps(plain, separators=(",", ":")).encode())
    assert not any(refusals(record.terms, record.parties))
    key = repr
    assert sorted([*record.terms, *record.questioned_terms], key=key) == sorted(terms, key=key)


# --- Which cases ask for a decision ---------------------------------------------------------------


@given(
    st.lists(
        st.builds(
            Act,
            id=st.just("a1"),
            code=st.sampled_from(["M1", "M2", "M3", "L1"]),
            parties=st.lists(st.sampled_from(["o1", "o2", "gone"]), unique=True),
        ),
        max_size=3,
    ),
    PARTIES,
    st.lists(TERMS, max_size=1),
    st.lists(
        st.builds(
            CashBail, id=st.just("b1"), amount=st.just(1), receipt=st.sampled_from(["", "7"])
        ),
        max_size=1,
    ),
    st.sets(st.sampled_from(["a/a1/o1", "a/a1/o1,o2", "a/a1/", "b/b1", "out"])),
    st.sets(st.sampled_from(["duty_note", "was_questioned", "duty_waits"])),
)
def test_what_was_decided_waits_no_more_and_still_asks(
    acts, parties, questioned, bail, decided_on, known
):
    record = Record(
        acts=acts,
        parties=parties,
        questioned_terms=questioned,
        bail=bail,
        decided_on=sorted(decided_on),
        duty_note="n" * 16 if "duty_note" in known else "",
        was_questioned="was_questioned" in known,
        duty_waits="duty_waits" in known,
    )
    record.decided(only_waits=False)
    assert record.waits_for_a_decision() is bool(questioned)
    if questioned or any(not one.receipt for one in bail):
        assert record.asks_for_a_decision()


@pytest.mark.parametrize(
    ("code", "by", "asks"),
    [
        ("M1", ["o1"], True),
        ("M2", ["o1"], True),
        ("M1", [], True),
        ("M1", ["o2"], False),
        ("M3", ["o1"], False),
        ("L1", ["o1"], False),
    ],
)
def test_money_that_officers_demand_asks_for_a_decision_and_a_clients_does_not(code, by, asks):
    record = Record(parties=[OFFICER, CLIENT], acts=[Act(id="a1", code=code, parties=by)])
    assert record.asks_for_a_decision() is asks
    nobody = Record(acts=[Act(id="a1", code=code, parties=[])])
    assert nobody.asks_for_a_decision() is (code in ("M1", "M2"))
