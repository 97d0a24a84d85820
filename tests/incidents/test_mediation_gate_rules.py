"""What a mediator may be asked: acts, ages, what each person wants, and a yes of her own."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.releases.rules.tables import families_of
from kash.incidents import documents as charge_warning
from kash.incidents.names import ACT_NAMES
from kash.incidents.rules.case_file import WAYS, to_ask, wanted_by_them, wants
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import ACTS, KINDS
from kash.incidents.rules.mediation import REQUESTS, asked
from kash.incidents.rules.mediation_gate import (
    ALWAYS,
    CHARGE,
    Why,
    is_shut,
    requests_offered,
    requests_open,
    standing_of,
    terms_open,
    terms_refused,
    urgent_step,
    who_may_be_offered,
    why_ended,
    why_not,
)
from kash.incidents.rules.parts import (
    AGE_BANDS,
    PARTY_KINDS,
    TERM_KINDS,
    Act,
    Choice,
    Party,
    Person,
    Term,
)
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.incidents.rules.records import write

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
SAID = st.lists(st.sampled_from(WAYS), unique=True)
# Everything that may be a minor, as the record itself counts it.
MINOR = tuple(
    band
    for band in AGE_BANDS
    if Record(persons=[Person(id="p", code="P", age_band=band)]).has_minor()
)


def choice(person: str, *wanted: str, origin: str = "herself", at: datetime = NOW) -> Choice:
    return Choice(person=person, wanted=list(wanted), on=at.date(), at=at, by="a1", origin=origin)


def own_yes(person: str, *, given: bool = True, at: datetime = NOW, **more: str) -> CaseConsent:
    said = {"origin": "herself", "wording": charge_warning.VERSION} | more
    return CaseConsent(purpose=CHARGE, given=given, at=at, by="a1", person=person, **said)


def a_case(*acts: str, ages: tuple[str, ...] = ("25_34",), way: str = "mediation") -> Record:
    """Persons who all agreed to a mediator, want mediation and said their own yes."""
    ids = [f"p{number}" for number in range(1, len(ages) + 1)]
    return Record(
        persons=[
            Person(id=one, code=one.upper(), age_band=age)
            for one, age in zip(ids, ages, strict=True)
        ],
        acts=[Act(id=f"a{number}", code=code) for number, code in enumerate(acts, 1)],
        consents=[CaseConsent(purpose="mediation", given=True, at=NOW, by="a1")],
        choices=[choice(one, way) for one in ids],
        own_words=[own_yes(one) for one in ids],
    )


# Written by hand: what may be asked after each act, of whom, without knowing how it is decided.
ALL = set(REQUESTS)
FOUR = {"release", "return", "medical", "stop"}
TABLE = [
    (("L1",), ("25_34",), ALL),
    (("L1", "H2", "M1", "D4", "T1", "R3"), ("18_24", "unknown"), ALL),
    (("S3",), ("25_34",), FOUR),
    (("H1",), ("25_34",), FOUR),
    (("L1", "P1"), ("25_34",), FOUR),
    # What no edition of the list has.
    (("X9",), ("25_34",), FOUR),
    (("W1",), ("45_up",), ALL),
    ((), ("unknown",), ALL),
    (("S1",), ("25_34",), FOUR),
    (("S2",), ("25_34",), FOUR),
    (("M2", "W1", "S1"), ("35_44",), FOUR),
    (("L1", "S2"), ("18_24", "25_34"), FOUR),
    (("P2",), ("25_34",), FOUR),
    (("S6",), ("25_34",), FOUR),
    (("S7",), ("25_34",), FOUR),
    ((), ("under_18",), FOUR),
    (("W1",), ("under_18",), FOUR),
    (("L1",), ("25_34", "under_18"), FOUR),
    (("S1",), ("under_18",), FOUR),
]

# Of nobody known: then an assault is one of them.
NEVER = {"P1", "P2", "P4", "P5", "P6", "F1", "H1", "X9", *(f"S{n}" for n in range(1, 8))}


@pytest.mark.parametrize(("acts", "ages", "may"), TABLE)
def test_acts_and_ages_say_what_may_be_asked(acts, ages, may):
    record = a_case(*acts, ages=ages)
    assert set(requests_open(record)) == set(requests_offered(record)) == may
    whom = [one.id for one in record.persons]
    for request in REQUESTS:
        expected = None if request in may else Why.GATE
        assert why_not(record, whom, [request]) is expected
        # One thing that may not be asked bars all that is asked with it.
        assert why_not(record, whom, [request, "release"]) is expected
    assert set(terms_open(record)) == ({"release", "return"} if may == FOUR else set(TERM_KINDS))


@given(
    st.sets(st.sampled_from([*ACTS, "X9"])),
    st.lists(st.sampled_from(AGE_BANDS), min_size=1, max_size=4),
    st.sets(st.sampled_from(REQUESTS), min_size=1),
    st.sampled_from([*ACTS, "X9"]),
)
def test_an_act_added_or_an_age_corrected_ends_what_was_asked(acts, ages, requests, added):
    record = a_case(*sorted(acts), ages=tuple(ages))
    whom = [one.id for one in record.persons]
    shut = bool(acts & NEVER) or any(age in MINOR for age in ages)
    assert is_shut(record) == shut
    allowed = not shut or requests <= set(ALWAYS)
    assert (why_not(record, whom, requests) is None) == allowed
    one = asked(record, "m1", "b1", sorted(requests), NOW, whom)
    assert why_ended(record, one) is (None if allowed else Why.GATE)
    record.acts.append(Act(id="a99", code=added))
    still = allowed and (added not in NEVER or requests <= set(ALWAYS))
    assert why_ended(record, one) is (None if still else Why.GATE)
    # Somebody whom the request was not about shuts the gate as well.
    record.persons.append(Person(id="p99", code="P99", age_band="under_18"))
    still = still and requests <= set(ALWAYS)
    assert why_ended(record, one) is (None if still else Why.GATE)


POWERS = {
    "police": False,
    "county_officer": False,
    "prison": False,
    "client": True,
    "partner": False,
    "landlord_venue": False,
    "health_worker": False,
    "public_mob": True,
    "programme": False,
    "other": True,
}


@pytest.mark.parametrize("kind", PARTY_KINDS)
@pytest.mark.parametrize("rank", ["unknown", "constable"])
def test_a_blow_is_settled_only_with_somebody_without_power_over_her(kind, rank):
    record = a_case("P1")
    record.parties = [
        Party(id="o1", kind=kind, rank_band=rank),
        Party(id="o2", kind="client"),
        Party(id="o3", kind="partner", involvement="helped"),
    ]
    may = POWERS[kind] and rank == "unknown"
    assert is_shut(record) is not may
    # Only who did it counts.
    record.acts[0].parties = ["o2"]
    assert not is_shut(record)
    record.acts[0].parties = ["o3"]
    assert is_shut(record)


DECISION = Path(__file__).parents[2] / "docs/decisions/0015-mediation-and-money.md"
# What an act of a shut gate still lets be asked and agreed, as the decision says.
SHUT_REQUESTS = ["release", "return", "stop", "medical"]
SHUT_TERMS = ["release", "return"]


def _gate(record: Record) -> str:
    """`open` or `shut`: nothing between the two is decided for any act."""
    requests = [request for request in REQUESTS if request in requests_open(record)]
    terms = [term for term in TERM_KINDS if term in terms_open(record)]
    # What is open is what is not refused.
    assert requests == [one for one in REQUESTS if why_not(record, ["p1"], [one]) is None]
    assert terms == [
        kind
        for kind in TERM_KINDS
        if not terms_refused(
            record.model_copy(update={"terms": [Term(id="t9", kind=kind)]}), record
        )
    ]
    if (requests, terms) == (list(REQUESTS), list(TERM_KINDS)):
        return "open"
    assert (requests, terms) == (SHUT_REQUESTS, SHUT_TERMS)
    return "shut"


def _counted_as(code: str) -> str:
    for edition, more in ((1, ""), (2, " (2)")):
        for family in families_of([code], edition):
            return family + more
    return "–"


def test_the_printed_table_of_the_gate_is_what_the_code_does():
    """Every act stands in the row of its family, its gate and its count."""
    acts: dict[tuple[str, str, str], list[str]] = {}
    for code, kind in KINDS.items():
        record, counted, called = a_case(code), _counted_as(code), f"{code} {ACT_NAMES[code]}"
        if kind.family == "assault":
            equal = record.model_copy(update={"parties": [Party(id="o1", kind="client")]})
            whose = f"{called}, by a client, a crowd or somebody else"
            acts[kind.family, _gate(equal), counted] = [whose]
            called += ", by any other party, or by nobody known"
        acts.setdefault((kind.family, _gate(record), counted), []).append(called)
    for words, other in (
        ("any act whose family nobody declared", a_case("X9")),
        ("anybody who is or may be under 18", a_case(ages=("unsure",))),
    ):
        acts.setdefault(("–", _gate(other), "–"), []).append(words)
    rows = [f"| {' | '.join(where)} | {'; '.join(names)} |" for where, names in acts.items()]
    printed = [line for line in DECISION.read_text().splitlines() if line.startswith("|")]
    assert printed[0] == "| family | gate | counted as | acts |"
    assert printed[2:] == rows


@pytest.mark.parametrize(
    ("owed_by", "amount", "what", "fits"),
    [
        ("o1", None, "Her phone", True),
        ("", None, "", True),
        ("o1", 50_000, "", True),
        # More than was taken, a price in words, or hers to give.
        ("o1", 50_001, "", False),
        ("o1", None, "KES 20,000 and it is forgotten", False),
        ("p1", None, "His phone", False),
    ],
)
def test_behind_the_gate_only_what_was_taken_is_given_back(owed_by, amount, what, fits):
    record = a_case("S1", "M1")
    record.acts[1].amount = 50_000
    record.parties = [Party(id="o1")]
    record.terms = [Term(id="t1", kind="return", owed_by=owed_by, amount=amount, what=what)]
    assert (terms_refused(record, Record()) == []) is fits


def test_under_eighteen_is_among_the_ages_that_shut_the_gate():
    assert "under_18" in MINOR
    assert "18_24" not in MINOR


@given(st.lists(SAID, max_size=4), st.lists(SAID, max_size=4))
def test_no_mediator_is_asked_for_whoever_does_not_want_one(first, second):
    record = a_case("W1", ages=("25_34", "25_34"))
    record.choices = [
        choice(person, *said, origin="herself" if said else "not_asked")
        for person, all_of_hers in (("p1", first), ("p2", second))
        for said in all_of_hers
    ]
    newest = {
        person: next((set(said) for said in reversed(of_her) if said), None)
        for person, of_her in (("p1", first), ("p2", second))
    }
    assert to_ask(record) == [one for one, said in newest.items() if said is None]
    for person, said in newest.items():
        wanted = None if said is None else "mediation" in said
        assert wants(record, person, "mediation") is wanted
        why = {True: None, False: Why.NOT_WANTED, None: Why.ASK_FIRST}[wanted]
        assert why_not(record, [person], ["pay"]) is why
        # Whoever may be held waits for no answer; whoever said no is not asked about.
        assert why_not(record, [person], ["release"]) is (
            Why.NOT_WANTED if wanted is False else None
        )
    everything = [said for said in newest.values() if said is not None]
    assert wanted_by_them(record) == (
        frozenset().union(*everything) if len(everything) == 2 else None
    )
    assert {one.id for one in who_may_be_offered(record)} == {
        person for person, said in newest.items() if said is None or "mediation" in said
    }
    assert standing_of(record).mediation == any("mediation" in said for said in everything)


def test_what_somebody_else_tells_never_goes_over_what_she_said_herself():
    record = a_case("W1", way="nothing")
    later = NOW + timedelta(hours=1)
    record.choices.append(choice("p1", "mediation", origin="told_reporter", at=later))
    assert wants(record, "p1", "mediation") is False
    assert why_not(record, ["p1"], ["pay"]) is Why.NOT_WANTED
    record.choices.append(choice("p1", "mediation", at=later))
    assert wants(record, "p1", "mediation") is True


def test_what_was_asked_before_anybody_was_on_record_ends_with_what_she_says():
    record = a_case("L2")
    nobody = asked(record, "m1", "b1", [CHARGE], NOW, [])
    assert why_ended(record, nobody) is None
    record.own_words.append(own_yes("p1", given=False))
    assert why_ended(record, nobody) is Why.OWN_YES
    record = a_case("W1", way="nothing")
    assert why_ended(record, asked(record, "m1", "b1", ["pay"], NOW, [])) is Why.NOT_WANTED


def test_her_own_yes_stays_hers_when_she_is_written_down_afterwards():
    record = a_case("L2")
    record.own_words, record.choices = [own_yes("")], [choice("", "mediation")]
    typed = record.model_copy(deep=True)
    record.persons = []
    nobody = asked(record, "m1", "b1", [CHARGE], NOW, [])
    write(record, typed)
    assert why_ended(record, nobody) is None
    assert to_ask(record) == []
    # Of several nobody knows who it was that said it.
    record = Record(own_words=[own_yes("")])
    write(record, a_case("L2", ages=("25_34", "25_34")))
    assert why_ended(record, nobody) is Why.OWN_YES


EMERGENCIES = [
    # what is asked, whether an arrest is on record, whether she was let go, may it be asked
    ({"release"}, False, False, True),
    ({"release", "medical"}, False, False, True),
    ({"medical"}, True, False, True),
    ({"medical"}, False, False, False),
    ({"release"}, True, True, False),
    ({"release", "stop"}, True, False, False),
    ({"stop"}, True, False, False),
    ({"complaint"}, True, False, False),
    ({"release", "pay"}, True, False, False),
    ({CHARGE}, True, False, True),
]


@pytest.mark.parametrize(("requests", "arrested", "free", "may"), EMERGENCIES)
def test_only_what_frees_her_waits_for_no_answer(requests, arrested, free, may):
    record = a_case("L1")
    record.choices = []
    record.persons[0].arrested_at = NOW if arrested else None
    record.persons[0].released_at = NOW if free else None
    assert why_not(record, ["p1"], requests) is (None if may else Why.ASK_FIRST)


def test_without_consent_nothing_is_asked_whatever_she_wants():
    record = a_case("W1")
    record.consents = []
    assert why_not(record, ["p1"], ["release"]) is Why.CONSENT


# --- “Court or release” --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "may"),
    [
        ([], False),
        ([own_yes("p1")], True),
        # Not in her own words, not warned, of everybody at once, of somebody else.
        ([own_yes("p1", origin="told_reporter")], False),
        ([own_yes("p1", origin="not_asked")], False),
        ([own_yes("p1", wording="")], False),
        ([own_yes("")], False),
        ([own_yes("p2")], False),
        ([own_yes("p1"), own_yes("p1", given=False, at=NOW + timedelta(hours=1))], False),
        ([own_yes("p1", given=False), own_yes("p1", at=NOW + timedelta(hours=1))], True),
        ([own_yes("p1", given=False), own_yes("p1")], True),
    ],
)
def test_nobody_is_brought_to_court_without_a_yes_of_her_own(answers, may):
    record = a_case("L2", ages=("25_34", "25_34"))
    record.own_words = answers
    assert why_not(record, ["p1"], [CHARGE]) is (None if may else Why.OWN_YES)
    # A consent to a mediator, given for everybody, is no yes to it.
    record.consents.append(
        CaseConsent(purpose=CHARGE, given=True, at=NOW, by="a1", wording="2026-1")
    )
    assert why_not(record, ["p1"], [CHARGE]) is (None if may else Why.OWN_YES)
    assert why_not(record, ["p1", "p2"], [CHARGE]) is Why.OWN_YES
    one = asked(record, "m1", "b1", [CHARGE], NOW, ["p1"])
    assert why_ended(record, one) is (None if may else Why.OWN_YES)


def test_it_is_not_offered_before_somebody_said_yes():
    record = a_case("L2", ages=("25_34", "25_34"))
    record.own_words = []
    assert CHARGE not in requests_offered(record)
    record.own_words = [own_yes("p2")]
    assert CHARGE in requests_offered(record)


@pytest.mark.parametrize("version", list(charge_warning.DIGESTS))
def test_a_warning_that_is_changed_without_a_new_version_stops_the_start(version):
    file = charge_warning._WORDS / f"{version}.toml"
    content = file.read_bytes()
    assert charge_warning.words_of(version, content) == charge_warning.WARNINGS[version]
    for changed in (content + b" ", content.replace(b"charge", b"change", 1)):
        with pytest.raises(ValueError, match="was changed"):
            charge_warning.words_of(version, changed)
    assert set(charge_warning.WARNINGS[version]) == {"en", "sw", "luo"}


# --- What was agreed -----------------------------------------------------------------------------


def terms(*kinds: str) -> list[Term]:
    return [Term(id=f"t{number}", kind=kind) for number, kind in enumerate(kinds)]


@given(st.lists(st.sampled_from(TERM_KINDS)), st.lists(st.sampled_from(TERM_KINDS)), st.booleans())
def test_no_term_is_added_behind_the_gate_and_none_on_record_keeps_an_act_from_being_written(
    before, now, grave
):
    stored = a_case("W1")
    stored.terms = terms(*before)
    record = a_case(*(["W1", "S1"] if grave else ["W1"]))
    record.terms = terms(*now)
    known = list(zip(before, now, strict=False))
    refused = {
        f"t{number}"
        for number, kind in enumerate(now)
        if grave
        and kind not in ("release", "return")
        and not (number < len(known) and known[number][0] == kind)
        and kind not in ("release", "return")
        and not (number < len(known) and known[number][0] == kind)
    }
    assert {one.id for one in terms_refused(record, stored)} == refused


@pytest.mark.parametrize(
    ("said", "open_"),
    [
        ({}, True),
        ({"owed_by": "o1", "owed_to": "p1", "what": "tonight"}, True),
        ({"amount": 2000000}, False),
        ({"what": "pays 20,000 and she drops the case"}, False),
        # The client holds nobody: what he would owe is no release.
        ({"owed_by": "o2", "owed_to": "p1"}, False),
        ({"owed_by": "p1"}, False),
    ],
)
def test_behind_the_gate_a_release_is_one_by_officers_and_for_nothing(said, open_):
    stored = a_case("S1")
    stored.parties = [Party(id="o1", kind="police"), Party(id="o2", kind="client")]
    term = Term(id="t1", kind="release").model_copy(update=said)
    record = stored.model_copy(update={"terms": [term]})
    assert terms_refused(record, stored) == ([] if open_ else [term])
    # What was on record before tells what happened.
    assert terms_refused(record, record) == []


@pytest.mark.parametrize(
    "changed",
    [{"what": "and she drops it"}, {"amount": 2000000}, {"owed_to": "p1"}, {"kind": "return"}],
)
def test_an_older_term_may_be_said_to_be_kept_and_not_be_agreed_anew(changed):
    stored = a_case("S1")
    term = Term(id="t1", kind="pay", what="One goat", amount=100)
    stored.terms = [term]
    done = {"fulfilled_on": NOW.date(), "amount": None, "what": ""}
    for update, refused in ((done, False), (changed, True)):
        record = stored.model_copy(update={"terms": [term.model_copy(update=update)]})
        assert bool(terms_refused(record, stored)) is refused


def test_what_she_wants_is_sealed_and_read_again():
    record = a_case("W1")
    record.choices[0] = record.choices[0].model_copy(update={"of_a_later_version": "kept"})
    again = from_bytes(as_bytes(record))
    assert again == record
    assert b"of_a_later_version" in as_bytes(again)


def test_a_record_of_before_has_been_asked_nothing():
    sealed = b'{"edition":2,"persons":[{"id":"p1","code":"P1"}],"wanted":["pay"]}'
    record = from_bytes(sealed)
    assert (to_ask(record), record.wanted) == (["p1"], ["pay"])
    assert wanted_by_them(record) is None


def test_while_somebody_is_held_a_mediator_is_asked_heard_and_noted_before_any_usual_step():
    held = a_case("P6", ages=("25_34", "25_34"))
    assert urgent_step(held, "resolve") == "ask_mediator"
    assert urgent_step(a_case("V1"), "resolve") == ""
    request = asked(held, "m", "b" * 22, ["release"], NOW, ["p1", "p2"])
    for response, verb in (
        ("waiting", "hear_mediator"),
        ("talk", "hear_mediator"),
        ("agreed", "note_result"),
        ("refused", "ask_mediator"),
    ):
        request.response = response
        for usual in ("", "verify", "resolve", "close"):
            assert urgent_step(held, usual) == verb
    # A refusal of the station ends it: somebody else is asked.
    request.response, request.ended_at, request.brief = "agreed", NOW, ""
    assert urgent_step(held) == "ask_mediator"
    for person in held.persons:
        person.released_at = NOW
    assert urgent_step(held, "resolve") == ""


def test_no_mediator_is_the_next_step_after_her_no():
    held = a_case("P6")
    held.choices, held.consents = [], []
    assert urgent_step(held) == "ask_mediator"
    no = CaseConsent(purpose="mediation", given=False, at=NOW, by="x", person="p1", wording="1")
    held.consents = [no]
    assert urgent_step(held) == urgent_step(held, "verify") == ""
    # How it ended is not known while she is held.
    assert urgent_step(held, "resolve") == urgent_step(held, "close") == "note_result"
    assert urgent_step(a_case("P6", way="nothing")) == ""
