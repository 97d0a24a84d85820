"""The declaration of tracks."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, select

from kash.accounts.holdings import Holding
from kash.feature import Feature
from kash.people.models import Person
from kash.people.sections import PersonSection
from kash.platform.database import utc_now
from kash.platform.jobs import Chore
from kash.platform.web.navigation import Destination
from kash.platform.web.sample_ids import SampleId
from kash.tracks import blueprint, views
from kash.tracks.approval import APPROVAL
from kash.tracks.chapters import CHAPTERS
from kash.tracks.commands import tracks_commands
from kash.tracks.hits import FOUND
from kash.tracks.kinds import KINDS, ROLES
from kash.tracks.merging import REFERENCES
from kash.tracks.models import (
    SeenFact,
    SupervisionVisit,
    Track,
    TrackEnrolment,
    TrackVersion,
)
from kash.tracks.personal import PERSONAL
from kash.tracks.queries.visits import count_to_make, pass_on_to_make
from kash.tracks.services.badges import give_badges
from kash.tracks.services.visits import delete_old_notes
from kash.tracks.today import TODAY
from kash.tracks.trail_words import ACTION_WORDS
from kash.tracks.views.many import PUT_ON_A_TRACK
from kash.tracks.views.person_section import person_rows
from kash.tracks.words import (
    FLAWS,
    JOINS,
    LINE_FAULTS,
    OBSERVED,
    PARAMETERS,
    RENEWAL,
    RENEWAL_TONE,
    SEEN,
    STANDING,
    STANDING_TONE,
    TURNS,
    VISITS,
    checklist_line,
    join_word,
    pieces,
    sentence,
    track_name,
)


def _tracks(_known: Mapping[str, str]) -> Select[str]:
    """The track that all certificates need comes last: nobody is on it."""
    standard = and_(Track.certifies, Track.course_id.is_(None))
    return select(Track.public_id).order_by(standard, Track.id)


def _versions(known: Mapping[str, str]) -> Select[str]:
    return (
        select(TrackVersion.public_id)
        .join(TrackVersion.track)
        .where(Track.public_id == known["public_id"])
        .order_by(TrackVersion.number.desc())
    )


def _people(known: Mapping[str, str]) -> Select[str]:
    return (
        select(Person.public_id)
        .join(TrackEnrolment, TrackEnrolment.person_id == Person.id)
        .join(TrackEnrolment.track)
        .where(Track.public_id == known["public_id"])
        .order_by(TrackEnrolment.id)
    )


def _facts(known: Mapping[str, str]) -> Select[str]:
    return (
        select(SeenFact.public_id)
        .join(SeenFact.person)
        .where(Person.public_id == known["person_id"], SeenFact.kind == "role")
    )


def _batches(known: Mapping[str, str]) -> Select[str]:
    return (
        select(TrackEnrolment.batch)
        .join(TrackEnrolment.track)
        .where(Track.public_id == known["public_id"], TrackEnrolment.batch != "")
        .order_by(TrackEnrolment.id.desc())
    )


def _visits(known: Mapping[str, str]) -> Select[str]:
    return (
        select(SupervisionVisit.public_id)
        .join(SupervisionVisit.person)
        .where(Person.public_id == known["person_id"], SupervisionVisit.withdrawn_at.is_(None))
    )


FEATURE = Feature(
    "tracks",
    modules=(views,),
    blueprints=(blueprint,),
    commands=(tracks_commands,),
    words={
        "checklist_line": checklist_line,
        "join_word": join_word,
        "track_name": track_name,
        "track_pieces": pieces,
        "track_sentence": sentence,
        "track_words": {
            "flaws": FLAWS,
            "joins": JOINS,
            "parameters": PARAMETERS,
            "line_faults": LINE_FAULTS,
            "renewal": RENEWAL,
            "renewal_tone": RENEWAL_TONE,
            "roles": ROLES,
            "seen": SEEN,
            "standing": STANDING,
            "standing_tone": STANDING_TONE,
            "turns": TURNS,
            "observed": OBSERVED,
            "visits": VISITS,
        },
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        Destination("tracks.index", _l("Tracks"), "history", "tracks.see", 115),
        *TODAY,
        *FOUND,
        *REFERENCES,
        APPROVAL,
        PUT_ON_A_TRACK,
        *KINDS,
        Chore("delete_old_visit_notes", lambda: delete_old_notes(utc_now()), minutes=60),
        Holding(
            "visits",
            _l("Visits of supervision to make"),
            count_to_make,
            pass_on_to_make,
            permission="tracks.keep",
        ),
        Chore("give_track_badges", give_badges, minutes=60, at=23),
        PersonSection(_l("Tracks"), person_rows),
        SampleId("/tracks/<public_id>", _tracks),
        SampleId("/tracks/<public_id>/versions/<version_id>", _versions),
        SampleId("/tracks/<public_id>/people/<person_id>", _people),
        SampleId("/tracks/<public_id>/people/<person_id>/facts/<fact_id>", _facts),
        SampleId("/tracks/<public_id>/people/many/<batch>", _batches),
        SampleId("/tracks/<public_id>/people/<person_id>/visits/<visit_id>", _visits),
    ),
)
