"""Enrolling many at once; and taking somebody out after a question, which can be undone."""

import re

from flask.testing import FlaskClient

from kash.attendance.queries import registers as registers_queries
from kash.attendance.queries.registers import slot_of, slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.services.marking import apply_marks, close_slot
from kash.certificates.services.issuing import set_rule
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry
from kash.workshops.models import Enrolment
from kash.workshops.queries.people import people_in
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import change_all, change_enrolment, enrol, enrol_all
from tests.workshops.conftest import Held, in_days, make_person
from tests.workshops.test_views import entries, sessions, text_of, url


def enrolment(held: Held, name: str) -> str:
    db.session.rollback()
    found = db.session.query(Enrolment).join(Enrolment.person)
    return (
        found.filter(Enrolment.workshop_id == held.row.id, Person.chosen_name == name)
        .one()
        .public_id
    )


def states(held: Held) -> dict[str, str]:
    """How everybody stands, by name."""
    db.session.rollback()
    rows = db.session.query(Enrolment).filter_by(workshop_id=held.row.id)
    return {row.person.chosen_name: row.state for row in rows}


def test_withdrawing_asks_names_her_and_is_undone(held, client_for):
    site, name = client_for(held.trainer), "Zawadi Sampuli"
    people = site.get(url(held, "people?group=B"))
    at = url(held, "people", enrolment(held, name), "withdraw")
    assert f'href="{at}"' in people.text
    asked = text_of(site.get(at))
    assert f"Withdraw {name}?" in asked
    assert states(held)[name] == "confirmed"
    done = site.post(at)
    assert done.status_code == 303
    assert states(held)[name] == "withdrawn"
    offered = site.get(done.location)
    assert f"Withdrawn: {name}" in text_of(offered)
    undo = url(held, "people", enrolment(held, name))
    assert f'action="{undo}"' in offered.text
    site.post(undo, data={"become": "confirmed", "state": "confirmed"})
    assert states(held)[name] == "confirmed"
    # The note stands no longer, also for whoever kept the address.
    assert "Withdrawn:" not in text_of(site.get(done.location))
    assert site.get(url(held, "people?withdrawn=nonsense")).status_code == 200


def test_the_marks_of_whoever_withdrew_stay_to_be_seen(held, client_for):
    site, name = client_for(held.trainer), "Zawadi Sampuli"
    slot = held.row.register.slots[0].public_id
    made = Operation(new_public_id(), slot, entries(held)[name], "late", 0, utc_now())
    db.session.rollback()
    apply_marks(held.register, [made], held.trainer)
    change_enrolment(held.workshop, enrolment(held, name), EnrolmentState.WITHDRAWN, held.trainer)
    grid = registers_queries.grid(held.row.register_id)
    assert name not in [row.name for row in grid.rows]
    (left,) = grid.left
    assert (left.name, left.marks[slot].status) == (name, "late")
    assert name not in [row.name for row in grid.rows]
    shown = site.get(url(held, "attendance?group=B")).text
    assert "no longer in the workshop" in shown
    register = text_of(site.get(url(held, "attendance", f"{sessions(held)[0]}?group=B")))
    assert f"No longer in the workshop Name Mark {name} late" in register
    # Whoever never was marked has nothing to show.
    change_enrolment(
        held.workshop, enrolment(held, "Baraka Sampuli"), EnrolmentState.WITHDRAWN, held.trainer
    )
    assert [row.name for row in registers_queries.grid(held.row.register_id).left] == [name]


def test_people_of_another_workshop_are_copied_at_once(held, plan, client_for):
    here = plan(by=held.trainer)
    enrol(here.workshop, make_person("Neema Sampuli"), here.trainer)
    db.session.query(Person).filter_by(chosen_name="Faraja Sampuli").one().minor = True
    db.session.commit()
    site = client_for(held.trainer)
    offered = site.get(url(here, "people", "copy"))
    link = url(here, f"people/copy?source={held.workshop}")
    assert f'href="{link}"' in offered.text
    chosen = site.get(f"{link}&group=B").text
    # Who is under 18 stands there and can't be ticked.
    assert chosen.count('name="chosen"') == 2
    assert "Under 18" in chosen
    ticked = [row.person for row in people_in(held.row, [EnrolmentState.CONFIRMED])]
    db.session.rollback()
    of_there = {"chosen": ticked, "source": held.workshop, "group": "B"}
    done = site.post(url(here, "people", "chosen"), data=of_there)
    # Why not is told beside the one for whom it was not done.
    assert done.status_code == 409
    assert "People under 18 are not enrolled." in text_of(done)
    assert states(here) == {
        "Neema Sampuli": "confirmed",
        "Zawadi Sampuli": "confirmed",
        "Baraka Sampuli": "confirmed",
    }
    # Once more leaves everybody as they stand.
    site.post(url(here, "people", "chosen"), data={"chosen": ticked, "as": "invited"})
    assert set(states(here).values()) == {"confirmed"}
    assert "Tick the people" in text_of(
        site.post(url(here, "people", "chosen"), follow_redirects=True)
    )
    many = {"chosen": [*ticked, *(f"{number:016}" for number in range(500))]}
    told = site.post(url(here, "people", "chosen"), data=many, follow_redirects=True)
    assert "Nothing was done. Tick at most: 500." in text_of(told)


def test_of_many_workshops_the_one_whose_people_are_copied_is_turned_to_or_typed(
    held, plan, client_for, monkeypatch
):
    monkeypatch.setattr("kash.workshops.queries.plan.FEWER_ROWS", 2)
    site, address = client_for(held.trainer), url(held, "people/copy")
    assert 'name="search"' not in site.get(address).text.partition("<main")[2]
    assert "Only people of workshops that you run" in site.get(address).text
    others = [
        plan(by=held.trainer, title=title, **in_days(day))
        for day, title in enumerate(("Rights", "Health", "Law", "Peace"), 20)
    ]
    plan(title="Of somebody else", **in_days(30))

    def offered(**asked: object) -> list[str]:
        page = site.get(address, query_string=asked).text.partition("<main")[2]
        return re.findall(r"copy\?source=(\w+)", page)

    assert offered() == [others[3].workshop, others[2].workshop]
    assert offered(page=2) == [others[1].workshop, others[0].workshop]
    assert offered(search="heal") == [others[1].workshop]
    nothing = site.get(address, query_string={"search": "nothing"}).text
    assert "No workshop that you run is called so" in nothing
    assert 'value="nothing"' in nothing


def test_copying_shows_one_group_and_keeps_what_was_ticked_of_the_other(held, plan, client_for):
    here = plan(by=held.trainer)
    site, at = client_for(held.trainer), url(here, f"people/copy?source={held.workshop}")
    who = {one.name: one.person for one in people_in(held.row, [EnrolmentState.CONFIRMED])}
    db.session.rollback()
    zawadi, faraja = who["Zawadi Sampuli"], who["Faraja Sampuli"]

    def stands(page: str) -> tuple[set[str], set[str], set[str]]:
        """The names on the screen, who is ticked there, and who goes along unseen."""
        page = page.partition("<main")[2]
        return (
            set(re.findall(r"\w+ Sampuli", page)),
            set(re.findall(r'"chosen" value="(\w+)" checked', page)),
            set(re.findall(r'type="hidden" name="chosen" value="(\w+)"', page)),
        )

    everybody = set(who.values())
    police = {who["Baraka Sampuli"]}
    first = site.get(at).text
    assert stands(first) == ({"Baraka Sampuli"}, police, everybody - police)
    assert "Community" not in first.partition("<main")[2]
    # She turns to the other group, takes a tick away there, and turns back.
    second = site.post(at, data={"chosen": [*everybody], "group": "B"}).text
    assert stands(second) == ({"Zawadi Sampuli", "Faraja Sampuli"}, {zawadi, faraja}, police)
    third = site.post(at, data={"chosen": [*police, zawadi], "group": "A"}).text
    assert stands(third) == ({"Baraka Sampuli"}, police, {zawadi})
    assert "Also ticked, in the group that is not shown: 1." in text_of(
        site.post(at, data={"chosen": [*police, zawadi], "group": "A"})
    )
    # Turning enrols nobody.
    assert states(here) == {}


def test_people_are_copied_from_own_workshops_only(held, plan, client_for):
    other = plan()
    site = client_for(held.trainer)
    assert other.workshop not in site.get(url(held, "people", "copy")).text
    assert site.get(url(held, f"people/copy?source={other.workshop}")).status_code == 403
    assert site.get(url(held, f"people/copy?source={held.workshop}")).status_code == 404


def test_the_ticked_of_a_search_are_invited_at_once(held, client_for):
    some = [make_person(f"Subira {number}") for number in range(3)]
    site = client_for(held.trainer)
    found = site.post(url(held, "people", "find"), data={"search": "Subira"}).text
    assert found.count('form="ticked" name="chosen"') == 3
    site.post(url(held, "people", "chosen"), data={"chosen": some[:2], "as": "invited"})
    stand = states(held)
    assert (stand["Subira 0"], stand["Subira 1"]) == ("invited", "invited")
    assert "Subira 2" not in stand


def test_the_ticked_of_the_list_of_people_are_enrolled(held, plan, client_for, actor):
    from datetime import timedelta

    from kash.platform.web.formats import local_today

    coming = plan(by=held.trainer, starts_on=local_today(), ends_on=local_today() + timedelta(1))
    mine = [row.person for row in people_in(held.row, [EnrolmentState.CONFIRMED])]
    stranger = make_person("Mgeni Sampuli")
    site: FlaskClient = client_for(held.trainer)
    shown = site.get("/people").text
    assert "Enrol them in a workshop" in shown
    sent = {"chosen": [*mine, stranger], "choice-enrol": coming.workshop}
    done = site.post("/people/ticked/enrol", data=sent)
    assert done.status_code == 303
    assert set(states(coming)) == {"Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli"}
    # Another's workshop is no choice.
    theirs = plan(starts_on=local_today(), ends_on=local_today() + timedelta(1))
    site.post("/people/ticked/enrol", data=sent | {"choice-enrol": theirs.workshop})
    assert states(theirs) == {}
    assert site.post("/people/ticked/nonsense", data=sent).status_code == 404


def test_names_lead_to_their_people(held, client_for, actor):
    session = sessions(held)[0]
    person = db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").one().public_id
    db.session.rollback()
    slots = [slot.public_id for slot in held.row.register.slots]
    rows = slot_sheet(held.row.register_id, slot_of(held.row.register_id, slots[0])).rows
    marks = [
        Operation(
            new_public_id(), slots[0], row.entry, "absent" if number else "present", 0, utc_now()
        )
        for number, row in enumerate(rows)
    ]
    db.session.rollback()
    close_slot(held.register, slots[0], held.trainer, marks)
    link = f'href="/people/{person}"'
    who = actor("director", name="Neema Mfano")
    set_rule(80, name_must_be_confirmed=False, by=who)
    director = client_for(who)
    for path in (
        url(held, "people"),
        url(held, "attendance"),
        url(held, "attendance", session),
        url(held, "attendance", session, "confirm"),
        url(held, "attendance", "confirm"),
        url(held, "attendance", session, entries(held)["Zawadi Sampuli"]),
        url(held, "certificates"),
    ):
        assert link in director.get(path, query_string={"group": "B"}).text, path


def test_several_are_changed_at_once_and_why_not_is_told_of_each(held, client_for):
    site, at = client_for(held.trainer), url(held, "people", "several")
    who = {row.name: row.person for row in people_in(held.row, [EnrolmentState.CONFIRMED])}
    db.session.query(Person).filter_by(chosen_name="Faraja Sampuli").one().minor = True
    db.session.commit()
    # Nobody ticked; and turning to the other group changes nobody, and keeps the ticks.
    assert "Tick the people first." in text_of(
        site.post(at, data={"become": "withdrawn"}, follow_redirects=True)
    )
    ticked = {"chosen": list(who.values())}
    turned = site.post(at, data={**ticked, "group": "A"}).text
    assert set(re.findall(r'type="hidden" name="chosen" value="(\w+)"', turned)) == {
        who["Zawadi Sampuli"],
        who["Faraja Sampuli"],
    }
    assert states(held) == dict.fromkeys(who, "confirmed")
    everybody = {"everybody": "yes", "listed": list(who.values())}
    before = db.session.query(AuditEntry).count()
    db.session.rollback()
    done = site.post(at, data={**everybody, "become": "withdrawn"})
    assert (done.status_code, set(states(held).values())) == (303, {"withdrawn"})
    assert db.session.query(AuditEntry).count() == before + 1
    db.session.rollback()
    again = {**everybody, "become": "confirmed", "state": "withdrawn", "group": "B"}
    left = site.post(at, data=again)
    assert left.status_code == 409
    assert "Done for: 2. On the waiting list: 0. Left out: 1." in text_of(left)
    assert "Faraja Sampuli Under 18 People under 18 are not enrolled." in text_of(left)
    assert states(held) == {
        "Zawadi Sampuli": "confirmed",
        "Baraka Sampuli": "confirmed",
        "Faraja Sampuli": "withdrawn",
    }


def test_a_seat_that_falls_free_at_once_goes_to_the_first_who_waits(plan):
    held = plan(capacity=2, **in_days(7))
    people = [make_person(name) for name in ("Asha", "Bahati", "Chausiku", "Dalila")]
    first = enrol_all(held.workshop, people, held.trainer)
    assert (first.done, first.waiting, first.left) == (2, 2, {})
    full = change_all(held.workshop, people[2:], EnrolmentState.CONFIRMED, held.trainer)
    assert (full.done, set(full.left)) == (0, set(people[2:]))
    change_all(held.workshop, people[:2], EnrolmentState.WITHDRAWN, held.trainer)
    assert states(held) == {
        "Asha": "withdrawn",
        "Bahati": "withdrawn",
        "Chausiku": "confirmed",
        "Dalila": "confirmed",
    }
