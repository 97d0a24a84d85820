"""A list's file is taken apart once; what came of it is kept sealed as long as the file is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.lists import files, renewing
from kash.people.lists.choices import Choices
from kash.people.lists.files import ReadFile, file_of, written_file
from kash.people.lists.rules.rows import TableSheet
from kash.people.lists.services import cancel_list, choose, read_again
from kash.platform import storage
from kash.platform.jobs import run_waiting
from tests.people.lists.conftest import held, preview_of

CELLS = st.text(max_size=20) | st.floats(allow_nan=False, allow_infinity=False) | st.dates()
SHEETS = st.builds(
    TableSheet,
    st.text(max_size=20),
    st.lists(
        st.tuples(st.integers(1, 5_000), st.lists(CELLS, max_size=5)), min_size=1, max_size=5
    ).map(tuple),
)


@pytest.fixture
def taken_apart(monkeypatch):
    """The lengths of the files that were taken apart."""
    found: list[int] = []
    really = files.answered

    def counted(module: str, arguments: list[int], content: bytes, **more: int) -> bytes:
        found.append(len(content))
        return really(module, arguments, content, **more)

    monkeypatch.setattr(files, "answered", counted)
    return found


def take_ward_for_name(choices: Choices) -> None:
    choices.columns = {0: "ward", 1: "name"}


@pytest.mark.parametrize("rows", [3, 300])
def test_a_correction_reads_the_rows_and_not_the_file_again(
    app, bring, trainer, groups, taken_apart, rows
):
    content = "Name;Ward\n" + "".join(f"Amani Mfano {n};Kondele {n}\n" for n in range(rows))
    made = bring(trainer, content, group=groups[1].public_id)
    run_waiting()
    assert preview_of(made, trainer).outcomes[0].placed.row.name == "Amani Mfano 0"
    choose(made, take_ward_for_name, trainer)
    read_again(held(made, trainer), trainer)
    run_waiting()
    assert preview_of(made, trainer).outcomes[0].placed.row.name == "Kondele 0"
    assert taken_apart == [len(content)]


def test_the_rows_are_sealed_and_go_with_the_list(app, bring, trainer, groups):
    made = bring(trainer, "Name;Ward\nAmani Mfano;Kondele\n", group=groups[1].public_id)
    (rows,) = [each.key for each in storage.list("lists") if each.key.endswith("-rows")]
    assert b"Amani" not in storage.get(rows)
    read = renewing.kept_rows(made)
    assert read is not None
    assert read.sheets[0].rows[1] == (2, ["Amani Mfano", "Kondele"])
    cancel_list(made, trainer)
    assert list(storage.list("lists")) == []


@given(st.lists(SHEETS, min_size=1, max_size=3), st.lists(st.integers(1, 9)))
def test_a_file_comes_back_as_it_was_read(sheets, rows):
    read = ReadFile(tuple(sheets), "utf-8", tuple(rows), ())
    assert file_of(written_file(read)) == read
    assert all(
        type(cell) in (str, float, date)
        for sheet in file_of(written_file(read)).sheets
        for _number, cells in sheet.rows
        for cell in cells
    )
