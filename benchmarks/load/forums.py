"""Forums with monthly meetings, minutes, decisions and actions."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from benchmarks.load.people import AnAccount, APerson, Everybody
from benchmarks.load.rows import Rows
from kash.attendance.models import Mark, Register, RosterEntry, Slot
from kash.forums.models import (
    Action,
    AgendaItem,
    AgendaTemplate,
    AgendaTemplateItem,
    Decision,
    Forum,
    ForumMember,
    Meeting,
)
from kash.forums.rules.meetings import MEETING_MINUTES
from kash.platform.database import new_public_id

_ITEMS = 7
_MEMBERS = 24
_MINUTE = (
    "The member for the stations told what was done since the last meeting. Two members asked for "
    "the list of numbers to call, which was handed round. It was agreed to look at it again."
)


def load_forum(
    rows: Rows,
    name: str,
    meetings: int,
    secretary: AnAccount,
    everybody: Everybody,
    now: datetime,
    dice: random.Random,
) -> str:
    """A forum whose meetings were held monthly, the last of them yet to come; its public id."""
    public_id = new_public_id()
    template = rows.add(AgendaTemplate, name=name, language="")
    rows.add(AgendaTemplateItem, template_id=template, position=1, kind="plain", title="Opening")
    forum = rows.add(Forum, public_id=public_id, name=name, secretary_id=secretary.key)
    # The first of each group has an account, and so sees her own forum.
    first = [next(p for p in everybody.people if p.police is police) for police in (True, False)]
    others = [person for person in everybody.people if person not in first]
    seated = first + dice.sample(others, min(_MEMBERS, len(everybody.people)) - 2)
    members = [
        rows.add(
            ForumMember,
            forum_id=forum,
            person_id=person.key,
            appears="name" if person.police else "counted",
        )
        for person in seated
    ]
    for number in range(meetings):
        ago = (meetings - 2 - number) * 30
        _meeting(
            rows, forum, now - timedelta(days=ago, hours=5), ago > 0, members, seated, now, dice
        )
    return public_id


def _meeting(
    rows: Rows,
    forum: int,
    starts: datetime,
    held: bool,
    members: list[int],
    seated: list[APerson],
    now: datetime,
    dice: random.Random,
) -> None:
    register = rows.add(Register, purpose="meeting")
    over = starts + timedelta(minutes=MEETING_MINUTES)
    slot = rows.add(
        Slot,
        register_id=register,
        position=1,
        starts_at=starts,
        minutes=MEETING_MINUTES,
        closed_at=over if held else None,
        closed_by=None,
    )
    meeting = rows.add(
        Meeting,
        forum_id=forum,
        register_id=register,
        starts_at=starts,
        place="Social hall",
        letter="",
        state="held" if held else "planned",
        held_at=over if held else None,
    )
    for person in seated:
        rows.add(RosterEntry, register_id=register, person_id=person.key, walk_in=False)
        if held:
            status = dice.choice(("present",) * 8 + ("apology", "absent"))
            rows.add(Mark, slot_id=slot, person_id=person.key, status=status, version=1)
    for position in range(1, _ITEMS + 1):
        item = rows.add(
            AgendaItem,
            meeting_id=meeting,
            position=position,
            kind="arising" if position == 2 else "plain",
            title="" if position == 2 else f"Item {position}",
            minute=_MINUTE * 3 if held else "",
        )
        if not held:
            continue
        rows.add(Decision, item_id=item, text="The list is to be handed out at each station.")
        closed = (now - starts).days > 60
        rows.add(
            Action,
            item_id=item,
            text="Bring the list to the station and hang it where people wait.",
            owner_id=dice.choice(members),
            due_on=(starts + timedelta(days=21)).date(),
            state="done" if closed else "open",
            closed_at=starts + timedelta(days=25) if closed else None,
        )
