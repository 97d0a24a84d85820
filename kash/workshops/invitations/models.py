"""Links by which people are put down for a workshop, and what was typed into them. Names as they
were typed into a link, sealed until they are decided on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.people.models import Group, Organisation
from kash.platform.database import Base, Key, Now, PublicId, Short
from kash.platform.vault import open_text, seal
from kash.workshops.models import Workshop


class SignUpLink(PublicId, Base):
    """A link into one workshop; of its token the hash alone is kept.

    A `quota` link is for a station, and shows its holder what was typed into it; an `open`
    one shows nothing. `most_rows` is the quota, or the most that an open link takes. `call` is the
    office, no person, that the letter says to call.
    """

    __tablename__ = "sign_up_link"
    __table_args__ = (
        CheckConstraint("kind in ('quota', 'open')", name="kind"),
        CheckConstraint("most_rows between 1 and 200", name="most_rows"),
        CheckConstraint("kind = 'open' or organisation_id is not null", name="station"),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    most_rows: Mapped[int] = mapped_column(SmallInteger)
    call: Mapped[str] = mapped_column(String(120), default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    made_by: Mapped[Short]
    made_at: Mapped[Now]

    workshop: Mapped[Workshop] = relationship()
    group: Mapped[Group] = relationship()
    organisation: Mapped[Organisation | None] = relationship()


class SignUp(PublicId, Base):
    """Somebody who was put down through a link. What was typed is sealed, and gone once it was
    decided on; nothing tells afterwards who it was."""

    __tablename__ = "sign_up"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'accepted', 'declined')", name="state"),
        CheckConstraint("(state = 'waiting') = (typed_sealed is not null)", name="typed"),
    )

    id: Mapped[Key]
    link_id: Mapped[int] = mapped_column(ForeignKey("sign_up_link.id"), index=True)
    typed_sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    entered_on: Mapped[date]
    decided_by: Mapped[Short] = mapped_column(default="")

    link: Mapped[SignUpLink] = relationship()


_KIND = "sign_up.typed"


@dataclass(frozen=True)
class Typed:
    """Somebody as she was typed in; `phone` is E.164 or empty."""

    name: str = field(repr=False)
    sex: str = ""
    age_band: str = ""
    phone: str = field(default="", repr=False)


def sealed_typed(typed: Typed, public_id: str) -> bytes:
    """A row as it was typed, sealed for itself."""
    return seal(json.dumps(asdict(typed), ensure_ascii=False), kind=_KIND, public_id=public_id)


def typed_of(row: SignUp) -> Typed:
    """A row that waits, as it was typed. Raises SealError."""
    if row.typed_sealed is None:
        return Typed("")
    return Typed(**json.loads(open_text(row.typed_sealed, kind=_KIND, public_id=row.public_id)))
