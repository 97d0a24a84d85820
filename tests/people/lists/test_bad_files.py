"""Files that are no list, or are made to do harm: a sentence each, and no great work done."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime

import pytest
import xlsxwriter

from kash.people.lists import sheets as workbooks
from kash.people.lists.files import FileUnreadable, read_file

pytestmark = pytest.mark.usefixtures("app")

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
LOCKED = "This file has a password. Save it without one, try again."
UNCLEAN = "This file is not a clean XLSX file."
FAR_BELOW = "A cell stands far below the list. Delete everything below it and save again."
TOO_LONG = "This list has more than 5,000 people. Bring it in parts."
TOO_LARGE = "This file unpacks to far more than a list. Nothing was read."


def workbook(write: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"strings_to_formulas": False}) as book:
        write(book)
    return made.getvalue()


def with_part(name: str, body: bytes) -> bytes:
    """A good workbook in which one part is replaced."""
    good = workbook(lambda book: book.add_worksheet().write_row(0, 0, ["Name", "Code"]))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(made, "w", 8) as new:
        for entry in old.namelist():
            new.writestr(entry, body if entry == name else old.read(entry))
    return made.getvalue()


def sheet(inside: str, before: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'{before}<worksheet xmlns="{space}"><sheetData>{inside}</sheetData></worksheet>'.encode()
    )


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This file is empty."),
        (lambda: b"\n" * 1_000_000, "This file is empty."),
        (lambda: b";;;\n" * 100_000, "This file is empty."),
        (b"%PDF-1.7 ...", "Not a list. Bring an XLSX, ODS or CSV file."),
        (OLE + "EncryptedPackage".encode("utf-16-le"), LOCKED),
        (OLE, "Open this old kind of file and save it as XLSX, ODS or CSV."),
        (b"PK\x03\x04 no workbook", UNCLEAN),
        (lambda: b",".join([b"x"] * 100_000), "This list has more than 200 columns."),
        (lambda: b"Name\n" + b"Amani\n" * 10_100, TOO_LONG),
        (lambda: b"Name\n" + b"\n" * 100_000 + b"Amani\n", FAR_BELOW),
        (lambda: with_part(SHEET, b" " * (workbooks.MOST_INFLATED + 1)), TOO_LARGE),
        (
            lambda: with_part(SHEET, sheet('<row r="1"><c r="XFD1" t="n"><v>1</v></c></row>')),
            "This list has more than 200 columns.",
        ),
        (
            lambda: with_part(
                SHEET, sheet("<row r='1048576'><c r='A1048576' t='n'><v>1</v></c></row>")
            ),
            FAR_BELOW,
        ),
        (lambda: with_part(SHEET, sheet("", '<!DOCTYPE x [<!ENTITY a "b">]>')), UNCLEAN),
        (lambda: with_part(SHEET, b"<worksheet"), UNCLEAN),
    ],
)
def test_it_is_refused_in_a_sentence(content, said):
    with pytest.raises(FileUnreadable) as problem:
        read_file(content() if callable(content) else content)
    assert str(problem.value) == said


def test_a_part_that_lies_about_its_size_is_not_inflated_beyond_the_limit():
    content = bytearray(with_part(SHEET, b" " * 3_000_000))
    size = (3_000_000).to_bytes(4, "little")
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(FileUnreadable):
        read_file(bytes(content))


def test_empty_rows_without_end_are_passed_over():
    rows = "".join(
        f'<row r="{number}"><c r="A{number}" s="0"/></row>' for number in range(2, 90_000)
    )
    first = '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>'
    (found,) = read_file(with_part(SHEET, sheet(first + rows))).sheets
    assert found.rows == ((1, ["Name"]),)


def test_two_encodings_in_one_file_are_both_read_and_told():
    content = "Name;Code\nZoë;1\n".encode() + "Café;2\n".encode("cp1252")
    read = read_file(content)
    assert [list(cells) for _number, cells in read.sheets[0].rows] == [
        ["Name", "Code"],
        ["Zoë", "1"],
        ["Café", "2"],
    ]
    assert (read.encoding, read.mixed_rows) == ("utf-8", (3,))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac-roman"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_encoding_and_delimiter(app, encoding, delimiter):
    lines = [
        ["Name", "Code", "Ward"],
        ["Café Fatuma", "KC-1", "Kondele"],
        ["Zoë", "KC-2", "Obunga"],
    ]
    content = "\r\n".join(delimiter.join(line) for line in lines).encode(encoding)
    (found,) = read_file(content).sheets
    assert [list(cells) for _number, cells in found.rows] == lines


@pytest.mark.parametrize(("pasted", "what"), [(False, "This file"), (True, "These rows")])
def test_a_list_that_kills_its_reader_is_a_sentence(monkeypatch, pasted, what):
    for given in ("kash.nowhere", "kash.people.lists.sheets"):
        monkeypatch.setattr("kash.people.lists.files._READER", given)
        with pytest.raises(FileUnreadable) as problem:
            read_file(b"Name,Code\nAmani,1\n", pasted=pasted)
        assert str(problem.value) == f"{what} cannot be read."


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[" * 100_000,
        b"[]",
        b"7",
        b'{"refused":"by a hostile child","lines":[0,0]}',
        b'{"refused":"unclosed","lines":["no line",0]}',
        b'{"sheets":[["",[[1,["a"]]]]],"encoding":"","mixed_rows":[],"joined_rows":["x"]}',
        b'{"sheets":[["",[[1,["\\ud800"]]]]],"encoding":"","mixed_rows":[],"joined_rows":[]}',
        b'{"sheets":[["",[[1,[{"a":1}]]]]],"encoding":"","mixed_rows":[],"joined_rows":[]}',
        b'{"sheets":[["",[[1,[["2020-13-01"]]]]]],"encoding":"","mixed_rows":[],"joined_rows":[]}',
        b'{"sheets":[["",[[1,[%s1.0]]]]],"encoding":"","mixed_rows":[],"joined_rows":[]}'
        % (b"1.0," * 200),
        b'{"sheets":[["",[%s[1,["a"]]]]],"encoding":"","mixed_rows":[],"joined_rows":[]}'
        % (b'[1,["a"]],' * 10_000),
        b'{"sheets":[["",[]]],"encoding":"","mixed_rows":[],"joined_rows":[]}',
        b'{"sheets":[["",[[1e400,["a"]]]]],"encoding":"","mixed_rows":[],"joined_rows":[]}',
    ],
)
def test_an_answer_of_a_reader_that_was_taken_over_is_not_believed(answer, monkeypatch):
    monkeypatch.setattr("kash.people.lists.files.answered", lambda *_given, **_bounds: answer)
    with pytest.raises(FileUnreadable) as problem:
        read_file(b"Name,Code\nAmani,1\n")
    assert str(problem.value) == "This file cannot be read."


def test_cells_come_back_as_they_were():
    def write(book: xlsxwriter.Workbook) -> None:
        page = book.add_worksheet("Orodha")
        page.write_row(0, 0, ["Jina la “Zoë”", "", 12, 0.5, True])
        page.write_datetime(1, 0, datetime(1990, 3, 12), book.add_format({"num_format": "d/m/yy"}))

    (found,) = read_file(workbook(write)).sheets
    assert found.name == "Orodha"
    assert found.rows == ((1, ["Jina la “Zoë”", "", 12.0, 0.5, "yes"]), (2, [date(1990, 3, 12)]))
