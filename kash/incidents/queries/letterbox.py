"""A look into the letterbox, as far as the server can look."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import Letterbox
from kash.incidents.rules.letterbox import Box, from_bytes
from kash.platform.vault import open_sealed

KIND, PLACE = "incidents.letterbox", "all"


def opened_box(session: Session) -> Box:
    """Letterbox as it is now. Raises SealError."""
    return box_in(session.scalar(select(Letterbox.body).where(Letterbox.id == 1)))


def box_in(body: bytes | None) -> Box:
    """Letterbox in a sealed body; an empty one if there is none yet."""
    return from_bytes(open_sealed(body, kind=KIND, public_id=PLACE)) if body else Box()


def compartments_of_letters(session: Session) -> set[int]:
    """The compartments to which something in the letterbox is sealed."""
    return {letter.compartment_id for letter in opened_box(session).letters()}
