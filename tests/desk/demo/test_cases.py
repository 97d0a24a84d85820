"""What the cases of the sample agree on."""

from datetime import UTC, datetime

from apiflask import APIFlask

from kash.desk.demo.cases import CaseTelling, sample_cases
from kash.desk.demo.opening import read_data
from kash.incidents.rules.money import refusals
from kash.incidents.rules.record import Record
from kash.incidents.wording import EVENT_NAMES, OUTCOME_NAMES, STATE_NAMES, steps_text
from kash.policy import Actor

BEGUN, NOW = datetime(2026, 11, 2, 20, tzinfo=UTC), datetime(2026, 11, 27, 9, tzinfo=UTC)


def sampled(app: APIFlask) -> list[tuple[list[str], str, Record]]:
    """Each case of the sample in each state, with its acts and its party."""
    keys = ("documentation", "documentation2", "peer", "police")
    actors = {key: Actor(key.ljust(16, "x")) for key in keys}
    (told,) = read_data("incidents")["cases"]
    names = {row[2] for row in told["table"]["each"]}
    stations = {name: (name[:16].ljust(16, "x") if name else "", name) for name in names}
    telling = CaseTelling(actors, NOW, {}, told["bail"], told["questioned"])
    with app.test_request_context():
        return [
            (case.acts, case.party, telling.record(case, state, BEGUN, "x" * 16))
            for case in sample_cases(told["table"], stations)
            for state in dict.fromkeys(told["states"])
            if state != "shredded"
        ]


def test_no_case_of_the_sample_agrees_on_what_an_officer_would_gain_by(app):
    for _acts, _party, record in sampled(app):
        assert list(refusals(record.terms, record.parties)) == []


def test_the_dvd_player_goes_back_to_the_client_who_pays_her_fee(app):
    found = [
        [(one.kind, one.owed_by, one.owed_to, one.amount) for one in record.terms]
        for acts, party, record in sampled(app)
        if acts == ["M2", "W1"] and record.terms
    ]
    agreed = [("return", "p1", "o1", None), ("pay", "o1", "p1", 850000)]
    assert found
    assert all(terms == agreed for terms in found)


def test_each_step_has_its_words_and_a_mediator_is_followed_from_asking_to_the_release(app):
    records = [record for _acts, _party, record in sampled(app)]
    steps = {event.what for record in records for event in record.timeline}
    assert steps <= EVENT_NAMES.keys() | STATE_NAMES.keys()
    assert {record.closing.outcome for record in records} <= {"", *OUTCOME_NAMES}
    with app.test_request_context():
        told = {steps_text(one) for record in records for one in record.interventions}
    assert "asked 13:00, read 13:03, going 13:04, Released: 3 of 3 14:08" in told
