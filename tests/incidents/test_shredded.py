"""A case that was shredded from its page: of all that was ever sealed for it, nothing is left."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import select, text, update

from kash.incidents.models import Incident, IncidentDraft, IncidentDraftScreen, MediationBrief
from kash.incidents.queries.cases import open_case
from kash.platform import storage
from kash.platform.database import db
from kash.platform.vault import DocumentKey, SealedDocument
from kash.platform.vault.models import Unsealing
from tests.incidents import planting_around, planting_cases, planting_forms
from tests.incidents.canaries import Room, post
from tests.incidents.scanning import files_below
from tests.platform.cleaning import samples

pytestmark = pytest.mark.new_files

Sealed = set[bytes]
FEW_ROWS = (2, 2, 2)


def _sealed(but: set[int]) -> Sealed:
    """A part of everything that is sealed now, but for some documents."""
    db.session.rollback()
    found: list[bytes | None] = []
    for document in db.session.scalars(select(SealedDocument).where(SealedDocument.id.not_in(but))):
        found.append(document.body)
    for key in db.session.scalars(select(DocumentKey).where(DocumentKey.document_id.not_in(but))):
        found.append(key.wrapped)
    found += db.session.scalars(select(Unsealing.wrapped))
    found += db.session.scalars(select(MediationBrief.note_sealed))
    for file in storage.list("evidence"):
        content = b"".join(storage.stream(file.key))
        found += [content[at : at + 200] for at in range(0, len(content) - 200, 60_000)]
    db.session.rollback()
    return {part[20:60] for part in found if part is not None}


def _documents_of(references: list[str]) -> set[int]:
    db.session.rollback()
    rows = select(Incident.document_id).where(Incident.public_id.in_(references))
    return {number for number in db.session.scalars(rows) if number is not None}


def _first_accounts_of(room: Room, references: list[str]) -> set[int]:
    """Those of cases that nobody has changed since they were handed in."""
    named = [
        document
        for reference in references
        for document in open_case(
            room.anna.actor, room.anna.vault(), reference
        ).record.first_accounts
    ]
    found = db.session.scalars(select(SealedDocument.id).where(SealedDocument.public_id.in_(named)))
    return set(found)


def _files(app: APIFlask) -> Iterator[tuple[str, bytes]]:
    """The programme's files, and on PostgreSQL the file of the keys and what the tables hold."""
    settings = app.config["SETTINGS"]
    yield from files_below(settings.data_dir)
    db.session.rollback()
    if not settings.database_uri.startswith("postgresql"):
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        path = connection.scalar(text("SELECT pg_relation_filepath('vault_document_key')"))
    yield "keys", (folder / str(path)).read_bytes()
    yield "rows", b"\n".join(_sealed(set()))


def _found(sealed: Sealed, app: APIFlask) -> int:
    contents = [content for _name, content in _files(app)]
    return sum(any(part in content for content in contents) for part in sealed)


def _typed(room: Room, number: int, status: int = 204) -> None:
    """A form that is being written when the case ends, and goes on being kept by its page."""
    form = planting_forms.written(room.canaries, f"form {number}", 2, kept=False)
    writer = (room.anna, room.brenda)[number].client
    post(writer, "/w/t", status, form | {"case": room.cases[number]})


def agreed_to(room: Room, reference: str) -> None:
    """Have another member agree to what waits in a case."""
    waits = re.search(rf'"/w/{reference}/2/(s\d+)"', room.brenda.client.get(f"/w/{reference}").text)
    assert waits is not None
    post(room.brenda.client, f"/w/{reference}/2/{waits[1]}", 303, {"answer": "agree"})


def _end(room: Room, reference: str) -> None:
    anna, address = room.anna.client, f"/w/{reference}"
    # Much of it is open, so that nobody could close it; what is looked at is its end.
    db.session.execute(
        update(Incident).where(Incident.public_id == reference).values(state="closed")
    )
    db.session.commit()
    post(anna, f"{address}/x", 303, {"typed": reference[:4], "reason": "She asks for it."})
    agreed_to(room, reference)


def test_nothing_of_a_shredded_case_is_left(room, both_engines_app):
    # What is shredded takes more than one page of the file.
    planting_forms.full_form(room, (2, 9, 2))
    documented, others = room.cases[1], [room.cases[0], room.cases[2]]
    kept = _documents_of(others) | _first_accounts_of(room, others)
    assert len(kept) == 4
    untouched = _sealed(set()) - _sealed(kept)
    ever = _sealed(kept)
    planting_forms.report(room, room.phones["peer"], "peer", "send")
    ever |= _sealed(kept)
    reported = db.session.scalars(
        select(Incident.public_id).where(Incident.public_id.not_in(room.cases))
    ).one()
    assert room.anna.client.get(f"/w/{reported}").status_code == 200
    for plant in (
        planting_cases.consents,
        planting_cases.identities,
        planting_cases.asked_for_a_court,
        planting_around.evidence,
    ):
        plant(room)
        ever |= _sealed(kept)
    planting_cases.mediation(room)
    # Who she is was read for a reason, and is then written anew.
    identity = {"legal_name": room.canaries.new("legal name, again")}
    # It waits, is taken back, is asked for again and agreed to: nothing of either stays behind.
    identity["reason"] = room.canaries.new("why another name", "phrase")
    for form in ({"reason": "Misspelt again."}, {"answer": "agree"}):
        post(room.anna.client, f"/w/{documented}/p/p0", 303, identity)
        ever |= _sealed(kept)
        who = room.anna if "reason" in form else room.brenda
        post(who.client, f"/w/{documented}/2/s1", 303, form)
    ever |= _sealed(kept)
    room.cases = [documented, reported]
    for number in range(2):
        _typed(room, number)
    ever |= _sealed(kept)
    now = _sealed(kept)
    assert _found(now, both_engines_app) == len(now) > 30

    for number, reference in enumerate(room.cases):
        _end(room, reference)
        _typed(room, number, 404)
        ever |= _sealed(kept)

    assert _sealed(kept) == set()
    assert _found(ever, both_engines_app) == 0
    assert (list(storage.list("evidence")), _documents_of([documented, reported])) == ([], set())
    for table in (IncidentDraft, IncidentDraftScreen):
        assert db.session.query(table).count() == 0
    # What was not shredded is whole.
    assert _sealed(set()) == untouched
    for reference in others:
        assert open_case(room.anna.actor, room.anna.vault(), reference).record.narrative != ""
        assert room.anna.client.get(f"/w/{reference}").status_code == 200


def test_one_piece_of_evidence_goes_alone(room, both_engines_app):
    planting_forms.full_form(room, FEW_ROWS)
    kept = {row.id for row in db.session.query(SealedDocument)}
    for label in ("goes", "stays"):
        form = {"label": label, "file": (io.BytesIO(samples.jpeg()), f"{label}.jpg")}
        answer = post(room.anna.client, f"/w/{room.cases[1]}/e/new", 303, form)
        if label == "goes":
            address, gone = answer.headers["Location"], _sealed(kept)
    assert _found(gone, both_engines_app) == len(gone)
    post(room.anna.client, f"{address}/remove", 303, {"reason": "It shows her face."})
    agreed_to(room, room.cases[1])
    assert _found(gone, both_engines_app) == 0
    assert len(list(storage.list("evidence"))) == 2


def test_why_a_member_asked_goes_with_her_keys(room, both_engines_app):
    planting_forms.full_form(room, FEW_ROWS)
    planting_cases.identities(room)
    reasons = select(SealedDocument.body).where(SealedDocument.kind == "unsealing.reason")
    (reason,) = db.session.scalars(reasons)
    post(room.grace.client, f"/w/v/m/{room.anna.public_id}/remove", 303)
    db.session.rollback()
    assert db.session.scalars(reasons).all() == []
    assert _found({reason[20:60]}, both_engines_app) == 0
