"""What is taken over into a record whenever it is saved: each noun of this room adds its own.

A step runs in the transaction that saves, on the record as it is about to be sealed.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from kash.incidents.rules.record import Record

Step = Callable[[Session, Record], object]

_steps: dict[Step, None] = {}


def register_before_saving(step: Step) -> None:
    """Have something taken over into every record that is saved."""
    _steps[step] = None


def take_over_everything(session: Session, record: Record) -> None:
    """Run what was registered."""
    for step in _steps:
        step(session, record)
