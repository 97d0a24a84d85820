"""Standing on tracks: who fulfils a version, and how one person stands towards it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.tracks.leaf_kinds import Found, LeafQuestion, facts_of, needs_of_leaves
from kash.tracks.models import Track, TrackBadge, TrackEnrolment, TrackVersion
from kash.tracks.rules.eligibility import fulfilling
from kash.tracks.rules.tree import Leaf, Node, leaves_of, tree_from_json


def fulfilled(session: Session, tree: Node, asked: LeafQuestion) -> dict[int, date]:
    """Everybody asked about who fulfils a tree, with the day on which she first did; a query for
    each requirement, a few for some kinds."""
    leaves = leaves_of(tree)
    return fulfilling(tree, facts_of(session, leaves, asked), needs_of_leaves(leaves))


def fulfilled_by_version(
    session: Session, enrolled: Mapping[int, Collection[int]], asked: LeafQuestion
) -> dict[int, date]:
    """Everybody who fulfils the version on which she is enrolled; `enrolled` are persons by the
    keys of versions."""
    found: dict[int, date] = {}
    for version, tree in session.execute(
        select(TrackVersion.id, TrackVersion.tree).where(TrackVersion.id.in_(enrolled))
    ):
        done = fulfilled(session, tree_from_json(tree), asked)
        of_version = enrolled[version]
        if len(of_version) < len(done):
            found |= {person: done[person] for person in of_version if person in done}
        else:
            inside = frozenset(of_version)
            found |= {person: day for person, day in done.items() if person in inside}
    return found


def completed(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Everybody who completed another track: she has its badge, or is enrolled on a version of it
    which she fulfils.

    A track that asks for itself through others, which is refused on saving, is fulfilled by nobody.
    """
    track = leaf.text("track")
    if track in asked.through:
        return {}
    enrolled: defaultdict[int, list[int]] = defaultdict(list)
    for version, person in session.execute(
        select(TrackEnrolment.version_id, TrackEnrolment.person_id)
        .join(Track, Track.id == TrackEnrolment.track_id)
        .where(Track.public_id == track, *asked.of(TrackEnrolment.person_id))
    ):
        enrolled[version].append(person)
    inner = replace(asked, window=None, through=asked.through | {track})
    done = fulfilled_by_version(session, enrolled, inner)
    for person, day in session.execute(
        select(TrackBadge.person_id, TrackBadge.earned_on)
        .join(TrackBadge.track)
        .where(Track.public_id == track, *asked.of(TrackBadge.person_id))
    ):
        done[person] = min(day, done.get(person, day))
    return {
        person: (1, day)
        for person, day in done.items()
        if asked.window is None or asked.window.holds(day)
    }
