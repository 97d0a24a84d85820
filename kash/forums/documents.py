"""Minutes on paper. Every group reads them: groups are letters, members as they chose to appear.
The agenda of a meeting with all that is read beforehand, as one PDF. Every group reads it: groups
are letters, members as they chose to appear. A forum's year to take away: its attendance, and the
register of its actions. Every group reads them: groups are letters, members as they appeared."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.attendance.forms import status_word
from kash.feature import is_used
from kash.figures.releases.queries import (
    PrintedTable,
    ReadTable,
    by_key,
    printed_tables,
    read_table,
)
from kash.forums.models import AgendaPaper, Forum, Meeting, content_of, type_of
from kash.forums.queries.decisions import (
    ActionLine,
    DecisionLine,
    LineRead,
    ages_of,
    arising_in,
    returning_in,
)
from kash.forums.queries.meetings import minutes_of, number_of, times_of
from kash.forums.queries.minutes import locked_record, papers_of, record_in
from kash.forums.queries.minutes_life import ErratumLine, LifeLine, confirmed_in, errata_of, life_of
from kash.forums.rules.meetings import (
    STATUSES,
    GroupAttendance,
    MeetingInYear,
    StatusColumn,
    letters_in,
    names_in,
)
from kash.forums.rules.minutes import MinutesPart, MinutesRecord, Task, without_names
from kash.forums.stories.queries import ToldStory, stories_told
from kash.forums.stories.rules import FORUM
from kash.forums.wording import CONCLUSION_WORDS, results_place, title_to_read, usual_item
from kash.platform.press import PagedDocument, document
from kash.platform.vault import head_code
from kash.platform.web import Problem
from kash.platform.web.formats import date_text, local_today, time_text, to_local
from kash.platform.web.language import language_code
from kash.platform.web.programme import (
    LANGUAGES,
    brand,
    logo_address,
    paper_wording,
    programme_languages,
)
from kash.policy import NOBODY
from kash.training.material_files import NotJoined, joined

# More are never told in a month.
_STORIES = 40


@dataclass(frozen=True)
class PrintedMinutes:
    """All that the paper shows."""

    forum: str
    starts_at: datetime
    place: str
    attendance: list[GroupAttendance]
    items: list[dict[str, Any]]
    following: datetime | None
    life: LifeLine
    confirmed: Mapping[str, Any] | None = None
    errata: Sequence[ErratumLine] = ()
    needed: Mapping[str, int] = field(default_factory=dict)
    figures: Sequence[ReadTable] = ()
    results_at: int | None = None
    stories: Sequence[ToldStory] = ()
    earlier: Sequence[Mapping[str, Any]] = ()
    returning: Sequence[tuple[DecisionLine, LineRead | None]] = ()

    @property
    def without_quorum(self) -> list[str]:
        """The letters of the groups of which too few were there."""
        there = {line.group: line.column("present").total for line in self.attendance}
        return [letter for letter, least in self.needed.items() if there.get(letter, 0) < least]

    @property
    def decisions(self) -> list[dict[str, Any]]:
        """Every decision of the meeting in order."""
        return [decision for item in self.items for decision in item["decisions"]]

    @property
    def not_quorate(self) -> list[int]:
        """The numbers of the decisions that were taken while too few of a group were there."""
        return [decision["number"] for decision in self.decisions if not decision["quorate"]]

    @property
    def actions(self) -> list[dict[str, Any]]:
        """Every action of the meeting in order."""
        return [action for item in self.items for action in item["actions"]]


def text_of(part: MinutesPart, name: str = "text") -> str:
    """Words of a part; of one that is withdrawn that it is."""
    return _("withdrawn") if part.withdrawn else str(part[name])


def owner_of(task: Task) -> str:
    """How paper names the owner of an action: as she appears, else by her group's letter."""
    if task.owner is not None:
        return text_of(task.owner, "shown")
    if task.part.withdrawn:
        return "–"
    letter = task.part["group"]
    return _("Group %(letter)s", letter=letter) if letter else _("Nobody yet")


def attendance_in(record: MinutesRecord) -> list[GroupAttendance]:
    """The attendance by group as a record says it."""
    return [
        GroupAttendance(
            group["group"],
            {status: _column(record, group, status) for status in STATUSES},
            group["members"],
        )
        for group in record.groups
    ]


def _column(record: MinutesRecord, group: MinutesPart, status: str) -> StatusColumn:
    names = record.names_of(group["group"], status)
    shown = tuple(
        text_of(part, "shown") + (f" ({part['office']})" if part["office"] else "")
        for part in names
    )
    return StatusColumn(shown, group["counts"].get(status, 0) - len(names))


def counts_in(groups: Iterable[Sequence[Any]]) -> str:
    """Groups as letter, present and members: "A: 3 of 5, B: 4 of 6"."""
    return ", ".join(
        f"{letter}: " + _("%(present)s of %(members)s", present=present, members=members)
        for letter, present, members in groups
    )


def presence_of(decision: MinutesPart) -> str:
    """Sentences about who was there when a decision was taken, and how they voted; empty if it was
    not noted."""
    groups = decision["groups"] or []
    if not groups:
        return ""
    sentences = [_("Present: %(counts)s.", counts=counts_in(counted[:3] for counted in groups))]
    for counted in decision["votes"] or []:
        letter, in_favour, against, abstained = counted
        sentences.append(
            _(
                "%(letter)s: for %(for_it)s, against %(against)s, abstained %(abstained)s.",
                letter=letter,
                for_it=in_favour,
                against=against,
                abstained=abstained,
            )
        )
    if not decision["quorate"]:
        sentences.append(_("Not quorate."))
    return " ".join(sentences)


def confirmation_in(record: MinutesRecord) -> dict[str, Any] | None:
    """The confirmation that a record holds: at which meeting, and who proposed and seconded it."""
    confirmed = record.confirmed
    if confirmed is None:
        return None

    def name(part: MinutesPart | None, letter: str) -> str:
        return text_of(part, "shown") if part else _("Group %(letter)s", letter=letter)

    return {
        "day": date.fromisoformat(confirmed["day"]),
        "proposer": name(record.proposer, confirmed["proposer"]),
        "seconder": name(record.seconder, confirmed["seconder"]),
        "present": counts_in(confirmed["groups"]),
    }


def confirmed_here(meeting: Meeting, *, to_share: bool) -> list[dict[str, Any]]:
    """The earlier minutes that a meeting confirmed, each with who proposed and seconded it."""
    lines = []
    for earlier, code in confirmed_in(meeting):
        record = locked_record(earlier)
        confirmed = confirmation_in(without_names(record) if to_share else record) or {}
        lines.append(confirmed | {"starts_at": earlier.starts_at, "code": code})
    return lines


def printed_items(record: MinutesRecord) -> list[dict[str, Any]]:
    """The items of a record with the numbers of their decisions and actions; `carried` are the
    matters arising with their state."""
    items: list[dict[str, Any]] = []
    decided = taken_on = 0
    for item in record.items:
        number = item.head["number"]
        decisions = [
            {
                "number": place,
                "minute": number,
                "text": text_of(part),
                "presence": presence_of(part),
                "quorate": not part["groups"] or part["quorate"],
            }
            for place, part in enumerate(item.decisions, start=decided + 1)
        ]
        actions = [
            {
                "number": place,
                "minute": number,
                "text": text_of(task.part),
                "owner": owner_of(task),
                "due_on": date.fromisoformat(task.part["due"]) if task.part["due"] else None,
            }
            for place, task in enumerate(item.actions, start=taken_on + 1)
        ]
        decided, taken_on = decided + len(decisions), taken_on + len(actions)
        items.append(
            {
                "number": number,
                "title": title_to_read(item.head["title"]) or _("Matters arising"),
                "previous": usual_item(item.head["title"]) == "previous",
                "paragraphs": [
                    text_of(part) for part in item.paragraphs if part.kind == "paragraph"
                ],
                "decisions": decisions,
                "actions": actions,
                "carried": [
                    {
                        "number": task.part["minute"],
                        "text": text_of(task.part),
                        "outcome": task.part["outcome"],
                        "owner": owner_of(task),
                        "state": task.part["state"],
                    }
                    for task in item.carried
                ],
                "arising": item.head["kind"] == "arising",
            }
        )
    return items


def printed_minutes(
    forum: Forum, meeting: Meeting, now: datetime, *, to_share: bool = False
) -> PrintedMinutes:
    """Minutes of a meeting as its paper says them: from their leaves once they are locked.

    `to_share` leaves out the place, and whatever somebody might be known by: members are counts and
    letters.
    """
    life = life_of(meeting, now)
    record = record_in(forum, meeting, now, locked=life.locked)
    if to_share:
        record = without_names(record)
    following = record.head["following"]
    return PrintedMinutes(
        forum=record.head["forum"],
        starts_at=datetime.fromisoformat(record.head["starts_at"]),
        place=record.head["place"],
        attendance=attendance_in(record),
        items=printed_items(record),
        following=datetime.fromisoformat(following) if following else None,
        life=life,
        confirmed=confirmation_in(record),
        errata=errata_of(meeting) if life.locked else (),
        needed={
            group["group"]: group["needed"] for group in record.groups if group["needed"] != ""
        },
        **results_of(meeting, [item.head["title"] for item in record.items]),
        earlier=confirmed_here(meeting, to_share=to_share),
        returning=returning_in(meeting, now, NOBODY),
        stories=stories_of_month(to_local(meeting.starts_at).date()),
    )


def figures_on(day: date) -> list[ReadTable]:
    """The newest printed table of each kind that was frozen up to and on a day, as it is read."""
    return [read_table(tables) for tables in by_key(_frozen_by(day)).values()]


def results_of(meeting: Meeting, titles: Iterable[str]) -> dict[str, Any]:
    """The `figures` that a meeting reads, and the place among its items, by their titles, where
    they stand: `results_at`, None for below all of them."""
    day = to_local(meeting.starts_at).date()
    return {"figures": figures_on(day), "results_at": results_place(titles)}


def _frozen_by(day: date) -> list[PrintedTable]:
    tables = printed_tables() if is_used("releases") else []
    return [table for table in tables if table.freeze_on <= day]


def stories_of_month(day: date) -> list[ToldStory]:
    """Stories that were told to the forum in the month of a day and were not withdrawn, but those
    of which a number on the same paper says "few"."""
    if not is_used("stories"):
        return []
    month, beside = day.replace(day=1), [tables[-1] for tables in by_key(_frozen_by(day)).values()]
    return [story for story in stories_told(_STORIES, FORUM, beside) if story.month == month]


def paper_languages() -> dict[str, str]:
    """The names of the programme's languages, in which minutes can be printed, by their codes."""
    return {code: LANGUAGES[code] for code in programme_languages()}


def minutes_name(held: Meeting, *, to_share: bool = False) -> str:
    """A file name that says when and nothing else."""
    day = to_local(held.starts_at).date()
    shared = "-to-share" if to_share else ""
    return f"minutes-{day.year}-{day.month:02}{held.letter.lower()}{shared}.pdf"


def _stands(minutes: PrintedMinutes, draft: bool, now: datetime) -> str:
    if minutes.confirmed is not None:
        return _("Confirmed, root %(code)s", code=minutes.life.code)
    if draft:
        return _("Draft of %(time)s", time=f"{date_text(now)}, {time_text(now)}")
    return _("Not yet confirmed")


def minutes_paper(
    forum: Forum, held: Meeting, now: datetime, *, language: str, to_share: bool = False
) -> bytes:
    """The minutes as PDF in a language, with the audit chain's code of this moment; `to_share` for
    people who are no members. Raises RenderError."""
    with force_locale(language):
        minutes = printed_minutes(forum, held, now, to_share=to_share)
        draft = held.state != "held"
        markup = render_template(
            "forums/paper/minutes.html",
            minutes=minutes,
            organisation=brand(),
            wording=paper_wording(),
            logo=logo_address(paper_wording(), "minutes"),
            conclusions=CONCLUSION_WORDS,
            code=head_code(),
            draft=draft,
            to_share=to_share,
        )
        day = to_local(held.starts_at).date()
        mark = _("Minutes %(month)s", month=f"{day.month}{held.letter}/{day.year}")
        paged = PagedDocument(
            html=markup,
            title=mark,
            language=language,
            kind="minutes",
            header_left=minutes.forum,
            header_right=date_text(minutes.starts_at),
            footer_left=f"{mark} · {_stands(minutes, draft, now)}",
            page_count=_("Page {page} of {pages}"),
            dated=now,
        )
    return document(paged)


def owner_on_paper(line: ActionLine) -> str:
    """The owner of an action on paper: as she appears, else by her group's letter."""
    if line.owner:
        return line.owner
    return _("Group %(letter)s", letter=line.owner_group) if line.owner_group else _("Nobody yet")


def pack_name(held: Meeting) -> str:
    """A file name that says when and nothing else."""
    day = to_local(held.starts_at).date()
    return f"agenda-{day.year}-{day.month:02}{held.letter.lower()}.pdf"


def agenda_pack(forum: Forum, held: Meeting, now: datetime) -> bytes:
    """The agenda, what earlier meetings left open, and the papers: pictures on pages of their own,
    and the pages of those that are PDFs behind all.

    Raises RenderError, Problem, CleaningBusy, StorageError and SealError.
    """
    papers, items = papers_of(held), minutes_of(held)
    clock = times_of(held, items)
    lines = [
        {
            "number": number_of(item, held),
            "title": title_to_read(item.title) or _("Matters arising"),
            "time": time,
            "papers": papers.get(item.public_id, []),
            "arising": item.kind == "arising",
        }
        for item, time in zip(items, clock.items, strict=True)
    ]
    listed = [paper for of_item in papers.values() for paper in of_item]
    pictures = {paper.public_id: _as_address(paper) for paper in listed if paper.kind != "pdf"}
    carried = arising_in(held, now, NOBODY)
    mark = _("Agenda %(month)s", month=_month(held))
    pack = document(
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
                figures=figures_on(to_local(held.starts_at).date()),
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
        return pack
    try:
        return joined([pack, *behind])
    except NotJoined:
        raise Problem(
            _l(
                "The agenda could not be put together with its papers. Open them"
                " one by one on the page"
                " of the meeting."
            )
        ) from None


def _month(held: Meeting) -> str:
    day = to_local(held.starts_at).date()
    return f"{day.month}{held.letter}/{day.year}"


def _as_address(paper: AgendaPaper) -> str:
    content = b64encode(content_of(paper.public_id)).decode()
    return f"data:{type_of(paper.kind)[0]};base64,{content}"


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
        [shown, letter, "", "", *(times[status] for status in STATUSES)]
        for letter, shown, times in names_in(meetings)
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
