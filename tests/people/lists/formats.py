"""Lists in the forms in which the field keeps them, each made with what must come of its people.

A form takes people as they are and writes them down in its own way. What it leaves out, or writes
so that nobody could read it, it says: then the truth is empty, or what must be told of the field.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import xlsxwriter

GIVEN = (
    *("Achola", "Barongo", "Chelimo", "Dafina", "Eshiwani", "Fanaka", "Gathoni", "Hawi", "Imani"),
    *("Jamis", "Kerubo", "Lumumba", "Makena", "Naliaka", "Onyinkwa", "Pamela", "Rehema", "Saida"),
)
FAMILY = (
    *("Adongo", "Barasa", "Cheptoo", "Duale", "Ekirapa", "Fwamba", "Gitonga", "Hirsi", "Isutsa"),
    *("Juma", "Kiplagat", "Lagat", "Mutiso", "Ng'ang'a", "Oumo", "Rotich", "Simiyu", "Wekesa"),
)
SEXES = ("female", "male")
BANDS = {"18-24": "18–24", "25-34": "25–34", "35-plus": "35+"}
WARDS = ("Kondele", "Obunga", "Manyatta", "Bandani")
STATIONS = ("Kondele Police Station", "Airport Road Post", "Maseno Police Station")
RANKS = {"Constable": "PC", "Corporal": "CPL", "Inspector": "IP"}
TICK = "✓"


@dataclass(frozen=True)
class Told:
    """That a field is not kept, but told with this remark."""

    code: str


Fact = str | Told


@dataclass(frozen=True)
class Somebody:
    """A person as she is, by which lists write her."""

    name: str
    national: str
    sex: str
    band: str
    ward: str
    station: str
    rank: str
    number: str

    @property
    def phone(self) -> str:
        """In E.164."""
        return f"+254{self.national}"

    @property
    def local(self) -> str:
        """As it is dialled here."""
        return f"0{self.national}"

    def truth(self, *fields: str, **more: Fact) -> dict[str, Fact]:
        """What is to come of her: these fields as she is, the others as said, or empty."""
        known = {"name": self.name, **{name: getattr(self, name) for name in fields}}
        return {**dict.fromkeys(FACTS, ""), **known, **more}


FACTS = ("name", "phone", "sex", "band", "ward", "station", "rank", "number", "group")


@dataclass
class Form:
    """A file, and the truth of each of its people in any order; `nobody` is how many lines must be
    told as nobody's, `again` how often each person stands in it, `group` what its uploader chose.
    """

    content: bytes
    people: list[dict[str, Fact]]
    nobody: int = 0
    again: int = 1
    group: str = "community"


Maker = Callable[[list[Somebody], random.Random], Form]
FORMS: dict[str, Maker] = {}


def form(maker: Maker) -> Maker:
    """One of the forms."""
    FORMS[maker.__name__] = maker
    return maker


def make(name: str, seed: int) -> Form:
    """A file in a form; the same seed makes the same."""
    dice = random.Random(f"{name}-{seed}")
    pairs = [(given, family) for given in GIVEN for family in FAMILY]
    names = [" ".join(pair) for pair in dice.sample(pairs, dice.randint(9, 14))]
    return FORMS[name]([_somebody(each, at, dice) for at, each in enumerate(names)], dice)


def _somebody(name: str, at: int, dice: random.Random) -> Somebody:
    return Somebody(
        name=name,
        national=f"7{dice.randint(10, 29)}{dice.randint(10, 99)}{dice.randint(1000, 9999)}",
        sex=dice.choice(SEXES),
        band=dice.choice(list(BANDS)),
        ward=dice.choice(WARDS),
        station=dice.choice(STATIONS),
        rank=dice.choice(list(RANKS)),
        number=str(61_007 + 13 * at),
    )


def workbook(
    rows: Sequence[Sequence[object]], merged: Iterable[tuple[int, int, int, int]] = ()
) -> bytes:
    """An XLSX file; `merged` are (first row, first column, last row, last column) from 0."""
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("Sheet1")
        for top, left, bottom, right in merged:
            sheet.merge_range(top, left, bottom, right, "")
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell != "":
                    sheet.write(at, column, cell)
    return made.getvalue()


def text(
    rows: Iterable[Sequence[object]], delimiter: str = ",", encoding: str = "utf-8", end: str = "\n"
) -> bytes:
    """A text file, quoted where it must be."""

    def cell(given: object) -> str:
        said = str(given)
        if any(each in said for each in (delimiter, '"', "\n")):
            return '"' + said.replace('"', '""') + '"'
        return said

    return "".join(delimiter.join(map(cell, row)) + end for row in rows).encode(encoding)


def ticked(answer: str, answers: Iterable[str], mark: object = TICK) -> list[object]:
    """A mark below the answer that is given."""
    return [mark if each == answer else "" for each in answers]


@form
def register_with_two_heading_rows(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        ["KISUMU COUNTY – SENSITISATION OF PEER EDUCATORS"],
        ["Venue: Kondele Social Hall", "", "", "", "Date: 12/11/2026"],
        ["S/No", "NAME", "SEX", "", "AGE", "", "", "TEL. NO", "SIGNATURE"],
        ["", "", "M", "F", *BANDS.values(), "", ""],
    ]
    for at, one in enumerate(people, 1):
        sexes, ages = ticked(one.sex, ("male", "female")), ticked(one.band, BANDS)
        rows.append([at, one.name, *sexes, *ages, one.local, "............"])
    rows.append(["", "TOTAL", 5, 7, 4, 4, 4])
    rows.append(["Prepared by:", "", "", "", "", "", "", "Sign: ______"])
    heads = [(2, 2, 2, 3), (2, 4, 2, 6), (2, 0, 3, 0), (2, 1, 3, 1)]
    truth = [one.truth("phone", "sex", "band") for one in people]
    return Form(workbook(rows, heads), truth, nobody=2)


@form
def ticks_below_one_line_of_headings(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        ["No.", "Names", "M", "F", "18-24", "25-34", "35+", "Phone", "Sign"]
    ]
    for at, one in enumerate(people, 1):
        marks = [*ticked(one.sex, ("male", "female"), "X"), *ticked(one.band, BANDS, "x")]
        rows.append([at, one.name, *marks, one.local, ""])
    return Form(text(rows, ";"), [one.truth("phone", "sex", "band") for one in people])


@form
def questions_above_the_headings(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        ["", "", "GENDER", "", "AGE BRACKET", "", "", ""],
        ["NO", "FULL NAME", "MALE", "FEMALE", "18-24 YRS", "25-34 YRS", "35+ YRS", "WARD"],
    ]
    for at, one in enumerate(people, 1):
        marks = [*ticked(one.sex, ("male", "female"), 1), *ticked(one.band, BANDS, 1)]
        rows.append([at, one.name, *marks, one.ward])
    return Form(workbook(rows), [one.truth("sex", "band", "ward") for one in people])


@form
def one_who_ticked_both(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["No", "Name", "M", "F", "Contact"]]
    for at, one in enumerate(people, 1):
        marks = ticked(one.sex, ("male", "female"), "√") if at > 1 else ["√", "√"]
        rows.append([at, one.name, *marks, one.local])
    truth = [one.truth("phone", "sex") for one in people]
    truth[0] = people[0].truth("phone", sex=Told("two_answers"))
    return Form(text(rows, "\t"), truth)


@form
def parts_with_titles(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["No.", "NAME", "PHONE", "WARD"]]
    for title, some in (("FACILITATORS", people[:2]), ("PARTICIPANTS", people[2:])):
        rows.append([title])
        rows += [[at, one.name, one.local, one.ward] for at, one in enumerate(some, 1)]
    return Form(workbook(rows), [one.truth("phone", "ward") for one in people], nobody=2)


@form
def a_second_day_with_everybody_again(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["Jina", "Simu", "Kata"]]
    for day in ("DAY 1: 11/11/2026", "DAY 2: 12/11/2026"):
        rows.append([day, "", ""])
        rows += [[one.name, one.local, one.ward] for one in people]
    truth = [one.truth("phone", "ward") for one in people]
    return Form(text(rows, ";"), truth, nobody=2, again=2)


@form
def two_lists_side_by_side(people: list[Somebody], _dice: random.Random) -> Form:
    half = (len(people) + 1) // 2
    left, right = people[:half], people[half:]
    head = ["No", "Name", "Phone"]
    rows: list[list[object]] = [["ATTENDANCE LIST"], [*head, "", *head]]
    for at, one in enumerate(left):
        row: list[object] = [at + 1, one.name, one.local, ""]
        if at < len(right):
            row += [half + at + 1, right[at].name, right[at].local]
        rows.append(row)
    return Form(workbook(rows), [one.truth("phone") for one in people])


@form
def police_and_community_side_by_side(people: list[Somebody], _dice: random.Random) -> Form:
    half = (len(people) + 1) // 2
    left, right = people[:half], people[half:]
    rows: list[list[object]] = [
        ["POLICE OFFICERS", "", "", "", "", "COMMUNITY MEMBERS"],
        ["No", "Name", "Svc No", "Rank", "", "No", "Preferred name", "Ward"],
    ]
    for at, one in enumerate(left):
        row: list[object] = [at + 1, one.name, one.number, RANKS[one.rank], ""]
        if at < len(right):
            row += [at + 1, right[at].name, right[at].ward]
        rows.append(row)
    truth = [one.truth("number", "rank", group="police") for one in left]
    truth += [one.truth("ward", group="community") for one in right]
    return Form(text(rows, ","), truth, group="")


@form
def parts_of_two_groups(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["No", "Name", "Phone"], ["POLICE OFFICERS"]]
    rows += [[at, one.name, one.local] for at, one in enumerate(people[:3], 1)]
    rows.append(["COMMUNITY"])
    rows += [[at, one.name, one.local] for at, one in enumerate(people[3:], 1)]
    truth = [one.truth("phone", group="police") for one in people[:3]]
    truth += [one.truth("phone", group="community") for one in people[3:]]
    return Form(workbook(rows), truth, nobody=2, group="")


@form
def kobo_with_groups_and_metadata(people: list[Somebody], dice: random.Random) -> Form:
    rows: list[list[object]] = [
        [
            *("start", "end", "today", "deviceid", "consent", "group_demo/name"),
            *("group_demo/phone", "group_demo/sex", "group_demo/age_group", "group_demo/ward"),
            *("group_photo/consent_photo", "meta/instanceID", "_id", "_uuid", "_submission_time"),
            *("_validation_status", "_submitted_by", "__version__", "_tags", "_index"),
        ]
    ]
    for at, one in enumerate(people, 1):
        moment = f"2026-11-{10 + at % 9}T09:{at:02}:12.000+03:00"
        rows.append(
            [
                *(moment, moment, f"2026-11-{10 + at % 9}", "ee.kobo:12", "yes", one.name),
                *(one.national, one.sex, one.band.replace("-plus", "+"), one.ward),
                *("yes", f"uuid:{dice.random()}", 70_100_000 + at, f"{dice.random()}", moment),
                *("validation_status_approved", "kash", "vA7", "", at),
            ]
        )
    return Form(text(rows, ";"), [one.truth("phone", "sex", "band", "ward") for one in people])


@form
def kobo_with_questions_in_200_columns(people: list[Somebody], dice: random.Random) -> Form:
    asked: dict[int, tuple[str, Callable[[Somebody], object]]] = {
        3: ("today", lambda _one: "2026-11-12"),
        17: ("1. What is the full name of the participant?", lambda one: one.name),
        18: ("2. Name of the enumerator", lambda _one: "Zebedayo Mwandishi"),
        64: ("3. Phone number of the participant (M-Pesa registered)", lambda one: one.local),
        65: ("4. Phone number of the next of kin", lambda _one: "0733000999"),
        140: ("12. Gender of the participant", lambda one: one.sex.title()),
        188: ("13. Ward", lambda one: one.ward),
    }
    question = (
        "How strongly do you agree with this sentence, number {}: officers whom I know treat "
        "people who report a violation with respect, whoever they are and whatever they do?"
    )
    rows: list[list[object]] = [
        [asked[at][0] if at in asked else question.format(at) for at in range(200)]
    ]
    for one in people:
        rows.append([asked[at][1](one) if at in asked else dice.randint(1, 5) for at in range(200)])
    return Form(workbook(rows), [one.truth("phone", "sex", "ward") for one in people])


@form
def kobo_with_answers_in_columns(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        [
            *("today", "bio/full_name", "bio/sex/male", "bio/sex/female"),
            *("bio/age/18_24", "bio/age/25_34", "bio/age/35+", "bio/phone_number"),
        ]
    ]
    for one in people:
        sexes = [int(one.sex == sex) for sex in ("male", "female")]
        ages = [int(one.band == band) for band in BANDS]
        rows.append(["2026-11-12", one.name, *sexes, *ages, one.national])
    return Form(text(rows), [one.truth("phone", "sex", "band") for one in people])


@form
def google_form(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        [
            *("Timestamp", "Full name / Jina kamili", "Phone number (Safaricom)", "Gender"),
            *("Age bracket", "Ward / Kata", "Will you need transport, and from where?"),
        ]
    ]
    answers = {"female": "Female", "male": "Male"}
    for at, one in enumerate(people):
        sex = "Prefer not to say" if at == 0 else answers[one.sex]
        rows.append(
            [
                *(f"11/{at + 1}/2026 9:{at:02}:00", one.name, one.local, sex),
                *(one.band.replace("-plus", "+"), one.ward, "Yes, from home"),
            ]
        )
    truth = [one.truth("phone", "sex", "band", "ward") for one in people]
    truth[0] |= {"sex": Told("not_said")}
    return Form(text(rows, ",", end="\r\n"), truth)


@form
def numbers_that_excel_changed(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["Name", "Phone", "Sex"]]
    truth = []
    for at, one in enumerate(people):
        whole, short = f"{one.national[0]}.{one.national[1:]}E8", f"{int(one.national):.3E}"
        written: list[object] = [
            *(float(one.national), f"254{one.national}.0", f"{one.national}.0", whole),
            *(
                short.replace("E+0", "E+"),
                f"{one.local[:4]}-{one.local[4:7]}-{one.local[7:]} (sister)",
            ),
        ]
        rows.append([one.name, written[at % 6], one.sex[0].upper()])
        told = Told("phone_digits_lost") if at % 6 == 4 else one.phone
        truth.append(one.truth("sex", phone=told))
    return Form(workbook(rows), truth)


@form
def pasted_from_a_chat(people: list[Somebody], _dice: random.Random) -> Form:
    lines = ["Good morning team, the following will attend tomorrow:", ""]
    lines += [f"{at}. {one.name} {one.local}" for at, one in enumerate(people, 1)]
    lines.append("Kindly confirm. Asante sana")
    return Form("\n".join(lines).encode(), [one.truth("phone") for one in people], nobody=2)


@form
def pasted_below_a_sentence(people: list[Somebody], _dice: random.Random) -> Form:
    lines = ["Habari, here are the names of participants:"]
    lines += [f"{at}) {one.name} – {one.phone}" for at, one in enumerate(people, 1)]
    lines.append("Tuonane kesho")
    return Form("\n".join(lines).encode(), [one.truth("phone") for one in people], nobody=1)


@form
def facts_one_below_the_other(people: list[Somebody], _dice: random.Random) -> Form:
    lines = ["Habari ya asubuhi"]
    for one in people:
        lines += [f"Name: {one.name}", f"Phone no: {one.local}", f"Gender: {one.sex}", ""]
    return Form("\n".join(lines).encode(), [one.truth("phone", "sex") for one in people], nobody=1)


@form
def pasted_with_small_pictures(people: list[Somebody], _dice: random.Random) -> Form:
    lines = [f"✅ {one.name} {one.local}" for one in people[:4]]
    lines += [f"{at}\ufe0f\u20e3 {one.name}: {one.local}" for at, one in enumerate(people[4:8], 5)]
    lines += [f"👉🏾 {one.name}, {one.local}." for one in people[8:]]
    return Form("\n".join(lines).encode(), [one.truth("phone") for one in people])


@form
def exported_from_a_chat(people: list[Somebody], _dice: random.Random) -> Form:
    before = "[27/11/2026, 09:12:45] Mratibu wa Mradi: "
    lines = [f"{before}- {one.name} - {one.local} - {one.ward}" for one in people]
    return Form("\r\n".join(lines).encode(), [one.truth("phone") for one in people])


@form
def a_scan_read_by_a_machine(people: list[Somebody], _dice: random.Random) -> Form:
    lines = ["ATTENDANCE REGISTER", f"{'No':<5}{'Name':<28}{'Rank':<8}{'Phone':<14}Sign", ""]
    truth = []
    for at, one in enumerate(people, 1):
        phone = one.local.replace("0", "O") if at % 3 == 0 else one.local
        rank = "" if at == 2 else RANKS[one.rank]
        lines.append(f"{at:<5}{one.name:<28}{rank:<8}{phone:<14}{'~~' if at % 2 else ''}".rstrip())
        truth.append(one.truth("phone", rank=one.rank if rank else ""))
    return Form("\n".join(lines).encode(), truth)


@form
def a_scan_whose_lines_slip(people: list[Somebody], dice: random.Random) -> Form:
    lines = ["No   Name   Phone   Ward"]
    truth = []
    for at, one in enumerate(people, 1):
        gaps = [" " * dice.randint(2, 6) for _each in range(3)]
        cells = [str(at), one.name, one.local, one.ward]
        lines.append("".join(cell + gap for cell, gap in zip(cells, [*gaps, ""], strict=True)))
        truth.append(one.truth("phone", "ward"))
    return Form("\n".join(lines).encode(), truth)


@form
def exported_from_statistics(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["CASEID", "Q1_NAME", "Q2_PHONE", "Q3_SEX", "Q4_AGE"]]
    truth = []
    for at, one in enumerate(people, 1):
        age = "99" if at == 1 else "." if at == 2 else BANDS[one.band]
        rows.append([f"{at:.2f}", f"{one.name:<40}", one.local, f"{one.sex.title():<10}", age])
        band: Fact = Told("birth_code") if at == 1 else "" if at == 2 else one.band
        truth.append(one.truth("phone", "sex", band=band))
    return Form(text(rows, "\t", end="\r\n"), truth)


@form
def stations_merged_beside_their_officers(people: list[Somebody], _dice: random.Random) -> Form:
    ordered = sorted(people, key=lambda one: one.station)
    rows: list[list[object]] = [["STATION", "NAME", "RANK", "P/NO"]]
    merged = []
    for at, one in enumerate(ordered, 1):
        first = at == 1 or ordered[at - 2].station != one.station
        if first:
            merged.append([at, 0, at, 0])
        merged[-1][2] = at
        rows.append([one.station if first else "", one.name, RANKS[one.rank], one.number])
    ranges = [(top, left, bottom, right) for top, left, bottom, right in merged if bottom > top]
    truth = [one.truth("station", "rank", "number") for one in ordered]
    return Form(workbook(rows, ranges), truth, group="police")


@form
def pages_with_headings_and_totals_of_each(people: list[Somebody], _dice: random.Random) -> Form:
    head: list[object] = ["No.", "Name", "Phone", "Ward", "Signature", "Amount"]
    rows: list[list[object]] = []
    nobody = -2
    for page, some in enumerate((people[:4], people[4:8], people[8:]), 1):
        rows += [["PARTICIPANTS ATTENDANCE LIST"], head]
        rows += [
            [at, one.name, one.local, one.ward, "________", "1,000"]
            for at, one in enumerate(some, 4 * page - 3)
        ]
        rows += [["", "Sub-total", "", "", "", "4,000"], [f"Page {page} of 3"]]
        nobody += 4
    rows.append(["Checked by:", "Afisa Mkuu", "Sign", "........"])
    truth = [one.truth("phone", "ward") for one in people]
    return Form(text(rows, ";"), truth, nobody=nobody + 1)


@form
def headings_in_two_languages(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        [
            *("Nambari / No.", "Jina / Name", "Simu | Phone", "Jinsia (Sex)", "Umri – Age"),
            *("Kata/Ward", "Sahihi / Signature"),
        ]
    ]
    for at, one in enumerate(people, 1):
        sex = {"female": "KE", "male": "ME"}[one.sex]
        rows.append([at, one.name, one.local, sex, BANDS[one.band], one.ward, ""])
    return Form(workbook(rows), [one.truth("phone", "sex", "band", "ward") for one in people])


@form
def unicode_text_of_excel(people: list[Somebody], _dice: random.Random) -> Form:
    rows = [["Jina", "Simu", "Jinsia"], *([one.name, one.phone, one.sex[0]] for one in people)]
    content = text(rows, "\t", "utf-16", "\r\n")
    return Form(content, [one.truth("phone", "sex") for one in people])


@form
def with_a_mark_and_a_line_for_excel(people: list[Somebody], _dice: random.Random) -> Form:
    named = [replace(one, name=one.name.replace("'", "’")) for one in people]
    rows = [["sep=|"], ["Name", "Phone"], *([one.name, one.local] for one in named)]
    return Form(text(rows, "|", "utf-8-sig"), [one.truth("phone") for one in named])


@form
def windows_letters(people: list[Somebody], _dice: random.Random) -> Form:
    named = [replace(one, name=f"{one.name} Zoë") for one in people]
    rows = [["Name", "Ward", "Phone"], *([one.name, one.ward, one.local] for one in named)]
    return Form(text(rows, ";", "cp1252", "\r\n"), [one.truth("phone", "ward") for one in named])


@form
def a_form_above_and_blank_columns(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        ["", "NAME OF ACTIVITY:", "Peer educators' training"],
        ["", "VENUE:", "Kondele"],
        ["", "DATE:", "12/11/2026"],
        ["", "FACILITATOR:", "Mwezeshaji Mkuu"],
        [""],
        ["", "No", "", "Name of participant", "", "Telephone", "", "Ward", "", "Signature"],
    ]
    for at, one in enumerate(people, 1):
        rows.append(["", at, "", one.name, "", one.local, "", one.ward, "", ""])
        if at % 4 == 0:
            rows.append([""])
    return Form(workbook(rows), [one.truth("phone", "ward") for one in people])


@form
def numbers_and_phones_in_the_names(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["Participant", "Phone", "Ward"]]
    for at, one in enumerate(people, 1):
        if at % 2:
            rows.append([f"{at}. {one.name}", one.local, one.ward])
        else:
            rows.append([f"{one.name};{one.local}", "", one.ward])
    return Form(workbook(rows), [one.truth("phone", "ward") for one in people])


@form
def semicolons_in_one_column(people: list[Somebody], _dice: random.Random) -> Form:
    rows = [["Name;Phone;Ward"], *([f"{one.name};{one.local};{one.ward}"] for one in people)]
    return Form(workbook(rows), [one.truth("phone", "ward") for one in people])


@form
def names_in_three_columns(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["S/N", "Surname", "First name", "Middle name", "Mobile No."]]
    truth = []
    for at, one in enumerate(people, 1):
        given, family = one.name.split(" ")
        rows.append([at, family, given, "-", one.local])
        truth.append({**one.truth("phone"), "name": f"{family} {given}"})
    return Form(text(rows, ","), truth)


@form
def answers_of_ones_own(people: list[Somebody], dice: random.Random) -> Form:
    said: dict[str, Fact] = {
        "Prefer not to say": Told("not_said"),
        "Trans": "other",
        "Other": "other",
        "prefer_not_to_say": Told("not_said"),
        "Transgender woman": "other",
        "Non-binary": "other",
        "Sipendi kusema": Told("not_said"),
        "F": "female",
    }
    rows: list[list[object]] = [["Alias", "Gender", "Age", "Phone"]]
    truth = []
    for at, one in enumerate(people):
        answer = list(said)[at % len(said)]
        rows.append([one.name, answer, "35+", dice.choice(("none", "N/A", "hana simu"))])
        phone: Fact = Told("not_said") if rows[-1][3] == "hana simu" else ""
        truth.append(one.truth(sex=said[answer], band="35-plus", phone=phone))
    return Form(text(rows), truth)


@form
def a_table_drawn_with_strokes(people: list[Somebody], _dice: random.Random) -> Form:
    lines = ["| No | Name | Phone |", "|----|------|-------|"]
    lines += [f"| {at} | {one.name} | {one.local} |" for at, one in enumerate(people, 1)]
    truth = [one.truth("phone") for one in people]
    return Form("\n".join(lines).encode(), truth)


@form
def officers_with_days_to_tick(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [
        ["NATIONAL POLICE SERVICE – NOMINAL ROLL"],
        ["S/NO", "P/NO", "RANK", "NAMES", "STATION", "TEL", "DAY 1", "DAY 2", "DAY 3"],
    ]
    for at, one in enumerate(people, 1):
        rows.append(
            [
                at,
                float(one.number),
                RANKS[one.rank],
                one.name,
                one.station,
                one.local,
                TICK,
                "",
                TICK,
            ]
        )
    truth = [one.truth("number", "rank", "station", "phone") for one in people]
    return Form(workbook(rows), truth, group="police")


@form
def addresses_of_several_lines(people: list[Somebody], _dice: random.Random) -> Form:
    rows = [["Name", "Address", "Phone", "Ward", "Remarks"]]
    rows += [[one.name, "P.O. Box 7,\nKisumu", one.local, one.ward, "ok"] for one in people]
    truth = [one.truth("phone", "ward") for one in people]
    return Form(text(rows), truth)


@form
def titles_that_could_be_names(people: list[Somebody], _dice: random.Random) -> Form:
    rows: list[list[object]] = [["No", "Name", "Phone", "Sex"], ["", "KANYAKWAR", "", ""]]
    rows += [[at, one.name, one.local, one.sex] for at, one in enumerate(people, 1)]
    truth = [one.truth("phone", "sex") for one in people]
    truth.append({**dict.fromkeys(FACTS, ""), "name": Told("name_alone")})
    return Form(workbook(rows), truth)


@form
def mac_letters_and_a_list_of_choices_behind(people: list[Somebody], _dice: random.Random) -> Form:
    named = [replace(one, name=f"{one.name} André") for one in people]
    rows = [["Full Names", "Sex", "Phone"]]
    rows += [[one.name.upper(), one.sex.upper(), one.local] for one in named]
    rows.append(["Jumla", str(len(people)), ""])
    truth = [one.truth("phone", "sex", name=one.name.upper()) for one in named]
    return Form(text(rows, ";", "mac-roman"), truth, nobody=1)
