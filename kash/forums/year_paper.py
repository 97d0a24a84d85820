"""A forum's year to take away: its attendance, and the register of its actions. Every group reads
them: groups are letters, members as they appeared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from kash.attendance.wording import status_word
from kash.forums.models import Forum
from kash.forums.queries.actions import ActionLine
from kash.forums.rules.attendance import STATUSES
from kash.forums.rules.year import MeetingInYear, letters_in, names_in
from kash.platform.press import PagedDocument, document
from kash.platform.web.formats import date_text, local_today, to_local
from kash.platform.web.language import brand, language_code
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import paper_wording


def attendance_rows(meetings: Sequence[MeetingInYear]) -> list[list[Any]]:
    """Lines of a sheet, the head first: each group in each meeting, then everybody who is shown."""
    words = [status_word(status) for status in STATUSES]
    rows: list[list[Any]] = [[_("Meeting"), _("Group"), _("Members"), _("Needed"), *words]]
    for meeting in meetings:
        day = to_local(meeting.starts_at).date()
        for group in meeting.groups:
            counts = [group.counts.get(status, 0) for status in STATUSES]
            needed = "" if group.needed is None else group.needed
            rows.append([day, group.letter, group.members, needed, *counts])
    rows.append([])
    rows.append([_("Member"), _("Group"), "", "", *words])
    rows += [
        [name.shown, name.letter, "", "", *(name.times[status] for status in STATUSES)]
        for name in names_in(meetings)
    ]
    return rows


def attendance_paper(
    forum: Forum, year: int, meetings: Sequence[MeetingInYear], now: datetime
) -> bytes:
    """The attendance of a year as PDF. Raises RenderError."""
    return _paper(
        "forums/paper/year.html",
        _("Attendance %(year)s", year=year),
        forum,
        now,
        meetings=meetings,
        letters=letters_in(meetings),
        names=names_in(meetings),
        status_word=status_word,
        statuses=STATUSES,
    )


def actions_paper(forum: Forum, lines: Sequence[ActionLine], now: datetime) -> bytes:
    """The register of actions as PDF. Raises RenderError."""
    return _paper(
        "forums/paper/actions.html",
        _("Register of actions"),
        forum,
        now,
        lines=lines,
        today=local_today(),
    )


def _paper(template: str, title: str, forum: Forum, now: datetime, **shown: Any) -> bytes:
    wording = paper_wording()
    html = render_template(
        template,
        title=title,
        forum=forum.name,
        organisation=brand(),
        wording=wording,
        logo=logo_address(wording, "minutes"),
        **shown,
    )
    return document(
        PagedDocument(
            html=html,
            title=title,
            language=language_code(),
            kind="minutes",
            header_left=forum.name,
            header_right=date_text(now),
            footer_left=title,
            page_count=_("Page {page} of {pages}"),
            dated=now,
        )
    )
