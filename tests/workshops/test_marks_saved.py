"""Marks in the grid and on a session's register are saved by themselves, so that none is lost when
a page is turned."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.workshops.queries.plan import sessions_of
from kash.workshops.services.planning import cancel_workshop
from tests.workshops.conftest import Held
from tests.workshops.test_register_page import register, standing
from tests.workshops.test_views import Browsers, both_groups, entries, fields, marks, site, url  # noqa: F401

BY_SCRIPT = {"X-Requested-With": "fetch"}
FORM = re.compile(r"<form[^>]*data-register=.*?</form>", re.DOTALL)
ROW = re.compile(r'<div class="person"[^>]*>')


def cell(held: Held, name: str, number: int) -> str:
    slots = [one.slot for one in sessions_of(held.row)]
    return f"{entries(held)[name]}-{slots[number]}"


def sent(form: dict[str, str], place: str, mark: str) -> dict[str, str]:
    """What the page sends of one cell."""
    return {"page": form["page"], f"seen-{place}": form[f"seen-{place}"], f"mark-{place}": mark}


def saved(site: FlaskClient, held: Held, form: dict[str, str]) -> Any:  # noqa: F811
    answer = site.post(url(held, "attendance"), data=form, headers=BY_SCRIPT)
    assert answer.status_code == 200
    return answer.get_json()


def test_a_mark_is_kept_as_soon_as_it_is_made_and_the_page_is_told_what_stands(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, url(held, "attendance"))
    place = cell(held, "Zawadi Sampuli", 1)
    slot = place.partition("-")[2]
    told = saved(site, held, sent(form, place, "late"))
    assert told == {
        "fields": {f"mark-{place}": "late", f"seen-{place}": "1:late"},
        "wrong": {},
        "texts": {
            f"present-{slot}": "1",
            f"hours-{entries(held)['Zawadi Sampuli']}": "1 h 30 / 1 h 30, 100\N{NO-BREAK SPACE}%",
        },
    }
    assert marks(held) == [("late", 1)]
    # The next mark in the cell goes by what the page was told.
    told = saved(site, held, sent(form | told["fields"], place, "absent"))
    assert told["fields"] == {f"mark-{place}": "absent", f"seen-{place}": "2:absent"}
    assert told["texts"][f"present-{slot}"] == "0"
    assert marks(held) == [("absent", 2)]


def test_a_mark_that_is_sent_twice_is_made_once(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, url(held, "attendance"))
    place = cell(held, "Zawadi Sampuli", 0)
    first, second = (saved(site, held, sent(form, place, "present")) for _ in range(2))
    assert first == second
    assert marks(held) == [("present", 1)]


def test_a_mark_that_met_another_says_so_beside_its_row_and_overwrites_nothing(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, url(held, "attendance"))
    place = cell(held, "Zawadi Sampuli", 1)
    saved(site, held, sent(form, place, "late"))
    told = saved(site, held, sent(form, place, "absent"))
    assert told["fields"] == {f"mark-{place}": "late", f"seen-{place}": "1:late"}
    (sentence,) = told["wrong"].values()
    assert list(told["wrong"]) == [f"mark-{place}"]
    assert re.fullmatch(r"1\.2 you marked absent; Amani Mfano saved late at \d\d:\d\d\.", sentence)
    assert marks(held) == [("late", 1)]


def test_what_can_no_longer_be_saved_is_answered_with_its_sentence(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, url(held, "attendance"))
    place = cell(held, "Zawadi Sampuli", 0)
    cancel_workshop(held.workshop, "Flood", held.trainer)
    answer = site.post(
        url(held, "attendance"), data=sent(form, place, "present"), headers=BY_SCRIPT
    )
    assert answer.status_code == 409
    assert "cancelled" in answer.get_json()["error"]
    assert marks(held) == []


def test_each_saving_is_one_entry_in_the_audit(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, url(held, "attendance"))
    places = [cell(held, name, 0) for name in ("Zawadi Sampuli", "Faraja Sampuli")]
    two = sent(form, places[0], "present") | sent(form, places[1], "absent")
    db.session.rollback()
    before = db.session.query(AuditEntry).count()
    saved(site, held, two)
    db.session.rollback()
    assert db.session.query(AuditEntry).count() == before + 1
    assert marks(held) == [("absent", 1), ("present", 1)]


def test_a_cell_with_a_mark_offers_no_way_back_to_none(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, url(held, "attendance"))
    place = cell(held, "Zawadi Sampuli", 0)
    saved(site, held, sent(form, place, "present"))
    page = site.get(url(held, "attendance?group=B")).text

    def offered(of: str) -> list[str]:
        chosen = page.partition(f'name="mark-{of}"')[2].partition("</select>")[0]
        return re.findall(r'<option value="([a-z_]*)"', chosen)

    assert offered(place) == ["present", "late", "left_early", "excused", "absent"]
    assert offered(cell(held, "Faraja Sampuli", 0))[0] == ""


@pytest.mark.parametrize("letter", ["A", "B"])
def test_the_grid_shows_one_group_and_keeps_it_when_it_is_saved(
    held,
    site,  # noqa: F811
    letter,
):
    of = {"A": {"Baraka Sampuli"}, "B": {"Zawadi Sampuli", "Faraja Sampuli"}}
    page = site.get(url(held, f"attendance?group={letter}"))
    assert set(re.findall(r"\w+ Sampuli", page.text)) == of[letter]
    answer = site.post(url(held, "attendance"), data=fields(page))
    assert answer.location == f"{url(held, 'attendance')}?page=1&group={letter}"


def tapped(
    site: FlaskClient,  # noqa: F811
    held: Held,
    form: dict[str, str],
    entry: str,
    mark: str,
) -> Any:
    """What the register answers when one row of the community was tapped."""
    sent = {name: form[name] for name in ("page", f"seen-{entry}")}
    answer = site.post(
        register(held), data=sent | {"group": "B", f"mark-{entry}": mark}, headers=BY_SCRIPT
    )
    assert answer.status_code == 200
    return answer.get_json()


def test_who_may_only_read_the_grid_is_told_of_no_saving(
    held,
    site,  # noqa: F811
    actor,
    client_for,
):
    at = url(held, "attendance")
    marking = site.get(at).get_data(as_text=True)
    reading = client_for(actor("director", name="Neema Mfano")).get(at).get_data(as_text=True)
    assert (marking.count("data-autosave"), marking.count("data-told")) == (1, 1)
    assert (reading.count("data-autosave"), reading.count("data-told")) == (0, 0)


def test_a_tap_on_the_register_is_kept_before_anybody_presses_save(
    held,
    site,  # noqa: F811
):
    form = fields(site.get(register(held, "B")))
    entry = entries(held)["Zawadi Sampuli"]
    told = tapped(site, held, form, entry, "late")
    assert told == {
        "fields": {f"mark-{entry}": "late", f"seen-{entry}": "1:late"},
        "wrong": {},
        "texts": {},
    }
    # Whoever stands as present, and was not tapped, waits for the button.
    assert standing(held) == {
        "Baraka Sampuli": None,
        "Faraja Sampuli": None,
        "Zawadi Sampuli": "late",
    }
    assert tapped(site, held, form, entry, "late") == told
    assert marks(held) == [("late", 1)]
    # The next tap goes by what the page was told.
    told = tapped(site, held, form | told["fields"], entry, "present")
    assert told["fields"] == {f"mark-{entry}": "present", f"seen-{entry}": "2:present"}


def test_a_tap_that_met_another_mark_says_so_in_its_row_and_overwrites_nothing(
    held,
    site,  # noqa: F811
):
    form = fields(site.get(register(held, "B")))
    entry = entries(held)["Zawadi Sampuli"]
    tapped(site, held, form, entry, "late")
    told = tapped(site, held, form, entry, "absent")
    assert told["fields"] == {f"mark-{entry}": "late", f"seen-{entry}": "1:late"}
    assert list(told["wrong"]) == [f"mark-{entry}"]
    assert re.fullmatch(
        r"You marked absent; Amani Mfano saved late at \d\d:\d\d\.", told["wrong"][f"mark-{entry}"]
    )
    assert marks(held) == [("late", 1)]


def test_a_tap_on_a_register_that_was_closed_meanwhile_is_told_and_not_kept(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, register(held))
    entry = entries(held)["Zawadi Sampuli"]
    site.post(register(held), data=form | {"action": "close"})
    told = tapped(site, held, form, entry, "absent")
    assert told["fields"] == {f"mark-{entry}": "present", f"seen-{entry}": "1:present"}
    assert told["wrong"] == {
        f"mark-{entry}": "This register is closed. Open it again to change it."
    }
    assert set(standing(held).values()) == {"present"}


def test_each_row_of_the_register_is_saved_by_itself_with_what_was_seen_of_it(
    held,
    site,  # noqa: F811
):
    tapped(
        site, held, fields(site.get(register(held, "B"))), entries(held)["Zawadi Sampuli"], "late"
    )
    page = site.get(register(held, "B")).text
    (form,) = FORM.findall(page)
    assert "data-autosave" in form.partition(">")[0]
    before, *rows = ROW.split(form)
    assert "seen-" not in before
    assert 'name="page"' in before
    seen = [re.findall(r'name="seen-(\w+)" value="([\w:]+)"', row) for row in rows]
    of = entries(held)
    assert seen == [[(of["Faraja Sampuli"], "0:")], [(of["Zawadi Sampuli"], "1:late")]]
    assert all("data-place" in row for row in ROW.findall(form))
    # What a phone says in words, near the finger and where the buttons are.
    for words in ("What you tapped is saved.", "Not saved yet", ">Others present: 1<"):
        assert words in form
    assert "There is no network at the moment. It is tried again by itself." in form
