"""Opening cases, and changing one: what every service about a case shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from kash.incidents.errors import ChangedMeanwhile
from kash.incidents.models import Incident
from kash.incidents.queries.cases import Case, open_case
from kash.incidents.rules.record import Event, Record, as_bytes
from kash.incidents.saving import take_over_everything
from kash.policy import Actor
from kash.vault import (
    Change,
    NoSuchDocument,
    OpenVault,
    SavedMeanwhile,
    audited,
    keep_keys,
    save_document,
)
from kash.web.errors import NotFound


def note_opening(by: Actor, vault: OpenVault, case: Case, what: str = "opened") -> None:
    """Note that a case was shown; its key is kept from now on if it was only filed before."""
    with audited(f"incidents.{what}", by) as change:
        keep_keys(change.session, vault, [case.sealed])
        change.about(case.reference)


def note_search(by: Actor, vault: OpenVault, cases: Sequence[Case]) -> None:
    """Note that cases were listed or searched: one entry, without ids."""
    with audited("incidents.searched", by) as change:
        keep_keys(change.session, vault, [case.sealed for case in cases])


@dataclass
class CaseChange:
    """A case that is being changed: alter `record` (and `row.state`, `row.remind_at`); it is saved
    when the block ends."""

    change: Change
    case: Case
    row: Incident
    vault: OpenVault
    by: Actor

    @property
    def record(self) -> Record:
        """The record as it stands now, whoever saved it last."""
        return self.case.record

    def happened(self, what: str, about: str = "") -> None:
        """Add a step to the case's timeline, with the state as it is now."""
        self.record.timeline.append(
            Event(
                what=what,
                by=self.by.public_id,
                at=self.change.now,
                state=self.row.state,
                about=about,
            )
        )


@contextmanager
def changing(
    action: str, by: Actor, vault: OpenVault, reference: str, *, version: int | None = None
) -> Iterator[CaseChange]:
    """Change one case: one transaction, one audit entry that names its reference.

    With `version`, only if nobody saved since that version was read: else ChangedMeanwhile.
    Raises NotFound and Damaged.
    """
    with audited(action, by) as change:
        row = change.session.scalar(
            select(Incident).where(Incident.public_id == reference).with_for_update()
        )
        if row is None:
            raise NotFound
        case = open_case(by, vault, reference, change.session)
        if version is not None and version != case.version:
            raise ChangedMeanwhile
        yield CaseChange(change, case, row, vault, by)
        take_over_everything(change.session, case.record)
        try:
            save_document(change.session, vault, case.sealed, as_bytes(case.record))
        except SavedMeanwhile:
            raise ChangedMeanwhile from None
        except NoSuchDocument:
            raise NotFound from None
        change.about(reference)
