"""Problems that stand in the way of what is done with tracks. Adding a track, and changing what
it is called. Badges for having fulfilled a track. Nothing takes one away again. Writing the
requirements of a version, and its way from draft to published. Tracks that certificates need:
one for all courses, and another for a course that asks for more. What is proposed already stays
as it was proposed. People on a track: enrolled, moved to another version, taken off it. Putting
many people on a track in one step, and taking that step back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from kash.certificates.tracks.leaf_kinds import LeafQuestion, kind_rules
from kash.certificates.tracks.models import (
    APPROVAL,
    Track,
    TrackBadge,
    TrackEnrolment,
    TrackMove,
    TrackVersion,
)
from kash.certificates.tracks.queries.certifying import fulfilled_by_version
from kash.certificates.tracks.queries.tracks import catalogue, published_version, version_of
from kash.certificates.tracks.queries.visits import kept_by, undoable
from kash.certificates.tracks.rules import standing as standing_rules
from kash.certificates.tracks.rules import tree as trees
from kash.people.models import Person
from kash.people.queries.persons import locked_person
from kash.people.scope import within_reach
from kash.platform.approvals.approval import note
from kash.platform.database import db, is_public_id, new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from kash.training.models import Course

CANNOT_CERTIFY = _l("Only a published track that leads to a course's certificate can be required.")


class UnsoundTree(Problem):
    """Requirements that cannot be saved; its page says why, each beside its place."""

    sentence = _l("These requirements can't be saved yet. What is wrong stands beside each.")


NOTHING_OF_MINORS = _l("Nothing is entered about anybody under 18.")


ALREADY_WITHDRAWN = _l("This was withdrawn already.")


@dataclass(frozen=True)
class TrackDetails:
    """A track apart from its requirements; `course` is that of its certificate (public id), empty
    if it has none."""

    name: str
    name_sw: str = ""
    purpose: str = ""
    course: str = ""


def add_track(details: TrackDetails, *, by: Actor) -> tuple[str, str]:
    """Add a track with an empty first draft; the public ids of both. Raises Problem."""
    with audited("tracks.track_added", by) as change:
        track = Track(created_at=change.now)
        _fill(change.session, track, details)
        draft = TrackVersion(
            track=track, number=1, tree=trees.tree_as_json(()), created_at=change.now
        )
        change.session.add_all([track, draft])
        change.session.flush()
        change.about(track.public_id, draft.public_id)
        return track.public_id, draft.public_id


def change_track(public_id: str, details: TrackDetails, *, by: Actor) -> None:
    """Change a track's names, purpose and course. Raises NotFound, and Problem if the name is taken
    or the course unknown, or if the course would change while certificates of the present one need
    this track or a published version says how its certificate is renewed."""
    with audited("tracks.track_changed", by) as change:
        track = locked_track(change.session, public_id)
        course = track.course_id
        _fill(change.session, track, details)
        if track.course_id != course and track.certifies:
            raise Problem(
                _l(
                    "The certificates of this course need this track, so the"
                    " course stays. A director can"
                    " change that under Certificates, The rule."
                ),
                field="course",
            )
        if track.course_id != course and any(
            version.state == "published" and version.renewal for version in track.versions
        ):
            raise Problem(
                _l(
                    "A published version says how this certificate is renewed,"
                    " so the course stays. Add another"
                    " track for another course."
                ),
                field="course",
            )
        change.about(public_id)


def locked_track(session: Session, public_id: str) -> Track:
    """A track inside a write transaction, locked. Raises NotFound."""
    return get_or_404(session, Track, public_id, lock=True)


def _fill(session: Session, track: Track, details: TrackDetails) -> None:
    taken = select(Track.id).where(func.lower(Track.name) == func.lower(details.name))
    if track.id is not None:
        taken = taken.where(Track.id != track.id)
    if session.scalar(taken) is not None:
        raise Problem(_l("Another track has this name."), field="name")
    course = None
    if details.course:
        course = session.scalar(select(Course.id).where(Course.public_id == details.course))
        if course is None:
            raise Problem(_l("Choose a course from the list."), field="course")
    track.name, track.name_sw = details.name, details.name_sw
    track.purpose, track.course_id = details.purpose, course


# Beyond so many, everybody's facts are read rather than those of a list of keys.
_MOST_KEYS = 500


def give_badges() -> int:
    """Give badges to all who are on a track, fulfil it and have none yet; how many."""
    given = 0
    for track in db.session.scalars(select(Track.public_id).order_by(Track.id)).all():
        db.session.rollback()
        with audited("tracks.badges_given", SYSTEM) as change:
            locked = locked_track(change.session, track)
            now = give_earned(change.session, locked, change.now)
            if now:
                change.about(track)
            else:
                change.nothing()
            given += now
    return given


def give_earned(
    session: Session, track: Track, now: datetime, people: Collection[int] | None = None
) -> int:
    """Give badges to all who are on a track that is locked, fulfil their version and have none yet,
    of these persons (keys) or of all; how many. Within a transaction."""
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    has_one = exists().where(
        TrackBadge.track_id == TrackEnrolment.track_id,
        TrackBadge.person_id == TrackEnrolment.person_id,
    )
    statement = select(TrackEnrolment.version_id, TrackEnrolment.person_id).where(
        TrackEnrolment.track_id == track.id, ~has_one
    )
    if people is not None:
        statement = statement.where(TrackEnrolment.person_id.in_(people))
    for version, person in session.execute(statement):
        waiting[version].append(person)
    given = 0
    for version, persons in waiting.items():
        narrowed = persons if len(persons) <= _MOST_KEYS else None
        question = LeafQuestion(local_today(), narrowed)
        done = fulfilled_by_version(session, {version: persons}, question)
        give(session, track, version, done, now)
        given += len(done)
    return given


def give(
    session: Session, track: Track, version: int, earned: Mapping[int, date], now: datetime
) -> None:
    """Give badges of a track that is locked to these persons, {key: day}, who have none. Within a
    transaction."""
    session.add_all(
        TrackBadge(
            track_id=track.id, version_id=version, person_id=person, earned_on=day, given_at=now
        )
        for person, day in earned.items()
    )
    session.flush()


def start_version(track_id: str, *, by: Actor) -> str:
    """Begin a draft as a copy of the latest version; its public id. Raises NotFound and Problem."""
    with audited("tracks.version_started", by) as change:
        track = locked_track(change.session, track_id)
        if track.standard:
            raise Problem(_l("A director sets this under Certificates, The rule."))
        latest = track.versions[0]
        if latest.state != "published":
            raise Problem(_l("There is a version already that is not published yet."))
        draft = TrackVersion(
            track_id=track.id,
            number=latest.number + 1,
            tree=latest.tree,
            renewal=latest.renewal,
            checklist=latest.checklist,
            created_at=change.now,
        )
        change.session.add(draft)
        change.session.flush()
        change.about(track_id, draft.public_id)
        return draft.public_id


def write_version(
    public_id: str,
    tree: trees.Requirements,
    renewal: trees.Renewal | None,
    row_version: int,
    *,
    by: Actor,
) -> None:
    """Save the requirements of a draft. Raises NotFound, Problem, ChangedMeanwhile if `row_version`
    is not the present one, and UnsoundTree."""
    with audited("tracks.version_written", by) as change:
        version = _draft(change.session, public_id, row_version)
        if any(flaws(change.session, version.track, tree, renewal)):
            raise UnsoundTree
        version.tree = trees.tree_as_json(tree)
        version.renewal = trees.renewal_as_json(renewal) if renewal is not None else None
        change.about(public_id)


def write_checklist(
    public_id: str, rows: Sequence[standing_rules.ChecklistItem], row_version: int, *, by: Actor
) -> None:
    """Save the checklist of a draft. Raises NotFound, Problem, and ChangedMeanwhile if
    `row_version` is not the present one."""
    with audited("tracks.checklist_written", by) as change:
        version = _draft(change.session, public_id, row_version)
        keys = [item.key for item in standing_rules.checklist_from_json(version.checklist)]
        items = standing_rules.written_items(rows, keys, new_public_id)
        if len(items) > standing_rules.MOST_ITEMS:
            raise Problem(_l("A checklist has at most 20 lines."))
        version.checklist = standing_rules.checklist_as_json(items)
        change.about(public_id)


def _draft(session: Session, public_id: str, row_version: int) -> TrackVersion:
    """A draft that is written anew, locked, as it was read."""
    version = _locked(session, public_id)
    if version.state != "draft":
        raise Problem(_l("This version is no draft any more."))
    if version.row_version != row_version:
        raise ChangedMeanwhile
    version.row_version += 1
    return version


def flaws(
    session: Session, track: Track, tree: trees.Requirements, renewal: trees.Renewal | None
) -> tuple[list[trees.FlawAt], list[trees.FlawAt], list[trees.FlawAt]]:
    """Flaws of a tree, of the tree of its renewal, and of the renewal apart from that."""
    there, rules = catalogue(session), kind_rules()
    of_tree = trees.flaws_of(tree, track.public_id, rules, there)
    if renewal is None:
        return of_tree, [], []
    return (
        of_tree,
        trees.flaws_of(renewal.tree, track.public_id, rules, there),
        trees.renewal_flaws(renewal, rules, course=track.course.public_id if track.course else ""),
    )


def propose(public_id: str, *, by: Actor) -> None:
    """Hand a draft to a director. Raises NotFound, UnsoundTree and Problem."""
    with audited("tracks.version_proposed", by) as change:
        version = _step(change.session, public_id, "draft", "proposed")
        _refuse_unsound(change.session, version)
        version.proposed_by, version.returned_because = by.public_id, ""
        change.about(public_id)


def take_back(public_id: str, *, by: Actor) -> None:
    """Make a proposal a draft again, to go on writing. Raises NotFound and Problem."""
    with audited("tracks.proposal_taken_back", by) as change:
        version = _step(change.session, public_id, "proposed", "draft")
        version.proposed_by = None
        change.about(public_id)


def return_to_draft(public_id: str, because: str, *, by: Actor) -> None:
    """Send a proposal back with a sentence. Raises NotFound and Problem."""
    with audited("tracks.version_returned", by) as change:
        version = _step(change.session, public_id, "proposed", "draft")
        version.proposed_by, version.returned_because = None, because
        note(change, version, by.decides_for(APPROVAL.approves))


def publish(public_id: str, row_version: int | None = None, *, by: Actor) -> None:
    """Publish a proposal: nothing in it changes any more. `row_version` is that of what was read.

    Raises NotFound, Problem, SamePerson, StandsInForProposer, UnsoundTree, as other tracks may
    have changed, and ChangedMeanwhile if it was written anew since it was read.
    """
    with audited("tracks.version_published", by) as change:
        version = _step(change.session, public_id, "proposed", "published")
        if row_version is not None and row_version != version.row_version:
            raise ChangedMeanwhile
        version.published_for = APPROVAL.decides(version, by)
        _refuse_unsound(change.session, version)
        version.published_by, version.published_at = by.public_id, change.now
        note(change, version, version.published_for)


def _refuse_unsound(session: Session, version: TrackVersion) -> None:
    renewal = trees.renewal_from_json(version.renewal) if version.renewal else None
    if any(flaws(session, version.track, trees.tree_from_json(version.tree), renewal)):
        raise UnsoundTree


def _step(session: Session, public_id: str, before: str, after: str) -> TrackVersion:
    version = _locked(session, public_id)
    if version.state != before:
        raise Problem(_l("This version has changed state. Look at it again."))
    version.state = after
    return version


def _locked(session: Session, public_id: str) -> TrackVersion:
    """A version inside a write transaction, with its track locked before it."""
    track = one_or_404(
        session.scalar(
            select(Track.public_id)
            .join(TrackVersion, TrackVersion.track_id == Track.id)
            .where(TrackVersion.public_id == public_id)
        )
    )
    locked_track(session, track)
    return get_or_404(session, TrackVersion, public_id, lock=True)


STANDARD_NAMES = ("Certificate of a workshop", "Cheti cha warsha")


def publish_share(session: Session, share: int, by: Actor, now: datetime) -> TrackVersion:
    """Make the track that all certificates need ask for this share of a workshop's hours, in per
    cent: a version of one requirement, the present one if it asks for the same. Within a
    transaction."""
    track = session.scalar(
        select(Track).where(Track.certifies, Track.course_id.is_(None)).with_for_update()
    )
    if track is None:
        name, name_sw = STANDARD_NAMES
        track = Track(name=_free(session, name), name_sw=name_sw, certifies=True, created_at=now)
        session.add(track)
    tree = trees.tree_as_json(trees.all_of(trees.Leaf.of("workshop", share=share)))
    present = next(iter(track.versions), None)
    if present is not None and present.tree == tree:
        return present
    version = TrackVersion(
        track=track,
        number=present.number + 1 if present is not None else 1,
        tree=tree,
        state="published",
        published_by=by.public_id,
        published_at=now,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _free(session: Session, name: str) -> str:
    """A name that no track has, this one if it is free."""
    taken = set(session.scalars(select(Track.name).where(Track.name.startswith(name))))
    return next(
        free
        for free in (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
        if free not in taken
    )


def ask_for(public_id: str, *, by: Actor) -> None:
    """Make the certificates of a track's course need it from now on. Raises NotFound and
    Problem."""
    with audited("tracks.asked_for", by) as change:
        track = locked_track(change.session, public_id)
        if track.certifies:
            change.nothing()
            return
        if track.course_id is None or published_version(track) is None:
            raise Problem(CANNOT_CERTIFY)
        others = select(Track.id).where(Track.course_id == track.course_id, Track.certifies)
        if change.session.scalar(others) is not None:
            raise Problem(_l("The certificates of this course need another track. End that first."))
        track.certifies = True
        change.about(public_id)


def ask_no_more(public_id: str, *, by: Actor) -> None:
    """Let the certificates of a track's course need no more than those of all others. Raises
    NotFound, and Problem for the track that all need."""
    with audited("tracks.asked_no_more", by) as change:
        track = locked_track(change.session, public_id)
        if track.standard:
            raise Problem(CANNOT_CERTIFY)
        if not track.certifies:
            change.nothing()
            return
        track.certifies = False
        change.about(public_id)


def note_fulfilled(
    session: Session, track: Track, people: dict[int, int], by: Actor, now: datetime
) -> None:
    """Put these persons, {key: key of a version}, on a track that they fulfil, if they are not on
    it, and give them its badge. Within a transaction."""
    locked_track(session, track.public_id)
    there = _on_it(session, track, people)
    session.add_all(
        _enrolled(track, version, person, by, now)
        for person, version in people.items()
        if person not in there
    )
    session.flush()
    give_earned(session, track, now, list(people))


def _on_it(session: Session, track: Track, people: Collection[int]) -> set[int]:
    return set(
        session.scalars(
            select(TrackEnrolment.person_id).where(
                TrackEnrolment.track_id == track.id, TrackEnrolment.person_id.in_(people)
            )
        )
    )


def _enrolled(
    track: Track, version: int, person: int, by: Actor, now: datetime, batch: str = ""
) -> TrackEnrolment:
    return TrackEnrolment(
        track_id=track.id,
        version_id=version,
        person_id=person,
        enrolled_by=by.public_id,
        enrolled_at=now,
        batch=batch,
    )


def _to_enrol_on(session: Session, track_id: str) -> tuple[Track, TrackVersion]:
    """A track, locked, and the version on which people are enrolled."""
    track = locked_track(session, track_id)
    _refuse_standard(track)
    version = published_version(track)
    if version is None:
        raise Problem(_l("Publish a version of this track before anybody is enrolled."))
    return track, version


def enrol(track_id: str, person_id: str, *, by: Actor) -> str:
    """Enrol a person on the published version of a track; the enrolment's public id.

    Raises NotFound, also for somebody out of reach, and Problem.
    """
    with audited("tracks.enrolled", by) as change:
        track, version = _to_enrol_on(change.session, track_id)
        person = reached_person(change.session, person_id, by)
        if person.minor:
            raise Problem(_l("Nobody under 18 is enrolled."))
        if _on_it(change.session, track, [person.id]):
            raise Problem(_l("This person is on this track already."))
        enrolment = _enrolled(track, version.id, person.id, by, change.now)
        change.session.add(enrolment)
        change.session.flush()
        change.about(track_id, enrolment.public_id)
        return enrolment.public_id


def move(track_id: str, person_id: str, version_id: str, reason: str, *, by: Actor) -> None:
    """Move somebody to another published version of her track. Raises NotFound, and
    Problem, also for a version before her first where certificates need the track."""
    with audited("tracks.moved", by) as change:
        track = locked_track(change.session, track_id)
        _refuse_standard(track)
        person = reached_person(change.session, person_id, by)
        enrolment = _enrolment(change.session, track, person)
        version = version_of(track, version_id)
        if version.state != "published":
            raise NotFound
        if version.id == enrolment.version_id:
            raise Problem(
                _l("This person is on this version already. Choose another one."), field="version"
            )
        if track.certifies and version.number < _first_version(track, enrolment):
            raise Problem(
                _l("Certificates need this track, so nobody goes back to an earlier version."),
                field="version",
            )
        # What she has done by the earlier version stays hers.
        give_earned(change.session, track, change.now, [person.id])
        move = TrackMove(from_id=enrolment.version_id, to_id=version.id, reason=reason)
        move.moved_by, move.moved_at = by.public_id, change.now
        enrolment.moves.append(move)
        enrolment.version_id = version.id
        change.about(track_id, enrolment.public_id)


def take_off(track_id: str, person_id: str, *, by: Actor) -> None:
    """Take somebody off a track; what was entered about her stays, and so does her badge. Raises
    NotFound and Problem."""
    with audited("tracks.taken_off", by) as change:
        track = locked_track(change.session, track_id)
        person = reached_person(change.session, person_id, by)
        enrolment = _enrolment(change.session, track, person)
        give_earned(change.session, track, change.now, [person.id])
        change.about(track_id, enrolment.public_id)
        change.session.delete(enrolment)


def reached_person(session: Session, person_id: str, by: Actor) -> Person:
    """A person in an actor's reach for tracks, locked. Raises NotFound and Problem."""
    person = locked_person(session, person_id)
    refuse_oneself(by, [person.id])
    reached = select(Person.id).where(
        Person.id == person.id, within_reach(by, "tracks.keep", few=True)
    )
    if session.scalar(reached) is None:
        raise NotFound
    return person


def _refuse_standard(track: Track) -> None:
    if track.standard:
        raise Problem(_l("Nobody is put on this track: it holds for everybody."))


def refuse_oneself(by: Actor, people: Collection[int]) -> None:
    """Raise Problem if an actor is one of these persons (keys)."""
    if by.person_id is not None and by.person_id in people:
        raise Problem(_l("This is about yourself: somebody else must do it."), status=403)


def _enrolment(session: Session, track: Track, person: Person) -> TrackEnrolment:
    return one_or_404(
        session.scalar(
            select(TrackEnrolment)
            .where(TrackEnrolment.track_id == track.id, TrackEnrolment.person_id == person.id)
            .with_for_update()
        )
    )


def _first_version(track: Track, enrolment: TrackEnrolment) -> int:
    """The number of the version on which somebody began."""
    began = enrolment.moves[-1].from_id if enrolment.moves else enrolment.version_id
    return next(version.number for version in track.versions if version.id == began)


_AT_ONCE = 500


def enrol_all(
    track_id: str, version_id: str, people: Sequence[str], *, by: Actor
) -> tuple[str, int, int]:
    """Enrol these people (public ids) on the published version of a track, which is the one that
    was shown; under which batch (empty if nobody was), how many, and how many were left out.

    Left out are those who are on it already, under 18, the actor herself, or not her own by now.
    Raises NotFound, and Problem, also if another version was published since.
    """
    with audited("tracks.enrolled_together", by) as change:
        track, version = _to_enrol_on(change.session, track_id)
        if version.public_id != version_id:
            raise Problem(
                _l("Another version was published meanwhile. Look at it, then confirm again.")
            )
        batch, enrolled = new_public_id(), list[TrackEnrolment]()
        wanted = list(dict.fromkeys(people))
        for start in range(0, len(wanted), _AT_ONCE):
            reached = change.session.execute(
                select(Person.id, Person.minor)
                .where(Person.public_id.in_(wanted[start : start + _AT_ONCE]), kept_by(by))
                .order_by(Person.id)
                .with_for_update(of=Person)
            ).all()
            there = _on_it(change.session, track, [person.id for person in reached])
            enrolled += [
                _enrolled(track, version.id, person.id, by, change.now, batch)
                for person in reached
                if not person.minor and person.id not in {*there, by.person_id}
            ]
        if not enrolled:
            change.nothing()
            return "", 0, len(wanted)
        change.session.add_all(enrolled)
        change.session.flush()
        change.about(track_id, *(enrolment.public_id for enrolment in enrolled))
        return batch, len(enrolled), len(wanted) - len(enrolled)


def undo_batch(track_id: str, batch: str, *, by: Actor) -> int:
    """Take off again who was put on a track together, as far as they are the actor's own people
    and were not moved since; how many. What was entered about them stays, and so do badges.

    Raises NotFound, also where nobody is left of them.
    """
    with audited("tracks.entry_undone", by) as change:
        track = locked_track(change.session, track_id)
        if not is_public_id(batch):
            raise NotFound
        these = TrackEnrolment.id.in_(undoable(track.id, by, change.now, batch))
        # What they have done by now stays theirs.
        people = change.session.scalars(select(TrackEnrolment.person_id).where(these)).all()
        give_earned(change.session, track, change.now, people)
        gone = change.session.scalars(
            delete(TrackEnrolment)
            .where(these)
            .returning(TrackEnrolment.public_id)
            .execution_options(synchronize_session=False)
        ).all()
        if not gone:
            raise NotFound
        change.about(track_id, *gone)
        return len(gone)
