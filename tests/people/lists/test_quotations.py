"""A quotation mark that was not meant as one loses nobody: the line is named, and nothing read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.lists.files import FileUnreadable, read_file
from kash.people.lists.reading import SWALLOWED, UNCLOSED, Refused, read_text_table

LINES = ["Name;Phone;Ward", *(f"Mfano Jaribio{at};07123456{at:02};Ward {at}" for at in range(12))]


def names_of(content: str) -> list[str]:
    return [str(cells[0]) for _number, cells in read_text_table(content.encode()).rows]


@pytest.mark.parametrize(
    ("content", "why", "lines"),
    [
        ('Name,Group\n"Amani,A\nBaraka,B\n', UNCLOSED, (2, 3)),
        ('Name,Group\nAmani,A\nBaraka,"B\n', UNCLOSED, (3, 3)),
        ('Name,Ward\n"Amani,A\nBaraka,B\n"Zawadi,C\nTatu,D\n', SWALLOWED, (2, 4)),
        ('Name,Ward\n"Amani,A\nBaraka,B\nZawadi",C\nTatu,D\n', SWALLOWED, (2, 4)),
        ('Name,Ward\nAmani,"A\nBaraka",B\nTatu,D\n', SWALLOWED, (2, 3)),
        ('Name\n"Amani\nBaraka\nZawadi"\nTatu\n', SWALLOWED, (2, 4)),
        ('"Name,Ward\nAmani,A\nBaraka,B"\n', SWALLOWED, (1, 3)),
        # A cell of several lines that closes well, and one later that never does.
        ('N,A,B,C\nx,"P.O. Box,\nKisumu",1,2\n"y,a,1,2\nz,a,1,2\n', SWALLOWED, (2, 3)),
    ],
)
def test_a_mark_that_swallows_people_is_refused_and_its_line_is_named(content, why, lines):
    with pytest.raises(Refused) as refused:
        read_text_table(content.encode())
    assert (refused.value.why, (refused.value.first, refused.value.last)) == (why, lines)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 30)), min_size=1, max_size=3))
def test_marks_anywhere_lose_nobody_without_a_word(places):
    lines = list(LINES)
    for line, at in places:
        lines[line] = f'{lines[line][:at]}"{lines[line][at:]}'
    try:
        names = names_of("\n".join(lines))
    except Refused as refused:
        named = refused.first
    else:
        named = 0
    if named:
        assert min(line for line, _at in places) < named <= len(lines)
        return
    assert len(names) == len(LINES)
    for at, name in enumerate(names[1:]):
        # A mark within one line may leave the phone with the name: it is taken apart there.
        assert name.split(";")[0].replace('"', "").replace(" ", "") == f"MfanoJaribio{at}"


def test_a_file_that_is_longer_than_a_cell_may_be_names_the_line_too():
    content = "Name;Phone\n" + '"Amani;1\n' + "Baraka;2\n" * 40_000
    with pytest.raises(Refused) as refused:
        read_text_table(content.encode())
    assert (refused.value.why, refused.value.first) == (UNCLOSED, 2)


def test_a_cell_of_several_lines_that_are_no_rows_is_read_and_told():
    content = 'Name,Address,Phone,Ward\nAmani,"P.O. Box 7,\nKisumu",0712345678,Kondele\nTatu,,,\n'
    table = read_text_table(content.encode())
    assert [cells[0] for _number, cells in table.rows] == ["Name", "Amani", "Tatu"]
    assert table.joined_rows == (2,)


@pytest.mark.usefixtures("app")
def test_whoever_uploads_it_is_told_where_the_mark_stands():
    with pytest.raises(FileUnreadable) as problem:
        read_file(b'Name,Ward\nTatu,D\n"Amani,A\nBaraka,B\n')
    assert str(problem.value) == (
        'A quotation mark (") in line 3 is never closed. Remove it and '
        "bring the list again. Nothing was read."
    )
    with pytest.raises(FileUnreadable) as problem:
        read_file(b'Name,Ward\nTatu,D\n"Amani,A\nBaraka,B\nZoe",C\n')
    assert str(problem.value) == (
        'A quotation mark (") in line 3 makes one row of lines 3 to 5. Remove it, or write '
        "that row in one line, and bring the list again. Nothing was read."
    )
