"""Registers on the pages: not before they begin, and confirmed together by who read them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.accounts.models import AccountBacking
from kash.attendance.models import Slot
from kash.attendance.queries.history import codes_of
from kash.attendance.queries.pads import read_tokens
from kash.attendance.queries.registers import slot_of, slot_sheet
from kash.attendance.rules.marking import Operation
from kash.attendance.rules.registers import Oddity
from kash.attendance.services.marking import apply_marks, close_slot
from kash.attendance.services.registers import reopen_slot
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import local_today, moment_text
from kash.policy import Actor
from kash.workshops.queries.deliveries import to_confirm
from kash.workshops.queries.plan import sessions_of
from kash.workshops.queries.workshops import registers_to_confirm
from kash.workshops.services.people import enrol
from kash.workshops.services.planning import change_workshop
from kash.workshops.services.sessions import SessionDetails, change_session
from tests.workshops.conftest import Held, details, make_person
from tests.workshops.test_views import (
    all_present,
    both_groups,
    entries,
    fields,
    marks,
    sessions,
    text_of,
    url,
)

BEGAN_EARLY = timedelta(minutes=20)


def begins(held: Held, moment: Any, position: int = 0) -> None:
    """Have one session begin at another moment."""
    db.session.rollback()
    slots = db.session.query(Slot).filter_by(register_id=held.row.register_id)
    slots.order_by(Slot.position)[position].starts_at = moment
    db.session.commit()
    db.session.rollback()


def close_all(held: Held, everybody: tuple[int, ...] = (), by: Actor | None = None) -> None:
    """Close every register with one person absent, some with everybody present."""
    register_id, register = held.row.register_id, held.register
    slots = [slot.public_id for slot in held.row.register.slots]
    for position, slot in enumerate(slots):
        rows = slot_sheet(register_id, slot_of(register_id, slot)).rows
        made = [
            Operation(
                new_public_id(),
                slot,
                row.entry,
                "absent" if number == 0 and position not in everybody else "present",
                0,
                utc_now(),
            )
            for number, row in enumerate(rows)
        ]
        db.session.rollback()
        assert close_slot(register, slot, by or held.trainer, made).closed


def confirmed(held: Held) -> int:
    db.session.rollback()
    return sum(one.confirmed for one in sessions_of(held.row))


def test_the_page_of_a_session_that_is_still_to_come_offers_no_closing(held, client_for):
    begins(held, utc_now() + timedelta(days=2))
    site = client_for(held.trainer)
    slot = held.row.register.slots[0]
    (ahead,) = [one.public_id for one in sessions_of(held.row) if one.slot == slot.public_id]
    at = url(held, "attendance", ahead)
    shown = site.get(at)
    assert "Nobody is marked as being there" in text_of(shown)
    assert 'value="close"' not in shown.text
    assert "data-register" not in shown.text
    # Whoever sends it all the same gets nothing.
    entry = entries(held)["Zawadi Sampuli"]
    sent = {"action": "close", "page": "one", f"mark-{entry}": "present", f"seen-{entry}": "0:"}
    assert site.post(at, data=sent).status_code == 409
    assert marks(held) == []
    # In the grid an excuse can be noted, and no presence.
    grid = site.get(url(held, "attendance?group=B")).text
    name = f"mark-{entry}-{slot.public_id}"
    cell = re.search(rf'<select[^>]*name="{name}".*?</select>', grid, re.DOTALL)
    assert cell is not None
    assert set(re.findall(r'<option value="([a-z_]*)"', cell[0])) == {"", "excused", "absent"}


def test_closing_early_on_the_page_asks_why_and_keeps_what_was_tapped(held, client_for, actor):
    begins(held, utc_now() - BEGAN_EARLY)
    site, entry = client_for(held.trainer), entries(held)["Zawadi Sampuli"]
    slot = held.row.register.slots[0].public_id
    session = next(one.public_id for one in sessions_of(held.row) if one.slot == slot)
    at = url(held, "attendance", session)
    form = both_groups(site, at) | {f"mark-{entry}": "absent", "action": "close"}
    unsaid = site.post(at, data=form)
    assert unsaid.status_code == 422
    assert "Say why you close it now." in unsaid.text
    assert "The marks are saved. The register is still open." in unsaid.text
    assert [status for status, _version in marks(held)] == ["absent", "present", "present"]
    again = fields(unsaid) | {"action": "close", "early_reason": "The <lights> went out."}
    assert site.post(at, data=again).status_code == 303
    director = client_for(actor("director", name="Neema Mfano"))
    shown = director.get(f"{at}/confirm")
    assert "Reason for closing early: The &lt;lights&gt; went out." in shown.text
    assert "Closed after 0 h 20; planned: 1 h 30." in text_of(shown)


def test_an_account_that_is_not_independent_is_told_so_and_offered_nothing(held, client_for, actor):
    puppet = actor("director", name="Puppet Mfano")
    db.session.add(AccountBacking(account_id=puppet.account_id or 0, by=held.trainer.public_id))
    db.session.commit()
    close_all(held)
    site = client_for(puppet)
    assert to_confirm(puppet) == []
    assert registers_to_confirm(held.row, puppet) == []
    shown = text_of(site.get(url(held, "attendance", "confirm")))
    assert "an account that is not independent of yours did: 4." in shown
    at = url(held, "attendance", sessions(held)[0])
    assert site.get(f"{at}/confirm").location == at
    shown = text_of(site.get(at))
    assert "Your account and the one that closed this register are not independent" in shown
    assert "Somebody else confirms it" in shown
    # Nor is she led to a page that would refuse her; somebody independent is.
    assert f"{at}/confirm" not in site.get(at).text
    director = client_for(actor("director", name="Neema Mfano"))
    assert f"{at}/confirm" in director.get(at).text
    site.post(f"{at}/confirm", data={"seen": "x"})
    assert confirmed(held) == 0


def test_a_reason_for_closing_early_is_kept_when_a_mark_meets_another(held, client_for):
    begins(held, utc_now() - BEGAN_EARLY)
    site, entry = client_for(held.trainer), entries(held)["Zawadi Sampuli"]
    slot = held.row.register.slots[0].public_id
    session = next(one.public_id for one in sessions_of(held.row) if one.slot == slot)
    at = url(held, "attendance", session)
    form = both_groups(site, at)
    # Somebody else marks her meanwhile.
    theirs = Operation(new_public_id(), slot, entry, "late", 0, utc_now())
    apply_marks(held.register, [theirs], held.trainer)
    answer = site.post(at, data=form | {"action": "close", "early_reason": "The hall was needed."})
    assert answer.status_code == 409
    assert fields(answer)["early_reason"] == "The hall was needed."


def test_a_stale_page_of_one_group_closes_no_register_while_the_other_has_no_marks(
    held, client_for
):
    site = client_for(held.trainer)
    at = url(held, "attendance", sessions(held)[0])
    site.post(at, data=fields(site.get(f"{at}?group=A")) | {"action": "rest"})
    stale = all_present(site.get(f"{at}?group=B"))
    enrol(held.workshop, make_person("Lulu Kielelezo", "A"), held.trainer)
    refused = site.post(at, data=stale | {"action": "close", "early_reason": "Rain."})
    assert refused.status_code == 409
    assert "1 person has no mark yet, so the register is still open." in text_of(refused)
    # Who has no mark stands there, what was tapped is kept, and so is what was typed.
    assert set(re.findall(r"(\w+) (?:Sampuli|Kielelezo)", text_of(refused))) == {"Baraka", "Lulu"}
    assert [status for status, _version in marks(held)] == ["present"] * 3
    assert not sessions_of(held.row)[0].closed
    assert site.post(at, data=all_present(refused) | {"action": "close"}).status_code == 303
    assert sessions_of(held.row)[0].closed
    assert [status for status, _version in marks(held)] == ["present"] * 4


def test_a_session_shorter_than_in_the_course_is_not_confirmed_by_the_button_of_its_day(
    held, client_for, actor
):
    first = held.row.register.slots[0]
    first.minutes = 60
    shortened = first.public_id
    db.session.commit()
    close_all(held)
    director = actor("director", name="Neema Mfano")
    site = client_for(director)
    page = url(held, "attendance", "confirm")
    assert "Shorter than in the course: 1 h instead of 1 h 30." in text_of(site.get(page))
    slots = [slot.public_id for slot in held.row.register.slots]
    seen = read_tokens(held.row.register_id, slots, director)
    db.session.rollback()
    site.post(page, data={f"seen-{slot}": token for slot, token in seen.items()})
    left = [one.slot for one in sessions_of(held.row) if not one.confirmed]
    assert left == [shortened]


def next_week(plan: Callable[..., Held]) -> Held:
    """A workshop whose one session is planned for next week; two people are in it."""
    day = local_today() + timedelta(days=7)
    made = plan(minutes=(90,), starts_on=day, ends_on=day)
    for name in ("Zawadi", "Baraka"):
        enrol(made.workshop, make_person(f"{name} Sampuli"), made.trainer)
    return made


def bring_session_forward(made: Held) -> None:
    """To yesterday, by its own page; the workshop has both days."""
    made.row.starts_on = local_today() - timedelta(days=1)
    db.session.commit()
    (one,) = sessions_of(made.row)
    moved = SessionDetails(one.title, one.starts_at - timedelta(days=8), 90)
    change_session(made.workshop, one.public_id, moved, made.row_version, made.trainer)


def bring_workshop_forward(made: Held, *, anew: bool = False) -> None:
    """The whole workshop to yesterday."""
    day = local_today() - timedelta(days=1)
    given = details(starts_on=day, ends_on=day)
    change_workshop(made.workshop, given, made.row_version, made.trainer, anew=anew)


@pytest.mark.parametrize(
    "bring_forward",
    [
        bring_session_forward,
        bring_workshop_forward,
        lambda made: bring_workshop_forward(made, anew=True),
    ],
    ids=["session", "workshop", "laid_out_anew"],
)
def test_a_session_of_next_week_that_was_moved_to_yesterday_is_looked_at_singly(
    plan, client_for, actor, bring_forward
):
    made = next_week(plan)
    planned = sessions_of(made.row)[0].starts_at + timedelta(minutes=90)
    db.session.rollback()
    bring_forward(made)
    close_all(made)
    director = actor("director", name="Neema Mfano")
    (one,) = registers_to_confirm(made.row, director)
    assert one.oddities == (Oddity.BROUGHT_FORWARD,)
    site, page = client_for(director), url(made, "attendance", "confirm")
    wanted = (
        "Moved at short notice, and closed before it would have ended as planned:"
        f" {moment_text(planned)}."
    )
    assert wanted in text_of(site.get(page))
    seen = read_tokens(made.row.register_id, [one.slot], director)
    db.session.rollback()
    site.post(page, data={f"seen-{one.slot}": seen[one.slot]})
    assert confirmed(made) == 0
    # Looked at by itself, with the warning, it can be confirmed.
    single = site.get(url(made, "attendance", one.public_id, "confirm"))
    assert wanted in text_of(single)
    site.post(url(made, "attendance", one.public_id, "confirm"), data=fields(single))
    assert confirmed(made) == 1


def test_a_plan_that_is_changed_in_time_or_put_back_says_nothing(plan):
    made = next_week(plan)
    made.row.starts_on = local_today()
    db.session.commit()
    (one,) = sessions_of(made.row)
    for days, remembered in ((-3, False), (-7, True), (0, False)):
        moved = SessionDetails(one.title, one.starts_at + timedelta(days=days), 90)
        change_session(made.workshop, one.public_id, moved, made.row_version, made.trainer)
        db.session.rollback()
        (slot,) = made.row.register.slots
        assert (slot.planned_end is not None) is remembered
        db.session.rollback()


@pytest.fixture
def eight(plan):
    """Eight sessions over two days, all closed; in the second and the sixth all were present."""
    made = plan(minutes=(90,) * 8)
    for name in ("Zawadi", "Baraka", "Faraja"):
        enrol(made.workshop, make_person(f"{name} Sampuli"), made.trainer)
    close_all(made, everybody=(1, 5))
    return made


def text_of_markup(markup: str) -> str:
    return re.sub(r"<[^>]+>", " ", markup)


class Clicking:
    """Somebody who presses links and buttons; each is counted."""

    def __init__(self, site: FlaskClient, at: str) -> None:
        self.site, self.clicks = site, 0
        self.answer = site.get(at)

    def follow(self, words: str) -> None:
        links = re.findall(r'<a [^>]*href="([^"]+)"[^>]*>(.*?)</a>', self.answer.text, re.DOTALL)
        self._go(self.site.get(next(href for href, inner in links if words in inner)))

    def press(self, words: str) -> None:
        """Send the form whose button says this, as it stands."""
        forms = re.findall(
            r'<form[^>]*action="([^"]+)"[^>]*>(.*?)</form>', self.answer.text, re.DOTALL
        )
        action, inner = next((action, inner) for action, inner in forms if words in inner)
        hidden = re.findall(r'<input type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"', inner)
        self._go(self.site.post(action, data=dict(hidden)))

    def _go(self, answer: Any) -> None:
        self.clicks += 1
        while answer.status_code == 303:
            answer = self.site.get(answer.location)
        assert answer.status_code == 200, answer.text
        self.answer = answer


def test_eight_registers_are_confirmed_in_six_clicks_with_exceptions_one_by_one(
    eight, client_for, actor
):
    at = Clicking(client_for(actor("director", name="Neema Mfano")), "/")
    at.follow("Look and confirm")
    assert at.answer.text.index("To look at one by one") < at.answer.text.index("I have read them")
    assert text_of(at.answer).count("Everybody was marked as being there in one moment") == 2
    at.follow("Begin with the first")
    at.press("Confirm, then the next")
    assert confirmed(eight) == 1
    # The next exception stands there at once, without going back to a list.
    assert "Everybody was marked as being there in one moment" in text_of(at.answer)
    at.press("Confirm, then the next")
    at.press("I have read them")
    assert confirmed(eight) == 8
    assert at.clicks == 5


def test_a_day_is_confirmed_only_with_registers_that_were_read(eight, client_for, actor):
    director = client_for(actor("director", name="Neema Mfano"))
    page = url(eight, "attendance", "confirm")
    slots = [slot.public_id for slot in eight.row.register.slots]
    # Whoever never opened the page confirms nothing, nor with words of her own.
    director.post(page, data={f"seen-{slot}": "read" for slot in slots})
    assert confirmed(eight) == 0
    shown = director.get(page)
    assert "Present: 2 of 3." in text_of(shown)
    read = {key: value for key, value in fields(shown).items() if key.startswith("seen-")}
    assert len(read) == 6
    # What was opened again meanwhile is left, and told.
    reopen_slot(eight.register, slots[0], eight.trainer)
    director.post(page, data=read)
    assert confirmed(eight) == 5
    assert "Not confirmed: 1." in text_of(director.get(page))


def test_going_through_registers_one_by_one_leads_from_each_to_the_next(eight, client_for, actor):
    at = Clicking(
        client_for(actor("director", name="Neema Mfano")), url(eight, "attendance", "confirm")
    )
    at.follow("Session 1")
    for number in (3, 4, 5, 7):
        at.press("Confirm, then the next")
        assert re.search(rf"<h1>\s*Session {number}\s*</h1>", at.answer.text)
    at.follow("Leave it, show the next")
    assert confirmed(eight) == 4
    assert "Session 8" in at.answer.text


def test_the_page_of_confirming_asks_as_much_for_one_register_as_for_three(
    plan, client_for, actor, count_queries
):
    site, asked = client_for(actor("director")), []
    for number in (1, 3):
        made = plan(minutes=(60,) * number)
        for name in ("Zawadi", "Baraka"):
            enrol(made.workshop, make_person(f"{name} {number}"), made.trainer)
        close_all(made)
        page = url(made, "attendance", "confirm")
        site.get(page)
        with count_queries() as counted:
            assert site.get(page).status_code == 200
        asked.append(counted.count)
    assert asked[0] == asked[1]


@pytest.mark.parametrize("single", [False, True])
def test_registers_to_confirm_name_one_group_and_show_the_marks_of_the_other_by_code(
    held, client_for, actor, single
):
    close_all(held)
    codes = codes_of(held.row.register_id)
    of = {name: codes[entry] for name, entry in entries(held).items()}
    db.session.rollback()
    site = client_for(actor("director", name="Neema Mfano"))
    at = url(held, "attendance", *([sessions(held)[0]] if single else []), "confirm")
    for letter, names in (("A", {"Baraka Sampuli"}), ("B", {"Zawadi Sampuli", "Faraja Sampuli"})):
        page = site.get(f"{at}?group={letter}").text.partition("<main")[2]
        assert set(re.findall(r"\w+ Sampuli", page)) == names
        assert not re.search("Community|Police", page)
        # Whoever confirms has the marks of everybody before her.
        for table in re.findall("<tbody.*?</tbody>", page, re.DOTALL):
            read = re.findall(r"\b[AB]\d+\b", text_of_markup(table))
            assert set(read) == set(of.values())
            assert table.count("<tr") == 3


def test_the_group_on_the_screen_stays_from_one_register_to_the_next(held, client_for, actor):
    close_all(held)
    site = client_for(actor("director", name="Neema Mfano"))
    at = url(held, "attendance", sessions(held)[0], "confirm")
    shown = site.get(f"{at}?group=B")
    onwards = site.post(at, data=fields(shown)).location
    assert onwards == url(held, "attendance", sessions(held)[1], "confirm?group=B")
    page = url(held, "attendance", "confirm")
    reopen_slot(held.register, held.row.register.slots[1].public_id, held.trainer)
    stale = site.post(page, data={"group": "B", "seen-x": "y"})
    assert stale.location == f"{page}?group=B"
