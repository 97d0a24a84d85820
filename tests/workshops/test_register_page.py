"""The register of a session on the website: one group at a time, and somebody at the door."""

import re

import pytest

from kash.attendance.queries.registers import slot_sheet
from kash.people.models import Group, Person
from kash.platform.database import db, new_public_id
from kash.workshops.queries.plan import session_of
from tests.workshops.conftest import Held, make_person
from tests.workshops.test_views import (  # noqa: F401
    both_groups,
    entries,
    fields,
    marks,
    sessions,
    site,
    text_of,
    url,
)


def register(held: Held, letter: str = "") -> str:
    address = url(held, "attendance", sessions(held)[0])
    return f"{address}?group={letter}" if letter else address


def standing(held: Held) -> dict[str, str | None]:
    """The marks of the first session by name."""
    db.session.rollback()
    chosen = session_of(held.row, sessions(held)[0])
    return {row.name: row.status for row in slot_sheet(held.row.register_id, chosen.slot).rows}


def group(letter: str) -> str:
    return db.session.query(Group).filter_by(letter=letter).one().public_id


@pytest.mark.parametrize("path", ["people", "attendance"])
def test_a_list_of_names_shows_one_group_at_a_time(
    held,
    site,  # noqa: F811
    path,
):
    for letter, names in (("A", {"Baraka Sampuli"}), ("B", {"Zawadi Sampuli", "Faraja Sampuli"})):
        page = site.get(url(held, f"{path}?group={letter}")).text
        assert set(re.findall(r"\w+ Sampuli", page)) == names
        assert "Community" not in page.partition("<tbody")[2].partition("</tbody>")[0]


def test_a_register_shows_one_group_at_a_time_open_and_closed(
    held,
    site,  # noqa: F811
):
    for state in ("open", "closed"):
        for letter, names in (
            ("A", {"Baraka Sampuli"}),
            ("B", {"Zawadi Sampuli", "Faraja Sampuli"}),
        ):
            page = site.get(register(held, letter)).text
            assert set(re.findall(r"\w+ Sampuli", page)) == names, state
        if state == "open":
            form = both_groups(site, register(held))
            site.post(register(held), data=form | {"action": "close"})


def test_a_register_is_closed_once_the_other_group_is_marked_too(
    held,
    site,  # noqa: F811
):
    first = site.get(register(held, "A"))
    assert "Close register" not in text_of(first)
    assert "Save, then the other group" in text_of(first)
    answer = site.post(register(held), data=fields(first) | {"action": "rest"})
    assert answer.location == register(held, "B")
    assert standing(held) == {
        "Baraka Sampuli": "present",
        "Faraja Sampuli": None,
        "Zawadi Sampuli": None,
    }
    second = site.get(answer.location)
    assert "Close register" in text_of(second)
    unsaid = site.post(register(held), data=fields(second) | {"action": "close"})
    assert "2 people have no mark yet, so the register is still open." in text_of(unsaid)
    absent = entries(held)["Zawadi Sampuli"]
    tapped = fields(second) | {f"mark-{absent}": "absent", "action": "rest"}
    assert "Others present" not in text_of(site.post(register(held), data=tapped))
    assert standing(held)["Zawadi Sampuli"] == "absent"
    again = fields(site.get(register(held, "B"))) | {f"mark-{absent}": "present"}
    site.post(register(held), data=again | {"action": "close"})
    assert set(standing(held).values()) == {"present"}


def test_each_row_carries_what_it_is_found_by(
    held,
    site,  # noqa: F811
):
    absent = entries(held)["Faraja Sampuli"]
    form = fields(site.get(register(held, "B")))
    zawadi = entries(held)["Zawadi Sampuli"]
    site.post(
        register(held),
        data={k: v for k, v in form.items() if zawadi not in k} | {f"mark-{absent}": "absent"},
    )
    page = site.get(register(held, "B")).text
    rows = re.findall(r'data-status="(\w*)" data-who="([^"]+)" data-short="(\w+)"', page)
    assert [(status, name) for status, name, _code in rows] == [
        ("absent", "Faraja Sampuli"),
        # Shown as present, and not marked yet.
        ("", "Zawadi Sampuli"),
    ]
    assert 'data-narrow="register-rows"' in page
    assert 'id="register-rows"' in page


def at_door(held: Held, **more: str) -> dict[str, str]:
    return {
        "session": sessions(held)[0],
        "chosen_name": "Tumaini Kielelezo",
        "group": group("B"),
        "age_band": "25-34",
        "key": new_public_id(),
    } | more


def test_somebody_new_at_the_door_of_a_session_is_marked_there_and_then(
    held,
    site,  # noqa: F811
):
    session = sessions(held)[0]
    link = url(held, f"walk-in?session={session}")
    assert f'href="{link}"' in site.get(register(held)).text
    assert f'name="session" value="{session}"' in site.get(link).text
    form = at_door(held)
    for _ in range(2):
        answer = site.post(url(held, "walk-in"), data=form)
        assert (answer.status_code, answer.location) == (303, register(held, "B"))
    assert standing(held)["Tumaini Kielelezo"] == "present"
    assert marks(held) == [("present", 1)]
    assert "On the register, and present." in text_of(site.get(register(held, "B")))


def test_whoever_is_here_already_is_found_at_the_door_and_marked(
    held,
    site,  # noqa: F811
):
    known = make_person("Lulu Kielelezo", "A", station="Kondele")
    session = sessions(held)[0]
    found = site.post(url(held, "people", "find"), data={"search": "lulu", "session": session})
    assert "Lulu Kielelezo Group A · Kondele" in text_of(found)
    # Nothing typed is lost if she is new after all.
    assert 'value="lulu"' in found.text.partition('name="chosen_name"')[2][:300]
    answer = site.post(url(held, "people"), data={"person": known, "session": session})
    assert (answer.status_code, answer.location) == (303, register(held, "A"))
    assert standing(held)["Lulu Kielelezo"] == "present"


def test_whoever_was_marked_absent_and_comes_after_all_is_present(
    held,
    site,  # noqa: F811
):
    zawadi = db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").one().public_id
    form = both_groups(site, register(held))
    late = f"mark-{entries(held)['Faraja Sampuli']}"
    absent = f"mark-{entries(held)['Zawadi Sampuli']}"
    site.post(register(held), data=form | {absent: "absent", late: "late"})
    faraja = db.session.query(Person).filter_by(chosen_name="Faraja Sampuli").one().public_id
    for person in (zawadi, faraja):
        site.post(url(held, "people"), data={"person": person, "session": sessions(held)[0]})
    # Late is there too, and stays what it is.
    assert standing(held) == {
        "Baraka Sampuli": "present",
        "Faraja Sampuli": "late",
        "Zawadi Sampuli": "present",
    }


def test_at_the_door_of_a_closed_register_she_is_told_that_nobody_was_marked(
    held,
    site,  # noqa: F811
):
    form = both_groups(site, register(held))
    site.post(register(held), data=form | {"action": "close"})
    answer = site.post(url(held, "walk-in"), data=at_door(held), follow_redirects=True)
    shown = text_of(answer)
    assert "On the register, but not marked." in shown
    assert "This register is closed. Open it again to change it." in shown
    assert standing(held)["Tumaini Kielelezo"] is None


def test_a_child_at_the_door_is_not_taken_in(
    held,
    site,  # noqa: F811
):
    child = make_person("Mtoto Kielelezo", minor=True)
    answer = site.post(
        url(held, "people"),
        data={"person": child, "session": sessions(held)[0]},
        follow_redirects=True,
    )
    assert "People under 18 are not enrolled." in text_of(answer)
    assert "Mtoto Kielelezo" not in standing(held)


def test_a_session_of_another_workshop_has_no_door_here(
    held,
    site,  # noqa: F811
    plan,
):
    other = plan(by=held.trainer)
    theirs = sessions(other)[0]
    assert site.get(url(held, f"walk-in?session={theirs}")).status_code == 404
    assert site.post(url(held, "walk-in"), data=at_door(held, session=theirs)).status_code == 404
    person = make_person("Lulu Kielelezo")
    answer = site.post(url(held, "people"), data={"person": person, "session": theirs})
    assert answer.status_code == 404
    assert db.session.query(Person).filter_by(chosen_name="Tumaini Kielelezo").count() == 0


def test_finding_at_the_door_asks_no_more_for_more_people(
    held,
    site,  # noqa: F811
    count_queries,
):
    counts: list[int] = []
    asked = {"search": "kielelezo", "session": sessions(held)[0]}
    for number in (1, 3):
        while (
            db.session.query(Person).filter(Person.chosen_name.like("% Kielelezo")).count() < number
        ):
            make_person(f"{new_public_id()} Kielelezo", station=new_public_id())
        site.post(url(held, "people", "find"), data=asked)
        db.session.rollback()
        with count_queries() as seen:
            assert site.post(url(held, "people", "find"), data=asked).status_code == 200
        counts.append(seen.count)
    assert counts[0] == counts[1]


def test_marking_from_a_page_of_one_group_leaves_the_other_group_alone(
    held,
    site,  # noqa: F811
):
    page = fields(site.get(register(held, "A")))
    site.post(register(held), data=page)
    assert standing(held)["Zawadi Sampuli"] is None
