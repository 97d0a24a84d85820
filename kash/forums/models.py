"""Minutes that several write at once: what each page sent last, and what stays different. Forums
and their meetings: agenda, attendance, minutes, decisions and actions. Decisions that come back:
what was hoped of them, and what the forum found later. Minutes after a meeting: circulated with
remarks, confirmed and locked as leaves, then errata. Papers that lie before a meeting, each under
an item of its agenda. Presence in forums: terms of office, quorum, answers to invitations, times,
conflicts, and presence that is kept with each decision. Progress of actions: notes with their
evidence, and what an action changes elsewhere. The signed copy of minutes that were printed,
signed and scanned. Keys to which browsers seal what they keep of minutes, one for each account:
nobody else's page can have it opened, nor can the browser itself. Files of forums: papers of an
agenda, evidence of an action and signed minutes, cleaned and sealed under the server's keys. They
may say who met, so they lie nowhere in clear. Told stories."""

from __future__ import annotations

import hmac
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kash.attendance.models import Register
from kash.people.models import Person
from kash.platform import storage
from kash.platform.cleaning import KINDS
from kash.platform.database import Base, Key, Now, PublicId, Short, db, new_public_id, utc_now
from kash.platform.vault import open_file, seal_file
from kash.platform.vault.models import random_key
from kash.platform.vault.phones import Opener, jwk_of, pair_of
from kash.training.material_files import MaterialProblem, cleaned_material
from kash.training.rules.course_files import MOST_FILE_BYTES


class MinutesPage(Base):
    """A page on which somebody wrote under an item: by `number`, what it sent last.

    `page` is drawn by the browser. `written` is what the page then showed, from which its next
    sending begins; `renamed` are rows of its own that go by another key here.
    """

    __tablename__ = "minutes_page"

    id: Mapped[Key]
    page: Mapped[Short] = mapped_column(unique=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True
    )
    written_by: Mapped[Short]
    number: Mapped[int]
    written: Mapped[dict[str, Any]]
    renamed: Mapped[dict[str, str]] = mapped_column(JSON)
    written_at: Mapped[Now]


class MinutesDifference(PublicId, Base):
    """A sentence that two people changed, until one of those who write settles it.

    `part` is minute, or decision, action, owner or due with a row's key behind a colon. It `stands`
    so; `other` is how the account `written_by` wrote it.
    """

    __tablename__ = "minutes_difference"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True
    )
    page: Mapped[Short]
    part: Mapped[str] = mapped_column(String(32))
    before: Mapped[str] = mapped_column(Text)
    stands: Mapped[str] = mapped_column(Text)
    other: Mapped[str] = mapped_column(Text)
    written_by: Mapped[Short]
    made_at: Mapped[Now]


class AgendaTemplate(PublicId, Base):
    """An agenda with a name, from which meetings begin. `language` is empty if it fits any."""

    __tablename__ = "agenda_template"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    language: Mapped[str] = mapped_column(String(8), default="")
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Now]

    items: Mapped[list[AgendaTemplateItem]] = relationship(
        back_populates="template",
        order_by="AgendaTemplateItem.position",
        cascade="all, delete-orphan",
    )


class AgendaTemplateItem(Base):
    """A point of such an agenda; `minutes` is how long it should take."""

    __tablename__ = "agenda_template_item"
    __table_args__ = (CheckConstraint("kind in ('plain', 'arising')", name="kind"),)

    id: Mapped[Key]
    template_id: Mapped[int] = mapped_column(ForeignKey("agenda_template.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8), default="plain")
    title: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[int | None] = mapped_column(SmallInteger)

    template: Mapped[AgendaTemplate] = relationship(back_populates="items")


class Forum(PublicId, Base):
    """A series of meetings, such as the monthly review. The secretary runs it."""

    __tablename__ = "forum"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(160), unique=True)
    secretary_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # The agenda that its meetings begin with, unless another is chosen.
    template_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_template.id"), index=True)
    created_at: Mapped[Now]

    template: Mapped[AgendaTemplate | None] = relationship()
    members: Mapped[list[ForumMember]] = relationship(
        back_populates="forum", cascade="all, delete-orphan"
    )
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="forum", order_by="Meeting.starts_at.desc()"
    )


class ForumMember(PublicId, Base):
    """A person's seat in a forum, and how she chose to appear on paper.

    `appears` is name, alias, office or counted. For community members counted is the default.
    """

    __tablename__ = "forum_member"
    __table_args__ = (
        UniqueConstraint("forum_id", "person_id"),
        CheckConstraint("appears in ('name', 'alias', 'office', 'counted')", name="appears"),
    )

    id: Mapped[Key]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    appears: Mapped[str] = mapped_column(String(8), default="counted")
    shown_as: Mapped[str] = mapped_column(String(120), default="")
    left_on: Mapped[date | None]

    forum: Mapped[Forum] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Meeting(PublicId, Base):
    """One meeting of a forum. Its register has one slot.

    `letter` tells two meetings of one forum in one month apart in the numbers of their minutes
    (see `numbering.month_letter`). `held_at` is when it was recorded as held: what was open then is
    what its minutes list as open.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("state in ('planned', 'held', 'cancelled')", name="state"),
        UniqueConstraint("forum_id", "starts_at"),
    )

    id: Mapped[Key]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    register_id: Mapped[int] = mapped_column(ForeignKey("register.id"), unique=True)
    starts_at: Mapped[datetime] = mapped_column(index=True)
    place: Mapped[str] = mapped_column(String(160), default="")
    letter: Mapped[str] = mapped_column(String(1), default="")
    state: Mapped[str] = mapped_column(String(12), default="planned")
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")
    held_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Now]

    forum: Mapped[Forum] = relationship(back_populates="meetings")
    register: Mapped[Register] = relationship()
    items: Mapped[list[AgendaItem]] = relationship(
        back_populates="meeting", order_by="AgendaItem.position", cascade="all, delete-orphan"
    )


class AgendaItem(PublicId, Base):
    """A point of the agenda; its minute; `row_version` catches two people writing at once.

    The item of kind `arising` lists the actions of earlier meetings; while its title is empty it
    goes by its usual name in the reader's language.
    """

    __tablename__ = "agenda_item"
    __table_args__ = (CheckConstraint("kind in ('plain', 'arising')", name="kind"),)

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(8), default="plain")
    title: Mapped[str] = mapped_column(String(200), default="")
    minutes: Mapped[int | None] = mapped_column(SmallInteger)
    minute: Mapped[str] = mapped_column(Text, default="")
    row_version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[Short | None]

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    decisions: Mapped[list[Decision]] = relationship(
        back_populates="item", order_by="Decision.id", cascade="all, delete-orphan"
    )
    actions: Mapped[list[Action]] = relationship(
        back_populates="item", order_by="Action.id", cascade="all, delete-orphan"
    )
    internal_lines: Mapped[list[InternalLine]] = relationship(
        back_populates="item", order_by="InternalLine.id", cascade="all, delete-orphan"
    )

    @property
    def kept_internal(self) -> frozenset[str]:
        """The digests of the lines that only those who run the forum read."""
        return frozenset(line.digest for line in self.internal_lines if line.released_by is None)


class InternalLine(PublicId, Base):
    """A line under an item that holds a figure beside a station or a case: `digest` is
    `telling.line_digest` of it. Only those who run the forum, and the owner of the action in which
    it stands, read it until one of them asked for its release and another gave it (both are
    accounts' public ids)."""

    __tablename__ = "internal_line"
    __table_args__ = (
        UniqueConstraint("item_id", "digest"),
        CheckConstraint("released_by is null or released_by <> asked_by", name="two_people"),
    )

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[Short | None]
    released_by: Mapped[Short | None]

    item: Mapped[AgendaItem] = relationship(back_populates="internal_lines")


class Decision(PublicId, Base):
    """Decision of the meeting under an item."""

    __tablename__ = "decision"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    text: Mapped[str] = mapped_column(Text)

    item: Mapped[AgendaItem] = relationship(back_populates="decisions")


class Action(PublicId, Base):
    """Something a member took on, until a day. Open ones come up in the next meeting."""

    __tablename__ = "action"
    __table_args__ = (CheckConstraint("state in ('open', 'done', 'dropped')", name="state"),)

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("forum_member.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(8), default="open")
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text, default="")

    item: Mapped[AgendaItem] = relationship(back_populates="actions")
    owner: Mapped[ForumMember | None] = relationship()


class DecisionReview(Base):
    """The signs by which one would see that a decision worked, and the day from which the forum
    looks again.

    `table_key` and `line` are the printed line that it watches, both empty if none. It comes up in
    each meeting from `look_on` on until the forum has concluded something (`conclusion`, with a
    sentence in `found`).
    """

    __tablename__ = "decision_review"
    __table_args__ = (
        CheckConstraint("conclusion in ('', 'worked', 'unclear', 'not')", name="conclusion"),
        CheckConstraint("(conclusion = '') = (concluded_at is null)", name="concluded"),
        CheckConstraint("(table_key = '') = (line = '')", name="line"),
    )

    id: Mapped[Key]
    decision_id: Mapped[int] = mapped_column(
        ForeignKey("decision.id", ondelete="CASCADE"), unique=True
    )
    expected: Mapped[str] = mapped_column(Text)
    look_on: Mapped[date] = mapped_column(index=True)
    table_key: Mapped[str] = mapped_column(String(20), default="")
    line: Mapped[str] = mapped_column(String(40), default="")
    conclusion: Mapped[str] = mapped_column(String(8), default="")
    found: Mapped[str] = mapped_column(Text, default="")
    concluded_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)

    decision: Mapped[Decision] = relationship()


class MinutesLife(Base):
    """State of the minutes of a meeting; a draft has no row before it was first circulated.

    `root` is the root over the leaves, once they are locked; `confirmed_in` the meeting that
    confirmed them. `circulated_by` is an account's public id.
    """

    __tablename__ = "minutes_life"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'circulated', 'locked')", name="state"),
        CheckConstraint("(state = 'locked') = (root <> '')", name="root"),
    )

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    circulated_at: Mapped[datetime | None]
    circulated_by: Mapped[Short | None]
    remarks_until: Mapped[date | None]
    confirmed_in_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    locked_at: Mapped[datetime | None]
    root: Mapped[str] = mapped_column(String(64), default="")

    meeting: Mapped[Meeting] = relationship(foreign_keys=[meeting_id])
    confirmed_in: Mapped[Meeting | None] = relationship(foreign_keys=[confirmed_in_id])


class MinutesRemark(PublicId, Base):
    """Remark of a member who was present on an item of circulated minutes, with the secretary's
    answer once it is settled. Remarks are deleted when the minutes are locked."""

    __tablename__ = "minutes_remark"
    __table_args__ = (
        CheckConstraint("state in ('open', 'taken', 'declined')", name="state"),
        CheckConstraint("(state = 'open') = (answer = '')", name="answer"),
    )

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("forum_member.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    answer: Mapped[str] = mapped_column(Text, default="")
    written_at: Mapped[datetime]

    item: Mapped[AgendaItem] = relationship()
    member: Mapped[ForumMember] = relationship()


class MinutesLeaf(PublicId, Base):
    """A leaf of locked minutes (`rules.leaves`). Value and salt go when it is withdrawn.

    `about` is the public id of the item, decision or action in which it was written.
    """

    __tablename__ = "minutes_leaf"
    __table_args__ = (
        UniqueConstraint("meeting_id", "place"),
        CheckConstraint("(value is null) = (salt is null)", name="withdrawn"),
    )

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    place: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))
    about: Mapped[Short] = mapped_column(default="")

    named: Mapped[NamedLeaf | None] = relationship(
        back_populates="leaf", cascade="all, delete-orphan"
    )


class NamedLeaf(Base):
    """The seat whose name a leaf holds. It lies apart, so that merging two seats, which keeps the
    rows that it changes for undoing them, never keeps a name or a salt."""

    __tablename__ = "named_leaf"

    leaf_id: Mapped[int] = mapped_column(
        ForeignKey("minutes_leaf.id", ondelete="CASCADE"), primary_key=True
    )
    member_id: Mapped[int] = mapped_column(ForeignKey("forum_member.id"), index=True)

    leaf: Mapped[MinutesLeaf] = relationship(back_populates="named")


class MinutesErratum(PublicId, Base):
    """A correction of locked minutes, shown beside them. Its `root` stands on that
    of the minutes, or of the erratum before it."""

    __tablename__ = "minutes_erratum"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number"),
        CheckConstraint("(value is null) = (salt is null)", name="withdrawn"),
    )

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    digest: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    value: Mapped[str | None] = mapped_column(Text)
    salt: Mapped[str | None] = mapped_column(String(32))


class AgendaPaper(PublicId, Base):
    """A paper under an item; it goes with the item.

    `kind` is a code of `kash/platform/cleaning` and `size` counts the bytes of the cleaned
    copy, which is all that is kept, sealed in the file store under the paper's public id.
    """

    __tablename__ = "agenda_paper"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(
        ForeignKey("agenda_item.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    created_at: Mapped[Now]


class ForumTerm(PublicId, Base):
    """Term of office of a member: both days count; without `ends_on` until further notice."""

    __tablename__ = "forum_term"
    __table_args__ = (CheckConstraint("ends_on is null or ends_on >= begins_on", name="days"),)

    id: Mapped[Key]
    member_id: Mapped[int] = mapped_column(
        ForeignKey("forum_member.id", ondelete="CASCADE"), index=True
    )
    office: Mapped[str] = mapped_column(String(120), default="")
    begins_on: Mapped[date]
    ends_on: Mapped[date | None] = mapped_column(index=True)


class ForumQuorum(PublicId, Base):
    """Quorum of a forum from a day on, until the next one holds."""

    __tablename__ = "forum_quorum"
    __table_args__ = (UniqueConstraint("forum_id", "holds_from"),)

    id: Mapped[Key]
    forum_id: Mapped[int] = mapped_column(ForeignKey("forum.id", ondelete="CASCADE"))
    holds_from: Mapped[date]
    created_at: Mapped[Now]

    groups: Mapped[list[ForumQuorumGroup]] = relationship(
        order_by="ForumQuorumGroup.id", cascade="all, delete-orphan"
    )


class ForumQuorumGroup(Base):
    """Members of one group that it needs; `least` is for a number alone."""

    __tablename__ = "forum_quorum_group"
    __table_args__ = (
        UniqueConstraint("quorum_id", "group_id"),
        CheckConstraint(
            "share in ('number', 'third', 'half', 'over_half', 'two_thirds', 'all')", name="share"
        ),
        CheckConstraint("least between 0 and 500", name="least"),
    )

    id: Mapped[Key]
    quorum_id: Mapped[int] = mapped_column(ForeignKey("forum_quorum.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    share: Mapped[str] = mapped_column(String(12))
    least: Mapped[int] = mapped_column(SmallInteger, default=0)


class PresenceSpell(Base):
    """A time for which somebody on a meeting's register was there; open until it ends.

    `mark_before` is the register's mark before the tap that began it, so that it can be taken back.
    """

    __tablename__ = "presence_spell"
    __table_args__ = (CheckConstraint("left_at is null or left_at >= arrived_at", name="times"),)

    id: Mapped[Key]
    entry_id: Mapped[int] = mapped_column(
        ForeignKey("roster_entry.id", ondelete="CASCADE"), index=True
    )
    arrived_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    mark_before: Mapped[Short | None]
    noted_by: Mapped[Short]


class MeetingAnswer(Base):
    """A member's answer to whether she comes; `answered_by` is an account's public id."""

    __tablename__ = "meeting_answer"
    __table_args__ = (
        UniqueConstraint("meeting_id", "member_id"),
        CheckConstraint("answer in ('yes', 'no', 'unsure')", name="answer"),
    )

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(
        ForeignKey("forum_member.id", ondelete="CASCADE"), index=True
    )
    answer: Mapped[str] = mapped_column(String(8))
    answered_at: Mapped[datetime]
    answered_by: Mapped[Short]


class ItemConflict(Base):
    """A conflict of interest that a member declared in an item. Why is not kept."""

    __tablename__ = "item_conflict"
    __table_args__ = (UniqueConstraint("item_id", "member_id"),)

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(
        ForeignKey("forum_member.id", ondelete="CASCADE"), index=True
    )
    declared_at: Mapped[datetime]


class DecisionPresence(Base):
    """One group when a decision was taken, and how it voted if votes were counted."""

    __tablename__ = "decision_presence"
    __table_args__ = (
        UniqueConstraint("decision_id", "group_id"),
        CheckConstraint("present + counted_out <= members", name="present"),
        CheckConstraint("votes_for + votes_against + abstained <= present", name="votes"),
    )

    id: Mapped[Key]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("people_group.id"), index=True)
    noted_at: Mapped[datetime]
    members: Mapped[int] = mapped_column(SmallInteger)
    present: Mapped[int] = mapped_column(SmallInteger)
    needed: Mapped[int] = mapped_column(SmallInteger)
    counted_out: Mapped[int] = mapped_column(SmallInteger, default=0)
    votes_for: Mapped[int | None] = mapped_column(SmallInteger)
    votes_against: Mapped[int | None] = mapped_column(SmallInteger)
    abstained: Mapped[int | None] = mapped_column(SmallInteger)


class ActionNote(PublicId, Base):
    """A note on how an action goes, for the person who reads the action.

    `by_owner` is whether it was written by the person who had taken the action on then, or else by
    the person who runs the forum: no name is kept. A note may have one file as evidence (`kind` and
    `size` as of an `AgendaPaper`), which only these two open; `kind` is empty without one.
    """

    __tablename__ = "action_note"

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    by_owner: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(8), default="")
    size: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Now]


class ActionLink(PublicId, Base):
    """Something elsewhere that an action changes, by its kind and public id.

    It is no foreign key: a session of a draft may be deleted, and the link then says so.
    """

    __tablename__ = "action_link"
    __table_args__ = (
        CheckConstraint("kind in ('workshop', 'session', 'station', 'service')", name="kind"),
        UniqueConstraint("action_id", "kind", "target"),
    )

    id: Mapped[Key]
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(8))
    target: Mapped[Short] = mapped_column(index=True)


class SignedCopy(PublicId, Base):
    """A scan of a meeting's signed minutes, cleaned and sealed in the file store under its public
    id. Only the person who runs the forum opens it: it holds signatures."""

    __tablename__ = "signed_copy"

    id: Mapped[Key]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    size: Mapped[int]
    added_at: Mapped[datetime]


def writing_key(account: str) -> dict[str, str]:
    """The public key to which the pages of an account seal, as a JSON web key."""
    return jwk_of(_pair(str(current_app.secret_key), account)[1])


def opener_for(account: str, item: str) -> Opener:
    """Opens what pages of an account sealed under an item."""
    private = _pair(str(current_app.secret_key), account)[0]
    return Opener(private, f"kash minutes v1 {account} {item}")


@lru_cache(maxsize=256)
def _pair(secret: str, account: str) -> tuple[bytes, bytes]:
    return pair_of(hmac.digest(secret.encode(), f"minutes {account}".encode(), "sha512"))


MOST_BYTES = MOST_FILE_BYTES
_KIND = "forums.file"
_FOLDER = "forum-files"
# Longer than any upload takes: its row is written at the end.
_SPARED = timedelta(days=1)
_AT_ONCE = 200


@dataclass(frozen=True)
class ForumFile:
    """A file that was cleaned and stored; the caller sets it down."""

    public_id: str
    kind: str
    size: int


def key_of(public_id: str) -> str:
    """Where a file lies in the file store."""
    return f"{_FOLDER}/{public_id}"


def store(content: bytes) -> ForumFile:
    """Clean a file and store it sealed. Raises MaterialProblem, CleaningBusy and StorageError."""
    try:
        kind, cleaned = cleaned_material(content)
    except MaterialProblem as problem:
        # That of materials speaks of them.
        if type(problem) is MaterialProblem:
            raise MaterialProblem(
                _l("This kind of file is not taken. Send a PDF, JPEG, PNG or WebP.")
            ) from None
        raise
    public_id = new_public_id()
    sealed = seal_file(io.BytesIO(cleaned), kind=_KIND, public_id=public_id)
    storage.put(key_of(public_id), b"".join(sealed))
    return ForumFile(public_id, kind.code, len(cleaned))


def content_of(public_id: str) -> bytes:
    """The bytes of a file. Raises StorageError and SealError."""
    sealed = io.BytesIO(storage.get(key_of(public_id)))
    return b"".join(open_file(sealed, kind=_KIND, public_id=public_id))


def type_of(kind: str) -> tuple[str, str]:
    """The media type and the ending of a file's name, by its kind."""
    return KINDS[kind].type, KINDS[kind].extension


def forget(public_id: str) -> None:
    """Delete a file."""
    storage.delete(key_of(public_id))


def named_keys() -> set[str]:
    """The keys of all files that a row names."""
    of_all = union_all(
        select(AgendaPaper.public_id),
        select(ActionNote.public_id).where(ActionNote.kind != ""),
        select(SignedCopy.public_id),
    )
    return {key_of(public_id) for public_id in db.session.scalars(of_all)}


def delete_orphans() -> None:
    """Delete files that no row names: those of an item that was taken off, or of an upload that
    failed half-way."""
    before = utc_now() - _SPARED
    old = (file.key for file in storage.list(_FOLDER) if file.changed_at < before)
    while keys := list(islice(old, _AT_ONCE)):
        named = {key.rsplit("/", 1)[1]: key for key in keys}
        there = set(
            db.session.scalars(
                union_all(
                    select(AgendaPaper.public_id).where(AgendaPaper.public_id.in_(named)),
                    select(ActionNote.public_id).where(ActionNote.public_id.in_(named)),
                    select(SignedCopy.public_id).where(SignedCopy.public_id.in_(named)),
                )
            )
        )
        db.session.rollback()
        for public_id, key in named.items():
            if public_id not in there:
                storage.delete(key)


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
