"""Links of a case to other cases, and to the workshop or meeting where it came up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from kash.incidents.errors import NotNow
from kash.incidents.occasions import occasions_of
from kash.incidents.rules.record import Link
from kash.incidents.services.cases import CaseChange, changing, changing_within
from kash.incidents.services.retention import stand_alone
from kash.platform.vault import OpenVault
from kash.platform.web.errors import NotFound
from kash.policy import Actor

MOST_LINKS = 50


def add_link(reference: str, kind: str, target: str, *, by: Actor, vault: OpenVault) -> None:
    """Link a case to another case (both then show it), or to an occasion by its public id.

    Raises NotFound if there is none, or if she must be kept away from it.
    """
    also = [target] if kind == "incident" else []
    with changing("incidents.changed", by, vault, reference, also=also) as change:
        record = change.record
        if any((one.kind, one.id) == (kind, target) for one in record.links):
            change.change.nothing()
            return
        if len(record.links) >= MOST_LINKS:
            raise NotNow
        if kind == "incident":
            with _other(change, target) as other:
                _drop(other, reference)
                other.record.links.append(Link(kind="incident", id=reference))
                other.happened("linked", about=reference)
        else:
            source = occasions_of(kind)
            if source is None or not source.named([target], by):
                raise NotFound
        record.links.append(Link(kind=kind, id=target))
        change.happened("linked", about=target)


def remove_link(reference: str, kind: str, target: str, *, by: Actor, vault: OpenVault) -> None:
    """Take a link away, on both sides. Raises NotFound if there is none."""
    also = [target] if kind == "incident" else []
    with changing("incidents.changed", by, vault, reference, also=also) as change:
        record = change.record
        kept = [one for one in record.links if (one.kind, one.id) != (kind, target)]
        if len(kept) == len(record.links):
            raise NotFound
        record.links = kept
        change.happened("unlinked", about=target)
        if kind == "incident":
            stand_alone(change.change.session, reference)
            # It may have been shredded, or be not for her: her side goes, the other stays.
            with suppress(NotFound), _other(change, target) as other:
                _drop(other, reference)
                other.happened("unlinked", about=reference)


@contextmanager
def _other(change: CaseChange, target: str) -> Iterator[CaseChange]:
    """The other side, changed as any case is: it may be one that nobody has saved yet."""
    if target == change.case.reference:
        raise NotFound
    with changing_within(change.change, change.by, change.vault, target) as other:
        yield other


def _drop(other: CaseChange, reference: str) -> None:
    other.record.links = [
        one for one in other.record.links if (one.kind, one.id) != ("incident", reference)
    ]
