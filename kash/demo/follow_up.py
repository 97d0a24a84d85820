"""The work between meetings of the sample's forum: papers for the next one, actions that go on, and
a decision that comes back."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from kash.demo.accounts import TRAINER
from kash.demo.drawings import paper
from kash.forums.models import Action, AgendaItem, Decision, ForumMember, Meeting
from kash.forums.services.agenda import rename_item
from kash.forums.services.decisions import ReviewDetails, conclude, set_review
from kash.forums.services.papers import add_paper
from kash.forums.services.progress import add_note, hand_over, link
from kash.forums.services.signed_copies import keep_signed_copy
from kash.people.models import Organisation, Person, ServiceEntry
from kash.platform.database import db
from kash.policy import Actor
from kash.training.models import CourseVersion, Module, SessionPlan

# By their texts; whose they are from now on.
RAILWAYS = "Call those who had been invited to Railways"
_FORM = "Propose a form of one page"
_BONDS = "Count for one month how many weekend arrests end with a bond"
_MINUTES = (5, 10, 35, 60, 20)
_HOURS = "Workshops end at 16.30 at the latest."
_HOPED = {
    _HOURS: ("Nobody goes home in the dark, and as many come as before.", 0),
    "Each station and collective names one person a week for calls at night.": (
        "Fewer reports of money asked for at night.",
        0,
    ),
    "The form for settlements is cut to one page.": ("More disputes are settled in writing.", 60),
}
_HANDED = {RAILWAYS: "Subira Mfano", _BONDS: "Baraka Sampuli"}


def follow_up(
    actors: dict[str, Actor], forum: str, meetings: list[str], workshops: list[str], today: date
) -> None:
    """Write all of it, as the forum's secretary."""
    secretary = actors[TRAINER.key]
    _hours(forum, meetings[-1], secretary)
    _papers(forum, meetings[-1], secretary)
    # The first meeting's minutes are locked.
    keep_signed_copy(forum, meetings[0], content=paper("Minutes, signed", 20), by=secretary)
    actions = dict(db.session.execute(select(Action.text, Action.public_id)).tuples().all())
    seats = dict(
        db.session.execute(
            select(Person.chosen_name, ForumMember.public_id).join(
                ForumMember, ForumMember.person_id == Person.id
            )
        )
        .tuples()
        .all()
    )
    db.session.rollback()
    for days, (text, name) in enumerate(_HANDED.items(), start=2):
        hand_over(
            forum,
            actions[text],
            owner=seats[name],
            due_on=today + timedelta(days=days),
            by=secretary,
        )
    _notes(forum, actions, secretary)
    _links(forum, actions, workshops, secretary)
    _decisions(forum, today, secretary)


def _decisions(forum: str, today: date, by: Actor) -> None:
    """One that the forum has looked at, one that comes back now, and one that waits for its day."""
    keys = dict(db.session.execute(select(Decision.text, Decision.public_id)).tuples().all())
    db.session.rollback()
    for text, (expected, days) in _HOPED.items():
        details = ReviewDetails(expected, today + timedelta(days=days), "who:police")
        set_review(forum, keys[text], details, row_version=0, by=by)
    conclude(
        forum,
        keys[_HOURS],
        conclusion="worked",
        found="Nobody went home in the dark since, and as many come as before.",
        by=by,
    )


def _hours(forum: str, meeting: str, by: Actor) -> None:
    """Longer together than the meeting by ten minutes."""
    items = db.session.execute(
        select(AgendaItem.public_id, AgendaItem.title)
        .join(AgendaItem.meeting)
        .where(Meeting.public_id == meeting)
        .order_by(AgendaItem.position)
    ).all()
    db.session.rollback()
    for (item, title), minutes in zip(items, _MINUTES, strict=True):
        rename_item(forum, meeting, item, title=title, minutes=minutes, by=by)


def _papers(forum: str, meeting: str, by: Actor) -> None:
    titles = {
        "The next workshops": "Days and places that are proposed",
        "Any other business": "Notice that a bond is free",
    }
    for item, title in titles.items():
        public_id = db.session.scalars(
            select(AgendaItem.public_id)
            .join(AgendaItem.meeting)
            .where(Meeting.public_id == meeting, AgendaItem.title == item)
        ).one()
        db.session.rollback()
        # As pictures, which the pack describes to whoever has it read aloud.
        drawn = paper(title, 12, "PNG")
        add_paper(forum, meeting, public_id, title=title, content=drawn, by=by)


def _notes(forum: str, actions: dict[str, str], by: Actor) -> None:
    add_note(
        forum,
        actions[RAILWAYS],
        text="Most were reached by phone and come to the next workshop.",
        content=paper("Called", 8),
        by=by,
    )
    add_note(
        forum,
        actions[_FORM],
        text="A first draft goes round among the mediators.",
        content=paper("Form for settlements", 14),
        by=by,
    )


def _links(forum: str, actions: dict[str, str], workshops: list[str], by: Actor) -> None:
    session = db.session.scalars(
        select(SessionPlan.lineage)
        .join(Module, Module.id == SessionPlan.module_id)
        .join(CourseVersion, CourseVersion.id == Module.version_id)
        .where(CourseVersion.state == "published", SessionPlan.title != "")
        .order_by(SessionPlan.id)
        .limit(1)
    ).one()
    service = db.session.scalars(
        select(ServiceEntry.public_id)
        .where(ServiceEntry.active, ServiceEntry.kind == "legal")
        .order_by(ServiceEntry.id)
        .limit(1)
    ).one()
    station = db.session.scalars(
        select(Organisation.public_id)
        .where(Organisation.kind == "station")
        .order_by(Organisation.id)
        .limit(1)
    ).one()
    db.session.rollback()
    link(forum, actions[RAILWAYS], kind="workshop", target=workshops[-1], by=by)
    link(forum, actions[RAILWAYS], kind="station", target=station, by=by)
    link(forum, actions[_FORM], kind="session", target=session, by=by)
    link(forum, actions[_BONDS], kind="service", target=service, by=by)
