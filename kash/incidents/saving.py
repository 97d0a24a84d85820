"""Taking over into a record, whenever it is saved, what belongs there by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.incidents.rules.record import Record


@dataclass(frozen=True)
class BeforeSaving(Part):
    """A step that runs in the transaction that saves, on the record as it is about to be sealed."""

    step: Callable[[Session, Record], object]


def take_over_everything(session: Session, record: Record) -> None:
    """Run all steps."""
    for part in declared(BeforeSaving):
        part.step(session, record)
