"""The errors of stories, each with a sentence for the person who meets it. Withdrawing stories:
nothing is left but that there was one. Stories as they are written and read: sealed to the vault,
with the case that they are of. The audit trail tells that somebody wrote or read one, and names
neither the draft nor the case: the person who reads it could otherwise follow a told story to the
case that was opened before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kash.forums.models import Story
from kash.forums.stories.queries import (
    BESIDE,
    KIND,
    OpenDraft,
    audiences_of,
    beside_of,
    lines_too_thin,
    names_known,
    open_draft,
)
from kash.forums.stories.rules import (
    CHECKS,
    FORUM,
    FUNDERS,
    PURPOSE_OF,
    StoryDraft,
    as_bytes,
    identifying_words,
    unchecked,
)
from kash.incidents.queries.cases import Case, case_to_tell
from kash.incidents.services.cases import locked_incident
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.retention import forget_made, note_made
from kash.people.models import Organisation
from kash.platform.database import after_commit, new_public_id, without_order
from kash.platform.vault import (
    OpenVault,
    SavedMeanwhile,
    audited,
    file_document,
    keep_keys,
    save_document,
    scrub,
    seal,
    shred,
)
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor

_NOT_LOOKED_THROUGH = _l("Look for each of these in the text, and tick it. Only then can it go on.")


class StoryChangedMeanwhile(ChangedMeanwhile):
    """The story was changed since this page was opened."""

    sentence = _l("Somebody else changed this story meanwhile.")


def withdraw_story(public_id: str, *, by: Actor) -> None:
    """Withdraw a told story by hand, no matter who agrees. Raises NotFound, also if it is withdrawn
    already."""
    with audited("stories.withdrawn", by) as change:
        session = change.session
        told = select(Story.public_id).where(Story.public_id == public_id, Story.text.is_not(None))
        one_or_404(session.scalar(told))
        for purpose in PURPOSE_OF.values():
            forget_made(session, purpose, public_id)
        _end(session, [public_id])
        change.about(public_id)


def end_for(audience: str) -> Callable[[Session, Sequence[str], Collection[str]], None]:
    """The end of drafts and told stories, by ids, once an audience may not hear them any more, in
    the transaction of the person who takes the consent back. One that another audience may still
    hear (`still`) stays for that one alone; of any other the text is in no file of the database
    after the commit."""
    flag = "for_forum" if audience == FORUM else "for_funders"

    def end(session: Session, made: Sequence[str], still: Collection[str]) -> None:
        session.execute(
            update(Story)
            .where(Story.public_id.in_(made))
            .values({flag: False})
            .execution_options(synchronize_session=False)
        )
        _end(session, [story for story in made if story not in still])

    return end


def _end(session: Session, made: Sequence[str]) -> None:
    shred(session, made)
    session.execute(
        update(Story)
        .where(Story.public_id.in_(made))
        .values(title=None, text=None, for_forum=False, for_funders=False, beside_sealed=None)
        .execution_options(synchronize_session=False)
    )
    after_commit(_scrub)


def _scrub() -> None:
    scrub()


@dataclass(frozen=True)
class WrittenStory:
    """A story as its writer typed it, for `audiences`; `ready` gives it to a second reader."""

    case: str
    language: str
    title: str = field(repr=False)
    text: str = field(repr=False)
    audiences: Sequence[str] = ()
    checks: Sequence[str] = ()
    ready: bool = False


def write_story(written: WrittenStory, *, by: Actor, vault: OpenVault) -> str:
    """Keep a new draft; its id. Raises NotFound and Problem."""
    with audited("stories.written", by) as change:
        session = change.session
        case = _agreed_case(session, by, vault, written.case, written.audiences)
        draft = _draft_of(session, written, case, by)
        draft_id = file_document(session, KIND, as_bytes(draft)).public_id
        _note(session, draft, case, draft_id)
    return draft_id


def change_story(
    public_id: str, version: int, written: WrittenStory, *, by: Actor, vault: OpenVault
) -> None:
    """Change an own draft. Raises NotFound, Problem and StoryChangedMeanwhile."""
    with audited("stories.written", by) as change:
        session = change.session
        own = _own_draft(session, by, vault, public_id)
        case = _agreed_case(session, by, vault, own.draft.case, written.audiences)
        draft = _draft_of(session, written, case, by)
        if draft.audiences != own.draft.audiences:
            _forget(session, public_id)
            _note(session, draft, case, public_id)
        if draft.state == "draft":
            draft.returned, draft.returned_by = own.draft.returned, own.draft.returned_by
        _save(session, vault, own, version, draft)


def drop_story(public_id: str, *, by: Actor, vault: OpenVault) -> None:
    """End an own draft for good. Raises NotFound."""
    with audited("stories.dropped", by) as change:
        own = _own_draft(change.session, by, vault, public_id)
        _forget(change.session, own.public_id)
        shred(change.session, [own.public_id])


def note_reading(by: Actor, vault: OpenVault, found: Sequence[OpenDraft]) -> None:
    """Note that drafts were shown; the keys of what was only filed before are kept from now on."""
    with audited("stories.read", by) as change:
        sealed = [draft.sealed for draft in found]
        keep_keys(
            change.session,
            vault,
            [*sealed, *(document for draft in found for document in draft.case.documents)],
        )


def return_story(public_id: str, version: int, reason: str, *, by: Actor, vault: OpenVault) -> None:
    """Send a story back to its writer, with what must be put right. Raises NotFound, Problem and
    StoryChangedMeanwhile."""
    with audited("stories.returned", by) as change:
        waiting = _waiting(change.session, by, vault, public_id)
        draft = waiting.draft.model_copy(
            update={"state": "returned", "returned": reason, "returned_by": by.public_id}
        )
        _save(change.session, vault, waiting, version, draft)


def tell_story(
    public_id: str, version: int, checks: Sequence[str], *, by: Actor, vault: OpenVault
) -> str:
    """Tell a story that was read a second time; the id under which it is told, which nothing ties
    to the draft. Raises NotFound, StoryChangedMeanwhile and Problem."""
    with audited("stories.told", by) as change:
        session = change.session
        waiting = _waiting(session, by, vault, public_id)
        if waiting.version != version:
            raise StoryChangedMeanwhile
        if unchecked(list(checks)):
            raise Problem(_NOT_LOOKED_THROUGH, field="checks")
        draft = waiting.draft
        case = _agreed_case(session, by, vault, draft.case, draft.audiences)
        _refuse_what_tells(session, draft, case)
        month = to_local(change.now).date().replace(day=1)
        public_id = new_public_id()
        lines = beside_of(case).model_dump_json()
        story = Story(
            public_id=public_id,
            month=month,
            language=draft.language,
            title=draft.title,
            text=draft.text,
            for_forum=FORUM in draft.audiences,
            for_funders=FUNDERS in draft.audiences,
            beside_sealed=seal(lines, kind=BESIDE, public_id=public_id),
        )
        session.add(story)
        session.flush()
        without_order(session, Story, story.id)
        _forget(session, waiting.public_id)
        _note(session, draft, case, story.public_id)
        shred(session, [waiting.public_id])
        change.about(story.public_id)
        return story.public_id


def _note(session: Session, draft: StoryDraft, case: Case, made: str) -> None:
    for audience in draft.audiences:
        note_made(session, PURPOSE_OF[audience], case.reference, made)


def _forget(session: Session, made: str) -> None:
    for purpose in PURPOSE_OF.values():
        forget_made(session, purpose, made)


def _agreed_case(
    session: Session, by: Actor, vault: OpenVault, reference: str, audiences: Sequence[str]
) -> Case:
    # A person who takes the consent back meanwhile waits for this, or this for her.
    locked_incident(session, reference)
    with letterbox(session):
        case = case_to_tell(by, vault, reference, session)
    if not audiences:
        raise Problem(_l("Choose who hears it."), field="audiences")
    if not set(audiences) <= set(audiences_of(case)):
        raise Problem(
            _l(
                "Not everybody in this case has agreed that it is told as a"
                " story to these. Read the words"
                " of the consent out first, or tell it to others only."
            ),
            field="audiences",
        )
    return case


def _draft_of(session: Session, written: WrittenStory, case: Case, by: Actor) -> StoryDraft:
    draft = StoryDraft(
        case=case.reference,
        language=written.language,
        title=written.title,
        text=written.text,
        written_by=by.public_id,
        audiences=[choice for choice in PURPOSE_OF if choice in written.audiences],
        state="waiting" if written.ready else "draft",
        checks=[choice for choice in CHECKS if choice in written.checks],
    )
    if written.ready:
        _refuse_what_tells(session, draft, case)
        if unchecked(draft.checks):
            raise Problem(_NOT_LOOKED_THROUGH, field="checks")
    return draft


def _refuse_what_tells(session: Session, draft: StoryDraft, case: Case) -> None:
    places = session.scalars(select(Organisation.name))
    thin = lines_too_thin(case)
    if thin:
        raise Problem(
            _(
                "This cannot be told now. Printed numbers say “few” of it (%(lines)s), so"
                " anybody who reads both may guess who it was.",
                lines="; ".join(thin),
            ),
            field="case",
        )
    words = identifying_words(f"{draft.title}\n{draft.text}", places, names_known(case))
    if words:
        raise Problem(
            _(
                "Take this out of the title or the text, it may tell who it was: %(words)s. Write"
                " small numbers as words, and no days, ages, sums or names.",
                words=", ".join(words),
            ),
            field="text",
        )


def _own_draft(session: Session, by: Actor, vault: OpenVault, public_id: str) -> OpenDraft:
    draft = open_draft(by, vault, public_id, session)
    if draft.draft.written_by != by.public_id:
        raise NotFound
    return draft


def _waiting(session: Session, by: Actor, vault: OpenVault, public_id: str) -> OpenDraft:
    draft = open_draft(by, vault, public_id, session)
    if draft.draft.written_by == by.public_id:
        raise Problem(_l("You wrote this story. Somebody else reads it before it is told."))
    if draft.draft.state != "waiting":
        raise StoryChangedMeanwhile
    return draft


def _save(
    session: Session, vault: OpenVault, found: OpenDraft, version: int, draft: StoryDraft
) -> None:
    if found.version != version:
        raise StoryChangedMeanwhile
    try:
        save_document(session, vault, found.sealed, as_bytes(draft))
    except SavedMeanwhile:
        raise StoryChangedMeanwhile from None
