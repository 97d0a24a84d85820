"""The sample programme's monthly review: who sits in it, and what its minutes say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

FORUM = "Monthly review"
PLACE = "Mfano Resource Centre, upper room"

# Chosen name, how the member appears on paper, and the words if there are any.
MEMBERS = (
    ("Amani Kielelezo", "office", "Officer in charge of Kielelezo"),
    ("Baraka Sampuli", "name", ""),
    ("Malaika Sampuli", "office", "Deputy at Sampuli"),
    ("Salama Kigezo", "name", ""),
    ("Omari Mazoezi", "counted", ""),
    ("Zawadi Mfano", "name", ""),
    ("Adili Mazoezi", "office", "In charge of Mfano Patrol Base"),
    ("Subira Mfano", "name", ""),
    ("Dada Rehema", "alias", "Rehema"),
    ("Nasra Sampuli", "office", "Chair of Mwanga Collective"),
    ("Mama Ng’arisha", "alias", "Mama N."),
    ("Waridi", "counted", ""),
    ("Zuhura Kielelezo", "office", "Secretary of Ziwa Collective"),
    ("Furaha", "counted", ""),
)
GUEST = "Johari Mchoro"


@dataclass(frozen=True)
class SampleAction:
    """Action that a member took on. `owner` counts into MEMBERS; `days` is how long it may take.

    `closed_after` counts the meetings after which it was closed as `state`; 0 leaves it open.
    """

    text: str
    owner: int
    days: int
    closed_after: int = 0
    state: str = "done"
    outcome: str = ""


@dataclass(frozen=True)
class SampleItem:
    """An item with its minute. The item without a title is that of the matters arising."""

    title: str
    minute: str
    decisions: tuple[str, ...] = ()
    actions: tuple[SampleAction, ...] = ()


@dataclass(frozen=True)
class SampleMeeting:
    """A meeting. `apologies` and `absent` count into MEMBERS; everybody else came."""

    items: tuple[SampleItem, ...]
    apologies: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    guest: bool = False


_FIRST = SampleMeeting(
    (
        SampleItem(
            "Opening and house rules",
            "The chair opened the meeting at 09.10. Members agreed that what a person tells here "
            "about herself stays here, and that minutes name nothing by which anyone could be "
            "recognised.",
            ("The chair changes between the groups from meeting to meeting.",),
        ),
        SampleItem(
            "Report on the first workshop",
            "The trainer reported on the workshop in Kondele. Most participants came on all three "
            "days. The practice in mediation was found the most useful part, the hall too small "
            "for the group work.\n\nMembers asked that workshops end before 16.30, so that those "
            "who go home by boda reach it in daylight.",
            ("Workshops end at 16.30 at the latest.",),
            (
                SampleAction(
                    "Look for a larger hall with a second room",
                    9,
                    21,
                    1,
                    outcome="Ziwa Conference Room, two rooms, from next month",
                ),
            ),
        ),
        SampleItem(
            "Telephone numbers at night",
            "Two members described calls that nobody answered at the weekend. The stations "
            "explained their shifts. It was proposed that each station names one officer a week "
            "who can be called about a person who is held, and each collective one member.",
            ("Each station and collective names one person a week for calls at night.",),
            (
                SampleAction("Draw up the list of names for the first month", 1, 14, 1),
                SampleAction("Explain the list at the morning parade of each station", 0, 28, 2),
            ),
        ),
        SampleItem("Closing", "The meeting closed at 11.20 with thanks to the host.", (), ()),
    ),
    apologies=(4, 12),
)

_SECOND = SampleMeeting(
    (
        SampleItem("Opening", "The chair opened the meeting at 09.05 and welcomed a guest."),
        SampleItem(
            "Minutes of the last meeting",
            "Read and confirmed as a true record. Proposed by a member of group B, seconded by a "
            "member of group A.",
        ),
        SampleItem(
            "",
            "The hall is found. The list of names for calls at night is in use; eleven calls were "
            "answered within ten minutes, two were not answered. The parades are still to be told.",
        ),
        SampleItem(
            "Time in the cells over the weekend",
            "Members asked how long a person who is arrested on a Friday evening may be held. The "
            "article on arrest was read out. Stations reported that a police bond is possible on "
            "Saturdays when the officer in charge can be reached.\n\nBoth groups found that people "
            "often do not know that a bond costs nothing.",
            (
                "Each report office shows the notice that a police bond is free, in English, "
                "Kiswahili and Dholuo.",
            ),
            (
                SampleAction("Have the notice translated and printed", 7, 21, 1),
                SampleAction("Count for one month how many weekend arrests end with a bond", 3, 35),
            ),
        ),
        SampleItem(
            "Way to the clinic",
            "The guest described the opening hours of the health centre and the side entrance. A "
            "member told of a patient who was stopped on the way and turned back.",
            ("Nobody on the way to or from the clinic is stopped for what comes from there.",),
            (SampleAction("Bring the referral cards to the three stations", 8, 14, 1),),
        ),
        SampleItem("Closing", "The meeting closed at 11.30."),
    ),
    apologies=(2,),
    absent=(13,),
    guest=True,
)

_THIRD = SampleMeeting(
    (
        SampleItem("Opening", "The chair opened the meeting at 09.00."),
        SampleItem("Minutes of the last meeting", "Read and confirmed with one correction."),
        SampleItem(
            "",
            "The parades were told at all three stations. The notice hangs in two report offices; "
            "the third will follow this week. The count of weekend bonds is under way.",
        ),
        SampleItem(
            "Workshops of this month",
            "The workshop in Railways was called off because the hall was under water. Members "
            "agreed that those who had been invited are asked first for the next one.",
            ("Whoever was invited to a cancelled workshop is invited first to the next.",),
            (SampleAction("Call those who had been invited to Railways", 10, 10, 0),),
        ),
        SampleItem(
            "Disputes settled",
            "Three disputes were settled since the last meeting, about rent, noise and a debt. One "
            "party withdrew and nothing was held against it. None involved violence. Members "
            "found that the written form is too long.",
            ("The form for settlements is cut to one page.",),
            (
                SampleAction("Propose a form of one page", 5, 20),
                SampleAction("Try the form in two mediations", 11, 40),
                SampleAction(
                    "Ask the land office about the rent tribunal",
                    6,
                    15,
                    1,
                    state="dropped",
                    outcome="The tribunal now sits in town every second week",
                ),
            ),
        ),
        SampleItem("Closing", "The meeting closed at 11.05."),
    ),
    apologies=(0, 7),
    absent=(4,),
)

_NEXT = SampleMeeting(
    (
        SampleItem("Opening", ""),
        SampleItem("Minutes of the last meeting", ""),
        SampleItem("", ""),
        SampleItem("The next workshops", ""),
        SampleItem("Any other business", ""),
    )
)

MEETINGS = (_FIRST, _SECOND, _THIRD, _NEXT)

# Under the item before the last of the meeting to come: as it was prepared, and what two made of it
# at once.
PREPARED = "Two workshops are planned for the quarter. The hall at Kielelezo is too small."
CHANGED = (
    "Two workshops are planned for the quarter. The hall at Kielelezo is too small and too dark.",
    "Two workshops are planned for the quarter. The hall at Kielelezo is too small for a circle of "
    "chairs. Somebody should look at the school.",
)


def _third_thursday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 14)


def meeting_days(today: date) -> list[date]:
    """The third Thursdays of four months in a row: three before today, one not before today."""
    year, month = today.year, today.month
    if _third_thursday(year, month) < today:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    days = []
    for back in (3, 2, 1, 0):
        months = year * 12 + month - 1 - back
        days.append(_third_thursday(months // 12, months % 12 + 1))
    return days
