"""Told stories."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from kash.platform.database import Base, PublicId
from kash.platform.vault.models.compartments import random_key


class Story(PublicId, Base):
    """A story as it was told, in the month that begins on the day `month`, to the forum
    (`for_forum`), to those who pay for the programme (`for_funders`) or to both. One that was told
    before people were asked who may hear it is shown to nobody. `beside_sealed`: the lines of
    printed tables in which its case may stand, since when (`rules.windows.CaseLines`), under the
    server's keys.

    Once it is withdrawn nothing is left but that it was there, since minutes refer to it. No row
    says who wrote or read it, of which case it is, or on which day it was told; rows lie in no
    order.
    """

    __tablename__ = "story"
    __table_args__ = (
        CheckConstraint("language in ('en', 'sw', 'luo')", name="language"),
        CheckConstraint("(text is null) = (title is null)", name="withdrawn"),
        CheckConstraint(
            "(text is not null and beside_sealed is not null) or not (for_forum or for_funders)",
            name="told",
        ),
        Index("ix_story_month_public_id", "month", "public_id"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, default=random_key
    )
    month: Mapped[date]
    language: Mapped[str] = mapped_column(String(3))
    title: Mapped[str | None] = mapped_column(String(120))
    text: Mapped[str | None] = mapped_column(Text)
    for_forum: Mapped[bool] = mapped_column(default=False, server_default=false())
    for_funders: Mapped[bool] = mapped_column(default=False, server_default=false())
    beside_sealed: Mapped[bytes | None]
