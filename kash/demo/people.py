"""The people of the sample programme. Nobody here exists.

Family names are Kiswahili for example, sample, exercise, trial and the like; phone numbers run in
one invented row.
"""

from __future__ import annotations

from dataclasses import dataclass

POLICE = "Police"
COMMUNITY = "Community"


@dataclass(frozen=True)
class SampleOrganisation:
    """A station or a collective. `group` is a group's name."""

    name: str
    kind: str
    place: str
    group: str


STATIONS = (
    SampleOrganisation("Kielelezo Police Station", "station", "Kisumu Central", POLICE),
    SampleOrganisation("Sampuli Police Station", "station", "Kondele", POLICE),
    SampleOrganisation("Mfano Patrol Base", "station", "Nyalenda A", POLICE),
    # Outside the area in which the programme works.
    SampleOrganisation("Mbali Police Station", "station", "Nakuru", POLICE),
)
COLLECTIVES = (
    SampleOrganisation("Mwanga Collective", "collective", "Kondele", COMMUNITY),
    SampleOrganisation("Ziwa Collective", "collective", "Manyatta", COMMUNITY),
)
PARTNERS = (SampleOrganisation("Mfano Health Centre", "partner", "Kisumu Central", COMMUNITY),)


@dataclass(frozen=True)
class SamplePerson:
    """One who takes part. `place` counts into the stations or collectives of the group."""

    name: str
    sex: str
    age: str
    cadre: str
    language: str = "sw"
    place: int = 0
    printed: str = ""


_POLICE_ROWS = """
Amani Kielelezo|female|35-44|Inspector|en|0
Baraka Sampuli|male|35-44|Sergeant|en|0
Daudi Mfano|male|25-34|Constable|sw|0
Eliya Mazoezi|male|25-34|Constable|sw|0
Faraja Jaribio|female|25-34|Corporal|en|0
Gideoni Onyesho|male|45-plus|Senior Sergeant|en|0
Hekima Kigezo|female|25-34|Constable|sw|0
Imara Mchoro|male|18-24|Constable|sw|0
Jabali Kifani|male|25-34|Constable|luo|0
Kweli Namuna|female|35-44|Corporal|en|0
Lulu Kielelezo|female|25-34|Constable|sw|1
Malaika Sampuli|female|35-44|Sergeant|en|1
Nuru Mfano|female|18-24|Constable|sw|1
Omari Mazoezi|male|35-44|Corporal|sw|1
Pendo Jaribio|female|25-34|Constable|en|1
Rahimu Onyesho|male|25-34|Constable|luo|1
Salama Kigezo|female|45-plus|Chief Inspector|en|1
Tumaini Mchoro|male|25-34|Constable|sw|1
Upendo Kifani|female|25-34|Constable|sw|1
Vumilia Namuna|female|35-44|Corporal|sw|1
Wema Kielelezo|male|18-24|Constable|en|2
Yakini Sampuli|male|25-34|Constable|sw|2
Zawadi Mfano|female|25-34|Corporal|sw|2
Adili Mazoezi|male|35-44|Sergeant|en|2
Busara Jaribio|female|25-34|Constable|luo|2
Daima Onyesho|male|25-34|Constable|sw|2
Elimu Kigezo|female|18-24|Constable|sw|2
Fahari Mchoro|male|25-34|Constable|sw|2
Ghani Kifani|male|45-plus|Senior Sergeant|en|2
Hodari Namuna|male|25-34|Constable|sw|2
"""

_COMMUNITY_ROWS = """
Subira Mfano|female|25-34|Peer educator|luo|0
Heri Mazoezi|male|25-34|Peer educator|sw|0
Neema Jaribio|female|18-24|Peer educator|luo|0
Kito|male|25-34|Outreach volunteer|sw|0|Kito Sampuli
Dada Rehema|female|35-44|Paralegal volunteer|luo|0|Rehema Onyesho
Mama Ng’arisha|female|45-plus|Peer educator|luo|0|Ng’arisha Kielelezo
Tausi|female|18-24|Peer educator|sw|0|Tausi Kigezo
Johari Mchoro|female|25-34|Peer educator|luo|0
Kibibi|female|25-34|Outreach volunteer|en|0|Kibibi Namuna
Lela Kifani|female|18-24|Peer educator|luo|0
Marini Kielelezo|female|25-34|Peer educator|guz|0
Nasra Sampuli|female|35-44|Paralegal volunteer|sw|0
Penzi|other|18-24|Peer educator|en|0|Penzi Mfano
Raha Mazoezi|female|25-34|Peer educator|luo|0
Sitawi Jaribio|female|25-34|Outreach volunteer|sw|0
Shani|female|25-34|Peer educator|luo|1|Shani Onyesho
Tabasamu Kigezo|female|18-24|Peer educator|sw|1
Uzuri Mchoro|female|35-44|Peer educator|luo|1
Waridi|female|25-34|Peer educator|sw|1|Waridi Namuna
Yasmini Kifani|female|25-34|Outreach volunteer|en|1
Zuhura Kielelezo|female|35-44|Paralegal volunteer|sw|1
Asali|female|18-24|Peer educator|luo|1|Asali Sampuli
Bahati Mfano|male|25-34|Peer educator|luy|1
Chausiku Mazoezi|female|25-34|Peer educator|luo|1
Dalili Jaribio|female|45-plus|Peer educator|luo|1
Furaha|other|25-34|Outreach volunteer|sw|1|Furaha Onyesho
Kigezo Tabasamu|female|18-24|Peer educator|sw|1
Jamila Wanjirũ Mchoro-Kielelezo wa Mfano na Sampuli|female|35-44|Peer educator|sw|1
Kiangazi Namuna|male|25-34|Peer educator|luo|1
Mwezi|female|18-24|Peer educator|sw|1|Mwezi Kifani
"""


# Officers by their place above: at which station each was posted first, if not where she is now.
FIRST_POSTED = {12: 0, 19: 0, **dict.fromkeys(range(14, 19), 2)}
# Who was moved to which station, and how many days ago; five of them by one order.
MOVED = (
    (12, 1, 300),
    *((number, 1, 210) for number in range(14, 19)),
    (19, 1, 150),
    (11, 3, 90),
    (23, 0, 60),
    (2, 2, 40),
    (13, 2, 40),
)


def _read(rows: str) -> tuple[SamplePerson, ...]:
    people = []
    for row in rows.strip().splitlines():
        name, sex, age, cadre, language, place, *printed = row.split("|")
        people.append(SamplePerson(name, sex, age, cadre, language, int(place), "".join(printed)))
    return tuple(people)


# Who turns out to be younger than was thought.
MINOR = "Mwezi"

POLICE_PEOPLE = _read(_POLICE_ROWS)
COMMUNITY_PEOPLE = _read(_COMMUNITY_ROWS)
WARDS = ("Kondele", "Market Milimani", "Railways", "Nyalenda A", "Nyalenda B", "Manyatta B")


def phone(number: int) -> str:
    """The invented phone of the person with this number, in E.164."""
    return f"+2547000{number:05}"
