"""Writing the requirements of a version, and its way from draft to published."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.approvals.approval import note
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, one_or_404
from kash.policy import Actor
from kash.tracks.approval import APPROVAL
from kash.tracks.errors import (
    StandardTrack,
    TooManyItems,
    TrackDraftExists,
    TrackNotADraft,
    TrackStepNotPossible,
    UnsoundTree,
)
from kash.tracks.leaf_kinds import kind_rules
from kash.tracks.models import Track, TrackVersion
from kash.tracks.queries.tracks import catalogue
from kash.tracks.rules.checks import FlawAt, flaws_of, renewal_flaws
from kash.tracks.rules.tree import (
    Node,
    Renewal,
    renewal_as_json,
    renewal_from_json,
    tree_as_json,
    tree_from_json,
)
from kash.tracks.rules.visits import (
    MOST_ITEMS,
    ChecklistItem,
    checklist_as_json,
    checklist_from_json,
    written_items,
)
from kash.tracks.services.tracks import locked_track


def start_version(track_id: str, *, by: Actor) -> str:
    """Begin a draft as a copy of the latest version; its public id. Raises NotFound, StandardTrack
    and TrackDraftExists."""
    with audited("tracks.version_started", by) as change:
        track = locked_track(change.session, track_id)
        if track.standard:
            raise StandardTrack
        latest = track.versions[0]
        if latest.state != "published":
            raise TrackDraftExists
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
    public_id: str, tree: Node, renewal: Renewal | None, row_version: int, *, by: Actor
) -> None:
    """Save the requirements of a draft. Raises NotFound, TrackNotADraft, ChangedMeanwhile if
    `row_version` is not the present one, and UnsoundTree."""
    with audited("tracks.version_written", by) as change:
        version = _locked(change.session, public_id)
        if version.state != "draft":
            raise TrackNotADraft
        if version.row_version != row_version:
            raise ChangedMeanwhile
        if any(flaws(change.session, version.track, tree, renewal)):
            raise UnsoundTree
        version.tree = tree_as_json(tree)
        version.renewal = renewal_as_json(renewal) if renewal is not None else None
        version.row_version += 1
        change.about(public_id)


def write_checklist(
    public_id: str, rows: Sequence[ChecklistItem], row_version: int, *, by: Actor
) -> None:
    """Save the checklist of a draft. Raises NotFound, TrackNotADraft, ChangedMeanwhile if
    `row_version` is not the present one, and TooManyItems."""
    with audited("tracks.checklist_written", by) as change:
        version = _locked(change.session, public_id)
        if version.state != "draft":
            raise TrackNotADraft
        if version.row_version != row_version:
            raise ChangedMeanwhile
        known = [one.key for one in checklist_from_json(version.checklist)]
        items = written_items(rows, known, new_public_id)
        if len(items) > MOST_ITEMS:
            raise TooManyItems
        version.checklist = checklist_as_json(items)
        version.row_version += 1
        change.about(public_id)


def flaws(
    session: Session, track: Track, tree: Node, renewal: Renewal | None
) -> tuple[list[FlawAt], list[FlawAt], list[FlawAt]]:
    """Flaws of a tree, of the tree of its renewal, and of the renewal apart from that."""
    known, rules = catalogue(session), kind_rules()
    of_tree = flaws_of(tree, track.public_id, rules, known)
    if renewal is None:
        return of_tree, [], []
    return (
        of_tree,
        flaws_of(renewal.tree, track.public_id, rules, known),
        renewal_flaws(renewal, rules, course=track.course.public_id if track.course else ""),
    )


def propose(public_id: str, *, by: Actor) -> None:
    """Hand a draft to a director. Raises NotFound, TrackStepNotPossible and UnsoundTree."""
    with audited("tracks.version_proposed", by) as change:
        version = _step(change.session, public_id, "draft", "proposed")
        _refuse_unsound(change.session, version)
        version.proposed_by, version.returned_because = by.public_id, ""
        change.about(public_id)


def take_back(public_id: str, *, by: Actor) -> None:
    """Make a proposal a draft again, to go on writing. Raises NotFound and TrackStepNotPossible."""
    with audited("tracks.proposal_taken_back", by) as change:
        version = _step(change.session, public_id, "proposed", "draft")
        version.proposed_by = None
        change.about(public_id)


def return_to_draft(public_id: str, because: str, *, by: Actor) -> None:
    """Send a proposal back with a sentence. Raises NotFound and TrackStepNotPossible."""
    with audited("tracks.version_returned", by) as change:
        version = _step(change.session, public_id, "proposed", "draft")
        version.proposed_by, version.returned_because = None, because
        note(change, version, by.decides_for(APPROVAL.approves))


def publish(public_id: str, row_version: int | None = None, *, by: Actor) -> None:
    """Publish a proposal: nothing in it changes any more. `row_version` is that of what was read.

    Raises NotFound, TrackStepNotPossible, SamePerson, StandsInForProposer, UnsoundTree, as other
    tracks may have changed, and ChangedMeanwhile if it was written anew since it was read.
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
    renewal = renewal_from_json(version.renewal) if version.renewal else None
    if any(flaws(session, version.track, tree_from_json(version.tree), renewal)):
        raise UnsoundTree


def _step(session: Session, public_id: str, before: str, after: str) -> TrackVersion:
    version = _locked(session, public_id)
    if version.state != before:
        raise TrackStepNotPossible
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
    return one_or_404(
        session.scalar(
            select(TrackVersion).where(TrackVersion.public_id == public_id).with_for_update()
        )
    )
