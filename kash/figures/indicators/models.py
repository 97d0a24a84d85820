"""Facts of completion, the programme's definitions of its indicators, and its targets. Approval of
definitions. It is not declared as a part, since it cannot be lent: what a figure means is decided
by who answers for it."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.figures.indicators.rules import Least
from kash.people.models import Group
from kash.platform.approvals.approval import Approval, Proposal
from kash.platform.database import Base, Key, Now, PublicId, Short, only_where
from kash.platform.web.today import AnswerKind
from kash.workshops.models import Funder


class Completion(Base):
    """Fact of a person in a workshop, once all of its registers are confirmed: what she attended,
    and if she met the requirements of the course's certificates.

    `held_on` is the last day of the workshop, `completed_on` that on which the requirements were
    met, never before it; the same day while they are not. The person is as she was on `held_on`.
    `days` are those on which she was there for any minute. `version_id` is the version of the track
    by which she was judged; the person who met it stays judged by it, though the track may ask for
    more by now. `asked_on` is when that was asked last, empty if it never was.
    """

    __tablename__ = "completion"
    __table_args__ = (
        UniqueConstraint("workshop_id", "person_id"),
        CheckConstraint("percentage between 0 and 100", name="percentage"),
        CheckConstraint("completed_on >= held_on", name="days"),
        # All that is asked of a period, so that counting it reads nothing else.
        Index(
            "ix_completion_completed_on",
            "completed_on",
            "met",
            "refresher",
            "group_id",
            "person_id",
            "workshop_id",
        ),
        Index(
            "ix_completion_held_on",
            "held_on",
            "minutes",
            "percentage",
            "days",
            "person_id",
            "workshop_id",
        ),
        Index("ix_completion_course_id_person_id", "course_id", "person_id"),
        Index("ix_completion_never_asked", "workshop_id", **only_where("asked_on is null")),
    )

    id: Mapped[Key]
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    held_on: Mapped[date]
    completed_on: Mapped[date]
    minutes: Mapped[int]
    percentage: Mapped[int] = mapped_column(SmallInteger)
    days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    met: Mapped[bool] = mapped_column(default=False)
    refresher: Mapped[bool] = mapped_column(default=False)
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    sex: Mapped[str] = mapped_column(String(8), default="")
    age_band: Mapped[str] = mapped_column(String(8), default="")
    cadre: Mapped[str] = mapped_column(String(80), default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    ward: Mapped[str] = mapped_column(String(120), default="")
    version_id: Mapped[int | None] = mapped_column(ForeignKey("track_version.id"), index=True)
    asked_on: Mapped[date | None]


class IndicatorDefinition(Proposal, PublicId, Base):
    """The programme's own version of an indicator, proposed by one person and approved by another.
    Versions are never changed; the standard one is version 1, and stands in the program.

    What it counts is said by the program, out of what counts: `remark` is printed beside it as a
    remark, and changes no count. It holds for periods that end on `from_day` or after it.
    The least that somebody must have attended, for the indicators that ask for it, is a share of a
    workshop's hours in per cent, days of it, and workshops of the period.
    """

    __tablename__ = "indicator_definition"
    __table_args__ = (
        CheckConstraint("state in ('proposed', 'approved', 'returned')", name="state"),
        CheckConstraint("approved_by is null or approved_by <> proposed_by", name="two_people"),
        CheckConstraint("least_share between 0 and 100", name="least_share"),
        CheckConstraint("least_days between 1 and 60", name="least_days"),
        CheckConstraint("least_workshops between 1 and 60", name="least_workshops"),
        CheckConstraint("(version is null) = (state <> 'approved')", name="version"),
        Index(
            "uq_indicator_definition_key_proposed",
            "key",
            unique=True,
            **only_where("state = 'proposed'"),
        ),
        Index("uq_indicator_definition_key_version", "key", "version", unique=True),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(24))
    version: Mapped[int | None] = mapped_column(SmallInteger)
    from_day: Mapped[date]
    title: Mapped[str] = mapped_column(String(120))
    remark: Mapped[str] = mapped_column("text", Text, default="")
    least_share: Mapped[int] = mapped_column(SmallInteger, default=0)
    least_days: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    least_workshops: Mapped[int] = mapped_column(SmallInteger, default=1, server_default="1")
    because: Mapped[str] = mapped_column(Text, default="")
    approved_at: Mapped[datetime | None]

    @property
    def least(self) -> Least:
        """The least that somebody must have attended to count."""
        return Least(self.least_share, self.least_days, self.least_workshops)


class Target(PublicId, Base):
    """Value that an indicator is to reach in a period: of the whole programme, or of one funder or
    group alone. `period` is the text of a period."""

    __tablename__ = "indicator_target"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        # No engine takes two nothings for the same.
        Index(
            "uq_indicator_target_of_all",
            "key",
            "period",
            unique=True,
            **only_where("funder_id is null and group_id is null"),
        ),
        Index(
            "uq_indicator_target_of_funder",
            "key",
            "period",
            "funder_id",
            unique=True,
            **only_where("funder_id is not null and group_id is null"),
        ),
        Index(
            "uq_indicator_target_of_group",
            "key",
            "period",
            "group_id",
            unique=True,
            **only_where("funder_id is null and group_id is not null"),
        ),
        Index(
            "uq_indicator_target_of_both",
            "key",
            "period",
            "funder_id",
            "group_id",
            unique=True,
            **only_where("funder_id is not null and group_id is not null"),
        ),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(String(24))
    period: Mapped[str] = mapped_column(String(22))
    funder_id: Mapped[int | None] = mapped_column(ForeignKey("funder.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("people_group.id"), index=True)
    value: Mapped[int]
    row_version: Mapped[int] = mapped_column(default=1)
    set_by: Mapped[Short]
    set_at: Mapped[Now]

    funder: Mapped[Funder | None] = relationship()
    group: Mapped[Group | None] = relationship()


# Told to the person who proposed.
SENT_BACK = AnswerKind(
    "definition_sent_back",
    _l("On %(when)s a definition that you proposed was sent back. Its page says why."),
    "indicators.definition",
    "key",
    _l("Definitions of indicators"),
    _l("See why"),
)
APPROVAL = Approval(
    "indicators",
    IndicatorDefinition,
    proposes="indicators.define",
    approves="indicators.approve",
    label=_l("Definitions of indicators: approve or send back"),
    waiting=_l("Definitions of indicators proposed, not approved"),
    own=_l("You proposed this definition, so another person must approve it."),
    stands_in=_l("You stand in for the person who proposed this, so another must approve it."),
    sent_back=SENT_BACK,
)
