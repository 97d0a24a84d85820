"""Names typed in capitals are written as names where somebody wishes it, and only there."""

import pytest
from sqlalchemy import select

from kash.people.models import Person
from kash.platform.database import db
from kash.workshops.forms import WalkInForm


def _names() -> list[tuple[str, str]]:
    db.session.rollback()
    return [
        (row.chosen_name, row.printed_name)
        for row in db.session.execute(
            select(Person.chosen_name, Person.printed_name).order_by(Person.id)
        )
    ]


@pytest.mark.parametrize(
    ("ticked", "kept"),
    [("y", ("Akinyi wa Otieno", "Akinyi Ng'ang'a")), ("", ("AKINYI WA OTIENO", "Akinyi NG'ANG'A"))],
)
def test_a_name_in_capitals_is_written_as_a_name_only_with_the_tick(sign_in, groups, ticked, kept):
    """Certificates shouted the names of whoever was written so on a list."""
    browser = sign_in("trainer")
    sent = {
        "chosen_name": "AKINYI WA OTIENO",
        "printed_name": "Akinyi NG'ANG'A",
        "group": groups[1].public_id,
        "as_names": ticked,
    }
    made = browser.post("/people/new", data=sent)
    assert made.status_code == 303
    assert _names() == [kept]


def test_a_kept_name_is_put_right_on_the_page_of_changing(sign_in, groups):
    browser = sign_in("trainer")
    sent = {"chosen_name": "AKINYI", "group": groups[1].public_id}
    address = browser.post("/people/new", data=sent).location
    page = browser.get(f"{address}/edit").text
    assert 'data-capitals="chosen_name printed_name"' in page
    changed = browser.post(f"{address}/edit", data=sent | {"row_version": "1", "as_names": "y"})
    assert changed.status_code == 302
    assert _names() == [("Akinyi", "")]


def test_a_name_that_is_not_in_capitals_stays_as_it_was_typed(sign_in, groups):
    browser = sign_in("trainer")
    for name in ("McOdera wa Njeri", "de Souza", "JK Otieno"):
        browser.post(
            "/people/new", data={"chosen_name": name, "group": groups[0].public_id, "as_names": "y"}
        )
    assert [chosen for chosen, _printed in _names()] == [
        "McOdera wa Njeri",
        "de Souza",
        "JK Otieno",
    ]


def test_somebody_at_the_door_is_written_as_a_name_too(app, groups):
    sent = {"chosen_name": "AKINYI", "group": "x", "age_band": "25-34", "as_names": "y"}
    with app.test_request_context("/", method="POST", data=sent):
        form = WalkInForm()
        form.group.choices = [("x", "Police")]
        assert form.validate()
        assert form.chosen_name.data == "Akinyi"
