"""Whatever is typed into a form: an answer in a sentence, never a failure, and what was typed still
stands in it."""

import html
import re
import sqlite3
from collections import Counter
from contextlib import closing

import pytest
from werkzeug.test import TestResponse

from kash.platform.web.taking import offered_by
from tests.refusals import keep_error_pages
from tests.stored import compare_stored

from .forms_found import FoundForm, address_of, every_field, look_at_pages, who_may
from .hostile import HOSTILE, HUGE, SCRIPT, by_turns, fault_of, third_of
from .programme import World
from .table import PLACES, room_of


@pytest.fixture(scope="module")
def pages(world):
    return look_at_pages(world)


@pytest.fixture(scope="module")
def forms(pages):
    return pages[0]


def test_no_page_has_the_browser_keep_or_correct_what_is_typed(pages):
    """A closed browser's profile is read by whoever takes the phone."""
    assert pages[1] == {}


def test_every_kind_of_form_was_found(world, forms):
    """Each form page of the table shows a form; what is posted without one is a script's."""
    shown = {form.endpoint for form in forms}
    # What is posted to a list takes it away as a table, where there are rows.
    lists = {name for name, view in world.app.view_functions.items() if offered_by(view)}
    both = {endpoint for endpoint, place in PLACES.items() if place.get and place.post} - lists
    elsewhere = {
        # Shown only before there is a programme, after a password, or with a closed account.
        "desk.set_up", "accounts.second_step", "accounts.reactivate",
        # Shown only once certificates are issued to somebody who agreed to messages.
        "certificates.send_links",
        # Shown only while the vault is closed, or to whoever has no keys.
        "members.open_vault", "members.keys", "members.begin",
        # Shown only while something was answered or shredded that its asker has not seen.
        "incidents.seconds_list",
        # Shown only while a case is the actor's own.
        "incidents.hand_over",
        # Shown only while the key of an account that was locked at once is held back.
        "members.give_back",
        # Shown only where somebody has agreed to it, and once the case is closed.
        "incidents.case_file", "incidents.give_account", "incidents.shred",
        # Shown only with the code of a form that is open, or with a link.
        "evaluations.answer", "answers.answer", "invitations.station",
        "invitations.sign_up",
        # Shown only once another workshop, a kind of question, or a year was chosen.
        "workshops.copy_people", "assessments.add", "releases.new_plan",
        # Shown only where something was accepted that nobody touched since.
        "quarters.take_back",
        # Shown only where no tie waits, and where a connection of programs is on.
        "funders.account", "api.ask",
        # Shown only of somebody for whom nobody asked yet.
        "people.erase",
        # A script's, which sends what is typed while it is typed.
        "forums.live",
        # Shown only to a second person who stands behind nobody concerned.
        "accounts.request",
    }  # fmt: skip
    assert both - shown <= elsewhere


@pytest.mark.parametrize("called", sorted(HOSTILE))
def test_no_form_breaks_and_nothing_typed_is_lost(called, world, forms, pytestconfig):
    """The same bad text in every field of a form that takes text: for each kind of field the first
    form that has it, those of most kinds first; of the first of a room a third, and of the others
    those whose turn it is."""
    bad = HOSTILE[called]
    wrong: list[str] = []
    answers: list[str] = []
    seen: set[tuple[str, str]] = set()
    seen_anywhere: set[str] = set()

    def kinds_of(form: FoundForm) -> set[tuple[str, str]]:
        return {(room_of(form.endpoint), one.kind) for one in form.fields if one.typed}

    def has_its_turn(form: FoundForm) -> bool:
        kinds = kinds_of(form)
        if {kind for _room, kind in kinds} - seen_anywhere:
            return True
        if kinds - seen:
            return called in third_of([*HOSTILE], str(form))
        return called in by_turns([*HOSTILE], str(form), 2)

    for form in sorted(forms, key=lambda form: -len(kinds_of(form))):
        typed = [one for one in form.fields if one.typed]
        if not typed:
            continue
        has_turn = has_its_turn(form)
        seen |= kinds_of(form)
        seen_anywhere |= {kind for _room, kind in seen}
        if not has_turn:
            continue
        sent = form.filled(**{one.name: bad for one in typed})
        answer = world.browser(form.role).post(form.address, data=_pairs(sent))
        answers.append(f"{form}: {called} {answer.status_code}")
        fault = fault_of(answer) or _lost(answer, form, bad)
        if fault:
            wrong.append(f"{form}: {fault}")
        if world.written():
            world.put_back()
    assert wrong == [], "\n".join(wrong)
    compare_stored(pytestconfig, "hostile_forms", answers, lambda line: f": {called} " in line)


def hold_key_back(world: World) -> None:
    """As after locking the account of the last who opens something."""
    with closing(sqlite3.connect(world.database)) as live:
        live.execute("UPDATE vault_member SET withheld_at = '2026-11-20 09:00:00.000000'")
        live.commit()


def test_what_is_posted_without_a_form_on_these_pages_breaks_nothing(world, forms):
    """To whatever shows its form only while something stands so, or takes what a script sends:
    the same bad text under the name of every field that there is."""
    shown, names = {form.endpoint for form in forms}, every_field()
    wrong: list[str] = []
    for endpoint, place in PLACES.items():
        if not place.post or endpoint in shown:
            continue
        role = who_may(place.post)
        address, browser = address_of(world, endpoint, role), world.browser(role)
        for called in by_turns([*HOSTILE], endpoint, 3):
            if endpoint == "members.give_back":
                hold_key_back(world)
            answer = browser.post(address, data=dict.fromkeys(names, HOSTILE[called][:2000]))
            if fault := fault_of(answer):
                wrong.append(f"{endpoint} as {role}, {called}: {fault}")
            if world.written():
                world.put_back()
    assert wrong == [], "\n".join(wrong)


def test_a_key_that_is_held_back_is_given_back_by_its_form_alone(world):
    """The sweeps reach its form, which is there only then."""
    role = who_may(PLACES["members.give_back"].post)
    address, browser = address_of(world, "members.give_back", role), world.browser(role)
    assert "Give it back" not in browser.get(address).text
    hold_key_back(world)
    assert "Give it back" in browser.get(address).text
    before = world.contents()
    assert browser.post(address, data={"anything": SCRIPT}).status_code == 303
    assert world.contents() != before
    world.put_back()


_NUMBER_OR_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{16}|[0-9]+")
_MOST_ALIKE = 2


def _pairs(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value)
    return sent


def _lost(answer: TestResponse, form: FoundForm, bad: str) -> str:
    """Whether a form came back without what was typed."""
    if answer.status_code != 422 or not bad.strip():
        return ""
    fields = {one.name for one in form.fields if one.typed}
    body = html.unescape(answer.text)
    kept = bad.strip()
    return "" if kept in body else f"lost what was typed into {', '.join(sorted(fields))}"


def test_each_field_alone_may_be_wrong(world, forms):
    """All as the page had it but one field, which also may be one that offers only choices.

    Fields of one room that are called alike, but for numbers and ids, are read by the same code:
    after two choices, and one that is typed, the others would say nothing new.
    """
    wrong: list[str] = []
    values = [SCRIPT, "-1", "9" * 40, HUGE, "2026-02-31", "0000000000000000", "\u202eevil"]
    turn = 0
    asked: Counter[tuple[str, str]] = Counter()
    for form in forms:
        typed = {one.name for one in form.fields if one.typed}
        for name in sorted({one.name for one in form.fields}):
            like = (room_of(form.endpoint), _NUMBER_OR_ID.sub("#", name))
            # What is typed is wrong in several ways above, too.
            if asked[like] >= (1 if name in typed else _MOST_ALIKE):
                continue
            asked[like] += 1
            turn += 1
            bad = values[turn % len(values)]
            sent = _pairs(form.filled(**{name: bad}))
            answer = world.browser(form.role).post(form.address, data=sent)
            fault = fault_of(answer)
            if fault:
                wrong.append(f"{form}, {name} = {bad[:30]}: {fault}")
            if world.written():
                world.put_back()
    assert wrong == [], "\n".join(wrong)


def test_sending_twice_and_going_back_breaks_nothing(world, forms):
    """Each form as the page had it, twice: the second time it is old, unless the first time wrote
    nothing and would only be repeated."""
    wrong: list[str] = []
    for form in forms:
        filled = {
            one.name: "2026-11-20" if one.kind == "date" else "Something"
            for one in form.fields
            if one.typed and not one.value
        }
        browser = world.browser(form.role)
        for time in ("once", "twice"):
            answer = browser.post(form.address, data=_pairs(form.filled(**filled)))
            fault = fault_of(answer)
            if fault:
                wrong.append(f"{form}, {time}: {fault}")
            if not world.written():
                break
        else:
            world.put_back()
    assert wrong == [], "\n".join(wrong)


_WITHOUT_SESSION = {
    "certificates.verify", "evaluations.answer", "answers.answer", "invitations.station",
    "invitations.station_out", "invitations.sign_up", "near.receipt",
    # A mail program stops messages by one post, and a gateway reports by its secret path.
    "notices.stop_now", "notices.stopped", "notices.report",
    # A program shows its token, and no session counts.
    "api_v1.mark_attendance",
}  # fmt: skip


def test_nothing_is_posted_without_its_token(world, forms, monkeypatch):
    """From another site, or with a token of another session: refused, and nothing changes."""
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
    keep_error_pages({}, monkeypatch)
    wrong: list[str] = []
    for endpoint, place in PLACES.items():
        if not place.post or endpoint in _WITHOUT_SESSION:
            # Whoever checks a certificate, or answers, has no session and so no token.
            continue
        role = who_may(place.post)
        address = address_of(world, endpoint, role)
        forged = ({"csrf_token": "x"}, {"csrf_token": "ImZvcmdlZCI.aaaa.bbbb"})
        for sent in ({}, *by_turns(forged, endpoint, 1)):
            answer = world.browser(role).post(address, data=sent)
            if answer.status_code != 400 or fault_of(answer):
                wrong.append(f"{endpoint} with {sent}: {answer.status_code} {fault_of(answer)}")
        if world.changed():
            wrong.append(f"{endpoint} changed something")
            world.put_back()
    assert wrong == [], "\n".join(wrong)
