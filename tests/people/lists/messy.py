"""Lists as messy as those from the field, made with what must come of each row."""

import random
from dataclasses import dataclass, field
from io import BytesIO

import xlsxwriter

GIVEN = (
    *("Achieng", "Otieno", "Wanjiku", "Kamau", "Nekesa", "Barasa", "Amina", "Mwangi", "Chebet"),
    *("Fatuma", "Okoth", "Jepkosgei", "Wairimu", "Halima", "Peter", "Zuri", "Odhiambo", "Awuor"),
)
FAMILY = (
    *("Okello", "Njoroge", "Wafula", "Ng'ang'a", "Simiyu", "Kiprop", "Mohamed", "Were", "Oloo"),
    *("Café", "Musyoka", "Ogutu", "Nyong'o", "Abdi", "Cheruiyot", "Kariuki", "Obura", "Owino"),
)
STATIONS = {
    "Lakeside": ("Lakeside Police Station", "Lakeside Stn", "LAKESIDE"),
    "Hilltop": ("Hill Top Stn.", "Hilltop", "hilltop police stn"),
    "Riverbank": ("Riverbank", "Riverbank Police Station", "River bank"),
}
HEADINGS = {
    "name": ("NAMES", "Full name", "Jina kamili", "Name of officer", "Participant name"),
    "reference": ("Svc No", "Force No.", "Service number", "P/No", "Namba ya utumishi"),
    "phone": ("Tel. No", "Simu", "Phone", "Mobile No", "Contact"),
    "sex": ("Sex", "Jinsia", "Gender", "M/F"),
    "birth": ("D.O.B / Age", "Age", "Umri", "Date of Birth"),
    "station": ("Station", "Kituo", "Police Stn", "Duty station"),
}
SEXES = {"male": ("M", "m", "Male", "ME"), "female": ("F ", "female", "KE", "f")}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "mac-roman")


@dataclass
class Messy:
    """A file, and what must come of each row: (outcome, number, phone, birth year or band)."""

    content: bytes
    truth: dict[int, tuple[str, str, str, str]] = field(default_factory=dict)


@dataclass
class _Row:
    cells: dict[str, object]
    truth: tuple[str, str, str, str]


def make(seed: int) -> Messy:
    """One file; the same seed makes the same."""
    dice = random.Random(seed)
    fields = list(HEADINGS)
    dice.shuffle(fields)
    headings = {name: dice.choice(HEADINGS[name]) for name in fields}
    sheet = dice.random() < 0.5
    rows: list[_Row | str] = [
        _person(dice, seed * 100 + number, sheet) for number in range(dice.randint(15, 50))
    ]
    for _again in range(dice.randint(0, 3)):
        first = dice.choice([each for each in rows if isinstance(each, _Row)])
        if first.truth[0] == "new":
            cells = {**first.cells, "name": str(first.cells["name"]).upper()}
            rows.append(_Row(cells, ("same", *first.truth[1:])))
    for _blank in range(dice.randint(0, 3)):
        rows.insert(dice.randrange(len(rows)), "")
    # A repetition must stand below what it repeats.
    if dice.random() < 0.6:
        rows.append("TOTAL")
    title = ["LIST OF PARTICIPANTS (POLICE)", "Venue: to be confirmed", ""][: dice.randint(0, 3)]
    table: list[list[object]] = [[line] for line in title]
    serial = dice.random() < 0.7
    table.append((["No."] if serial else []) + [headings[name] for name in fields])
    truth = {}
    for number, row in enumerate(rows, 1):
        if isinstance(row, str):
            table.append(["", row, len(rows)] if row else [""])
            continue
        truth[len(table) + 1] = row.truth
        table.append(([number] if serial else []) + [row.cells[name] for name in fields])
    return Messy(_workbook(table) if sheet else _text(table, dice), truth)


def _person(dice: random.Random, number: int, sheet: bool) -> _Row:
    name = f"{dice.choice(GIVEN)} {dice.choice(GIVEN)} {dice.choice(FAMILY)}"
    reference = str(100_000 + number * 7 + dice.randrange(7))
    national = f"7{dice.randrange(10, 30)}{dice.randrange(10**5, 10**6)}"[:9]
    phone = f"+254{national}"
    written = dice.choice(
        (
            f"0{national}",
            f"O{national}",
            f"254{national}",
            f"+254 {national[:3]} {national[3:6]} {national[6:]}",
            f"0{national[:3]}-{national[3:]}",
            f"0{national} / 0633775527",
            float(national) if sheet else national,
            "",
        )
    )
    year = dice.randrange(1965, 2003)
    age = dice.choice((19, 23, 26, 31, 36, 42, 47, 55))
    band = "18-24" if age < 25 else "25-34" if age < 35 else "35-44" if age < 45 else "45-plus"
    birth, born = dice.choice(
        (
            (f"07/04/{year}", str(year)),
            (f"08.06.{year % 100:02}", str(year)) if year < 2000 else (f"{year}", str(year)),
            (f"4 Dec {year}", str(year)),
            (str(year), str(year)),
            (f"{age} yrs", band),
            (float(age) if sheet else str(age), band),
            ("25 – 29", "25-34"),
            ("35+", "35-plus"),
            ("", ""),
        )
    )
    sex = dice.choice(list(SEXES))
    place = dice.choice(list(STATIONS))
    cells: dict[str, object] = {
        "name": dice.choice((name, name.upper(), f"  {name} ")),
        "reference": float(reference) if sheet and dice.random() < 0.7 else reference,
        "phone": written,
        "sex": dice.choice(SEXES[sex]),
        "birth": birth,
        "station": dice.choice(STATIONS[place]),
    }
    truth = ("new", reference, phone if written != "" else "", born)
    spoilt = dice.random()
    if spoilt < 0.03:
        cells["name"], truth = "", ("wrong", reference, *truth[2:])
    elif spoilt < 0.05:
        cells["name"], truth = '=HYPERLINK("http://x","y")', ("wrong", reference, *truth[2:])
    elif spoilt < 0.07:
        cells["birth"], truth = "15/13/1990", ("wrong", reference, truth[2], "")
    elif spoilt < 0.09:
        cells["phone"], truth = "12345", ("wrong", reference, "", born)
    return _Row(cells, truth)


def _workbook(table: list[list[object]]) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False}) as workbook:
        sheets = [workbook.add_worksheet("List"), workbook.add_worksheet("Sheet2")]
        for number, row in enumerate(table):
            for at, cell in enumerate(row):
                if cell != "":
                    sheets[0].write(number, at, cell)
    return made.getvalue()


def _text(table: list[list[object]], dice: random.Random) -> bytes:
    delimiter = dice.choice(",;\t|")

    def cell(given: object) -> str:
        text = str(given)
        if delimiter in text or '"' in text:
            return '"' + text.replace('"', '""') + '"'
        return text

    end = dice.choice(("\r\n", "\n"))
    lines = [delimiter.join(cell(each) for each in row) for row in table]
    text = end.join(lines) + end
    encoding = dice.choice(ENCODINGS)
    return text.encode(encoding)
