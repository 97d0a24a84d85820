"""The agenda of a meeting with all that is read beforehand, as one PDF. Every group reads it:
groups are letters, members as they chose to appear."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.forums.models import Forum, Meeting
from kash.forums.queries.actions import ActionLine, arising_in
from kash.forums.queries.decisions import returning_in
from kash.forums.queries.meetings import minutes_of, number_of, times_of
from kash.forums.queries.papers import PaperLine, papers_of
from kash.forums.queries.progress import ages_of
from kash.forums.rules.clock import ItemTime
from kash.forums.stored_files import content_of, type_of
from kash.forums.wording import CONCLUSION_WORDS
from kash.platform.press import PagedDocument, document
from kash.platform.web import Problem
from kash.platform.web.formats import date_text, to_local
from kash.platform.web.language import brand, language_code
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording
from kash.policy import NOBODY
from kash.releases.queries.printed import PrintedTable, printed_tables
from kash.training.material_files import NotJoined, joined


class PackNotMade(Problem):
    """Papers that cannot be put behind the agenda."""

    sentence = _l(
        "The agenda could not be put together with its papers. Open them one by one on the page"
        " of the meeting."
    )


@dataclass(frozen=True)
class PackItem:
    """An item with its time and its papers."""

    number: str
    title: str
    time: ItemTime
    papers: list[PaperLine]
    arising: bool


def owner_on_paper(line: ActionLine) -> str:
    """The owner of an action on paper: as she appears, else by her group's letter."""
    if line.owner:
        return line.owner
    return _("Group %(letter)s", letter=line.owner_group) if line.owner_group else ""


def pack_name(held: Meeting) -> str:
    """A file name that says when and nothing else."""
    day = to_local(held.starts_at).date()
    return f"agenda-{day.year}-{day.month:02}{held.letter.lower()}.pdf"


def agenda_pack(forum: Forum, held: Meeting, now: datetime) -> bytes:
    """The agenda, what earlier meetings left open, and the papers: pictures on pages of their own,
    and the pages of those that are PDFs behind all.

    Raises RenderError, PackNotMade, CleaningBusy, StorageError and SealError.
    """
    papers, items = papers_of(held), minutes_of(held)
    clock = times_of(held, items)
    lines = [
        PackItem(
            number_of(item, held),
            item.title or _("Matters arising"),
            time,
            papers.get(item.public_id, []),
            item.kind == "arising",
        )
        for item, time in zip(items, clock.items, strict=True)
    ]
    listed = [paper for line in lines for paper in line.papers]
    pictures = {paper.public_id: _as_address(paper) for paper in listed if paper.kind != "pdf"}
    carried = arising_in(held, now, NOBODY)
    mark = _("Agenda %(month)s", month=_month(held))
    made = document(
        PagedDocument(
            html=render_template(
                "forums/paper/agenda.html",
                forum=forum,
                meeting=held,
                items=lines,
                clock=clock,
                carried=carried,
                returning=returning_in(held, now, NOBODY),
                conclusions=CONCLUSION_WORDS,
                tables=newest_tables(printed_tables()),
                ages=ages_of(forum, [line for line, _state in carried], now),
                pictures=pictures,
                owner_on_paper=owner_on_paper,
                organisation=brand(),
                wording=paper_wording(),
                logo=logo_address(paper_wording(), "minutes"),
            ),
            title=mark,
            language=language_code(),
            kind="minutes",
            header_left=forum.name,
            header_right=date_text(held.starts_at),
            footer_left=mark,
            page_count=_("Page {page} of {pages}"),
            dated=now,
        )
    )
    behind = [content_of(paper.public_id) for paper in listed if paper.kind == "pdf"]
    if not behind:
        return made
    try:
        return joined([made, *behind])
    except NotJoined:
        raise PackNotMade from None


def newest_tables(tables: Sequence[PrintedTable]) -> list[PrintedTable]:
    """Of each table the one that was printed last, in the order in which they were first printed:
    what the forum reads under its results."""
    return list({table.key: table for table in tables}.values())


def _month(held: Meeting) -> str:
    day = to_local(held.starts_at).date()
    return f"{day.month}{held.letter}/{day.year}"


def _as_address(paper: PaperLine) -> str:
    content = b64encode(content_of(paper.public_id)).decode()
    return f"data:{type_of(paper.kind)[0]};base64,{content}"
