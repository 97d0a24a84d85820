"""Minutes from their draft until they are locked, and names that leave them again."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from kash.attendance.models import RosterEntry
from kash.attendance.queries.registers import slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks
from kash.forums.models import (
    Action,
    AgendaItem,
    Decision,
    ForumMember,
    InternalLine,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    MinutesDifference,
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
    PresenceSpell,
)
from kash.forums.queries.meetings import slot_of
from kash.forums.queries.minutes import (
    as_leaf,
    leaf_rows,
    locked_record,
    minutes_to_read,
    minutes_to_see_through,
    verify_minutes,
)
from kash.forums.queries.minutes_life import errata_of, life_of, own_names, remarks_on
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.rules.minutes import (
    ConfirmRefusal,
    MinutesOperation,
    MinutesState,
    MinutesStep,
    leaf_digest,
    line_digest,
    root_of,
)
from kash.forums.services import agenda as problems
from kash.forums.services.agenda import add_item, mark_of, rename_item
from kash.forums.services.meetings import cancel_meeting, hold_meeting
from kash.forums.services.minutes import (
    apply_minutes_operation,
    close_action,
    settle_difference,
    write_item,
    written_item,
)
from kash.forums.services.minutes_life import (
    add_erratum,
    circulate,
    confirm,
    remark,
    settle_remark,
    take_back,
    withdraw,
    withdraw_person,
)
from kash.forums.services.presence import add_guest
from kash.people.models import PersonMerge
from kash.people.services.merging import merge_people, undo_merge
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.platform.vault import AuditEntry, open_sealed
from kash.platform.web import Forbidden, NotFound
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.forums.conftest import Series, earlier_today
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")
TOLD = "Three cases were heard at the station."
PRESENT = ("name", "alias", "office", "counted")


def _row(kind: type, public_id: str):
    db.session.rollback()
    return db.session.scalar(select(kind).where(kind.public_id == public_id))


def mark(series: Series, meeting: str, there: Sequence[str] = PRESENT) -> None:
    """Mark members as present; the others send an apology."""
    held = _row(Meeting, meeting)
    names = {series.person_ids[appears]: appears for appears in PRESENT}
    slot = slot_of(held)
    apply_marks(
        held.register.public_id,
        [
            Operation(
                op_id=new_public_id(),
                slot=slot.public_id,
                entry=row.entry,
                status="present" if names.get(row.person_id) in there else "apology",
                expected_version=0,
                device_time=held.starts_at,
            )
            for row in slot_sheet(held.register_id, slot).rows
        ],
        series.secretary,
    )


@dataclass
class Life:
    """A meeting that was held, with a decision and an action for each member, and the one after it,
    which has begun."""

    series: Series
    meeting: str
    item: str
    later: str
    peer: Actor
    officer: Actor
    remarks: dict[str, str] = field(default_factory=dict)

    @property
    def forum(self) -> str:
        return self.series.forum

    @property
    def by(self) -> Actor:
        return self.series.secretary

    def circulate(self) -> None:
        circulate(self.forum, self.meeting, remarks_until=local_today(), by=self.by)

    def confirm(self, **changes: object) -> str:
        members = self.series.members
        given = {
            "confirmed_in": self.later,
            "at": utc_now(),
            "proposer": members["name"],
            "seconder": members["office"],
            "by": self.by,
        }
        return confirm(self.forum, self.meeting, **(given | changes))  # type: ignore[arg-type]

    def lock(self) -> str:
        self.circulate()
        return self.confirm()

    def stored(self) -> Meeting:
        return _row(Meeting, self.meeting)

    def leaf(self, kind: str, text: str) -> str:
        """Public id of a leaf of a kind that says a text."""
        return next(
            row.public_id
            for row in leaf_rows(self.stored().id)
            if row.kind == kind and row.value and text in row.value
        )

    def sound(self) -> bool:
        db.session.rollback()
        return all(one.sound for one in verify_minutes())


@pytest.fixture
def life(series, actor):
    start = utc_now().replace(microsecond=0)
    meeting = series.plan(start - timedelta(days=30), place="Hall")
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    mark(series, meeting, ("name", "alias", "office"))
    given = {
        "minute": f"Rooms were talked about.\n\n{TOLD}\nThe hall is too small.",
        "decisions": [TypedMinutesRow("", "Book early"), TypedMinutesRow("", "Meet monthly")],
        "actions": [
            TypedMinutesRow("", f"Task of {appears}", member)
            for appears, member in series.members.items()
        ],
        "row_version": 1,
        "by": series.secretary,
    }
    write_item(series.forum, meeting, item, **given, internal=mark_of([line_digest(TOLD)]))
    hold_meeting(series.forum, meeting, by=series.secretary)
    later = series.plan(earlier_today(hours=1))
    mark(series, later)
    return Life(
        series,
        meeting,
        item,
        later,
        actor("peer", person_id=series.person_ids["name"]),
        actor("police_peer", person_id=series.person_ids["office"]),
    )


def everything_stored() -> str:
    """All that lies in the tables of forums, as one text."""
    db.session.rollback()
    tables = (Meeting, AgendaItem, Decision, Action, InternalLine, MinutesLife, MinutesLeaf)
    tables += (NamedLeaf, MinutesRemark, MinutesErratum)
    return "\n".join(
        str(tuple(row)) for table in tables for row in db.session.execute(select(table.__table__))
    )


def test_minutes_live_from_draft_to_locked(life):
    """Each step leads to the next, and leaves one entry."""
    assert life_of(life.stored(), utc_now()).step is MinutesStep.CIRCULATE
    life.circulate()
    assert life_of(life.stored(), utc_now()).step is MinutesStep.CONFIRM
    made = remark(life.forum, life.meeting, life.item, text="It was Tuesday.", by=life.peer)
    assert life_of(life.stored(), utc_now()).step is MinutesStep.SETTLE
    with pytest.raises(problems.NotConfirmed) as refused:
        life.confirm()
    assert refused.value.reason is ConfirmRefusal.REMARKS
    settle_remark(life.forum, life.meeting, made, state="taken", answer="Put right.", by=life.by)
    with refuses("This remark is settled already."):
        settle_remark(life.forum, life.meeting, made, state="declined", answer="No", by=life.by)
    root = life.confirm()
    line = life_of(life.stored(), utc_now())
    assert (line.state, line.step, line.root) == (MinutesState.LOCKED, MinutesStep.NOTHING, root)
    assert line.confirmed_in is not None
    assert line.confirmed_in.public_id == life.later
    # What was remarked was for the secretary, and is kept no longer.
    assert db.session.scalar(select(func.count(MinutesRemark.id))) == 0
    assert life.sound()
    entries = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert list(entries)[-4:] == [
        "forums.minutes_circulated",
        "forums.minutes_remarked",
        "forums.remark_settled",
        "forums.minutes_locked",
    ]


def test_the_leaves_say_what_every_group_may_read(life):
    life.lock()
    record = locked_record(life.stored())
    counted = [(part["group"], part["members"], part["counts"]) for part in record.groups]
    none = {"present": 0, "apology": 0, "absent": 0, "in_attendance": 0}
    assert counted == [
        ("A", 1, none | {"present": 1}),
        ("B", 3, none | {"present": 2, "apology": 1}),
    ]
    named = {
        (letter, status): [part["shown"] for part in record.names_of(letter, status)]
        for letter in "AB"
        for status in none
    }
    assert {key: names for key, names in named.items() if names} == {
        ("A", "present"): ["Liaison officer"],
        ("B", "present"): ["Nyota", "Zawadi Kielelezo"],
    }
    (item,) = [each for each in record.items if each.head["title"] == "Rooms"]
    assert [(part.kind, part["text"]) for part in item.paragraphs] == [
        ("paragraph", "Rooms were talked about."),
        ("paragraph", "The hall is too small."),
        ("internal", TOLD),
    ]
    assert [part["text"] for part in item.decisions] == ["Book early", "Meet monthly"]
    assert [part["groups"] for part in item.decisions] == [[["A", 1, 1], ["B", 2, 3]]] * 2
    assert [(task.part["text"], task.owner and task.owner["shown"]) for task in item.actions] == [
        ("Task of name", "Zawadi Kielelezo"),
        ("Task of alias", "Nyota"),
        ("Task of office", "Liaison officer"),
        ("Task of counted", None),
    ]
    assert (record.proposer and record.proposer["shown"]) == "Zawadi Kielelezo"
    assert (record.seconder and record.seconder["shown"]) == "Liaison officer"
    values = "".join(row.value or "" for row in leaf_rows(life.stored().id))
    for hidden in ("Amani Mfichwa", "Baraka Afisa", "Siri Kubwa"):
        assert hidden not in values


@pytest.mark.any_engine
def test_circulated_minutes_keep_their_numbers(life):
    """Words are corrected; what would shift a number waits until the minutes are taken back."""
    life.circulate()
    item = _row(AgendaItem, life.item)
    rows = [TypedMinutesRow(row.public_id, row.text) for row in item.decisions]

    def write(decisions: list[TypedMinutesRow], version: int) -> int:
        return write_item(
            life.forum,
            life.meeting,
            life.item,
            minute="Rooms were talked over.",
            decisions=decisions,
            row_version=version,
            by=life.by,
        )

    version = item.row_version
    with pytest.raises(problems.NumbersFrozen):
        write([*rows, TypedMinutesRow("", "One more")], version)
    with pytest.raises(problems.NumbersFrozen):
        write([TypedMinutesRow(rows[0].key, ""), rows[1]], version)
    with pytest.raises(problems.NumbersFrozen):
        add_item(life.forum, life.meeting, title="Late", by=life.by)
    version = write([TypedMinutesRow(rows[0].key, "Book in time"), rows[1]], version)
    assert _row(AgendaItem, life.item).minute == "Rooms were talked over."
    take_back(life.forum, life.meeting, by=life.by)
    write([*rows, TypedMinutesRow("", "One more")], version)
    with pytest.raises(problems.NotCirculated):
        take_back(life.forum, life.meeting, by=life.by)


@pytest.mark.any_engine
def test_minutes_are_not_confirmed_over_a_sentence_that_came_late_and_nobody_settled(
    life, client_for
):
    """A page that had no network sends what was written before they were circulated."""
    place = (life.forum, life.meeting, life.item)
    stood = written_item(_row(AgendaItem, life.item))
    life.circulate()
    wrote = replace(stood, minute=stood.minute.replace("is too small", "is far too hot"))
    row = _row(AgendaItem, life.item)
    write_item(
        *place,
        minute=row.minute.replace("is too small", "is too dear"),
        row_version=row.row_version,
        by=life.by,
        internal=mark_of([line_digest(TOLD)]),
    )
    apply_minutes_operation(
        place, MinutesOperation(new_public_id(), 1, 0, stood, wrote), by=life.by
    )
    with refuses("Two people wrote something differently under MIN 1/"):
        life.confirm()
    at = f"/forums/{life.forum}/meetings/{life.meeting}"
    leads_to = f'href="{at}/items/{life.item}#differences"'
    assert leads_to in client_for(life.by).get(f"{at}/confirm").text
    (late,) = db.session.scalars(select(MinutesDifference.public_id))
    settle_difference(place, late, "both", by=life.by)
    assert leads_to not in client_for(life.by).get(f"{at}/confirm").text
    life.confirm()
    assert "far too hot" in everything_stored()


@pytest.mark.any_engine
def test_what_stands_against_circulating(life, actor):
    with pytest.raises(Forbidden):
        circulate(life.forum, life.meeting, remarks_until=local_today(), by=life.peer)
    with refuses("Record the meeting as held first."):
        circulate(life.forum, life.later, remarks_until=local_today(), by=life.by)
    with refuses("Choose today or a later day."):
        circulate(
            life.forum, life.meeting, remarks_until=local_today() - timedelta(days=1), by=life.by
        )
    (item,) = db.session.scalars(select(AgendaItem.id).where(AgendaItem.public_id == life.item))
    with writing() as session:
        session.add(
            MinutesDifference(
                item_id=item,
                page=new_public_id(),
                part="minute",
                before="a",
                stands="b",
                other="c",
                written_by="system",
            )
        )
    with refuses("Two people wrote something differently under MIN 1/"):
        life.circulate()
    with writing() as session:
        session.execute(delete(MinutesDifference))
    hold_meeting(life.forum, life.later, by=life.by)
    with refuses("Nothing is written yet."):
        circulate(life.forum, life.later, remarks_until=local_today(), by=life.by)
    life.circulate()
    with refuses("The minutes are circulated already."):
        life.circulate()


@pytest.mark.any_engine
def test_only_who_was_there_remarks_and_only_in_time(life, actor):
    absent = actor("peer", person_id=life.series.person_ids["counted"])

    def say(by: Actor, text: str = "Not so.") -> str:
        return remark(life.forum, life.meeting, life.item, text=text, by=by)

    with pytest.raises(problems.NotCirculated):
        say(life.peer)
    life.circulate()
    with refuses("Members who were at the meeting can remark on its minutes."):
        say(absent)
    with refuses("Members who were at the meeting can remark on its minutes."):
        say(life.by)
    made = say(life.peer)
    stored = life.stored()
    # Until it is settled only its author and the secretary read it.
    assert [one.text for one in remarks_on(stored, life.by, whole=True)[life.item]] == ["Not so."]
    assert [one.own for one in remarks_on(stored, life.peer, whole=False)[life.item]] == [True]
    assert remarks_on(stored, life.officer, whole=False) == {}
    settle_remark(life.forum, life.meeting, made, state="declined", answer="It was.", by=life.by)
    (shown,) = remarks_on(life.stored(), life.officer, whole=False)[life.item]
    assert (shown.by, shown.state, shown.answer) == ("Zawadi Kielelezo", "declined", "It was.")
    for number in range(9):
        say(life.peer, f"More {number}")
    with refuses("You have many remarks on this item already."):
        say(life.peer)
    with writing() as session:
        session.execute(update(MinutesLife).values(remarks_until=local_today() - timedelta(days=1)))
    with refuses("Remarks were taken until another day."):
        say(life.officer)


@pytest.mark.any_engine
def test_minutes_are_not_confirmed_without_quorum_or_by_who_is_not_there(life):
    members = life.series.members
    with pytest.raises(problems.NotConfirmed) as refused:
        life.confirm()
    assert refused.value.reason is ConfirmRefusal.NOT_CIRCULATED
    life.circulate()
    start = _row(Meeting, life.later).starts_at
    alone = life.series.plan(start + (utc_now() - start) / 2)
    mark(life.series, alone, ("name", "alias"))
    for changes, reason in (
        ({"confirmed_in": life.meeting}, ConfirmRefusal.EARLIER),
        ({"at": start - timedelta(minutes=1)}, ConfirmRefusal.MOMENT),
        ({"at": utc_now() + timedelta(hours=1)}, ConfirmRefusal.MOMENT),
        ({"seconder": members["name"]}, ConfirmRefusal.SAME),
        ({"confirmed_in": alone}, ConfirmRefusal.ABSENT),
        ({"confirmed_in": alone, "seconder": members["alias"]}, ConfirmRefusal.NO_QUORUM),
    ):
        with pytest.raises(problems.NotConfirmed) as refused:
            life.confirm(**changes)
        assert (changes, refused.value.reason) == (changes, reason)
    cancel_meeting(life.forum, life.later, reason="Rain", by=life.by)
    with pytest.raises(problems.NotConfirmed):
        life.confirm()
    assert life_of(life.stored(), utc_now()).state is MinutesState.CIRCULATED


@pytest.mark.any_engine
def test_who_left_neither_confirms_nor_makes_a_quorum(life):
    """The only officer left halfway: what the meeting confirms now is not confirmed."""
    life.circulate()
    start, now = _row(Meeting, life.later).starts_at, utc_now()
    # Just after midnight the meeting has only begun, so its parts are parts of its length.
    length = now - start
    spell("office", life, start, start + length / 2)
    members = life.series.members
    for seconder, reason, told in (
        ("office", ConfirmRefusal.ABSENT, "seconder"),
        ("alias", ConfirmRefusal.NO_QUORUM, ""),
    ):
        with pytest.raises(problems.NotConfirmed) as refused:
            life.confirm(at=now, seconder=members[seconder])
        assert (refused.value.reason, refused.value.field) == (reason, told)
    life.confirm(at=start + length / 3)
    confirmed = locked_record(life.stored()).confirmed
    assert confirmed is not None
    assert confirmed["groups"] == [["A", 1, 1], ["B", 3, 3]]


def spell(appears: str, life: Life, arrived: datetime, left: datetime | None) -> None:
    """Note when a member was at the later meeting."""
    register = _row(Meeting, life.later).register_id
    with writing() as session:
        entry = session.scalars(
            select(RosterEntry.id).where(
                RosterEntry.register_id == register,
                RosterEntry.person_id == life.series.person_ids[appears],
            )
        ).one()
        session.add(
            PresenceSpell(
                entry_id=entry, arrived_at=arrived, left_at=left, noted_by=life.by.public_id
            )
        )


@pytest.mark.any_engine
def test_a_withdrawn_member_stands_beside_the_minutes_no_more(life):
    """With the name goes when she came, what she had answered, and a conflict of interest."""
    life.circulate()
    later = _row(Meeting, life.later)
    item = add_item(life.forum, life.later, title="More", by=life.by)
    write_item(life.forum, life.later, item, minute="Said.", row_version=1, by=life.by)
    for appears in ("name", "office"):
        spell(appears, life, later.starts_at, None)
    with writing() as session:
        keys = {row.public_id: row.id for row in session.scalars(select(ForumMember))}
        point = session.scalars(select(AgendaItem.id).where(AgendaItem.public_id == item)).one()
        for appears in ("name", "office"):
            seat = keys[life.series.members[appears]]
            session.add(ItemConflict(item_id=point, member_id=seat, declared_at=utc_now()))
            session.add(
                MeetingAnswer(
                    meeting_id=later.id,
                    member_id=seat,
                    answer="yes",
                    answered_at=utc_now(),
                    answered_by="system",
                )
            )
    life.confirm()
    hold_meeting(life.forum, life.later, by=life.by)
    circulate(life.forum, life.later, remarks_until=local_today(), by=life.by)
    last = life.series.plan(utc_now().replace(microsecond=0) - timedelta(seconds=1))
    mark(life.series, last)
    members = life.series.members
    confirm(
        life.forum,
        life.later,
        confirmed_in=last,
        at=utc_now(),
        proposer=members["alias"],
        seconder=members["office"],
        by=life.by,
    )
    leaves = leaf_rows(_row(Meeting, life.later).id)
    name = next(row for row in leaves if row.kind == "name" and "Zawadi" in (row.value or ""))
    withdraw(life.forum, life.later, name.public_id, by=life.by)
    for table in (PresenceSpell, ItemConflict, MeetingAnswer):
        assert db.session.scalar(select(func.count(table.id))) == 1
    assert [one.sound for one in verify_minutes()] == [True, True]


def test_nothing_of_a_locked_meeting_changes(life, person):
    life.lock()
    (guest, _key) = person("Mgeni Mfano")
    version = _row(AgendaItem, life.item).row_version
    for step in (
        lambda: write_item(
            life.forum, life.meeting, life.item, minute="No", row_version=version, by=life.by
        ),
        lambda: add_item(life.forum, life.meeting, title="No", by=life.by),
        lambda: rename_item(life.forum, life.meeting, life.item, title="No", by=life.by),
        lambda: add_guest(life.forum, life.meeting, guest, by=life.by),
        lambda: circulate(life.forum, life.meeting, remarks_until=local_today(), by=life.by),
        lambda: take_back(life.forum, life.meeting, by=life.by),
        lambda: remark(life.forum, life.meeting, life.item, text="No", by=life.peer),
        life.confirm,
    ):
        with pytest.raises(problems.MinutesLocked):
            step()
    # What was taken on goes on.
    action = db.session.scalars(select(Action.public_id)).first()
    close_action(life.forum, action or "", state="done", by=life.by)
    assert life.sound()


def test_names_are_withdrawn_and_an_altered_letter_is_found(life, actor):
    root = life.lock()
    name = life.leaf("name", "Zawadi")
    with pytest.raises(NotFound):
        withdraw(life.forum, life.meeting, name, by=life.officer)
    with pytest.raises(NotFound):
        withdraw(life.forum, life.meeting, life.leaf("paragraph", "Rooms"), by=life.peer)
    with pytest.raises(NotFound):
        withdraw(life.forum, life.meeting, life.leaf("group", "members"), by=life.by)
    # "name" is on the list, owns an action and proposed: with one all three are gone.
    assert len(own_names(life.stored(), life.peer)) == 3
    withdraw(life.forum, life.meeting, name, by=life.peer)
    assert own_names(life.stored(), life.peer) == set()
    assert "Zawadi" not in everything_stored()
    with pytest.raises(NotFound):
        withdraw(life.forum, life.meeting, name, by=life.by)
    withdraw(life.forum, life.meeting, life.leaf("name", "Nyota"), by=life.by)
    db.session.rollback()
    (found,) = verify_minutes()
    assert (found.sound, found.root, found.withdrawn) == (True, root, 5)
    # Who is withdrawn keeps a place without a name.
    left = locked_record(life.stored()).names_of("B", "present")
    assert [(part.withdrawn, part["shown"]) for part in left] == [(True, ""), (True, "")]
    leaf = life.leaf("decision", "Book early")
    with writing() as session:
        row = session.scalars(select(MinutesLeaf).where(MinutesLeaf.public_id == leaf)).one()
        row.value, place = (row.value or "").replace("early", "earlz"), row.place
    db.session.rollback()
    (found,) = verify_minutes()
    assert (found.sound, found.altered) == (False, (place + 1,))


def test_a_root_made_anew_is_not_the_one_in_the_chain(life):
    life.lock()
    with writing() as session:
        row = session.scalars(
            select(MinutesLeaf).where(MinutesLeaf.public_id == life.leaf("decision", "Book"))
        ).one()
        row.value = (row.value or "").replace("early", "never")
        row.digest = leaf_digest(bytes.fromhex(row.salt or ""), row.kind, row.place, row.value)
        session.flush()
        leaves = [as_leaf(each) for each in leaf_rows(row.meeting_id)]
        session.execute(update(MinutesLife).values(root=root_of(life.meeting, leaves)))
    db.session.rollback()
    (found,) = verify_minutes()
    assert (found.whole, found.altered, found.in_chain, found.sound) == (True, (), False, False)


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("paragraph", "Rooms were"),
        ("internal", "Three cases"),
        ("decision", "Book early"),
        ("action", "Task of name"),
    ],
)
def test_a_withdrawn_text_is_nowhere_any_more(life, kind, text):
    life.lock()
    assert text in everything_stored()
    withdraw(life.forum, life.meeting, life.leaf(kind, text), by=life.by)
    assert text not in everything_stored()
    assert life.sound()


@pytest.mark.any_engine
def test_an_action_is_withdrawn_from_all_minutes_that_carry_it(life):
    life.circulate()
    hold = life.later
    item = add_item(life.forum, hold, title="More", by=life.by)
    write_item(life.forum, hold, item, minute="Said.", row_version=1, by=life.by)
    life.confirm()
    hold_meeting(life.forum, hold, by=life.by)
    circulate(life.forum, hold, remarks_until=local_today(), by=life.by)
    last = life.series.plan(utc_now().replace(microsecond=0) - timedelta(seconds=1))
    mark(life.series, last)
    members = life.series.members
    confirm(
        life.forum,
        hold,
        confirmed_in=last,
        at=utc_now(),
        proposer=members["alias"],
        seconder=members["office"],
        by=life.by,
    )
    assert everything_stored().count("Task of alias") == 3
    withdraw(life.forum, life.meeting, life.leaf("action", "Task of alias"), by=life.by)
    assert "Task of alias" not in everything_stored()
    assert [one.sound for one in verify_minutes()] == [True, True]


def test_errata_stand_on_the_root(life):
    with refuses("The minutes are not locked yet:"):
        add_erratum(life.forum, life.meeting, text="Too soon", by=life.by)
    life.lock()
    first = add_erratum(life.forum, life.meeting, text="The hall is large.", by=life.by)
    second = add_erratum(life.forum, life.meeting, text="It was Monday.", by=life.by)
    lines = errata_of(life.stored())
    assert [(one.number, one.text, one.root) for one in lines] == [
        (1, "The hall is large.", first),
        (2, "It was Monday.", second),
    ]
    withdraw(life.forum, life.meeting, lines[0].public_id, by=life.by)
    assert [one.text for one in errata_of(life.stored())] == [None, "It was Monday."]
    assert life.sound()
    with writing() as session:
        row = session.scalars(select(MinutesErratum).where(MinutesErratum.number == 2)).one()
        session.delete(row)
        session.flush()
        row = session.scalars(select(MinutesErratum)).one()
        row.number = 2
    assert not life.sound()


def test_merging_two_people_keeps_the_root_and_no_name_beside_it(life, actor):
    """Her names follow her to who she is; what is kept for undoing the merge holds none of them."""
    life.lock()
    ids = [life.series.people["name"], life.series.people["alias"]]
    merge = merge_people(*ids, {}, (1, 1), actor("director"))
    assert life.sound()
    shown = {row.kind for row in leaf_rows(life.stored().id) if row.public_id in _own(life)}
    assert shown == {"name", "owner", "proposer"}
    kept = _row(PersonMerge, merge)
    log = open_sealed(kept.sealed, kind="person.merge", public_id=merge).decode()
    assert "minutes_leaf" not in log
    assert "Nyota" not in [part for part in log.split('"') if part.startswith("{")]
    undo_merge(merge, actor("director"))
    assert life.sound()


def _own(life: Life) -> set[str]:
    return own_names(life.stored(), life.peer)


def test_erasing_a_person_leaves_nothing_of_her_in_the_minutes(life):
    life.circulate()
    remark(life.forum, life.meeting, life.item, text="Mine.", by=life.officer)
    take_back(life.forum, life.meeting, by=life.by)
    with writing() as session:
        assert withdraw_person(session, life.series.person_ids["office"]) == []
    assert "Mine." not in everything_stored()
    life.lock()
    with writing() as session:
        found = withdraw_person(session, life.series.person_ids["name"])
    assert found == [life.meeting]
    assert "Zawadi" not in everything_stored()
    assert db.session.scalar(select(func.count(NamedLeaf.leaf_id))) == 5
    assert life.sound()


def test_today_names_what_waits(life, actor):
    now = utc_now()
    absent = actor("peer", person_id=life.series.person_ids["counted"])
    assert minutes_to_read(life.peer, now) == []
    life.circulate()
    for who, expected in ((life.peer, 1), (life.officer, 1), (absent, 0), (life.by, 0)):
        assert len(minutes_to_read(who, now)) == expected
    assert minutes_to_read(life.peer, now + timedelta(days=1)) == []
    for days, expected in ((0, True), (2, False)):
        (one,) = minutes_to_see_through(life.by, now + timedelta(days=days))
        waits = (life.meeting, expected, 0)
        assert (one.meeting_id, one.meets_today, one.open_remarks) == waits
    assert minutes_to_see_through(life.peer, now) == []
    remark(life.forum, life.meeting, life.item, text="One", by=life.peer)
    remark(life.forum, life.meeting, life.item, text="Two", by=life.peer)
    assert [one.open_remarks for one in minutes_to_see_through(life.by, now)] == [2]
    life.series.secretary = actor("trainer")
    assert minutes_to_see_through(life.by, now) == []
