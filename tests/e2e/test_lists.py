"""The two lists from the field, brought in by a trainer in a browser: each row as it must be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.people.lists.expected import OFFICERS, PEERS, rows

from .serving import Served
from .walking import Walk, Walker

DATA = Path(__file__).parents[1] / "data"
WORDS = {"new": "New", "wrong": "Wrong"}


@pytest.fixture(scope="module")
def trainer(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    """A trainer of an empty programme."""
    folder = tmp_path_factory.mktemp("lists")
    served = Served(folder / "var")
    walk = Walk(served, browser, folder)
    try:
        walk.sets_up()
        walk.invites("trainer", "trainer", "Baraka")
        yield walk.people["trainer"]
    finally:
        for walker in walk.people.values():
            walker.context.close()
        served.stop()


def shown(walker: Walker) -> dict[str, tuple[str, str]]:
    """State and text of each row, by its number, from every page of the preview."""
    found = {}
    address = walker.path.partition("#")[0].partition("?")[0]
    page = 1
    while True:
        walker.go(f"{address}?page={page}")
        for row in walker.page.locator("tr[id^='row-']").all():
            cells = [" ".join(cell.split()) for cell in row.locator("td").all_inner_texts()]
            found[cells[0]] = (cells[1], " ".join(cells[2:]))
        if not walker.page.locator("a[rel=next]").count():
            return found
        page += 1


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "table", "added"), [("officers.xlsx", OFFICERS, 46), ("peer-educators.csv", PEERS, 38)]
)
def test_each_row_comes_out_as_it_must(trainer: Walker, name: str, table: str, added: int) -> None:
    trainer.go("/people")
    trainer.link("Bring in a list")
    trainer.link("Bring in a list")
    trainer.page.set_input_files("input[type=file]", DATA / name)
    trainer.button("Read the list")
    trainer.page.wait_for_url(re.compile(r"/people/lists/[0-9a-z]{16}"))
    assert trainer.heading() == "Check the list before it is saved"
    found = shown(trainer)
    expected = rows(table)
    assert list(map(int, sorted(found, key=int))) == [int(row[0]) for row in expected]
    for number, state, called, reference, phone, *_rest in expected:
        said, text = found[number]
        assert said == WORDS.get(state, "Same"), number
        assert all(each in text for each in (called, reference, phone)), number
        if state.startswith("same as"):
            assert f"Same as row {state.removeprefix('same as ')}." in text, number
    trainer.button("Save the list")
    trainer.sees("The list is saved")
    facts = trainer.page.locator("dl.facts").first.inner_text().split()
    assert str(added) in facts
    assert trainer.troubles == []
