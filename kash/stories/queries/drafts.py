"""Drafts of stories, opened in memory; none of a case in which the reader has a part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from kash.incidents.queries.cases import Case, case_to_tell, cases_to_tell
from kash.platform.database import db
from kash.platform.vault import OpenVault, Sealed, SealError, fetch, open_document
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.stories.rules.drafts import PURPOSE_OF, StoryDraft, from_bytes

KIND = "story"


@dataclass(frozen=True)
class OpenDraft:
    """A draft that was opened, with the case that it is of."""

    draft: StoryDraft = field(repr=False)
    sealed: Sealed = field(repr=False)
    case: Case = field(repr=False)

    @property
    def public_id(self) -> str:
        """The id of its document."""
        return self.sealed.place.public_id

    @property
    def version(self) -> int:
        """The version of its document."""
        return self.sealed.version


def cases_that_may_be_told(by: Actor, vault: OpenVault) -> list[Case]:
    """The cases in which everybody agrees that they are told as a story to one audience at least,
    as far as the actor may write of them; by the reference that papers bear."""
    found = cases_to_tell(by, vault).values()
    agreed = [one for one in found if audiences_of(one)]
    return sorted(agreed, key=lambda one: (one.record.paper_reference, one.reference))


def audiences_of(case: Case) -> list[str]:
    """People who may hear a case as a story: everybody in it agrees to that."""
    return [
        audience for audience, purpose in PURPOSE_OF.items() if case.record.consents_to(purpose)
    ]


def drafts(by: Actor, vault: OpenVault) -> list[OpenDraft]:
    """All drafts that the actor may read, those that wait for a second reader first. A few queries,
    however many there are; what does not open is left out."""
    opened = [
        (one, sealed) for sealed in fetch(db.session(), kind=KIND) if (one := _read(vault, sealed))
    ]
    if not opened:
        return []
    cases = cases_to_tell(by, vault)
    found = [
        OpenDraft(draft, sealed, cases[draft.case])
        for draft, sealed in opened
        if draft.case in cases
    ]
    return sorted(found, key=lambda one: (one.draft.state != "waiting", one.public_id))


def open_draft(
    by: Actor, vault: OpenVault, public_id: str, session: Session | None = None
) -> OpenDraft:
    """One draft. Raises NotFound, also if it does not open."""
    session = session or db.session()
    for sealed in fetch(session, public_id, kind=KIND):
        draft = _read(vault, sealed)
        if draft is not None:
            return OpenDraft(draft, sealed, case_to_tell(by, vault, draft.case, session))
    raise NotFound


def _read(vault: OpenVault, sealed: Sealed) -> StoryDraft | None:
    try:
        return from_bytes(open_document(vault, sealed))
    except (SealError, ValidationError):
        return None


def names_known(case: Case) -> list[str]:
    """Names by which a case could be known again: of its places and parties."""
    record = case.record
    parties: list[Any] = [
        (one.station_name, one.unit, one.service_number) for one in record.parties
    ]
    return [
        name
        for name in (
            record.place.ward,
            record.place.place,
            *(name for each in parties for name in each),
        )
        if name
    ]
