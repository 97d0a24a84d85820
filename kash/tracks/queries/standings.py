"""Standings on a track: who earned it, whose standing is active, whose has run out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.tracks.leaf_kinds import LeafQuestion, certificate_periods
from kash.tracks.models import Track, TrackBadge, TrackEnrolment, TrackVersion
from kash.tracks.queries.standing import fulfilled_by_version
from kash.tracks.rules.standing import Standing, last_day_of, standing_on
from kash.tracks.rules.tree import renewal_from_json


@dataclass(frozen=True)
class PersonStanding:
    """Standing of one person on a track: the day on which she earned it, if she did, and the last
    day of her certificate, None if she has none or it holds for ever."""

    state: Standing
    earned_on: date | None
    last_day: date | None


def standings(
    session: Session,
    track: Track,
    today: date,
    people: Collection[int] | None = None,
    *,
    done: Mapping[int, date] | None = None,
) -> dict[int, PersonStanding]:
    """{person: standing} of everybody who is on a track or has its badge, or of these persons among
    them (keys).

    `done` are the days on which they did all that their versions ask for, if that is known. Four
    queries, and else one for each requirement of versions on which somebody is without a badge.
    """
    asked = LeafQuestion(today, people)
    versions: dict[int, int] = {}
    for person, version in session.execute(
        select(TrackEnrolment.person_id, TrackEnrolment.version_id).where(
            TrackEnrolment.track_id == track.id, *asked.of(TrackEnrolment.person_id)
        )
    ):
        versions[person] = version
    earned: dict[int, date] = {}
    for person, version, day in session.execute(
        select(TrackBadge.person_id, TrackBadge.version_id, TrackBadge.earned_on).where(
            TrackBadge.track_id == track.id, *asked.of(TrackBadge.person_id)
        )
    ):
        earned[person] = day
        versions.setdefault(person, version)
    known = _fulfilling_now(session, versions, earned, asked) if done is None else done
    earned = {**known, **earned}
    renewals = {
        key: renewal_from_json(written)
        for key, written in session.execute(
            select(TrackVersion.id, TrackVersion.renewal).where(TrackVersion.track_id == track.id)
        )
        if written
    }
    periods = certificate_periods(session, track.course_id, people) if earned else {}
    return {
        person: PersonStanding(
            standing_on(
                today,
                earned.get(person),
                periods.get(person, ()),
                renewals.get(version),
                certified=track.course_id is not None,
            ),
            earned.get(person),
            last_day_of(periods.get(person, ())),
        )
        for person, version in versions.items()
    }


def _fulfilling_now(
    session: Session,
    versions: Mapping[int, int],
    earned: Mapping[int, date],
    asked: LeafQuestion,
) -> dict[int, date]:
    """Days on which those who have no badge yet did all that their versions ask for."""
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for person, version in versions.items():
        if person not in earned:
            waiting[version].append(person)
    return fulfilled_by_version(session, waiting, asked) if waiting else {}
