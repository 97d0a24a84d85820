"""Audiences of stories: who hears one follows from the consent to it, by name. Drafts of stories,
opened in memory; none of a case in which the reader has a part. Printed lines that a story would
stand beside. Told stories, for every page that shows them: forums, agenda packs, reports and the
list itself. Each function names the audience that it shows them to; none shows one of which
a printed line says "few"."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from kash.feature import Part, declared
from kash.figures.funders.services import funder_of
from kash.figures.releases.queries import PrintedTable, line_name, printed_tables, table_name
from kash.figures.releases.rules.tables import ACTS, EDITIONS, KNOWN, MEDIATION, WHO, families_of
from kash.forums.models import Story
from kash.forums.stories.rules import (
    FORUM,
    FUNDERS,
    PURPOSE_OF,
    CaseLines,
    PrintedBeside,
    StoryDraft,
    StoryLine,
    from_bytes,
    paragraphs,
    quarter_of,
    thin_lines,
)
from kash.incidents.queries.cases import Case, case_to_tell, cases_to_tell
from kash.incidents.rules.totals import came_in, how_mediation_ended, what_was_done, who_did_it
from kash.platform.database import db
from kash.platform.vault import OpenVault, Sealed, SealError, fetch, open_document, open_text
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor, Reach


@dataclass(frozen=True)
class ForumSeats(Part):
    """True if an account's person sits in a forum now, as the room of forums knows it."""

    sits: Callable[[Actor], bool]


FLAGS: Mapping[str, ColumnElement[bool]] = {
    FORUM: Story.for_forum.expression,
    FUNDERS: Story.for_funders.expression,
}


def heard_by(actor: Actor) -> ColumnElement[bool]:
    """The condition of the stories that are told to an actor: to members of a forum and to staff
    what the forum hears, to a funder's account what those who pay hear, and all of it to the person
    who writes stories or reports to funders."""
    reach = actor.reach("stories.see")
    if reach is Reach.OWN:
        return FLAGS[FUNDERS] if funder_of(actor) is not None else false()
    if reach is Reach.MEMBER:
        sits = any(part.sits(actor) for part in declared(ForumSeats))
        return FLAGS[FORUM] if sits else false()
    if reach is not Reach.ALL:
        return false()
    if actor.may("stories.drafts") or actor.may("funder_reports.write"):
        return or_(*FLAGS.values())
    return FLAGS[FORUM]


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
    cases = cases_to_tell(by, vault).values()
    agreed = [case for case in cases if audiences_of(case)]
    return sorted(agreed, key=lambda case: (case.record.paper_reference, case.reference))


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
    readable = [
        OpenDraft(draft, sealed, cases[draft.case])
        for draft, sealed in opened
        if draft.case in cases
    ]
    return sorted(readable, key=lambda one: (one.draft.state != "waiting", one.public_id))


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
        (party.station_name, party.unit, party.service_number) for party in record.parties
    ]
    return [
        name
        for name in (
            record.place.ward,
            record.place.place,
            *(name for names in parties for name in names),
        )
        if name
    ]


BESIDE = "story.beside"


def beside_of(case: Case) -> CaseLines:
    """The lines in which a case may stand, and since when."""
    record, filed = case.record, came_in(case.record)
    party = who_did_it(record)
    told = [StoryLine(WHO, party if party in KNOWN[WHO].codes else "other")] if party else []
    acts = what_was_done(record)
    families = [code for edition in EDITIONS for code in families_of(acts, edition)]
    told += [StoryLine(ACTS, code) for code in dict.fromkeys(families)]
    if ended := how_mediation_ended(record, case.state):
        told.append(StoryLine(MEDIATION, ended[0]))
    since = quarter_of(to_local(filed).date()) if filed is not None else None
    return CaseLines(lines=told, since=since)


def lines_too_thin(case: Case) -> list[str]:
    """Names of the printed lines that say "few" and in which this case may stand; one query."""
    return [
        f"{table_name(line.key)}: {line_name(line.key, line.code)}"
        for line in thin_lines(beside_of(case), _values(printed_tables()))
    ]


def beside_few(same_paper: Iterable[PrintedTable] = ()) -> list[str]:
    """Public ids of the told stories of which a printed line says "few", any of `same_paper` among
    them; two queries. A story whose lines do not open is among them."""
    rows_kept = db.session.execute(
        select(Story.public_id, Story.beside_sealed).where(Story.beside_sealed.is_not(None))
    ).all()
    if not rows_kept:
        return []
    printed, same = _values(printed_tables()), _values(same_paper)
    stories = []
    for public_id, sealed in rows_kept:
        try:
            beside = CaseLines.model_validate_json(
                open_text(sealed or b"", kind=BESIDE, public_id=public_id)
            )
        except (SealError, ValueError):
            stories.append(public_id)
            continue
        if thin_lines(beside, printed, same):
            stories.append(public_id)
    return stories


def _values(tables: Iterable[PrintedTable]) -> list[PrintedBeside]:
    return [
        PrintedBeside(StoryLine(table.key, line.code), table.freeze_on, line.printed)
        for table in tables
        for line in table.lines
    ]


PAGE = 10
_MOST_KEPT_BACK = 40


@dataclass(frozen=True)
class ToldStory:
    """A story; `month` is the first day of the month in which it was told, `audiences` who hears
    it. Once it is withdrawn, or where it may not stand, its title and text are empty."""

    public_id: str
    month: date
    language: str
    title: str
    text: str
    audiences: tuple[str, ...] = ()

    @property
    def is_withdrawn(self) -> bool:
        """True if nothing may be shown but that it was there."""
        return not self.text

    @property
    def paragraphs(self) -> list[str]:
        """Its text, paragraph by paragraph."""
        return paragraphs(self.text)


def _told(to: ColumnElement[bool], same_paper: Iterable[PrintedTable] = ()) -> Select[Any]:
    shown = Story.public_id.not_in(beside_few(same_paper))
    return select(Story).where(Story.text.is_not(None), to, shown)


def _told_story(row: Story, *, shown: bool = True) -> ToldStory:
    told = {FORUM: row.for_forum, FUNDERS: row.for_funders}
    return ToldStory(
        row.public_id,
        row.month,
        row.language,
        (row.title or "") if shown else "",
        (row.text or "") if shown else "",
        tuple(name for name, heard in told.items() if heard),
    )


def stories_told(limit: int, to: str, same_paper: Iterable[PrintedTable] = ()) -> list[ToldStory]:
    """The newest stories that an audience (`FORUM` or `FUNDERS`) hears and that may stand beside
    these tables, those of one month in no order that tells when each was told.

    Whatever shows them keeps ids and not texts: a story may be withdrawn at any moment.
    """
    return _newest(limit, _told(FLAGS[to], same_paper))


def stories_heard(limit: int, by: Actor) -> list[ToldStory]:
    """The newest stories that an actor hears, as `stories_told`."""
    return _newest(limit, _told(heard_by(by)))


def _newest(limit: int, told: Select[Any]) -> list[ToldStory]:
    rows = db.session.scalars(
        told.order_by(Story.month.desc(), Story.public_id.desc()).limit(limit)
    )
    return [_told_story(story) for story in rows]


def stories_by(
    public_ids: Collection[str], to: str, same_paper: Iterable[PrintedTable] = ()
) -> dict[str, ToldStory]:
    """Stories by their ids; of one that is withdrawn, that this audience does not hear or that may
    not stand beside these tables only that it was there."""
    rows = db.session.scalars(select(Story).where(Story.public_id.in_(public_ids))).all()
    if not rows:
        return {}
    few = set(beside_few(same_paper))
    return {story.public_id: _told_story(story, shown=_heard(story, to, few)) for story in rows}


def _heard(row: Story, to: str, few: Collection[str]) -> bool:
    heard = row.for_forum if to == FORUM else row.for_funders
    return heard and row.public_id not in few


def not_heard(public_ids: Collection[str], to: str) -> set[str]:
    """Those of these stories (public ids) that an audience does not hear now; one query."""
    heard = select(Story.public_id).where(Story.public_id.in_(public_ids), FLAGS[to])
    return set(public_ids) - set(db.session.scalars(heard))


def told_story(public_id: str, by: Actor) -> ToldStory:
    """One story that an actor hears, withdrawn or not: of one that was withdrawn, or of which a
    printed line says "few", nothing but that it was there. Raises NotFound."""
    wanted = select(Story).where(
        Story.public_id == public_id, or_(heard_by(by), Story.text.is_(None))
    )
    if by.may("stories.drafts"):
        wanted = select(Story).where(Story.public_id == public_id)
    story = one_or_404(db.session.scalar(wanted))
    shown = by.may("stories.drafts") or public_id not in beside_few()
    return _told_story(story, shown=shown)


def list_stories(by: Actor) -> Listing[Any]:
    """All stories that an actor hears (`told_stories` of its rows), the newest months first."""
    return listing(
        _told(heard_by(by)),
        sorts={"month": Story.month},
        default_sort="month",
        default_direction="desc",
        key=Story.public_id,
        per_page=PAGE,
    )


def told_stories(rows: Iterable[Story]) -> list[ToldStory]:
    """Rows as they are shown."""
    return [_told_story(story) for story in rows]


def kept_back() -> list[ToldStory]:
    """Stories that nobody hears now, for the person who writes them: such as were told before
    people were asked who may hear them (no audience), and such of which a printed line says
    "few"."""
    nobody = ~or_(*FLAGS.values())
    rows = db.session.scalars(
        select(Story)
        .where(Story.text.is_not(None), or_(nobody, Story.public_id.in_(beside_few())))
        .order_by(Story.month.desc(), Story.public_id.desc())
        .limit(_MOST_KEPT_BACK)
    )
    return [_told_story(story) for story in rows]
