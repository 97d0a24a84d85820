"""People by the thousand, and some of them written down twice, with the slips of real lists."""

import random
from dataclasses import dataclass, replace

from kash.people.rules.duplicates import Likeness
from kash.people.rules.persons import sort_name

_GIVEN = {
    "female": [
        "Mary",
        "Jane",
        "Grace",
        "Faith",
        "Mercy",
        "Lilian",
        "Beatrice",
        "Caroline",
        "Dorcas",
        "Esther",
        "Florence",
        "Gladys",
        "Irene",
        "Janet",
        "Lucy",
        "Margaret",
        "Nancy",
        "Pamela",
        "Rose",
        "Sarah",
        "Violet",
        "Winnie",
        "Zainab",
        "Halima",
        "Amina",
        "Sharon",
        "Brenda",
        "Christine",
        "Diana",
        "Eunice",
    ],
    "male": [
        "John",
        "Peter",
        "James",
        "David",
        "Joseph",
        "Samuel",
        "Daniel",
        "Stephen",
        "Paul",
        "Michael",
        "Brian",
        "Kevin",
        "Dennis",
        "Evans",
        "Felix",
        "George",
        "Henry",
        "Isaac",
        "Julius",
        "Kennedy",
        "Laban",
        "Moses",
        "Nicholas",
        "Oscar",
        "Patrick",
        "Robert",
        "Simon",
        "Thomas",
        "Victor",
        "Walter",
        "Hassan",
        "Omar",
        "Abdi",
    ],
}
_MIDDLE = {
    "female": [
        "Achieng",
        "Akinyi",
        "Atieno",
        "Adhiambo",
        "Anyango",
        "Awuor",
        "Akoth",
        "Apiyo",
        "Auma",
        "Awino",
        "Aoko",
        "Wanjiku",
        "Wanjiru",
        "Wairimu",
        "Njeri",
        "Nyambura",
        "Muthoni",
        "Wambui",
        "Wangari",
        "Nekesa",
        "Nafula",
        "Naliaka",
        "Nasimiyu",
        "Chebet",
        "Cheptoo",
        "Jepkosgei",
        "Kerubo",
        "Moraa",
        "Nyaboke",
        "Kemunto",
        "Mwende",
        "Mumbua",
        "Ndanu",
    ],
    "male": [
        "Ochieng",
        "Otieno",
        "Odhiambo",
        "Onyango",
        "Owuor",
        "Okoth",
        "Opiyo",
        "Ouma",
        "Owino",
        "Omondi",
        "Okinyi",
        "Kamau",
        "Njoroge",
        "Mwangi",
        "Kariuki",
        "Maina",
        "Ng'ang'a",
        "Waweru",
        "Wafula",
        "Wekesa",
        "Simiyu",
        "Barasa",
        "Kiprono",
        "Kiptoo",
        "Kipchoge",
        "Cheruiyot",
        "Nyakundi",
        "Ondieki",
        "Mutua",
        "Musyoka",
        "Kilonzo",
        "Muli",
    ],
}
_FAMILY = [
    "Ochieng",
    "Otieno",
    "Odhiambo",
    "Onyango",
    "Owuor",
    "Okoth",
    "Opiyo",
    "Ouma",
    "Owino",
    "Omondi",
    "Ogutu",
    "Oduor",
    "Okello",
    "Odongo",
    "Ogola",
    "Oloo",
    "Juma",
    "Were",
    "Wandera",
    "Wekesa",
    "Wafula",
    "Barasa",
    "Simiyu",
    "Wanyama",
    "Khaemba",
    "Makokha",
    "Mukhwana",
    "Shikuku",
    "Kamau",
    "Njoroge",
    "Mwangi",
    "Kariuki",
    "Maina",
    "Ng'ang'a",
    "Ng'eno",
    "Kimani",
    "Gitau",
    "Kiprono",
    "Kiptoo",
    "Cheruiyot",
    "Rotich",
    "Koech",
    "Langat",
    "Bett",
    "Kosgei",
    "Korir",
    "Nyakundi",
    "Ondieki",
    "Mogaka",
    "Nyamweya",
    "Mokua",
    "Mutua",
    "Musyoka",
    "Kilonzo",
    "Muli",
    "Mutiso",
    "Nzioka",
    "Ng'ong'a",
    "Nyong'o",
    "Ang'ienda",
    "Hassan",
    "Mohamed",
    "Abdalla",
    "Salim",
]
_WARDS = tuple(f"Ward {number}" for number in range(1, 31))
_NEAR = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "m": "n", "u": "i", "t": "r", "g": "h"}


@dataclass(frozen=True)
class Someone:
    """A person as a list has her, `name` as it is written."""

    key: str
    name: str
    facts: Likeness

    @property
    def likeness(self) -> Likeness:
        """What tells her apart."""
        return replace(self.facts, key=self.key, name=sort_name(self.name))


def people(count: int, chance: random.Random, stations: int = 60) -> list[Someone]:
    """So many different people: six in ten are officers with a service number, the others of
    collectives, of whom most have a code, and one in ten goes by a single name."""
    made = []
    for number in range(count):
        officer = chance.random() < 0.6
        sex = "male" if chance.random() < (0.7 if officer else 0.15) else "female"
        middle = chance.choice(_MIDDLE[sex])
        name = f"{_given(sex, chance)} {middle} {_weighted(_FAMILY, chance)}"
        draw = chance.random()
        if not officer and draw < 0.17:
            name = middle
        elif draw < 0.4:
            name = " ".join(name.split()[:2])
        elif draw < 0.55:
            name = " ".join(name.split()[1:])
        station = chance.randrange(stations)
        facts = Likeness(
            key="",
            group="police" if officer else "community",
            name="",
            reference=str(60_000 + number)
            if officer
            else (f"KSM-{number:05d}" if chance.random() < 0.7 else ""),
            phones=frozenset({f"phone {number}"}) if chance.random() < 0.85 else frozenset(),
            station=f"{'station' if officer else 'collective'} {station}",
            ward=chance.choice(_WARDS) if chance.random() < 0.8 else "",
            birth_year=chance.randrange(1965, 2007) if chance.random() < 0.7 else None,
            sex=sex if chance.random() < 0.9 else "",
        )
        made.append(Someone(f"p{number}", name, facts))
    # In some houses two people have one phone between them.
    for number in chance.sample(range(1, count), count // 600):
        shared = replace(made[number].facts, phones=made[number - 1].facts.phones)
        made[number] = replace(made[number], facts=shared)
    return made


def common(count: int, chance: random.Random) -> list[Someone]:
    """So many people with names of twenty first and twenty family names, as in one county."""
    named = [f"{one} {two}" for one in _GIVEN["female"][:20] for two in _MIDDLE["female"][:20]]
    return [replace(each, name=chance.choice(named)) for each in people(count, chance, stations=20)]


def _weighted(names: list[str], chance: random.Random) -> str:
    # Some names are far commoner than others.
    return chance.choices(names, [1 / (rank + 5) for rank in range(len(names))])[0]


def _given(sex: str, chance: random.Random) -> str:
    return _weighted(_GIVEN[sex], chance)


def known_well(one: Someone) -> bool:
    """Whether more is known of somebody than a name and a place: else she could not be found."""
    return bool(one.facts.phones) or (one.facts.birth_year is not None and " " in one.name)


def disturbed(one: Someone, chance: random.Random) -> Someone:
    """The same person as another list has her.

    The name has slips, its parts in another order, an initial, or no apostrophe. The number is
    missing (it stands but once in the programme); phone, station, ward and birth year are kept,
    changed or lost. At least the phone, or the station with the birth year, is as it was: of
    whom a list says nothing but a common name, nothing can be found.
    """
    name = one.name
    for change in (
        chance.choice((_slip, _slip, _initial, _doubled)),
        chance.choice((_other_order, _no_apostrophe)),
    ):
        name = change(name, chance)
    facts = replace(one.facts, reference="")
    draw = chance.random()
    if draw < 0.3:
        facts = replace(facts, phones=frozenset())
    elif draw < 0.45:
        facts = replace(facts, phones=frozenset({f"another phone of {one.key}"}))
    if chance.random() < 0.3:
        facts = replace(facts, ward="")
    if facts.phones and facts.phones == one.facts.phones:
        if chance.random() < 0.3:
            facts = replace(facts, station=f"{facts.station} spelled otherwise")
        if chance.random() < 0.3:
            facts = replace(facts, birth_year=None)
    elif facts.birth_year is None or " " not in one.name:
        facts = replace(facts, phones=one.facts.phones)
    return Someone(f"{one.key} again", name, facts)


def _slip(name: str, chance: random.Random) -> str:
    """One letter left out, doubled, swapped with the next, or another."""
    at = chance.choice([at for at in range(1, len(name) - 1) if name[at : at + 2].isalpha()])
    letter = name[at]
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at + 1] + letter + name[at + 2 :],
            name[:at] + _NEAR.get(letter, "a") + name[at + 1 :],
        )
    )


def _other_order(name: str, chance: random.Random) -> str:
    parts = name.split()
    chance.shuffle(parts)
    return " ".join(parts)


def _initial(name: str, chance: random.Random) -> str:
    parts = name.split()
    if len(parts) > 1:
        at = chance.randrange(len(parts) - 1)
        parts[at] = f"{parts[at][0]}."
    return " ".join(parts)


def _no_apostrophe(name: str, chance: random.Random) -> str:
    return name.replace("'", chance.choice(("", " ", "’")))


def _doubled(name: str, chance: random.Random) -> str:
    at = chance.choice([at for at, letter in enumerate(name) if letter.isalpha()])
    return f"{name[:at]}{name[at]}{name[at:]}".upper()
