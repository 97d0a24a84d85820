"""Links of a case, as far as the actor may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from kash.incidents.models import Incident
from kash.incidents.occasions import Occasion, occasions_of
from kash.incidents.queries.additions import Additions
from kash.incidents.queries.cases import KIND, access_of
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.screens import Screens
from kash.incidents.rules.record import Record, from_bytes
from kash.members.vault_sessions import current_vault
from kash.platform.database import db
from kash.platform.vault import SealedDocument, SealError, fetch, open_each
from kash.platform.web.formats import short_date_text
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop

MOST_FOUND = 10


@dataclass(frozen=True)
class Linked:
    """One thing that a case is linked to. `state` is a case's; a page is none if `url` is empty."""

    kind: str
    id: str
    title: str
    when: str = ""
    url: str = ""
    state: str = ""


def linked_to(record: Record, by: Actor) -> list[Linked]:
    """Links of a case in their order, without cases from which the actor must be kept away."""
    found: dict[tuple[str, str], Linked] = {}
    kinds: dict[str, list[str]] = {}
    for link in record.links:
        kinds.setdefault(link.kind, []).append(link.id)
    for kind, ids in kinds.items():
        if kind == "incident":
            found |= {(kind, one.id): one for one in _cases(ids, by)}
            continue
        source = occasions_of(kind)
        for one in source.named(ids, by) if source is not None else ():
            found[kind, one.id] = Linked(kind, one.id, one.title, one.when, one.url)
    return [found[key] for link in record.links if (key := (link.kind, link.id)) in found]


def _cases(references: Sequence[str], by: Actor) -> list[Linked]:
    """Of other cases only that they are there, and their state: their records are looked into for
    conflicts of interest, and nothing of them is shown."""
    rows = db.session.execute(
        select(Incident.public_id, Incident.state, SealedDocument.public_id)
        .outerjoin(SealedDocument, SealedDocument.id == Incident.document_id)
        .where(Incident.public_id.in_(references))
    ).all()
    vault = current_vault()
    if vault is None:
        return []
    documents = [row[2] for row in rows if row[2]]
    access, hidden = access_of(by), set()
    screens = Screens(db.session(), vault)
    called = {row[2]: row[0] for row in rows}
    box = opened_box(db.session())
    additions = Additions(db.session(), vault, box.additions, box.for_officers, *references)
    # Without ids all documents are fetched.
    sealed_records = fetch(db.session(), *documents, kind=KIND) if documents else []
    for sealed, plaintext in open_each(vault, sealed_records):
        try:
            # With what a phone said and nobody saved yet: how old she is may stand there only.
            if isinstance(plaintext, SealError):
                raise ValueError
            record, _parts = screens.put_together(from_bytes(plaintext))
            if not access.includes(additions.seen(called[sealed.place.public_id], record)):
                hidden.add(sealed.place.public_id)
        except ValueError:
            hidden.add(sealed.place.public_id)
    return [
        Linked(
            "incident",
            reference,
            reference,
            url=url_for("incidents.case", reference=reference) if document else "",
            state=state,
        )
        for reference, state, document in rows
        if document not in hidden
    ]


def find_workshops(words: str, by: Actor) -> list[Occasion]:
    """Workshops by words of their titles, which are open data; the newest first."""
    query = select(Workshop.public_id, Workshop.title, Workshop.starts_on)
    for word in words.split()[:8]:
        query = query.where(func.lower(Workshop.title).contains(word.lower(), autoescape=True))
    query = query.order_by(Workshop.starts_on.desc(), Workshop.id.desc()).limit(MOST_FOUND)
    return [_workshop(row, by) for row in db.session.execute(query)]


def workshops_named(public_ids: Any, by: Actor) -> list[Occasion]:
    """Workshops by their public ids."""
    query = select(Workshop.public_id, Workshop.title, Workshop.starts_on)
    return [
        _workshop(row, by)
        for row in db.session.execute(query.where(Workshop.public_id.in_(public_ids)))
    ]


def _workshop(row: Any, by: Actor) -> Occasion:
    reads = by.reach("workshops.see") is Reach.ALL
    url = url_for("workshops.workshop", public_id=row.public_id) if reads else ""
    return Occasion(row.public_id, row.title, short_date_text(row.starts_on), url)
