"""The sample's track to becoming a peer educator: published, with people on it, and a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from kash.demo.accounts import DIRECTOR, TRAINER
from kash.platform.database import db
from kash.policy import Actor
from kash.tracks.models import TrackVersion
from kash.tracks.rules.tree import Branch, Join, Leaf, Renewal
from kash.tracks.rules.visits import ChecklistItem, Observed, VisitKind, checklist_from_json
from kash.tracks.services.certifying import ask_for
from kash.tracks.services.entering import enrol_all
from kash.tracks.services.seen import SeenTogether, enter
from kash.tracks.services.tracks import TrackDetails, add_track
from kash.tracks.services.versions import (
    propose,
    publish,
    start_version,
    write_checklist,
    write_version,
)
from kash.tracks.services.visits import VisitDetails, enter_visit

_CHECKLIST = (
    ("Says who she is and what she may keep to herself", "Hujitambulisha na kueleza asichosema"),
    ("Explains one right in plain words", "Hueleza haki moja kwa maneno rahisi"),
    ("Names the service to which she would refer", "Hutaja huduma ambayo angempeleka mtu"),
    ("Asks before she writes anything down", "Huuliza kabla ya kuandika chochote"),
    ("Knows when to stop and call somebody", "Hujua wakati wa kuacha na kumwita mtu"),
)
_CODE, _EDITION = "Code of conduct", "2"


def make_tracks(
    actors: dict[str, Actor], course: str, workshop_people: Sequence[str], today: date
) -> str:
    """A track that the certificates of a course require, on which these people of a workshop are
    (all by public id); its public id."""
    trainer, director = actors[TRAINER.key], actors[DIRECTOR.key]
    track, version = add_track(
        TrackDetails(
            "Peer educator",
            "Mwelimishaji rika",
            "Teaches others of the same group, and may mediate once somebody else has seen it.",
            course,
        ),
        by=trainer,
    )
    practice = Branch(Join.ANY, (Leaf.of("practicum", count=2), Leaf.of("outreach", count=3)))
    tree = Branch(
        Join.ALL,
        (
            Leaf.of("hours", course=course, share=80, versions=()),
            Leaf.of("test", course=course, score=70),
            practice,
            Leaf.of("document", document=_CODE, version=_EDITION),
        ),
    )
    renewal = Renewal(Branch(Join.ALL, (Leaf.of("practicum", count=1),)), 12, 30)
    write_version(version, tree, renewal, 1, by=trainer)
    write_checklist(version, [ChecklistItem("", *both) for both in _CHECKLIST], 2, by=trainer)
    propose(version, by=trainer)
    publish(version, by=director)
    enrol_all(track, version, workshop_people, by=trainer)
    _see(actors, workshop_people, course, today)
    _visit(actors, track, version, workshop_people, today)
    ask_for(track, by=director)
    draft = start_version(track, by=trainer)
    stricter = Branch(Join.ALL, (*tree.parts, Leaf.of("role", role="mentor", months=3)))
    write_version(draft, stricter, renewal, 1, by=trainer)
    return track


def _visit(
    actors: dict[str, Actor], track: str, version: str, people: Sequence[str], today: date
) -> None:
    """Visits to the first two of these people, after one of which another is due."""
    trainer, director = actors[TRAINER.key], actors[DIRECTOR.key]
    written = db.session.scalar(
        select(TrackVersion.checklist).where(TrackVersion.public_id == version)
    )
    keys = [one.key for one in checklist_from_json(written)]
    db.session.rollback()
    first = VisitDetails(
        VisitKind.VISIT,
        today - timedelta(days=40),
        trainer.public_id,
        observed={keys[0]: Observed.YES, keys[1]: Observed.NOT_YET},
        note="Good with newcomers. Practise the referral form together.",
        next_on=today - timedelta(days=3),
    )
    second = VisitDetails(
        VisitKind.OUTREACH,
        today - timedelta(days=6),
        director.public_id,
        observed=dict.fromkeys(keys[:3], Observed.YES),
        next_on=today + timedelta(days=60),
    )
    enter_visit(track, people[0], first, by=trainer)
    enter_visit(track, people[1], second, by=trainer)


def _see(actors: dict[str, Actor], people: Sequence[str], course: str, today: date) -> None:
    """Practice, signed documents, oral tests and a role of the first of these people."""
    trainer, director = actors[TRAINER.key], actors[DIRECTOR.key]

    def see(kind: str, about: str, ago: int, amounts: dict[str, int]) -> None:
        day = today - timedelta(days=ago)
        enter(SeenTogether(kind, about, day, director.public_id), amounts, by=trainer)

    see("document", f"{_CODE} · {_EDITION}", 20, dict.fromkeys(people[:6], 1))
    see("practicum", "", 12, dict.fromkeys(people[:5], 1))
    see("practicum", "", 9, dict.fromkeys(people[:2], 1))
    see("outreach", "", 8, dict.fromkeys(people[3:6], 1))
    scores = (84, 76, 62, 91, 70)
    see("oral_test", course, 7, dict(zip(people, scores, strict=False)))
    see("role", "mentor", 100, {people[0]: 1})
