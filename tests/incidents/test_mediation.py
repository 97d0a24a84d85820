"""Asking a mediator: what she reads, what she answers, and what of it the case keeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kash.accounts.models import Account
from kash.database import db, utc_now, writing
from kash.incidents import queries, services
from kash.incidents.models import Duty, Incident, MediationBrief
from kash.incidents.queries.mediation import NOTE
from kash.incidents.rules.record import Consent, Party, Record, as_bytes
from kash.incidents.rules.record import Person as SomebodyHeld
from kash.incidents.services.mediation import shred_old_notes
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.rules import Stretch
from kash.policy import SYSTEM, Actor
from kash.vault import AuditEntry, file_document, open_text
from kash.web import NotFound
from tests.conftest import AMember, csrf_token

NARRATIVE = "Held at the desk since Sunday night"


def a_case(author: str = "", *, consent: bool = True, station: str = "") -> str:
    """An incident as it lies; its reference."""
    record = Record(
        narrative=NARRATIVE,
        persons=[SomebodyHeld(id="p1", code="P1")],
        parties=[Party(id="o1", station=station, station_name="Lake station" if station else "")],
    )
    if consent:
        record.consents.append(Consent(purpose="mediation", given=True, at=utc_now(), by=author))
    with writing() as session:
        document = file_document(session, "incident", as_bytes(record))
        row = Incident(state="verified", document_id=document.id)
        session.add(row)
        session.flush()
        return row.public_id


def on_duty(who: Actor, **details: Any) -> str:
    return services.add_mediator(SYSTEM, who.public_id, services.DutyDetails(**details))


@pytest.fixture
def officer(a_member: Callable[..., AMember]) -> AMember:
    return a_member("documentation")


def ask(officer: AMember, reference: str, mediator: Actor, request: str = "release") -> None:
    services.ask_mediator(
        officer.actor,
        officer.vault(),
        reference,
        services.Request(mediator.public_id, request, "Lake station", "Achieng", "+254700000001"),
    )


def test_a_mediator_reads_what_is_asked_and_nothing_of_the_case(
    app: APIFlask,
    officer: AMember,
    actor: Callable[..., Actor],
    client_for: Callable[..., FlaskClient],
) -> None:
    mediator = actor("police_peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator)
    page = client_for(mediator).get("/w/b").get_data(as_text=True)
    assert "Ask for somebody’s release" in page
    assert "Lake station" in page
    assert "Achieng" in page
    for hidden in (NARRATIVE, reference, "P1"):
        assert hidden not in page
    other = actor("peer")
    assert "Lake station" not in client_for(other).get("/w/b").get_data(as_text=True)


def test_nothing_in_clear_ties_a_brief_to_its_case(
    both_engines_app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator)
    row = db.session.scalars(select(MediationBrief)).one()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.subjects) == ("incidents.changed", [reference])
    assert (row.runs_out_at - timedelta(days=7)).date() >= utc_now().date()
    case = queries.open_case(officer.actor, officer.vault(), reference)
    (one,) = case.record.interventions
    assert (one.mediator, one.brief) == (mediator.public_id, row.public_id)
    assert b"Lake station" not in (row.note_sealed or b"")


def test_an_answer_is_taken_over_and_then_deleted(
    both_engines_app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case()
    ask(officer, reference, mediator)
    (brief,) = queries.own_briefs(mediator)
    services.answer_brief(mediator, brief.public_id, accepts=True)
    services.close_brief(mediator, brief.public_id, "released")
    assert queries.own_briefs(mediator) == []
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed) == ("closed", None)
    # It shows at once, and is in the record from the next change on.
    page = officer.client.get(f"/w/{reference}").get_data(as_text=True)
    assert "Released" in page
    with services.changing("incidents.changed", officer.actor, officer.vault(), reference):
        pass
    (one,) = queries.open_case(officer.actor, officer.vault(), reference).record.interventions
    assert (one.response, one.result, one.brief) == ("agreed", "released", "")
    assert db.session.scalars(select(MediationBrief)).all() == []


def test_without_consent_nobody_is_asked(
    both_engines_app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    mediator = actor("peer")
    on_duty(mediator)
    reference = a_case(consent=False)
    with pytest.raises(services.NoConsentToMediate):
        ask(officer, reference, mediator)
    assert db.session.scalars(select(MediationBrief)).all() == []
    assert queries.open_case(officer.actor, officer.vault(), reference).record.interventions == []


def test_whoever_serves_at_the_station_is_not_offered_and_not_asked(
    both_engines_app: APIFlask,
    officer: AMember,
    actor: Callable[..., Actor],
) -> None:
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
    with pytest.raises(services.MustKeepAway):
        ask(officer, reference, inside)


def test_a_brief_of_somebody_else_is_not_there(
    app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    mediator, other = actor("peer"), actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    (brief,) = queries.own_briefs(mediator)
    for act in (
        lambda: services.answer_brief(other, brief.public_id, accepts=True),
        lambda: services.close_brief(other, brief.public_id, "paid"),
        lambda: queries.own_brief(other, brief.public_id),
        lambda: services.close_brief(mediator, brief.public_id, "whatever"),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.own_brief(mediator, brief.public_id).state == "open"


def test_after_seven_days_the_note_is_gone_and_the_answer_waits(
    both_engines_app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    silent, answering = actor("peer"), actor("peer")
    on_duty(silent)
    on_duty(answering)
    reference = a_case()
    ask(officer, reference, silent)
    ask(officer, reference, answering)
    (brief,) = queries.own_briefs(answering)
    services.answer_brief(answering, brief.public_id, accepts=True)
    with writing() as session:
        session.execute(update(MediationBrief).values(runs_out_at=utc_now()))
        assert shred_old_notes(session, utc_now()) == 2
    rows = db.session.scalars(select(MediationBrief)).all()
    assert [(row.public_id, row.note_sealed) for row in rows] == [(brief.public_id, None)]
    with services.changing("incidents.changed", officer.actor, officer.vault(), reference):
        pass
    record = queries.open_case(officer.actor, officer.vault(), reference).record
    assert [one.response for one in record.interventions] == ["no_answer", "agreed"]


def test_a_mediator_who_leaves_is_off_duty_and_reads_nothing_more(
    both_engines_app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    from kash.accounts.revocations import revoke_everything

    mediator = actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    with writing() as session:
        assert mediator.account_id is not None
        revoke_everything(session, mediator.account_id, utc_now())
    row = db.session.scalars(select(MediationBrief)).one()
    assert (row.state, row.note_sealed) == ("closed", None)
    assert db.session.scalars(select(Duty.active)).all() == [False]
    assert queries.duties() == []


def test_the_number_of_a_duty_is_sealed_and_only_a_peer_educator_mediates(
    both_engines_app: APIFlask, actor: Callable[..., Actor]
) -> None:
    peer, trainer = actor("peer"), actor("trainer")
    public_id = on_duty(
        peer, phone="+254700000009", spoken=("sw", "luo"), hours=(Stretch(480, 1020),)
    )
    row = queries.duty(public_id)
    assert queries.phone_of(row) == "+254700000009"
    assert b"254700000009" not in (row.phone_sealed or b"")
    for refused in (trainer, peer):
        with pytest.raises(services.NoMediator):
            on_duty(refused)


def test_a_form_that_was_opened_before_somebody_else_saved_is_shown_beside(
    app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    public_id = on_duty(actor("peer", name="Wanjiru"), note="Send a message first")
    address = f"/w/d/{public_id}"
    opened = officer.client.get(address).get_data(as_text=True)
    details = services.DutyDetails(phone="+254700000008")
    services.change_mediator(SYSTEM, public_id, details, 1)
    answer = officer.client.post(
        address,
        data={"csrf_token": csrf_token(opened), "edition": "1", "note": "Mine", "active": "y"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert 'value="Mine"' in page
    assert "0700 000008" in page
    assert queries.phone_of(queries.duty(public_id)) == "+254700000008"


def test_the_note_is_bound_to_its_brief(
    app: APIFlask, officer: AMember, actor: Callable[..., Actor]
) -> None:
    from kash.vault import NotAuthentic

    mediator = actor("peer")
    on_duty(mediator)
    ask(officer, a_case(), mediator)
    ask(officer, a_case(), mediator, "return")
    one, other = db.session.scalars(select(MediationBrief)).all()
    with pytest.raises(NotAuthentic):
        open_text(one.note_sealed or b"", kind=NOTE, public_id=other.public_id)


def test_lists_ask_the_same_however_many_there_are(
    app: APIFlask,
    officer: AMember,
    actor: Callable[..., Actor],
    count_queries: Callable[..., Any],
) -> None:
    counts = []
    for _ in range(3):
        on_duty(actor("peer"), hours=(Stretch(0, 600),))
        with count_queries() as queries_run:
            assert officer.client.get("/w/d").status_code == 200
        counts.append(queries_run.count)
    assert counts[0] == counts[2]
    assert db.session.scalars(select(Account.name)).all() != []
