"""Minutes on paper. Every group reads them: groups are letters, members as they chose to appear."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from flask_babel import gettext as _

from kash.forums.models import AgendaItem, Forum, Meeting
from kash.forums.queries.actions import ActionLine, action_line, arising_in
from kash.forums.queries.internal_lines import shown_text
from kash.forums.queries.meetings import (
    attendance_of,
    attendance_table,
    following_meeting,
    minutes_of,
    number_of,
)
from kash.forums.rules.attendance import GroupAttendance
from kash.forums.rules.rows import paragraphs
from kash.platform.press import PagedDocument, document
from kash.platform.vault import head_code
from kash.platform.web.formats import date_text, time_text, to_local
from kash.platform.web.language import brand, language_code
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording
from kash.policy import NOBODY


@dataclass(frozen=True)
class MinutesRow:
    """A decision or an action with its number in the meeting."""

    number: int
    minute: str
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class PrintedItem:
    """An item with its minute. `carried` are the matters arising with their state."""

    number: str
    title: str
    paragraphs: list[str]
    decisions: list[MinutesRow]
    actions: list[MinutesRow]
    carried: list[tuple[ActionLine, str]]
    arising: bool


@dataclass(frozen=True)
class PrintedMinutes:
    """All that the paper shows."""

    forum: str
    held: Meeting
    attendance: list[GroupAttendance]
    items: list[PrintedItem]
    following: datetime | None

    @property
    def decisions(self) -> list[MinutesRow]:
        """Every decision of the meeting in order."""
        return [row for item in self.items for row in item.decisions]

    @property
    def actions(self) -> list[MinutesRow]:
        """Every action of the meeting in order."""
        return [row for item in self.items for row in item.actions]


def owner_on_paper(line: ActionLine) -> str:
    """How paper names the owner of an action: as she appears, else by her group's letter."""
    if line.owner:
        return line.owner
    return _("Group %(letter)s", letter=line.owner_group) if line.owner_group else ""


def _item(
    item: AgendaItem,
    meeting: Meeting,
    carried: list[tuple[ActionLine, str]],
    decided: int,
    taken_on: int,
) -> PrintedItem:
    number = number_of(item, meeting)
    # Nobody in particular reads paper, so nothing shows that only somebody may see.
    lines = [action_line(action, item, meeting, NOBODY) for action in item.actions]
    return PrintedItem(
        number=number,
        title=item.title or _("Matters arising"),
        paragraphs=paragraphs(shown_text(item, item.minute, whole=False)),
        decisions=[
            MinutesRow(decided + place, number, shown_text(item, row.text, whole=False))
            for place, row in enumerate(item.decisions, start=1)
        ],
        actions=[
            MinutesRow(taken_on + place, number, line.text, owner_on_paper(line), line.due_on)
            for place, line in enumerate(lines, start=1)
        ],
        carried=carried if item.kind == "arising" else [],
        arising=item.kind == "arising",
    )


def printed_minutes(forum: Forum, meeting: Meeting, now: datetime) -> PrintedMinutes:
    """Minutes of a meeting as its paper says them."""
    carried = arising_in(meeting, now, NOBODY)
    items: list[PrintedItem] = []
    decided = taken_on = 0
    for item in minutes_of(meeting):
        printed = _item(item, meeting, carried, decided, taken_on)
        decided += len(printed.decisions)
        taken_on += len(printed.actions)
        items.append(printed)
    following = following_meeting(meeting)
    return PrintedMinutes(
        forum=forum.name,
        held=meeting,
        attendance=attendance_table(attendance_of(meeting)),
        items=items,
        following=following.starts_at if following else None,
    )


def minutes_name(held: Meeting) -> str:
    """A file name that says when and nothing else."""
    day = to_local(held.starts_at).date()
    return f"minutes-{day.year}-{day.month:02}{held.letter.lower()}.pdf"


def minutes_paper(forum: Forum, held: Meeting, now: datetime) -> bytes:
    """The minutes as PDF, with the audit chain's code of this moment. Raises RenderError."""
    minutes = printed_minutes(forum, held, now)
    draft = held.state != "held"
    markup = render_template(
        "forums/paper/minutes.html",
        minutes=minutes,
        organisation=brand(),
        wording=paper_wording(),
        logo=logo_address(paper_wording(), "minutes"),
        code=head_code(),
        draft=draft,
        owner_on_paper=owner_on_paper,
    )
    day = to_local(held.starts_at).date()
    mark = _("Minutes %(month)s", month=f"{day.month}{held.letter}/{day.year}")
    return document(
        PagedDocument(
            html=markup,
            title=mark,
            language=language_code(),
            kind="minutes",
            header_left=forum.name,
            header_right=date_text(held.starts_at),
            footer_left=mark
            + (
                " · "
                + (
                    _("Draft of %(time)s", time=f"{date_text(now)}, {time_text(now)}")
                    if draft
                    else _("Not yet confirmed")
                )
            ),
            page_count=_("Page {page} of {pages}"),
            dated=now,
        )
    )
