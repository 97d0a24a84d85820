"""The two lists from the field, brought in by a trainer in a browser: each row as it must be."""

import re
from pathlib import Path

import pytest

from tests.people.lists.expected import OFFICERS, PEERS, rows

from .looking import DESK
from .serving import Served
from .test_accessibility import findings
from .walking import Walk, Walker

DATA = Path(__file__).parents[1] / "data"
PERSON = re.compile(r"/people/[0-9a-z]{16}$")
LIST = re.compile(r"/people/lists/[0-9a-z]{16}")
# One row of each kind: same, doubtful, new, wrong, and a child.
MIXED = """Name;Number;Phone;Ward;Age
Zawadi Kielelezo;K-9001;0712 000 901;Obunga;30
Kielelezo Zawadi;;0712 000 902;;
Amani Jaribio;K-9002;0712 000 903;Kondele;31
;K-9003;0712 000 904;Kondele;32
Tulivu Onyesho;K-9004;0712 000 905;Kondele;16
"""
WORDS = {"new": "New", "wrong": "Wrong"}


@pytest.fixture(scope="module")
def programme(browser, tmp_path_factory, compiled, empty_database):
    """An empty programme with a trainer and a custodian."""
    folder = tmp_path_factory.mktemp("lists")
    served = Served(folder / "var", compiled, empty_database)
    walk = Walk(served, browser, folder)
    try:
        walk.sets_up()
        walk.invites("trainer", "trainer", "Baraka")
        walk.invites("custodian", "custodian", "Rehema")
        yield walk
    finally:
        for walker in walk.people.values():
            walker.context.close()
        served.stop()


@pytest.fixture
def trainer(programme):
    """The trainer, at a desk."""
    walker = programme.people["trainer"]
    walker.page.set_viewport_size(DESK)
    return walker


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
def test_each_row_comes_out_as_it_must(trainer, name, table, added):
    trainer.go("/people")
    trainer.link("Lists of people")
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


class Looked:
    """What axe found on the pages that were looked at, in every guise."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def at(self, walker: Walker, heading: str) -> None:
        """The page with this heading, as it stands."""
        walker.page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
        self.found += findings(walker.page, f"{walker.name}: {heading} ({walker.path})")
        walker.page.set_viewport_size(DESK)


def adds(walker: Walker, name: str, **more: str) -> None:
    """Type somebody of the community in, up to the button."""
    walker.go("/people/new")
    walker.fill(chosen_name=name, **more)
    walker.page.get_by_label("Community", exact=True).check()
    walker.button("Save")


def sends(walker: Walker, name: str, content: str) -> None:
    walker.go("/people/lists/new")
    walker.page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )
    walker.page.select_option("main [name=group]", label="Community")
    walker.button("Read the list")


@pytest.mark.browser
def test_pages_of_lists_and_twins_are_usable_by_everyone(programme, trainer):
    looked = Looked()
    adds(trainer, "Zawadi Kielelezo", reference="K-9001", ward="Kondele")
    trainer.page.wait_for_url(PERSON)
    kept = trainer.path
    # Typed in once more: is it her?
    adds(trainer, "Zawadi Kielelezzo", ward="Kondele")
    looked.at(trainer, "Is it this person?")
    trainer.button("Another person: save")
    trainer.page.wait_for_url(PERSON)
    twin = trainer.path
    # A list: the file, what is wrong with it, and each kind of row.
    trainer.go("/people/lists/new")
    looked.at(trainer, "Bring in a list")
    sends(trainer, "empty.csv", "Name;Number\n")
    trainer.sees("There is no row below the column names.")
    looked.at(trainer, "Bring in a list")
    sends(trainer, "mixed.csv", MIXED)
    trainer.page.wait_for_url(LIST)
    made = trainer.path.partition("?")[0].partition("#")[0]
    looked.at(trainer, "Check the list before it is saved")
    counts = [trainer.page.locator(f"tr[id^=row-] .tag:text-is('{each}')").count() for each in (
        "New", "Same", "Doubtful", "Wrong")]  # fmt: skip
    assert counts == [2, 1, 1, 1]
    trainer.page.locator("#row-3").get_by_role("button", name=re.compile("A new person")).click()
    trainer.go(f"{made}?state=new")
    looked.at(trainer, "Check the list before it is saved")
    trainer.go("/people/lists")
    looked.at(trainer, "Lists of people")
    trainer.go(made)
    trainer.button("Save the list")
    looked.at(trainer, "The list is saved")
    trainer.go(f"{made}/undo")
    looked.at(trainer, "Undo this list?")
    # Two who may be one.
    trainer.go("/people/duplicates")
    trainer.button("Look now")
    trainer.page.get_by_role("link", name=re.compile("^Merge")).first.wait_for(timeout=30_000)
    looked.at(trainer, "Possible duplicates")
    trainer.go("/people/duplicates/apart")
    looked.at(trainer, "People told apart")
    trainer.go(f"{kept}/merge")
    trainer.page.fill("main [name=search]", "Kielelezzo")
    trainer.page.press("main [name=search]", "Enter")
    trainer.page.get_by_role("link", name=re.compile("Side by side")).wait_for()
    looked.at(trainer, "Merge with…")
    trainer.go(f"{kept}/merge/{twin.rpartition('/')[2]}")
    looked.at(trainer, "One of two")
    trainer.button("Continue")
    looked.at(trainer, "Merge these two?")
    trainer.button("Merge")
    trainer.page.wait_for_url(PERSON)
    trainer.link("Undo the merge")
    looked.at(trainer, "Undo this merge?")
    # Who looked, and several who move.
    trainer.go(f"{kept}/trail")
    looked.at(trainer, trainer.heading())
    trainer.go("/people")
    for box in trainer.page.locator("[name=chosen]").all()[:3]:
        box.check()
    trainer.button("Move the ticked people")
    looked.at(trainer, "Move several people")
    trainer.button("Move them")
    trainer.page.locator(".error, [aria-invalid=true]").first.wait_for()
    looked.at(trainer, "Move several people")
    custodian = programme.people["custodian"]
    custodian.go("/people/minors")
    custodian.sees("Tulivu Onyesho")
    looked.at(custodian, "Under 18")
    assert looked.found == [], "\n".join(looked.found)
    assert trainer.troubles + custodian.troubles == []
