"""Pages: what they say, to whom, and what they must not say."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.attendance import documents
from kash.attendance.models import Mark, MarkOperation, Sheet, Slot
from kash.attendance.queries.registers import slot_sheet
from kash.attendance.services.marking import apply_marks
from kash.people.models import Person
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.jobs.models import Job
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.training.models import PlanRow, SessionPlan
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.people import people_in
from kash.workshops.queries.plan import sessions_of
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.people import enrol, make_answer_links
from kash.workshops.services.planning import cancel_workshop, change_workshop, duplicate_workshop
from tests.workshops.conftest import Held, details, in_days, make_person, make_version

NAMES = ("Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli")
Browsers = Callable[[Actor], FlaskClient]


@pytest.fixture
def site(held, client_for):
    """The trainer who runs the workshop."""
    return client_for(held.trainer)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def fields(answer: Any) -> dict[str, str]:
    """What a page's form would send as it stands: hidden fields, ticked radios, chosen options."""
    page = answer.get_data(as_text=True)
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if not name or (kind in ("radio", "checkbox") and not re.search(r"\bchecked\b", tag)):
            continue
        sent[name] = attributes.get("value", "")
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'<option\s+value="([^"]*)"\s+selected', options) or re.search(
            r'<option selected value="([^"]*)"', options
        )
        sent[name] = chosen.group(1) if chosen else ""
    return sent


def all_present(answer: Any) -> dict[str, str]:
    """What a register's page would send after "All present"."""
    sent = fields(answer)
    shown = (name.removeprefix("seen-") for name in sent if name.startswith("seen-"))
    return {f"mark-{entry}": "present" for entry in shown} | sent


def both_groups(site: FlaskClient, address: str) -> dict[str, str]:
    """What the page of a register would send for either group, one after the other."""
    sent: dict[str, str] = {}
    for letter in "AB":
        sent |= all_present(site.get(address, query_string={"group": letter}))
    return sent


def sessions(held: Held) -> list[str]:
    return [one.public_id for one in sessions_of(held.row)]


def entries(held: Held) -> dict[str, str]:
    """Roster entries by name."""
    slot = db.session.query(Slot).filter_by(register_id=held.row.register_id).first()
    return {row.name: row.entry for row in slot_sheet(held.row.register_id, slot).rows}


def marks(held: Held) -> list[tuple[str, int]]:
    db.session.rollback()
    return sorted((row.status, row.version) for row in db.session.query(Mark).all())


def url(held: Held, *rest: str) -> str:
    return "/".join(("/workshops", held.workshop, *rest))


# --- Planning -------------------------------------------------------------------------------


def plan_form(taught: str, **changes: str) -> dict[str, str]:
    return {
        "version": taught,
        "title": "Nyando",
        "starts_on": "2026-11-17",
        "ends_on": "2026-11-18",
        "day_starts_at": "08:30",
        "day_ends_at": "16:30",
        "venue": "",
        "new_venue": "Hall B",
        "capacity": "30",
        "key": new_public_id(),
    } | changes


def test_a_trainer_plans_a_workshop(sign_in):
    site, version = sign_in("trainer"), make_version()
    page = site.get("/workshops/new")
    assert page.status_code == 200
    assert "Working Together" not in page.get_data(as_text=True).split("<title>")[1][:40]
    form = plan_form(version)
    for _ in range(2):
        answer = site.post("/workshops/new", data=form)
        assert answer.status_code == 303
        assert answer.location == f"/workshops/{form['key']}"
    assert db.session.query(Workshop).count() == 1
    shown = text_of(site.get(answer.location))
    for words in (
        "Nyando",
        "Tue 17 Nov – Wed 18 Nov 2026",
        "Hall B",
        "Sessions: 4. Time: 6 h.",
        "Lunch, 60 min",
        "Tea, 15 min",
        "Enrol people",
    ):
        assert words in shown
    for tab in ("Plan", "People", "Attendance", "Money", "Papers"):
        assert tab in shown


def test_a_workshop_is_planned_with_a_course_that_is_not_written_yet(sign_in):
    site = sign_in("trainer")
    assert "Sessions, a line each" in text_of(site.get("/workshops/new"))
    form = plan_form("", course="Community health basics", language="en")
    answer = site.post("/workshops/new", data=form)
    assert "Fill this in, or choose a course above." in text_of(answer)
    answer = site.post("/workshops/new", data=form | {"outline": "What the law says 90"})
    assert "What the law says" in text_of(site.get(answer.location))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_on": "2026-11-16"}, "The last day is before the first."),
        ({"ends_on": "2027-11-16"}, "A workshop takes at most 60 days."),
        ({"ends_on": "nonsense"}, "This is not a day. It looks like 2026-11-16."),
        ({"starts_on": ""}, "Enter this."),
        ({"day_ends_at": "08:00"}, "A day must end after it begins."),
        ({"day_ends_at": "99:99"}, "This is not a time. It looks like 08:30."),
        ({"capacity": "0"}, "Use a number from 1 to 1000."),
        ({"capacity": "٣"}, "This must be a whole number."),
        ({"version": "nope"}, "Choose one from the list."),
        ({"venue": "nope"}, "Choose one from the list."),
        ({"title": "x" * 161}, "Use at most 160 characters."),
        ({"title": "x" * 200_000}, "Use at most 160 characters."),
        (
            {"ends_on": "2026-11-17", "day_ends_at": "10:30"},
            "The sessions do not fit. Left over: 3. Days needed: 4.",
        ),
    ],
)
def test_a_wrong_plan_is_said_beside_its_field_and_nothing_is_lost(sign_in, changes, sentence):
    answer = sign_in("trainer").post("/workshops/new", data=plan_form(make_version(), **changes))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert 'value="Hall B"' in answer.get_data(as_text=True)
    assert db.session.query(Workshop).count() == 0


def test_a_control_character_is_answered_with_a_sentence(sign_in):
    answer = sign_in("trainer").post("/workshops/new", data=plan_form(make_version(), title="a\0b"))
    assert answer.status_code in (400, 422)
    assert db.session.query(Workshop).count() == 0


def test_without_a_published_course_a_new_one_is_asked_for(sign_in):
    page = sign_in("trainer").get("/workshops/new").get_data(as_text=True)
    assert "<details open>" in page
    make_version()
    assert "<details>" in sign_in("trainer").get("/workshops/new").get_data(as_text=True)


def test_the_list_filters_searches_and_pages(held, site, plan, actor):
    past = plan(by=actor("trainer"), title="Long ago")
    past.row.starts_on = past.row.ends_on = date(2020, 1, 7)
    cancelled = plan(by=held.trainer, title="Never held")
    db.session.commit()
    cancel_workshop(cancelled.workshop, "Flood", held.trainer)

    def shown(query: str) -> list[str]:
        page = site.get(f"/workshops{query}").get_data(as_text=True)
        return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', page)

    upcoming = ["Kisumu Central"] if date.today() <= date(2026, 11, 18) else []
    assert shown("") == upcoming
    assert set(shown("?when=all")) == {"Kisumu Central", "Long ago", "Never held"}
    assert shown("?when=cancelled") == ["Never held"]
    assert shown("?when=all&search=ago") == ["Long ago"]
    assert shown("?when=all&search=%25") == []
    assert "Long ago" not in shown("?when=all&mine=1")
    assert shown("?when=all&sort=title&direction=desc")[0] == "Never held"
    for hostile in ("?page=999999999", "?page=-1", "?sort=x", "?when=x", "?venue=%00", "?search="):
        assert site.get(f"/workshops{hostile}").status_code in (200, 400)


def test_an_edit_shows_what_somebody_else_saved(held, site):
    page = site.get(url(held, "edit"))
    form = fields(page)
    assert form["title"] == "Kisumu Central"
    change_workshop(held.workshop, details(title="Theirs"), held.row_version, held.trainer)
    answer = site.post(url(held, "edit"), data=form | {"title": "Mine"})
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "Somebody else changed this workshop meanwhile." in shown
    assert "Title: Theirs" in shown
    again = fields(answer)
    assert again["title"] == "Mine"
    assert held.row.title == "Theirs"
    db.session.rollback()
    assert site.post(url(held, "edit"), data=again).status_code == 303
    db.session.rollback()
    assert held.row.title == "Mine"


def test_sessions_are_added_and_an_overlap_is_a_sentence(held, site):
    page = site.get(url(held, "sessions", "new"))
    form = fields(page) | {"title": "Closing", "day": "2026-11-17", "at": "09:00", "minutes": "30"}
    answer = site.post(url(held, "sessions", "new"), data=form)
    assert answer.status_code == 422
    assert "This overlaps “Session 1”, 08:30 to 10:00." in text_of(answer)
    assert 'value="Closing"' in answer.get_data(as_text=True)
    answer = site.post(url(held, "sessions", "new"), data=form | {"day": "2026-11-18"})
    assert answer.status_code == 303
    assert "Closing" in text_of(site.get(url(held)))
    # The page's row version is old now: what others saved is shown.
    answer = site.post(url(held, "sessions", "new"), data=form | {"day": "2026-11-18"})
    assert answer.status_code == 409
    assert "Somebody else changed this workshop meanwhile." in text_of(answer)


def test_sessions_are_ordered_by_buttons_and_by_script(held, site):
    first, second, *rest = sessions(held)
    assert site.post(url(held, "order"), data={"down": first}).status_code == 303
    assert sessions(held) == [second, first, *rest]
    answer = site.post(
        url(held, "order"),
        data={"order": [*rest, first, second]},
        headers={"X-Requested-With": "fetch"},
    )
    assert answer.status_code == 204
    assert sessions(held) == [*rest, first, second]
    for hostile in ({"order": ["x" * 9000]}, {"up": "x"}, {}):
        assert site.post(url(held, "order"), data=hostile).status_code == 303
    assert sessions(held) == [*rest, first, second]


def test_a_session_is_removed_after_a_question(held, site):
    session = sessions(held)[3]
    address = url(held, "sessions", session, "remove")
    assert "Remove this session?" in text_of(site.get(address))
    assert site.post(address).status_code == 303
    assert len(sessions(held)) == 3
    assert site.post(address).status_code == 404


def test_cancelling_wants_a_reason_and_can_be_undone(held, site):
    assert "Enter this." in text_of(site.post(url(held, "cancel"), data={"reason": " "}))
    answer = site.post(url(held, "cancel"), data={"reason": "The hall is <b>flooded</b>."})
    assert answer.status_code == 303
    page = site.get(url(held)).get_data(as_text=True)
    assert "The hall is &lt;b&gt;flooded&lt;/b&gt;." in page
    assert site.post(url(held, "attendance", sessions(held)[0])).status_code == 409
    assert site.post(url(held, "restore")).status_code == 303
    assert "flooded" not in site.get(url(held)).get_data(as_text=True)


def test_a_workshop_is_held_again(held, site):
    form = fields(site.get(url(held, "duplicate"))) | {"starts_on": "2026-12-01"}
    answer = site.post(url(held, "duplicate"), data=form)
    assert answer.status_code == 303
    shown = text_of(site.get(answer.location))
    assert "Tue 1 Dec – Wed 2 Dec 2026" in shown
    assert not any(name in text_of(site.get(answer.location + "/people")) for name in NAMES)


def test_costs_are_entered_and_must_make_a_whole(held, site):
    form = fields(site.get(url(held, "costs"))) | {
        "lines-0-funder": "Fund A",
        "lines-0-share": "60",
    }
    answer = site.post(url(held, "costs"), data=form)
    assert answer.status_code == 422
    assert "All shares together must make one hundred." in text_of(answer)
    form |= {"lines-0-share": "100", "lines-1-share": "40"}
    answer = site.post(url(held, "costs"), data=form)
    assert answer.status_code == 422
    assert "Enter this." in text_of(answer)
    form |= {"lines-0-share": "60", "lines-1-funder": "Fund B"}
    assert site.post(url(held, "costs"), data=form).status_code == 303
    shown = text_of(site.get(url(held)))
    assert "Fund A 60 %" in shown
    assert "Fund B 40 %" in shown


# --- People ---------------------------------------------------------------------------------


def test_people_are_found_by_post_with_name_group_and_station_only(held, site):
    make_person("Lulu Kielelezo", "A", station="Kondele")
    person = db.session.query(Person).filter_by(chosen_name="Lulu Kielelezo").one()
    person.ward, person.cadre, person.reference = "Secret ward", "Secret cadre", "S-1"
    db.session.commit()
    answer = site.post(
        url(held, "people", "find"), data={"search": "lulu"}, headers={"HX-Request": "true"}
    )
    shown = text_of(answer)
    assert answer.status_code == 200
    assert "Lulu Kielelezo Group A · Kondele" in shown
    assert "Secret" not in shown
    assert "S-1" not in shown
    assert "<html" not in answer.get_data(as_text=True)
    whole = site.post(url(held, "people", "find"), data={"search": "lulu"})
    assert "Lulu Kielelezo" in text_of(whole)
    assert site.get(url(held, "people", "find")).status_code in (404, 405)
    already = site.post(url(held, "people", "find"), data={"search": "zawadi"})
    assert "Confirmed" in text_of(already)
    for hostile in ("%", "_", "x" * 100_000, "'; drop table person; --", ""):
        answer = site.post(url(held, "people", "find"), data={"search": hostile})
        assert answer.status_code == 200


def test_people_are_enrolled_withdrawn_and_moved_up(plan, client_for):
    held = plan(capacity=1, **in_days(30))
    site = client_for(held.trainer)
    for name in ("Asha", "Bahati"):
        answer = site.post(url(held, "people"), data={"person": make_person(name)})
        assert answer.status_code == 303
    assert answer.location.endswith("state=waiting&group=B")
    assert "Bahati" in text_of(site.get(answer.location))
    page = site.get(url(held, "people")).get_data(as_text=True)
    assert "Seats: 1. Confirmed: 1. Waiting: 1." in re.sub(r"\s+", " ", page)
    asha = people_in(held.row, [EnrolmentState.CONFIRMED])[0].enrolment
    for _ in range(2):
        answer = site.post(url(held, "people", asha), data={"become": "withdrawn"})
        assert answer.status_code == 303
    assert [one.name for one in people_in(held.row, [EnrolmentState.CONFIRMED])] == ["Bahati"]
    for hostile in ("waiting", "nonsense", "", "x" * 9000):
        answer = site.post(url(held, "people", asha), data={"become": hostile})
        assert answer.status_code in (303, 409)
    assert db.session.query(Enrolment).filter_by(public_id=asha).one().state == "withdrawn"


def test_consent_forms_are_printed_for_those_enrolled(held, site, sign_in):
    page = site.get(url(held, "people"))
    assert 'form="several" class="btn" formaction="/people/consent-forms">Consent' in page.text
    chosen = re.findall(r'type="checkbox" form="several" name="chosen" value="([^"]+)"', page.text)
    # Of one group, as it is shown.
    baraka = db.session.query(Person).filter_by(chosen_name="Baraka Sampuli").one()
    assert chosen == [baraka.public_id]
    back = url(held, "people")
    assert f'name="back" value="{back}"' in page.text
    answer = site.post("/people/consent-forms", data={"chosen": chosen, "back": back})
    job = db.session.query(Job).one()
    assert (answer.status_code, answer.location) == (303, f"/jobs/{job.public_id}")
    assert (sorted(job.arguments["people"]), job.back) == (sorted(chosen), back)
    assert f'href="{back}"' in site.get(answer.location).text
    assert "consent-forms" not in sign_in("director").get(back).text


def test_a_minor_is_refused_with_a_sentence(held, site):
    answer = site.post(
        url(held, "people"),
        data={"person": make_person("Mtoto", minor=True)},
        follow_redirects=True,
    )
    assert "People under 18 are not enrolled." in text_of(answer)
    form = fields(site.get(url(held, "walk-in")))
    group = re.search(
        r'name="group"[^>]*value="([^"]+)"', site.get(url(held, "walk-in")).text
    ).group(1)  # type: ignore[union-attr]
    form |= {"chosen_name": "Mtoto Mwingine", "group": group, "age_band": "under18"}
    answer = site.post(url(held, "walk-in"), data=form)
    assert answer.status_code == 422
    assert "People under 18 are not enrolled." in text_of(answer)
    assert 'value="Mtoto Mwingine"' in answer.text
    assert db.session.query(Person).filter_by(chosen_name="Mtoto Mwingine").count() == 0
    answer = site.post(url(held, "walk-in"), data=form | {"age_band": "25-34"})
    assert answer.status_code == 303
    assert "Mtoto Mwingine" in text_of(site.get(answer.location))
    assert "came to the door" in text_of(site.get(answer.location))
    assert site.post(url(held, "walk-in"), data=form | {"age_band": ""}).status_code == 422


# --- Attendance -----------------------------------------------------------------------------


def test_all_are_present_and_the_exceptions_are_tapped(held, site):
    session = sessions(held)[0]
    form = both_groups(site, url(held, "attendance", session))
    assert len([name for name in form if name.startswith("mark-")]) == len(NAMES)
    absent = entries(held)["Faraja Sampuli"]
    form |= {f"mark-{absent}": "absent", "action": "close"}
    for _ in range(2):
        answer = site.post(url(held, "attendance", session), data=form)
        assert answer.status_code == 303
    assert marks(held) == [("absent", 1), ("present", 1), ("present", 1)]
    assert db.session.query(MarkOperation).count() == 3
    shown = " ".join(text_of(site.get(url(held, f"attendance?group={letter}"))) for letter in "AB")
    assert "Register closed, 2 of 3" in shown
    assert "1 h 30 / 1 h 30, 100 %" in shown
    assert "0 h / 1 h 30, 0 %" in shown
    closed = site.get(url(held, "attendance", session))
    assert "Open the register again" in text_of(closed)
    assert site.post(url(held, "attendance", session, "reopen")).status_code == 303
    assert "Tap people who are late" in text_of(site.get(url(held, "attendance", session)))


def test_a_stale_page_shows_both_versions_and_overwrites_nothing(held, site, client_for, actor):
    session = sessions(held)[0]
    mine = both_groups(site, url(held, "attendance", session))
    neema = actor("trainer", name="Neema Jaribio")
    change_workshop(
        held.workshop,
        details(facilitators=[held.trainer.public_id, neema.public_id]),
        held.row_version,
        held.trainer,
    )
    other = client_for(neema)
    theirs = both_groups(other, url(held, "attendance", session))
    faraja, zawadi = entries(held)["Faraja Sampuli"], entries(held)["Zawadi Sampuli"]
    other.post(url(held, "attendance", session), data=theirs | {f"mark-{faraja}": "absent"})
    answer = site.post(url(held, "attendance", session), data=mine | {f"mark-{zawadi}": "late"})
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "Nothing was overwritten." in shown
    assert re.search(
        r"Faraja Sampuli : you marked present; Neema Jaribio saved absent at \d\d:\d\d\.", shown
    )
    assert "Zawadi Sampuli : you marked late; Neema Jaribio saved present" in shown
    assert marks(held) == [("absent", 1), ("present", 1), ("present", 1)]
    decided = fields(answer)
    assert decided[f"mark-{faraja}"] == "absent"
    answer = site.post(url(held, "attendance", session), data=decided | {f"mark-{zawadi}": "late"})
    assert answer.status_code == 303
    assert marks(held) == [("absent", 1), ("late", 2), ("present", 1)]


def test_what_was_left_alone_never_meets_what_somebody_else_changed(held, site):
    session = sessions(held)[0]
    site.post(
        url(held, "attendance", session), data=both_groups(site, url(held, "attendance", session))
    )
    mine = both_groups(site, url(held, "attendance", session))
    theirs = both_groups(site, url(held, "attendance", session))
    faraja, zawadi = entries(held)["Faraja Sampuli"], entries(held)["Zawadi Sampuli"]
    for form in (theirs | {f"mark-{faraja}": "absent"}, mine | {f"mark-{zawadi}": "late"}):
        assert site.post(url(held, "attendance", session), data=form).status_code == 303
    assert marks(held) == [("absent", 2), ("late", 2), ("present", 1)]


def test_a_minor_on_the_register_is_flagged_in_the_grid(held, site):
    assert "Under 18" not in site.get(url(held, "attendance")).text
    person = db.session.query(Person).filter_by(chosen_name="Baraka Sampuli").one()
    person.minor = True
    db.session.commit()
    page = site.get(url(held, "attendance?group=A")).text
    row = next(row for row in page.split("<tr") if f">{person.chosen_name}<" in row)
    assert page.count("Under 18") == row.count("Under 18") == 1


def test_the_grid_saves_what_was_changed_and_shows_conflicts(held, site):
    form = both_groups(site, url(held, "attendance"))
    slots = [one.slot for one in sessions_of(held.row)]
    zawadi = entries(held)["Zawadi Sampuli"]
    cell = f"{zawadi}-{slots[1]}"
    assert form[f"mark-{cell}"] == ""
    answer = site.post(url(held, "attendance"), data=form | {f"mark-{cell}": "late"})
    assert answer.status_code == 303
    assert marks(held) == [("late", 1)]
    answer = site.post(url(held, "attendance"), data=form | {f"mark-{cell}": "absent"})
    assert answer.status_code == 409
    assert "Zawadi Sampuli (1.2 Session 2): you marked absent; Amani Mfano saved late" in text_of(
        answer
    )
    assert marks(held) == [("late", 1)]
    # A mark is never taken back to nothing, and nonsense is refused with the reason.
    now = both_groups(site, url(held, "attendance"))
    assert site.post(url(held, "attendance"), data=now | {f"mark-{cell}": ""}).status_code == 303
    for value in ("nonsense", "apology", "x" * 5000):
        answer = site.post(url(held, "attendance"), data=now | {f"mark-{cell}": value})
        assert answer.status_code == 409
        assert "This is not a mark that the register knows." in text_of(answer)
        assert "x" * 100 not in text_of(answer)
    assert marks(held) == [("late", 1)]


@pytest.mark.parametrize("seen", ["", "x", "-1:present", "99999999999999:late", ":", "0", "٣:late"])
def test_a_tampered_page_is_no_failure(held, site, seen):
    session = sessions(held)[0]
    form = both_groups(site, url(held, "attendance", session))
    form = {name: seen if name.startswith("seen-") else value for name, value in form.items()}
    form["page"] = "y" * 9000
    answer = site.post(url(held, "attendance", session), data=form)
    assert answer.status_code in (303, 409)


def test_the_history_of_a_mark_is_seen(held, site):
    session, entry = sessions(held)[0], entries(held)["Zawadi Sampuli"]
    site.post(
        url(held, "attendance", session), data=both_groups(site, url(held, "attendance", session))
    )
    shown = text_of(site.get(url(held, "attendance", session, entry)))
    assert "Zawadi Sampuli" in shown
    assert "Amani Mfano" in shown
    assert "Faraja" not in shown


def test_the_register_is_printed_a_sheet_for_each_group(held, site, monkeypatch):
    printed: list[Any] = []

    def pretend(*given: Any) -> bytes:
        printed.append(given)
        return b"%PDF-1.7"

    monkeypatch.setattr(documents, "register", pretend)
    answer = site.post(url(held, "documents", "register"), data={"day": "2026-11-17"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=register.pdf"
    ((paged, sheets),) = printed
    assert (paged.title, paged.kind, paged.html) == (
        "Sign-in sheets: Working Together, 17 November 2026",
        "register",
        "",
    )
    # What differs is stamped, so that the sheets of a day are one and the same page.
    look = sheets[0].html
    assert look == sheets[1].html
    assert not any(name in look for name in (*NAMES, "Police", "Community"))
    assert look.count('<td class="num" data-field="no-') == 10
    assert look.count('<img class="qr" data-field="qr"') == 1
    first, second = ("\n".join(sheet.texts.values()) for sheet in sheets)
    assert "Baraka Sampuli" in first
    assert "Zawadi" not in first
    assert "Faraja" not in first
    assert "Baraka" not in second
    assert [name for name in NAMES if name in second] == ["Zawadi Sampuli", "Faraja Sampuli"]
    codes = [row.public_id for row in db.session.query(Sheet).order_by(Sheet.number)]
    for sheet, letter, number, code in zip(sheets, "AB", (1, 2), codes, strict=True):
        texts = sheet.texts
        assert (texts["heading"], texts["number"], texts["code"]) == (
            f"Sign-in sheet {letter}",
            f"{letter}-{number}",
            documents.sheet_code(code),
        )
        assert (texts["no-1"], texts["no-10"], texts["name-10"]) == ("1", "10", "")
        assert texts["short-1"].startswith(letter)
        assert sheet.codes == {"qr": code.upper()}
        assert not any(word in repr(sheet) for word in ("Police", "Community"))
    bad = site.post(url(held, "documents", "register"), data={"day": "2020-01-01"})
    assert bad.status_code == 404


def test_the_register_is_a_real_pdf(held, site):
    answer = site.post(url(held, "documents", "register"))
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF-")


# --- Who may --------------------------------------------------------------------------------


@pytest.fixture
def peer(held, sign_in):
    """A peer educator who is herself in the workshop."""
    person = db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").one()
    return sign_in("peer", person_id=person.id, name="Zawadi")


def test_a_peer_sees_her_own_part_and_nobody_else(held, peer, site):
    session = sessions(held)[0]
    site.post(
        url(held, "attendance", session), data=both_groups(site, url(held, "attendance", session))
    )
    shown = text_of(peer.get(url(held)))
    for words in ("Kisumu Central", "Confirmed", "1 h 30 / 1 h 30", "100 %"):
        assert words in shown
    for words in ("Baraka", "Faraja", "Police", "Community", "Amani Mfano", "Session 1"):
        assert words not in shown
    duplicate_workshop(held.workshop, date(2027, 3, 2), held.trainer)
    listed = peer.get("/workshops?when=all")
    assert listed.get_data(as_text=True).count("Kisumu Central") == 1
    for page in ("people", "attendance", "documents", f"attendance/{session}"):
        answer = peer.get(url(held, page))
        assert answer.status_code == 403
        assert not any(name in text_of(answer) for name in NAMES)
    for page in ("edit", "walk-in", "costs", "cancel", "order", "sessions/new"):
        assert peer.get(url(held, page)).status_code == 403


def test_a_peer_of_another_workshop_finds_nothing(held, sign_in):
    stranger = make_person("Lulu")
    key = db.session.query(Person.id).filter_by(public_id=stranger).scalar()
    for role in ("peer", "police_peer"):
        site = sign_in(role, person_id=key if role == "peer" else None)
        assert site.get(url(held)).status_code == 404
        assert "Kisumu Central" not in site.get("/workshops?when=all").text


@pytest.mark.parametrize("role", ["trainer", "director", "monitoring"])
def test_others_on_the_staff_see_but_do_not_act(held, sign_in, role):
    site = sign_in(role)
    session = sessions(held)[0]
    for page in ("", "/people", "/attendance", "/documents", f"/attendance/{session}"):
        assert site.get(url(held) + page).status_code == 200
    shown = text_of(site.get(url(held)))
    for words in ("Add a session", "Cancel the workshop", "Open the register"):
        assert words not in shown
    for page in ("/edit", "/cancel", "/walk-in", "/order", "/lay-out", "/costs", "/duplicate"):
        assert site.get(url(held) + page).status_code == 403
    for page in (
        "/attendance",
        f"/attendance/{session}",
        f"/attendance/{session}/reopen",
        "/restore",
        "/people",
        "/people/find",
        "/documents/register",
    ):
        assert site.post(url(held) + page).status_code == 403
    assert marks(held) == []


@pytest.mark.parametrize("role", ["administrator", "documentation", "custodian", "funder"])
def test_the_rest_see_no_workshops(held, sign_in, role):
    site = sign_in(role)
    for page in ("/workshops", url(held), url(held, "people"), url(held, "attendance")):
        answer = site.get(page)
        assert answer.status_code == 403
        assert "Kisumu Central" not in text_of(answer)


def test_children_are_only_found_through_their_workshop(held, site, plan):
    other = plan(by=held.trainer)
    session, entry = sessions(held)[0], entries(held)["Zawadi Sampuli"]
    mine = people_in(held.row, [EnrolmentState.CONFIRMED])[0].enrolment
    assert site.get(url(other, "attendance", session)).status_code == 404
    assert site.get(url(other, "sessions", session)).status_code == 404
    assert site.post(url(other, "attendance", session), data={}).status_code == 404
    assert site.post(url(other, "people", mine), data={"become": "withdrawn"}).status_code == 404
    own = sessions(other)[0]
    assert site.get(url(other, "attendance", own, entry)).status_code == 404
    for wrong in ("x", "0" * 16, "x" * 3000, "%00", "..%2f"):
        assert site.get(f"/workshops/{wrong}").status_code in (400, 404)
    assert apply_marks(held.register, [], held.trainer) == []


# --- Speed ----------------------------------------------------------------------------------


def test_no_page_asks_more_for_more_rows(app, plan, client_for, count_queries):
    held = plan(minutes=(60,))
    site = client_for(held.trainer)
    counts: list[list[int]] = []
    for number in (1, 3):
        while len(people_in(held.row, [EnrolmentState.CONFIRMED])) < number:
            person = make_person(f"Person {new_public_id()}", station=new_public_id())
            enrol(held.workshop, person, held.trainer)
        while db.session.query(Workshop).count() < number:
            plan(by=held.trainer)
        session = sessions(held)[0]
        site.get("/workshops")
        of_pages = []
        for page in (
            "/workshops?when=all",
            url(held),
            url(held, "people"),
            url(held, "attendance"),
            url(held, "attendance", session),
            url(held, "documents"),
        ):
            db.session.rollback()
            with count_queries() as seen:
                assert site.get(page).status_code == 200
            of_pages.append(seen.count)
        counts.append(of_pages)
    assert counts[0] == counts[1]
    assert max(counts[1]) <= 20, counts


def test_whoever_is_invited_answers_herself(plan, client_for, actor):
    today = local_today()
    made = plan(starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=4))
    person = make_person("Zawadi Sampuli")
    enrol(made.workshop, person, made.trainer, EnrolmentState.INVITED)
    key = db.session.query(Person).filter_by(public_id=person).one().id
    db.session.rollback()
    her = client_for(actor("peer", name="Zawadi Sampuli", person_id=key))
    at = f"/workshops/{made.workshop}"
    assert "Will you come?" in text_of(her.get(at))
    assert her.post(f"{at}/answer", data={"answer": "comes"}).location == at
    assert "Your answer is kept: confirmed." in text_of(her.get(at))
    her.post(f"{at}/answer", data={"answer": "not"})
    assert "declined" in text_of(her.get(at))
    assert client_for(made.trainer).post(f"{at}/answer").status_code == 403
    another = client_for(actor("peer", name="Mwingine Mfano"))
    assert another.post(f"{at}/answer").status_code == 404


@pytest.mark.any_engine
def test_whoever_came_takes_no_mark_of_hers_away_by_a_no(
    both_engines_app, plan, client_for, actor, client
):
    today = local_today()
    made = plan(starts_on=today - timedelta(days=1), ends_on=today + timedelta(days=1))
    enrol(made.workshop, make_person("Zawadi Sampuli"), made.trainer)
    (row,) = people_in(made.row, [EnrolmentState.CONFIRMED])
    (link,) = make_answer_links(made.workshop, [row.enrolment], made.trainer).values()
    key = db.session.query(Person).filter_by(chosen_name="Zawadi Sampuli").one().id
    slot = db.session.query(Slot).filter_by(register_id=made.row.register_id).first()
    assert slot is not None
    slot.starts_at = utc_now() - timedelta(hours=2)
    db.session.add(Mark(slot_id=slot.id, person_id=key, status="late"))
    db.session.commit()
    her, at = client_for(actor("peer", person_id=key)), f"/workshops/{made.workshop}"
    assert "Will you come?" not in text_of(her.get(at))
    said = her.post(f"{at}/answer", data={"answer": "not"}, follow_redirects=True)
    assert "You were at this workshop already." in text_of(said)
    assert client.post(f"/r/{link}", data={"answer": "not"}).status_code == 409
    assert [one.enrolment for one in people_in(made.row, [EnrolmentState.CONFIRMED])] == [
        row.enrolment
    ]


def test_sessions_are_added_one_after_the_other_each_where_the_last_one_ends(held, site):
    page = url(held, "sessions", "new")
    offered = fields(site.get(page))
    assert (offered["day"], offered["at"], offered["minutes"]) == ("2026-11-17", "15:45", "90")
    sent = offered | {"title": "Energiser", "minutes": "45"}
    answer = site.post(page, data=sent)
    (added,) = [one for one in sessions_of(held.row) if one.title == "Energiser"]
    # The address names the first field, which so has the focus.
    assert answer.location == f"{page}?after={added.public_id}#title"
    following = site.get(answer.location)
    assert "The session is added: Energiser" in following.text
    assert re.search(r'<input[^>]*id="title"', following.text)
    offered = fields(following)
    assert (offered["day"], offered["at"], offered["minutes"], offered["title"]) == (
        "2026-11-18",
        "08:30",
        "45",
        "",
    )
    site.post(answer.location, data=offered | {"title": "Opening of the second day"})
    assert [one.title for one in sessions_of(held.row)][-2:] == [
        "Energiser",
        "Opening of the second day",
    ]
    assert fields(site.get(f"{page}?after=nothing"))["day"] == "2026-11-18"


def test_a_session_shows_what_its_plan_is_to_do_and_leads_to_the_plan(site, held):
    plan = db.session.query(SessionPlan).filter_by(title="Session 1").one()
    for position, text in enumerate(("Names three rights", ""), 1):
        plan.rows.append(PlanRow(kind="objective", position=position, text=text))
    version, plan_id = plan.module.version.public_id, plan.public_id
    db.session.commit()
    path = f"/workshops/{held.workshop}/sessions/{sessions(held)[0]}"
    body = site.get(path).text
    assert re.findall(r"<li>([^<]*)</li>", body.partition("What it is to do")[2]) == [
        "Names three rights"
    ]
    assert f"/courses/versions/{version}/plans/{plan_id}" in body
