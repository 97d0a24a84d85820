"""Links of a case to other cases, and to the workshop or meeting where it came up."""

from __future__ import annotations

from kash.incidents.errors import NotNow
from kash.incidents.occasions import source_of
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.rules.record import Event, Link, as_bytes
from kash.incidents.services.cases import CaseChange, changing
from kash.policy import Actor
from kash.vault import OpenVault, save_document
from kash.web.errors import NotFound

MOST_LINKS = 50


def add_link(reference: str, kind: str, target: str, *, by: Actor, vault: OpenVault) -> None:
    """Link a case to another case (both then show it), or to an occasion by its public id.

    Raises NotFound if there is none, or if she must be kept away from it.
    """
    with changing("incidents.changed", by, vault, reference) as change:
        record = change.record
        if any((one.kind, one.id) == (kind, target) for one in record.links):
            change.change.nothing()
            return
        if len(record.links) >= MOST_LINKS:
            raise NotNow
        if kind == "incident":
            other = _other(change, target)
            _drop(other, reference)
            other.record.links.append(Link(kind="incident", id=reference))
            _save_other(change, other, "linked")
        else:
            source = source_of(kind)
            if source is None or not source.named([target], by):
                raise NotFound
        record.links.append(Link(kind=kind, id=target))
        change.happened("linked", about=target)


def remove_link(reference: str, kind: str, target: str, *, by: Actor, vault: OpenVault) -> None:
    """Take a link away, on both sides. Raises NotFound if there is none."""
    with changing("incidents.changed", by, vault, reference) as change:
        record = change.record
        kept = [one for one in record.links if (one.kind, one.id) != (kind, target)]
        if len(kept) == len(record.links):
            raise NotFound
        record.links = kept
        change.happened("unlinked", about=target)
        if kind == "incident":
            try:
                other = _other(change, target)
            except NotFound:
                # It was shredded, or it is not for her: her side goes, the other stays.
                return
            _drop(other, reference)
            _save_other(change, other, "unlinked")


def _other(change: CaseChange, target: str) -> Case:
    if target == change.case.reference:
        raise NotFound
    return open_case(change.by, change.vault, target, change.change.session)


def _drop(other: Case, reference: str) -> None:
    other.record.links = [
        one for one in other.record.links if (one.kind, one.id) != ("incident", reference)
    ]


def _save_other(change: CaseChange, other: Case, what: str) -> None:
    other.record.timeline.append(
        Event(
            what=what,
            by=change.by.public_id,
            at=change.change.now,
            state=other.state,
            about=change.case.reference,
        )
    )
    save_document(change.change.session, change.vault, other.sealed, as_bytes(other.record))
    change.change.about(other.reference)
