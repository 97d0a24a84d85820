"""Chapters of the handbook that tell about tracks. Finding tracks from every page. Tracks of two
people who turn out to be one. Columns of this room's tables, sorted by what they hold about a
person. Tracks on Today: versions that wait to be published, and those that were sent back. Words
of the audit trail for what is done here: the room, then what happened. The declaration of tracks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, select

from kash.accounts.holdings import Holding
from kash.certificates.tracks import blueprint, forms, views
from kash.certificates.tracks.commands import tracks_commands
from kash.certificates.tracks.models import (
    APPROVAL,
    SeenFact,
    SupervisionVisit,
    Track,
    TrackEnrolment,
    TrackVersion,
)
from kash.certificates.tracks.queries.tracks import find_tracks, waiting_for
from kash.certificates.tracks.queries.visits import (
    DUE,
    KINDS,
    ROLES,
    count_to_make,
    pass_on_to_make,
    tracks_with_due_visits,
)
from kash.certificates.tracks.services.tracks import give_badges
from kash.certificates.tracks.services.visits import delete_old_notes
from kash.certificates.tracks.views.people import PUT_ON_A_TRACK, person_rows
from kash.feature import Feature
from kash.people.erasure import GOES, Beneath, OpenedForHer, about_things, free_texts, stays
from kash.people.models import Person
from kash.people.queries.search import Reference, Row, joined
from kash.people.sections import PersonSection
from kash.people.undo_log import RowChanges, table_of
from kash.platform.database import utc_now
from kash.platform.handbook.places import Chapters, peers
from kash.platform.jobs import Chore
from kash.platform.web.formats import date_text
from kash.platform.web.parts import ActionWords, Findable, Hit, NamedPage, SampleId
from kash.platform.web.today import Need, TodayLine, Viewer, total
from kash.policy import Actor, Role

CHAPTERS = Chapters(
    {
        "tracks": peers(
            "peer-educator#your-track",
            {
                Role.TRAINER: "trainer#tracks",
                Role.DIRECTOR: "director#publish-a-track",
                Role.MONITORING: "monitoring#who-stands-where-on-a-track",
            },
        )
    }
)


def _tracks(_actor: Actor, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(name, url_for("tracks.track", public_id=public_id))
        for public_id, name in find_tracks(text, limit)
    ]


FOUND = (
    Findable("tracks", _l("Tracks"), "tracks.see", 45, _tracks),
    NamedPage("tracks.add", _l("Add a track"), "tracks.edit", 92),
)


_FACT = "seen_fact.person_id"
_ENROLMENT = "track_enrolment.person_id"
_BADGE = "track_badge.person_id"
_VISIT = "supervision_visit.person_id"
_ONE_A_DAY = ("kind", "about", "day")
_OF_A_FACT = (
    "amount",
    "until",
    "seen_by",
    "entered_by",
    "entered_at",
    "withdrawn_at",
    "withdrawn_by",
    "withdrawn_because",
)


def better_fact(kept: Row, gone: Row) -> dict[str, Any]:
    """Changes to the fact of who is kept, so that of two about one thing on one day the better
    stands: what was withdrawn never hides what was not."""

    def worth(row: Row) -> tuple[bool, int]:
        return row["withdrawn_at"] is None, row["amount"]

    return {name: gone[name] for name in _OF_A_FACT} if worth(gone) > worth(kept) else {}


def earlier_badge(kept: Row, gone: Row) -> dict[str, Any]:
    """Changes to the badge of who is kept, so that of two the one that was earned first stands."""
    if kept["earned_on"] <= gone["earned_on"]:
        return {}
    return {name: gone[name] for name in ("version_id", "earned_on", "given_at")}


def move_visits(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Visits go along; where both have a fact of one day, which becomes one, theirs is the one that
    stays."""
    facts, visits = table_of(SeenFact), table_of(SupervisionVisit)
    of_both = row_changes.rows(facts, facts.c.person_id.in_((kept, gone)))
    stays = {_thing(fact): fact["id"] for fact in of_both if fact["person_id"] == kept}
    for fact in of_both:
        if fact["person_id"] == gone and _thing(fact) in stays:
            there = {"fact_id": stays[_thing(fact)]}
            row_changes.update(visits, visits.c.fact_id == fact["id"], there)
    row_changes.update(visits, visits.c.person_id == gone, {"person_id": kept})


def _thing(fact: Row) -> tuple[Any, ...]:
    return tuple(fact[name] for name in _ONE_A_DAY)


REFERENCES = (
    # Before the facts: of two that become one the other row goes.
    Reference(
        _VISIT,
        _l("Visits of supervision"),
        move_visits,
        # A visit is counted as the work of who made it.
        erased=stays(note_sealed=None, withdrawn_because="", observed={}),
    ),
    Reference(_FACT, _l("Facts for tracks"), joined(_FACT, _ONE_A_DAY, better_fact), erased=GOES),
    Reference(
        _BADGE, _l("Badges of tracks"), joined(_BADGE, ("track_id",), earlier_badge), erased=GOES
    ),
    # She stays on the version of who is kept.
    Reference(
        _ENROLMENT, _l("Tracks"), joined(_ENROLMENT, ("track_id",), lambda _k, _g: {}), erased=GOES
    ),
)


PERSONAL = (
    Beneath("track_move.enrolment_id", GOES),
    Beneath("supervision_visit.fact_id", stays(fact_id=None)),
    OpenedForHer("supervision_visit.note_sealed", kind="supervision_visit.note"),
    *free_texts("track_version.returned_because"),
    *about_things(
        supervision_visit="kind supervisor",
        track="name name_sw purpose",
        track_version="tree renewal checklist state published_for",
    ),
)


def _waiting(asked: Viewer) -> Sequence[Any]:
    actor = asked.actor
    return waiting_for(actor) if actor.may("tracks.approve") or actor.may("tracks.edit") else []


def _line(one: Any, title: str, text: str, button: str) -> TodayLine:
    return TodayLine(
        title % {"track": one.name, "number": one.number},
        url_for("tracks.version", public_id=one.track, version_id=one.version),
        text,
        key=_("Track"),
        button=button,
        about=one.name,
    )


def _proposed(asked: Viewer) -> Sequence[TodayLine]:
    return [
        _line(
            waiting,
            _("Proposed: %(track)s, version %(number)s"),
            _("Nobody is enrolled on it before it is published."),
            _("Read and decide"),
        )
        for waiting in asked.once(_waiting)
        if waiting.state != "draft"
    ]


def _returned(asked: Viewer) -> Sequence[TodayLine]:
    return [
        _line(
            waiting,
            _("Sent back: %(track)s, version %(number)s"),
            _("Its page says why. Change it and propose it again."),
            _("See why"),
        )
        for waiting in asked.once(_waiting)
        if waiting.state == "draft"
    ]


def _due(asked: Viewer) -> Sequence[TodayLine]:
    """Visits that the reader is to make; no names, as people of both groups are among them."""
    if not asked.actor.may("tracks.see"):
        return []
    return [
        TodayLine(
            _("Visits to make: %(track)s", track=forms.track_name(due.name, due.name_sw)),
            url_for("tracks.visits", public_id=due.track, state=DUE),
            _("The first is due since %(day)s.", day=date_text(due.since)),
            key=due.visits,
            button=_("See whom"),
            about=forms.track_name(due.name, due.name_sw),
            count=due.visits,
        )
        for due in tracks_with_due_visits(asked.actor, asked.day)
    ]


TODAY = (
    Need("tracks_visits", 158, _due, lead=_l("Visits that are due:"), lead_place=94, count=total),
    Need("tracks", 152, _proposed, lead=_l("Tracks that wait for you:"), lead_place=92),
    Need("tracks_returned", 162, _returned),
)


ACTION_WORDS = ActionWords(
    {
        "tracks.asked_for": _l("tracks: needed for the certificates of its course"),
        "tracks.asked_no_more": _l("tracks: no longer needed for certificates"),
        "tracks.badges_given": _l("tracks: badges given"),
        "tracks.checklist_written": _l("tracks: checklist written"),
        "tracks.enrolled": _l("tracks: person enrolled"),
        "tracks.enrolled_together": _l("tracks: people enrolled together"),
        "tracks.entry_undone": _l("tracks: people who were enrolled together taken off"),
        "tracks.fact_withdrawn": _l("tracks: fact withdrawn"),
        "tracks.facts_entered": _l("tracks: facts entered"),
        "tracks.moved": _l("tracks: person moved to another version"),
        "tracks.proposal_taken_back": _l("tracks: proposal taken back"),
        "tracks.role_ended": _l("tracks: role ended"),
        "tracks.taken_off": _l("tracks: person taken off"),
        "tracks.track_added": _l("tracks: track added"),
        "tracks.track_changed": _l("tracks: track changed"),
        "tracks.version_proposed": _l("tracks: version proposed"),
        "tracks.version_published": _l("tracks: version published"),
        "tracks.version_returned": _l("tracks: version returned"),
        "tracks.version_started": _l("tracks: version started"),
        "tracks.version_written": _l("tracks: version written"),
        "tracks.visit_entered": _l("tracks: visit entered"),
        "tracks.visit_withdrawn": _l("tracks: visit withdrawn"),
    }
)


def _feature_tracks(_known: Mapping[str, str]) -> Select[str]:
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
    choice="tracks",
    modules=(views,),
    blueprints=(blueprint,),
    commands=(tracks_commands,),
    words={
        "checklist_line": forms.checklist_line,
        "group_word": forms.group_word,
        "track_name": forms.track_name,
        "track_pieces": forms.pieces,
        "track_sentence": forms.sentence,
        "track_words": {
            "flaws": forms.FLAWS,
            "parameters": forms.PARAMETERS,
            "line_faults": forms.LINE_FAULTS,
            "renewal": forms.WORDS_RENEWAL,
            "renewal_tone": forms.RENEWAL_TONE,
            "roles": ROLES,
            "seen": forms.SEEN,
            "standing": forms.STANDING,
            "standing_tone": forms.STANDING_TONE,
            "turns": forms.TURNS,
            "observed": forms.OBSERVED,
            "visits": forms.VISITS,
        },
    },
    parts=(
        *PERSONAL,
        ACTION_WORDS,
        CHAPTERS,
        NamedPage("tracks.index", _l("Tracks"), "tracks.see", 92),
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
        SampleId("/tracks/<public_id>", _feature_tracks),
        SampleId("/tracks/<public_id>/versions/<version_id>", _versions),
        SampleId("/tracks/<public_id>/people/<person_id>", _people),
        SampleId("/tracks/<public_id>/people/<person_id>/facts/<fact_id>", _facts),
        SampleId("/tracks/<public_id>/people/many/<batch>", _batches),
        SampleId("/tracks/<public_id>/people/<person_id>/visits/<visit_id>", _visits),
    ),
)
