"""Asking a mediator: what she reads, what she answers, and what of it the case keeps."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.incidents.consent_texts import VERSION
from kash.incidents.models import Duty, Incident, MediationBrief
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.mediation import (
    NOTE,
    OUTCOME,
    Brief,
    duties,
    duty,
    ended_briefs,
    own_brief,
    own_briefs,
    phone_of,
)
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.mediation import Result
from kash.incidents.rules.parts import Act, Choice, Filing, Information, Party, Term
from kash.incidents.rules.parts import Person as SomebodyHeld
from kash.incidents.rules.record import Record, as_bytes
from kash.incidents.services.brief_endings import shred_old_notes
from kash.incidents.services.cases import assign, changing
from kash.incidents.services.consents import answer_consents, note_printed
from kash.incidents.services.documentation import WhatCame, fulfil, tell_what_came
from kash.incidents.services.mediation import (
    DutyDetails,
    MustKeepAway,
    Request,
    add_mediator,
    answer_brief,
    ask_mediator,
    change_mediator,
    close_brief,
    withdraw_request,
)
from kash.incidents.services.second_member import take_step
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.rules.directory import Stretch
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry, file_document, open_text, seal
from kash.platform.web import NotFound
from kash.policy import SYSTEM, Actor
from tests.conftest import AMember, csrf_token
from tests.incidents.test_case_file import PAPER, asked_again
from tests.refusals import refuses

NARRATIVE = "Held at the desk since Sunday night"


def a_case(
    author: str = "",
    *,
    consent: bool = True,
    station: str = "",
    persons: int = 1,
    origin: str = "herself",
    wanted: tuple[str, ...] = ("mediation",),
    **more: Any,
) -> str:
    """An incident as it lies, of persons who all want the same; its reference."""
    record = Record(
        narrative=NARRATIVE,
        persons=[SomebodyHeld(id=f"p{n}", code=f"P{n}") for n in range(1, persons + 1)],
        choices=[
            Choice(person=f"p{n}", wanted=list(wanted), on=utc_now().date(), at=utc_now(), by="")
            for n in range(1, persons + 1)
        ],
        **more,
        parties=[Party(id="o1", station=station, station_name="Lake station" if station else "")],
    )
    if consent:
        record.consents.append(
            CaseConsent(purpose="mediation", given=True, at=utc_now(), by=author, origin=origin)
        )
    with writing() as session:
        document = file_document(session, "incident", as_bytes(record))
        row = Incident(state="verified", document_id=document.id)
        session.add(row)
        session.flush()
        return row.public_id


def on_duty(who: Actor, **details: Any) -> str:
    return add_mediator(SYSTEM, who.public_id, DutyDetails(**details))


@pytest.fixture
def officer(a_member):
    return a_member("documentation")


def ask(officer: AMember, reference: str, mediator: Actor, *requests: str) -> None:
    ask_mediator(
        officer.actor,
        officer.vault(),
        reference,
        Request(
            mediator.public_id,
            requests or ("release",),
            "Lake station",
            "Achieng",
            "+254700000001",
            persons=("p1", "p2", "p3"),
        ),
    )


def test_a_mediator_reads_what_is_asked_and_nothing_of_the_case(app, officer, actor, client_for):
    mediator = actor("police_peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator)
    page = client_for(mediator).get("/w/b").get_data(as_text=True)
    assert "Ask for somebody’s release" in page
    assert "Lake station" in page
    assert "Achieng" in page
    # Tokens, and the key of what is typed, are made by chance and may spell anything.
    shown = re.sub(r'(?:value|data-typing)="[^"]*"', "", page)
    for hidden in (NARRATIVE, reference, "P1"):
        assert hidden not in shown
    other = actor("peer")
    assert "Lake station" not in client_for(other).get("/w/b").get_data(as_text=True)


@pytest.mark.any_engine
def test_nothing_in_clear_ties_a_brief_to_its_case(both_engines_app, officer, actor):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator)
    row = db.session.scalars(select(MediationBrief)).one()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subjects) == ("incidents.changed", [reference])
    assert (row.runs_out_at - timedelta(days=7)).date() >= utc_now().date()
    case = open_case(officer.actor, officer.vault(), reference)
    (one,) = case.record.interventions
    assert (one.mediator, one.brief) == (mediator.public_id, row.public_id)
    assert b"Lake station" not in (row.note_sealed or b"")


@pytest.mark.any_engine
def test_an_answer_is_taken_over_and_then_deleted(both_engines_app, officer, actor):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator)
    (brief,) = own_briefs(mediator)
    answer_brief(mediator, brief.public_id, accepts=True)
    close_brief(mediator, brief.public_id, [Result("release", "released")])
    assert own_briefs(mediator) == []
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed) == ("closed", None)
    # It shows at once, and is in the record from the next change on.
    page = officer.client.get(f"/w/{reference}").get_data(as_text=True)
    assert "Released" in page
    with changing("incidents.changed", officer.actor, officer.vault(), reference):
        pass
    (one,) = open_case(officer.actor, officer.vault(), reference).record.interventions
    assert (one.response, one.asked[0].result, one.brief) == ("agreed", "released", "")
    assert db.session.scalars(select(MediationBrief)).all() == []


@pytest.mark.any_engine
def test_without_consent_nobody_is_asked(both_engines_app, officer, actor):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case(consent=False)
    with refuses("Nobody has agreed yet that a mediator is asked."):
        ask(officer, reference, mediator)
    assert db.session.scalars(select(MediationBrief)).all() == []
    assert open_case(officer.actor, officer.vault(), reference).record.interventions == []


@pytest.mark.any_engine
def test_whoever_serves_at_the_station_is_not_offered_and_not_asked(
    both_engines_app, officer, actor
):
    station = Organisation(name="Lake station", kind="station")
    group = db.session.scalars(select(Group).order_by(Group.id)).first()
    assert group is not None
    serving = Person(chosen_name="Otieno", sort_name="otieno", group_id=group.id, created_by="x")
    db.session.add_all([station, serving])
    db.session.flush()
    db.session.add(
        Posting(person_id=serving.id, organisation_id=station.id, since=date(2020, 1, 1))
    )
    db.session.commit()
    inside = actor("police_peer", person_id=serving.id)
    outside = actor("police_peer")
    on_duty(inside, stations=(station.public_id,))
    on_duty(outside)
    reference = a_case(station=station.public_id)
    page = officer.client.get(f"/w/{reference}/m").get_data(as_text=True)
    assert outside.public_id in page
    assert inside.public_id not in page
    with pytest.raises(MustKeepAway):
        ask(officer, reference, inside)


def test_where_nobody_can_be_asked_the_list_of_mediators_is_a_step_away(app, officer):
    page = asking(officer, a_case())
    assert "Nobody can be asked" in page
    assert '<a class="btn" href="/w/d">' in page


def test_who_says_no_by_a_slip_is_told_whom_to_call(app, officer, actor, client_for):
    mediator = actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    (brief,) = own_briefs(mediator)
    # A no deletes what is asked, so that it is asked once more.
    sure = client_for(mediator).post(f"/w/b/{brief.public_id}/answer", data={"answer": "no"})
    assert "What you were asked is then deleted here" in sure.text
    assert [one.public_id for one in own_briefs(mediator)] == [brief.public_id]
    told = client_for(mediator).post(
        f"/w/b/{brief.public_id}/answer", data={"answer": "no", "sure": "1"}, follow_redirects=True
    )
    assert own_briefs(mediator) == []
    assert "If you can help after all, call Achieng: 0700 000001." in told.text


def test_a_brief_of_somebody_else_is_not_there(app, officer, actor):
    mediator, other = actor("peer"), actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    (brief,) = own_briefs(mediator)
    for act in (
        lambda: answer_brief(other, brief.public_id, accepts=True),
        lambda: close_brief(other, brief.public_id, [Result("release", "released")]),
        lambda: own_brief(other, brief.public_id),
        lambda: close_brief(mediator, brief.public_id, [Result("release", "whatever")]),
        lambda: close_brief(mediator, brief.public_id, [Result("pay", "paid")]),
        lambda: close_brief(mediator, brief.public_id, []),
    ):
        with pytest.raises(NotFound):
            act()
    assert own_brief(mediator, brief.public_id).state == "open"


def two_asked(officer: AMember, actor: Callable[..., Actor]) -> tuple[Actor, Actor, str, Brief]:
    """One who says nothing and one who has read that she is asked; the case, and her brief."""
    silent, answering = actor("peer"), actor("peer")
    on_duty(silent)
    on_duty(answering)
    reference = a_case()
    ask(officer, reference, silent)
    ask(officer, reference, answering)
    (brief,) = own_briefs(answering)
    return silent, answering, reference, brief


def test_after_seven_days_the_note_is_gone_and_the_answer_waits(both_engines_app, officer, actor):
    _silent, answering, reference, brief = two_asked(officer, actor)
    answer_brief(answering, brief.public_id, accepts=True)
    with writing() as session:
        session.execute(update(MediationBrief).values(runs_out_at=utc_now()))
        assert shred_old_notes(session, utc_now()) == 2
    rows = db.session.scalars(select(MediationBrief)).all()
    assert [(row.public_id, row.note_sealed) for row in rows] == [(brief.public_id, None)]
    with changing("incidents.changed", officer.actor, officer.vault(), reference):
        pass
    record = open_case(officer.actor, officer.vault(), reference).record
    assert [one.response for one in record.interventions] == ["no_answer", "agreed"]


@pytest.mark.any_engine
def test_what_is_taken_back_loses_no_answer_and_its_mediator_reads_that_it_ended(
    both_engines_app, officer, actor
):
    silent, answering, reference, brief = two_asked(officer, actor)
    # While an officer looks at a page that says "waiting".
    close_brief(answering, brief.public_id, [Result("release", "released")])
    record = open_case(officer.actor, officer.vault(), reference).record
    first, second = (one.id for one in record.interventions)
    with refuses("The mediator has answered meanwhile."):
        withdraw_request(officer.actor, officer.vault(), reference, second)
    with pytest.raises(NotFound):
        withdraw_request(officer.actor, officer.vault(), reference, "i9")
    # Tapped twice, it leads to the same place.
    for _time in range(2):
        assert officer.client.post(f"/w/{reference}/m/{first}/withdraw").status_code == 303
    record = open_case(officer.actor, officer.vault(), reference).record
    assert [one.response for one in record.interventions] == ["no_answer", "agreed"]
    assert record.interventions[1].asked[0].result == "released"
    assert (own_briefs(silent), len(ended_briefs(silent))) == ([], 1)


@pytest.mark.any_engine
def test_a_mediator_who_leaves_is_off_duty_and_reads_nothing_more(both_engines_app, officer, actor):
    from kash.accounts.services.locking import revoke_everything

    mediator = actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    with writing() as session:
        assert mediator.account_id is not None
        revoke_everything(session, mediator.account_id, utc_now())
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed) == ("closed", None)
    assert db.session.scalars(select(Duty.active)).all() == [False]
    assert duties() == []


@pytest.mark.any_engine
def test_the_number_of_a_duty_is_sealed_and_only_a_peer_educator_mediates(both_engines_app, actor):
    peer, trainer = actor("peer"), actor("trainer")
    public_id = on_duty(
        peer, phone="+254700000009", spoken=("sw", "luo"), hours=(Stretch(480, 1020),)
    )
    row = duty(public_id)
    assert phone_of(row) == "+254700000009"
    assert b"254700000009" not in (row.phone_sealed or b"")
    for refused in (trainer, peer):
        with refuses("Choose a peer educator who does not mediate yet."):
            on_duty(refused)


def test_a_form_that_was_opened_before_somebody_else_saved_is_shown_beside(app, officer, actor):
    public_id = on_duty(actor("peer", name="Wanjiru"), note="Send a message first")
    address = f"/w/d/{public_id}"
    opened = officer.client.get(address).get_data(as_text=True)
    details = DutyDetails(phone="+254700000008")
    change_mediator(SYSTEM, public_id, details, 1)
    answer = officer.client.post(
        address,
        data={"csrf_token": csrf_token(opened), "row_version": "1", "note": "Mine", "active": "y"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="Mine"' in page
    assert "0700 000008" in page
    assert phone_of(duty(public_id)) == "+254700000008"
    # Taken off by two taps, she is gone, and both lead to the list.
    for _time in range(2):
        assert officer.client.post(f"{address}/remove").location == "/w/d"


def test_the_note_is_bound_to_its_brief(app, officer, actor):
    from kash.platform.vault import NotAuthentic

    mediator = actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    ask(officer, a_case(), mediator, "return")
    one, other = db.session.scalars(select(MediationBrief)).all()
    with pytest.raises(NotAuthentic):
        open_text(one.note_sealed or b"", kind=NOTE, public_id=other.public_id)


def test_lists_ask_the_same_however_many_there_are(app, officer, actor, count_queries):
    counts = []
    for _ in range(3):
        on_duty(actor("peer"), hours=(Stretch(0, 600),))
        with count_queries() as queries_run:
            assert officer.client.get("/w/d").status_code == 200
        counts.append(queries_run.count)
    assert counts[0] == counts[2]
    assert db.session.scalars(select(Account.name)).all() != []


# --- Several things, for several people ----------------------------------------------------------


def asking(officer: AMember, reference: str) -> str:
    return officer.client.get(f"/w/{reference}/m").get_data(as_text=True)


def the_case(officer: AMember, reference: str) -> str:
    return officer.client.get(f"/w/{reference}").get_data(as_text=True)


@pytest.mark.any_engine
def test_two_of_three_released_and_the_player_given_back_are_two_results(
    both_engines_app, officer, actor, client_for
):
    mediator = actor("peer", name="Akoth")
    on_duty(mediator)
    reference = a_case(persons=3)
    ask(officer, reference, mediator, "return", "release")
    (brief,) = own_briefs(mediator)
    assert (brief.requests, brief.people) == (("release", "return"), 3)
    client = client_for(mediator)
    sent = {"csrf_token": csrf_token(client.get("/w/b").text)}
    going = {**sent, "answer": "yes"}
    assert client.post(f"/w/b/{brief.public_id}/answer", data=going).status_code == 303
    address = f"/w/b/{brief.public_id}/close"
    released = sent | {"kind": "release", "result": "released"}
    # How many: something must be said, and no more than there are.
    for wrong in ({}, {"count": "4"}, {"count": "0"}, {"count": "many"}):
        answer = client.post(address, data=released | wrong)
        assert answer.status_code == 422
        assert f'value="{wrong.get("count", "")}"' in answer.text
    assert client.post(address, data=released | {"count": "2"}).status_code == 303
    page = client.get("/w/b").text
    assert "Released: 2 of 3" in page
    assert "And the others?" in page
    assert client.post(address, data=sent | {"kind": "pay", "result": "paid"}).location == "/w/b"
    assert client.post(address, data=sent).location == "/w/b"
    returned = sent | {"kind": "return", "result": "returned"}
    # The third is still inside: nothing is deleted, so that nothing is asked once more.
    assert client.post(address, data=returned).status_code == 303
    assert [sorted(one.over) for one in own_briefs(mediator)] == [["return"]]
    page = the_case(officer, reference)
    assert "Released: 2 of 3, Given back" in page
    refused = sent | {"kind": "release", "result": "none"}
    assert "Refused: is that so?" in client.post(address, data=refused).text
    assert client.post(address, data=refused | {"sure": "1"}).status_code == 303
    assert client.post(address, data=refused | {"sure": "1"}).location == "/w/b"
    assert own_briefs(mediator) == []
    page = the_case(officer, reference)
    assert "Released: 2 of 3, Given back" in page
    assert "The mediator says how many are free, not who" in page
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        case.record.persons[0].released_at = utc_now()
        case.record.persons[2].released_at = utc_now()
    record = open_case(officer.actor, officer.vault(), reference).record
    (one,) = record.interventions
    assert [(each.kind, each.result, each.count) for each in one.asked] == [
        ("release", "released", 2),
        ("return", "returned", None),
    ]
    assert [each.released_at is not None for each in record.persons] == [True, False, True]
    assert "The mediator says how many are free, not who" not in the_case(officer, reference)


def test_released_as_a_mediator_says_ends_the_clock_of_the_court_at_once(
    both_engines_app, officer, actor
):
    mediator = actor("peer")
    on_duty(mediator)
    arrested = utc_now() - timedelta(hours=31, minutes=5)
    reference = a_case(persons=2)
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        for one in case.record.persons:
            one.arrested_at = arrested
    page = the_case(officer, reference)
    assert "Before a court: P1, P2" in page
    assert "Arrested 1 d 7 h ago" in page
    assert "At the latest after 24 h or at the end of the next court day" in page
    ask(officer, reference, mediator)
    (brief,) = own_briefs(mediator)
    close_brief(mediator, brief.public_id, [Result("release", "released", 2)])
    for _saved in range(2):
        assert "Before a court" not in the_case(officer, reference)
        listed = officer.client.get("/w?show=open").get_data(as_text=True)
        assert reference in listed
        assert "Over for" not in listed
        assert not re.search(r"\d (h|min) left", listed)
        with changing("incidents.changed", officer.actor, officer.vault(), reference):
            pass


@pytest.mark.any_engine
def test_a_case_file_says_that_she_was_let_go_as_soon_as_the_mediator_did(officer, actor):
    mediator = actor("peer")
    on_duty(mediator)
    for_court = CaseConsent(purpose="court", given=True, at=utc_now(), by="x", wording=VERSION)
    reference = a_case(consents=[for_court], court_asks=asked_again("p1"))
    ask(officer, reference, mediator)
    (brief,) = own_briefs(mediator)
    close_brief(mediator, brief.public_id, [Result("release", "released")])
    record = note_printed(officer.actor, officer.vault(), reference, PAPER, ["p1"]).record
    assert record.persons[0].released_at is not None


def test_a_brief_without_a_number_cannot_go_out(both_engines_app, officer, actor):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case()
    for name, phone in (("Achieng", ""), ("", "+254700000001"), ("  ", "+254700000001")):
        request = Request(mediator.public_id, ("release",), "", name, phone, persons=("p1",))
        with refuses("Say who of the programme the mediator calls, and at which"):
            ask_mediator(officer.actor, officer.vault(), reference, request)
    sent = {
        "csrf_token": csrf_token(asking(officer, reference)),
        "mediator": mediator.public_id,
        "requests": ["release"],
        "persons": ["p1"],
        "call_name": "Achieng",
        "guessed": "no",
        "safe_there": "yes",
        "knows_next": "yes",
    }
    answer = officer.client.post(f"/w/{reference}/m", data=sent)
    assert answer.status_code == 422
    assert "Write the number to call." in answer.get_data(as_text=True)
    assert db.session.scalars(select(MediationBrief)).all() == []
    for nothing in ({"requests": []}, {"persons": []}):
        sent["call_phone"] = "0700 000 001"
        assert officer.client.post(f"/w/{reference}/m", data=sent | nothing).status_code == 422
    for _twice in range(2):
        assert officer.client.post(f"/w/{reference}/m", data=sent).status_code == 303
        assert len(db.session.scalars(select(MediationBrief)).all()) == 1
    # Another number to call is another request.
    sent["call_phone"] = "0700 000 002"
    assert officer.client.post(f"/w/{reference}/m", data=sent).status_code == 303
    assert len(db.session.scalars(select(MediationBrief)).all()) == 2


def test_whoever_asks_reads_the_mediators_number_and_who_is_police(app, officer, actor):
    on_duty(actor("peer", name="Akoth"), phone="+254700000009")
    on_duty(actor("police_peer", name="Kamau"))
    page = asking(officer, a_case())
    assert "0700 000009" in page
    assert re.findall(r"Kamau\s*<small>Police · on duty now · no number", page)
    assert not re.findall(r"Akoth\s*<small>Police", page)


def test_that_a_mediator_said_no_waits_on_today_until_somebody_else_is_asked(app, officer, actor):
    refusing, other = actor("peer", name="Barasa"), actor("peer", name="Akoth")
    on_duty(refusing)
    on_duty(other)
    reference = a_case()

    def waits() -> tuple[bool, bool]:
        today, queue = officer.client.get("/").text, officer.client.get("/w").text
        return "A mediator can’t" in today, "The mediator can’t" in queue

    ask(officer, reference, refusing)
    assert waits() == (False, False)
    (brief,) = own_briefs(refusing)
    answer_brief(refusing, brief.public_id, accepts=False)
    for _saved in range(2):
        assert waits() == (True, True)
        with changing("incidents.changed", officer.actor, officer.vault(), reference):
            pass
    ask(officer, reference, other)
    assert waits() == (False, False)


def test_what_a_mediator_answered_stands_in_what_was_done(app, officer, actor):
    mediator, refusing = actor("peer", name="Akoth"), actor("peer", name="Barasa")
    on_duty(mediator)
    on_duty(refusing)
    reference = a_case()
    ask(officer, reference, mediator, "return", "pay")
    ask(officer, reference, refusing)
    (brief,) = own_briefs(mediator)
    (other,) = own_briefs(refusing)
    answer_brief(mediator, brief.public_id, accepts=True)
    answer_brief(refusing, other.public_id, accepts=False)
    results = [Result("return", "returned"), Result("pay", "paid")]
    close_brief(mediator, brief.public_id, results)
    for _saved in range(2):
        page = the_case(officer, reference)
        done = page[page.index('id="timeline"') : page.index('id="more"')]
        for said in (
            "The mediator said yes",
            "The mediator said no",
            "The mediator said how it ended",
            "Given back, She was paid",
        ):
            assert done.count(said) == 1
        # The newest first, though answers are known to the minute only.
        ended, agreed = (done.index(f"The mediator said {what}") for what in ("how", "yes"))
        assert ended < agreed < done.rindex("A mediator was asked")
        assert "Akoth" in done
        assert "Barasa" in done
        with changing("incidents.changed", officer.actor, officer.vault(), reference):
            pass


@pytest.mark.any_engine
def test_the_filer_and_the_source_are_never_offered_as_mediators(both_engines_app, officer, actor):
    filer, source, free = actor("peer"), actor("peer"), actor("peer")
    for one in (filer, source, free):
        on_duty(one)
    reference = a_case(
        filing=Filing(how="phone", author=filer.public_id),
        information=[Information(id="i1", account=source.public_id)],
    )
    page = asking(officer, reference)
    assert free.public_id in page
    for kept_away in (filer, source):
        assert kept_away.public_id not in page
        with pytest.raises(MustKeepAway):
            ask(officer, reference, kept_away)
    ask(officer, reference, free)


@pytest.mark.any_engine
def test_a_member_who_filed_on_a_phone_neither_reads_nor_verifies_nor_is_given_it(
    both_engines_app, officer, a_member
):
    filer = a_member("documentation")
    reference = a_case(filing=Filing(how="phone", author=filer.actor.public_id))
    with pytest.raises(NotFound):
        open_case(filer.actor, filer.vault(), reference)
    assert filer.client.get(f"/w/{reference}").status_code == 404
    assert reference not in filer.client.get("/w?show=all").get_data(as_text=True)
    with pytest.raises(NotFound):
        take_step(reference, "verify", by=filer.actor, vault=filer.vault())
    with pytest.raises(NotFound):
        assign(reference, filer.actor.public_id, by=officer.actor, vault=officer.vault())
    assert officer.client.get(f"/w/{reference}").status_code == 200


@pytest.mark.any_engine
def test_the_release_of_who_is_held_is_asked_before_she_said_anything_and_is_marked_so(
    both_engines_app, officer, actor
):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case(consent=False, acts=[Act(id="a1", code="L1")], wanted=())
    page = asking(officer, reference)
    assert "Not asked yet: P1." in page
    assert "Without an answer only the release of who is held can be asked." in page
    assert "Consent is missing" not in page
    assert re.findall(r'name="requests"[^>]*value="(\w+)"', page, re.S) == ["release"]
    with refuses("One of them has not agreed, or takes back that the report is kept"):
        ask(officer, reference, mediator, "release", "medical")
    ask(officer, reference, mediator, "release")
    assert "Could not be asked" in the_case(officer, reference)
    (brief,) = own_briefs(mediator)
    assert brief.requests == ("release",)
    answer_consents(officer.actor, officer.vault(), reference, 2, "p1", {"mediation": True})
    assert "Could not be asked" not in the_case(officer, reference)


@pytest.mark.any_engine
def test_on_could_not_be_asked_a_mediator_may_start_and_it_is_marked_until_she_confirms(
    both_engines_app, officer, actor
):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case(persons=2, origin="not_asked")
    assert "Not asked yet: P1, P2." in asking(officer, reference)
    ask(officer, reference, mediator)
    assert "Could not be asked" in the_case(officer, reference)
    for version, person in ((2, "p1"), (3, "p2")):
        answer_consents(
            officer.actor, officer.vault(), reference, version, person, {"mediation": True}
        )
        left = {"p1": "Not asked yet: P2.", "p2": ""}[person]
        assert left in asking(officer, reference)
    assert "Could not be asked" not in asking(officer, reference)
    assert "Could not be asked" not in the_case(officer, reference)
    # Nobody was asked anew, and the brief is still there.
    assert len(own_briefs(mediator)) == 1


def test_a_brief_of_the_version_before_is_read_answered_and_taken_over(app, officer, actor):
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator, "return")
    (brief,) = own_briefs(mediator)
    with writing() as session:
        row = session.scalars(select(MediationBrief)).one()
        note = json.dumps({"station": "Lake station", "request": "return", "call_name": "Achieng"})
        row.note_sealed = seal(note, kind=NOTE, public_id=row.public_id)
    (brief,) = own_briefs(mediator)
    assert (brief.requests, brief.people, brief.station) == (("return",), 0, "Lake station")
    with writing() as session:
        row = session.scalars(select(MediationBrief)).one()
        said = {"response": "agreed", "result": "returned", "at": "2026-11-20T09:00+00:00"}
        row.outcome_sealed = seal(json.dumps(said), kind=OUTCOME, public_id=row.public_id)
        row.state, row.note_sealed = "closed", None
    assert "Given back" in the_case(officer, reference)


def test_help_now_says_which_mediators_are_of_the_police(app, actor, client_for):
    on_duty(actor("peer", name="Akoth"))
    on_duty(actor("police_peer", name="Kamau"))
    page = client_for(actor("peer")).get("/w/h").get_data(as_text=True)
    said = dict(re.findall(r'help-card">\s*<h3>(\w+)</h3>\s*<p>(?:<b>)?([^<]+)', page))
    assert said == {"Akoth": "Not of the police", "Kamau": "Police officer"}


def test_who_files_is_not_among_the_mediators_whom_she_is_told_to_call(app, actor, client_for):
    filer, other = actor("peer", name="Akoth"), actor("peer", name="Kamau")
    on_duty(filer)
    on_duty(other)
    for who, offered in ((filer, ["Kamau"]), (other, ["Akoth"])):
        page = client_for(who).get("/w/h").get_data(as_text=True)
        assert re.findall(r'help-card">\s*<h3>(\w+)</h3>', page) == offered


def test_a_mediator_learns_no_number_of_people_where_it_does_not_matter(
    app, officer, actor, client_for
):
    mediator = actor("peer")
    on_duty(mediator)
    ask(officer, a_case(persons=3), mediator, "return", "apologise")
    (brief,) = own_briefs(mediator)
    assert brief.people == 0
    assert "How many people" not in client_for(mediator).get("/w/b").get_data(as_text=True)


def test_hours_that_overlap_put_nobody_on_duty(app, actor):
    peer = actor("peer")
    with refuses("Two of these hours overlap."):
        on_duty(peer, hours=(Stretch(480, 720), Stretch(700, 900)))
    assert db.session.query(Duty).count() == 0


@pytest.fixture
def three_asked(both_engines_app, officer, actor):
    """A mediator who was asked for the release of three and a thing, and said yes; the case."""
    mediator = actor("peer", name="Akoth")
    on_duty(mediator)
    reference = a_case(persons=3)
    with changing("incidents.changed", officer.actor, officer.vault(), reference) as case:
        for person in case.record.persons:
            person.arrested_at = utc_now() - timedelta(hours=3)
    ask(officer, reference, mediator, "release", "return")
    (brief,) = own_briefs(mediator)
    answer_brief(mediator, brief.public_id, accepts=True)
    return mediator, reference


def test_what_is_noted_in_one_line_ends_what_a_mediator_was_asked_once_nothing_is_left(
    three_asked, officer, client_for
):
    mediator, reference = three_asked

    def note(sure: str = "", **line: str) -> str:
        sent = {**line, "sure": sure}
        return officer.client.post(f"/w/{reference}/1", data=sent).text

    note(free="p1")
    note(free="p2")
    assert "Yes, note it" not in note(free="p3")
    # The thing is not given back: she goes on.
    assert [brief.state for brief in own_briefs(mediator)] == ["accepted"]
    assert "A mediator answered" in officer.client.get("/").text
    page = note(line="returned:p1")
    assert "What waits for this ends with it, for good" in page
    assert 'name="line" value="returned:p1"' in page
    assert len(own_briefs(mediator)) == 1
    note(line="returned:p1", sure="1")
    assert own_briefs(mediator) == []
    assert "A mediator answered" not in officer.client.get("/").text
    assert ended_briefs(mediator).keys() == {public_id for public_id, *_rest in rows()}
    assert [(state, outcome) for _id, state, outcome in rows()] == [("closed", None)]
    page = client_for(mediator).get("/w/b").text
    assert ("is settled" in page, "has ended" in page) == (True, False)
    record = open_case(officer.actor, officer.vault(), reference).record
    (request,) = record.interventions
    assert [(wish.kind, wish.result, wish.count) for wish in request.asked] == [
        ("release", "released", 3),
        ("return", "returned", None),
    ]
    assert (request.response, request.brief) == ("settled", "")
    assert [event.what for event in record.timeline][-2:] == ["request_settled", "returned"]
    assert "What a mediator was asked is settled" in the_case(officer, reference)
    assert "The mediator says how many are free, not who" not in the_case(officer, reference)
    # What is taken back begins nothing again, and says so.
    taken = officer.client.post(f"/w/{reference}/1/x", follow_redirects=True).text
    assert "What a mediator was asked ended" in taken
    record = open_case(officer.actor, officer.vault(), reference).record
    (request,) = record.interventions
    assert (request.response, request.brief, request.ended_at) == ("ended", "", None)
    assert [wish.result for wish in request.asked] == ["", ""]
    assert own_briefs(mediator) == []
    shred_old_notes(db.session(), utc_now() + timedelta(days=9))
    assert rows() == []
    db.session.rollback()


def test_what_is_noted_on_other_pages_ends_it_too(three_asked, officer):
    mediator, reference = three_asked
    one = (officer.actor, officer.vault(), reference)
    # As the full form saves it.
    with changing("incidents.case_written", *one) as case:
        for person in case.record.persons[:2]:
            person.released_at = utc_now()
        case.record.terms.append(Term(id="t1", kind="return", owed_to="p1"))
        case.record.terms[0].fulfilled_on = utc_now().date()
    assert [brief.state for brief in own_briefs(mediator)] == ["accepted"]
    tell_what_came(*one, WhatCame("p3", released_at=utc_now()))
    assert [brief.state for brief in own_briefs(mediator)] == ["accepted"]
    # Taken back, and said on the page of what was agreed.
    fulfil(*one, "t1", None, None)
    fulfil(*one, "t1", utc_now().date(), None)
    assert own_briefs(mediator) == []
    (request,) = open_case(*one[:2], reference).record.interventions
    assert (request.response, request.brief) == ("settled", "")


def rows() -> list[tuple[str, str, bytes | None]]:
    columns = (MediationBrief.public_id, MediationBrief.state, MediationBrief.outcome_sealed)
    return [tuple(row) for row in db.session.execute(select(*columns))]


def test_a_release_that_a_member_noted_as_refused_still_waits(three_asked, officer):
    mediator, reference = three_asked
    for line in ("refused:i1", "returned:p1"):
        officer.client.post(f"/w/{reference}/1", data={"line": line})
    assert [brief.state for brief in own_briefs(mediator)] == ["accepted"]
    record = open_case(officer.actor, officer.vault(), reference).record
    assert [event.what for event in record.timeline][-2:] == ["refused", "returned"]
