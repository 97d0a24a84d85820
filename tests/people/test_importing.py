"""Lists from files: all rows or none, and what is wrong in words."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from apiflask import APIFlask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.database import db
from kash.people import services
from kash.people.importing import COLUMNS, FileUnreadable, RowsWrong, read_people
from kash.people.models import Person
from kash.policy import SYSTEM
from kash.vault import AuditEntry

pytestmark = pytest.mark.usefixtures("app")

GOOD = (
    "chosen_name,group,birth_year,organisation,phone,reference\n"
    "Amani Mfano,police,1990,Kondele,0712 345 678,A-1\n"
    '"Mfano, Zuri",B,,,0722000111,\n'
)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "people.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(folder: Path, text: str, group: str = "") -> list[str]:
    with pytest.raises(RowsWrong) as wrong:
        read_people(written(folder, text), group)
    return [str(error) for error in wrong.value.errors]


@pytest.fixture(autouse=True)
def _a_station(app: APIFlask) -> None:
    services.add_organisation(services.OrganisationDetails("Kondele", "station"), SYSTEM)


def test_a_clean_file_is_added_once(app: APIFlask, tmp_path: Path) -> None:
    run = app.test_cli_runner()
    path = str(written(tmp_path, "\ufeff" + GOOD))
    first = run.invoke(args=["people", "import", path])
    assert (first.exit_code, first.output) == (0, "People added: 2\n")
    again = run.invoke(args=["people", "import", path])
    assert again.exit_code == 1
    assert "Row 2, reference: This person is here already" in again.output
    assert "Row 3, phone: This person is here already" in again.output
    assert "Nothing was added." in again.output
    assert "Amani" not in again.output
    db.session.rollback()
    assert {row.chosen_name for row in db.session.query(Person)} == {"Amani Mfano", "Mfano, Zuri"}
    imports = db.session.query(AuditEntry).filter_by(action="people.people_imported").all()
    assert [len(entry.subjects) for entry in imports] == [2]


def test_every_wrong_row_is_named_and_none_is_added(tmp_path: Path) -> None:
    text = (
        "chosen name,group,sex,phone,organisation,birth_year,since,extra\n".replace(",extra", "")
        + "Amani,police,female,0712345678,Kondele,1990,2026-01-02\n"
        + ",police,,,,,\n"
        + "Baraka,nobody,both,12,Nowhere,1901,soon\n"
        + "Heri,police,,0712345678,,,\n"
        + "Imani,police,,,,,,too much\n"
    )
    assert problems(tmp_path, text) == [
        "Row 3, chosen_name: Enter this.",
        "Row 4, group: There is none of this name in the programme. Add it first.",
        "Row 4, organisation: There is none of this name in the programme. Add it first.",
        "Row 4, sex: Use one of: female, male, other",
        "Row 4, birth_year: Enter a birth year, for example 1994.",
        "Row 4, since: This is not a day. It looks like 2026-11-16.",
        "Row 4, phone: This is not a phone number. It looks like 0712 345 678.",
        "Row 5, phone: This person is here already, or stands twice in the file.",
        "Row 6: There are more cells than the first row has names.",
    ]


def test_the_same_name_needs_something_that_tells_them_apart(tmp_path: Path) -> None:
    assert problems(tmp_path, "chosen_name\nÁmani\namani\n", "B") == [
        "Row 3, chosen_name: Someone of this name is in this group. "
        "A number or a phone tells them apart."
    ]
    numbered = written(tmp_path, "chosen_name,reference\nAmani,1\namani,2\n")
    assert len(read_people(numbered, "B")) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"PK\x03\x04 not a workbook",
        b"chosen_name,group\n",
        b"name,group\nAmani,A\n",
        b"chosen_name,chosen_name,group\nAmani,Amani,A\n",
        b"chosen_name\nAmani\n",
        b'chosen_name,group\n"Amani,A\n',
        b"chosen_name,group\n" + b"Amani,A\n" * 5001,
    ],
)
def test_an_unclean_file_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable) as problem:
        read_people(written(tmp_path, content))
    assert str(problem.value).endswith((".", *COLUMNS))


def test_nul_and_huge_cells_are_errors_of_their_row(tmp_path: Path) -> None:
    text = f"chosen_name\nA\x00mani\n{'x' * 5000}\n"
    assert problems(tmp_path, text, "A") == [
        "Row 2: A cell holds characters that cannot be shown.",
        "Row 3, chosen_name: Use at most 200 characters.",
    ]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(tmp_path: Path, rest: bytes) -> None:
    with suppress(FileUnreadable, RowsWrong):
        read_people(written(tmp_path, b"chosen_name,group,phone,since\n" + rest))


def test_the_template_comes_back_as_xlsx(app: APIFlask, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    made = app.test_cli_runner().invoke(args=["people", "template", str(path)])
    assert made.exit_code == 0
    sheet = python_calamine.load_workbook(str(path)).get_sheet_by_index(0)
    assert tuple(sheet.to_python()[0]) == COLUMNS
    with pytest.raises(FileUnreadable):
        read_people(path)
    wrong = app.test_cli_runner().invoke(args=["people", "template", str(tmp_path / "x.doc")])
    assert wrong.exit_code == 1


def test_numbers_and_days_of_a_workbook_are_read(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["chosen_name", "birth_year", "phone", "reference", "since"])
        sheet.write_row(1, 0, ["Amani", 1990, 712345678, 1017])
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(1, 4, datetime(2026, 1, 5), day)
    (read,) = read_people(path, "police")
    assert (read.birth_year, read.phone, read.reference) == (1990, "+254712345678", "1017")
    assert str(read.since) == "2026-01-05"
