"""Pages of forums: what stands on them, and whose names must not."""

import io
import re
import subprocess
from datetime import timedelta
from html import unescape
from typing import Any

import pikepdf
import pytest
from sqlalchemy import select, update

from kash.attendance.models import Mark
from kash.attendance.queries.registers import slot_sheet
from kash.forums.models import Action, AgendaItem, Forum, ForumMember, Meeting
from kash.forums.queries.meetings import minutes_of, number_of, slot_of
from kash.forums.rules.merging import TypedMinutesRow
from kash.forums.services.agenda import add_item
from kash.forums.services.meetings import hold_meeting
from kash.forums.services.minutes import close_action, write_item
from kash.forums.services.presence import add_member, open_forum
from kash.people.models import Person
from kash.platform.database import db, utc_now
from kash.platform.vault import head_code
from kash.platform.web.formats import local_today
from tests.forums.conftest import HIDDEN, NAMES, Series, nairobi

HOSTILE = "<script>alert(1)</script> {{ 7 * 7 }} ' \" \u202e %s"


def _row(kind: Any, public_id: str) -> Any:
    db.session.rollback()
    return db.session.scalar(select(kind).where(kind.public_id == public_id))


def _text(body: str) -> str:
    """What a person reads of a page."""
    kept = re.sub(r"(?s)<(script|style|svg)\b.*?</\1>", " ", body)
    return " ".join(unescape(re.sub(r"(?s)<[^>]+>", " ", kept)).split())


@pytest.fixture
def secretary(series, client_for):
    return client_for(series.secretary)


@pytest.fixture
def held(series):
    """A meeting that is over, with an action for each member; its id and that of its item."""
    meeting = series.plan(utc_now() - timedelta(days=2), place="Hall")
    item = add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    write_item(
        series.forum,
        meeting,
        item,
        minute="Rooms were talked about.",
        decisions=[TypedMinutesRow("", "Book early")],
        actions=[
            TypedMinutesRow("", f"Task of {appears}", member)
            for appears, member in series.members.items()
        ],
        row_version=1,
        by=series.secretary,
    )
    hold_meeting(series.forum, meeting, by=series.secretary)
    return meeting, item


def _addresses(series: Series, meeting: str, item: str) -> list[str]:
    base = f"/forums/{series.forum}"
    of_meeting = f"{base}/meetings/{meeting}"
    member = series.members["name"]
    return [
        "/forums/",
        "/forums/new",
        base,
        f"{base}/edit",
        f"{base}/members/new",
        f"{base}/members/{member}",
        f"{base}/members/{member}/leave",
        f"{base}/meetings/new",
        of_meeting,
        f"{of_meeting}/edit",
        f"{of_meeting}/cancel",
        f"{of_meeting}/hold",
        f"{of_meeting}/agenda",
        f"{of_meeting}/items/{item}",
        f"{of_meeting}/items/{item}/title",
        f"{of_meeting}/items/{item}/remove",
        f"{of_meeting}/attendance",
        f"{of_meeting}/attendance/guests",
        f"{base}/actions",
        f"{base}/actions?state=all",
    ]


def test_every_page_opens_for_the_secretary(secretary, series, held):
    for address in _addresses(series, *held):
        answer = secretary.get(address)
        assert (address, answer.status_code) == (address, 200)
        assert "<title>Programme</title>" in answer.text
        assert 'style="' not in answer.text


@pytest.mark.parametrize("role", ["peer", "police_peer"])
def test_a_member_reads_others_only_as_they_chose(series, held, actor, client_for, role):
    own = "counted" if role == "peer" else "office"
    browser = client_for(actor(role, person_id=series.person_ids[own]))
    meeting, _item = held
    bodies = {}
    for address in (
        "/",
        "/forums/",
        f"/forums/{series.forum}",
        f"/forums/{series.forum}/meetings/{meeting}",
        f"/forums/{series.forum}/actions?state=all",
    ):
        answer = browser.get(address)
        assert (address, answer.status_code) == (address, 200)
        bodies[address] = answer.text
        for name in HIDDEN:
            assert name not in answer.text or name == NAMES[own]
        for word in ("Police", "Community", "Tumaini Katibu"):
            assert word not in answer.text
    minutes = _text(bodies[f"/forums/{series.forum}/meetings/{meeting}"])
    assert "Rooms were talked about." in minutes
    assert "Task of alias Nyota" in minutes
    assert "Task of name Zawadi Kielelezo" in minutes
    assert f"Task of {own} You" in minutes


def test_a_stranger_reaches_nothing(series, held, sign_in, person):
    _public_id, key = person("Mgeni Mwingine")
    stranger = sign_in("peer", person_id=key)
    administrator = sign_in("administrator")
    for address in _addresses(series, *held)[2:]:
        answer = stranger.get(address)
        assert answer.status_code in (403, 404), address
        assert administrator.get(address).status_code == 403
        for name in (*NAMES.values(), "Monthly review", "Rooms", "Nyota"):
            assert name not in answer.text
    assert "Monthly review" not in stranger.get("/forums/").text
    assert stranger.get(f"/forums/{series.forum}/meetings/{held[0]}/minutes.pdf").status_code == 404


def test_who_only_sees_a_forum_changes_nothing(series, held, sign_in):
    """Another trainer reads it all and is refused every change."""
    meeting, item = held
    other = sign_in("trainer")
    assert other.get(f"/forums/{series.forum}").status_code == 200
    base = f"/forums/{series.forum}/meetings/{meeting}"
    for address in (
        f"/forums/{series.forum}/edit",
        f"/forums/{series.forum}/members/{series.members['name']}",
        f"/forums/{series.forum}/members/{series.members['name']}/leave",
        f"{base}/items/{item}",
        f"{base}/agenda",
        f"{base}/attendance",
        f"{base}/hold",
    ):
        assert other.post(address, data={"minute": "x"}).status_code == 403
    for address in (f"{base}/agenda/order", f"{base}/attendance/reopen"):
        assert other.post(address).status_code == 403


def test_until_it_is_held_members_see_the_agenda_only(series, actor, client_for, secretary):
    meeting = series.plan()
    item = add_item(series.forum, meeting, title="Keys", by=series.secretary)
    write_item(
        series.forum,
        meeting,
        item,
        minute="Half a sentence",
        actions=[
            TypedMinutesRow("", "Not yet agreed", series.members["name"]),
            TypedMinutesRow("", "Mine to do", series.members["alias"]),
        ],
        row_version=1,
        by=series.secretary,
    )
    member = client_for(actor("peer", person_id=series.person_ids["alias"]))
    address = f"/forums/{series.forum}/meetings/{meeting}"
    body = member.get(address).text
    assert ("Keys" in body, "Half a sentence" in body) == (True, False)
    assert "Half a sentence" in secretary.get(address).text
    for listed in (f"/forums/{series.forum}", f"/forums/{series.forum}/actions?state=all"):
        body = member.get(listed).text
        assert ("Mine to do" in body, "Not yet agreed" in body) == (True, False)
        assert "Not yet agreed" in secretary.get(listed).text
    assert member.get(f"{address}/minutes.pdf").status_code == 404
    # Nor does the agenda of the meeting after it tell what is only being written.
    after = series.plan(utc_now() + timedelta(days=8))
    listed = f"/forums/{series.forum}/meetings/{after}"
    body = member.get(listed).text
    assert ("Mine to do" in body, "Not yet agreed" in body) == (True, False)
    assert "Not yet agreed" in secretary.get(listed).text


def test_a_forum_is_opened_and_joined_without_a_name_in_an_address(sign_in, person):
    public_id, _key = person("Zuhura Mpya")
    browser = sign_in("trainer")
    opened = browser.post("/forums/new", data={"name": "Station heads"})
    assert opened.status_code == 303
    base = opened.location
    found = browser.post(f"{base}/members/new", data={"search": "zuhura"})
    assert found.status_code == 200
    assert f'name="people" value="{public_id}"' in found.text
    added = browser.post(f"{base}/members/new", data={"people": public_id, "step": "add"})
    assert added.status_code == 303
    assert "Zuhura" not in added.location
    chosen = browser.post(added.location, data={"appears": "alias", "shown_as": ""})
    assert chosen.status_code == 422
    assert "Write how this member appears." in chosen.text
    assert (
        browser.post(added.location, data={"appears": "alias", "shown_as": "Mto"}).status_code
        == 303
    )
    assert db.session.scalars(select(ForumMember.shown_as)).all() == ["Mto"]
    twice = browser.post("/forums/new", data={"name": "Station heads"})
    assert (twice.status_code, "Choose another name" in twice.text) == (422, True)


def test_four_members_are_found_together_ticked_and_added_on_five_pages(secretary, series, person):
    """One by one it took sixteen pages. Who was ticked stays so while one looks for the next."""
    ids = {name: person(name)[0] for name in ("Zuhura Moja", "Amani Mbili", "Tatu Njeri", "Nne O")}
    base = f"/forums/{series.forum}"
    before = set(db.session.scalars(select(ForumMember.public_id)))
    assert f'href="{base}/members/new"' in secretary.get(base).text
    assert secretary.get(f"{base}/members/new").status_code == 200
    found = secretary.post(f"{base}/members/new", data={"search": "zuhura, amani; tatu"}).text
    offered = re.findall(r'name="people" value="(\w+)"', found)
    assert offered == [ids["Zuhura Moja"], ids["Amani Mbili"], ids["Tatu Njeri"]]
    more = secretary.post(f"{base}/members/new", data={"search": "nne", "people": offered}).text
    assert re.findall(r'value="(\w+)" checked', more) == [
        ids["Amani Mbili"],
        ids["Tatu Njeri"],
        ids["Zuhura Moja"],
    ]
    added = secretary.post(
        f"{base}/members/new", data={"people": list(ids.values()), "step": "add"}
    )
    assert added.location == base
    assert "Added: 4." in secretary.get(base).text
    db.session.rollback()
    new = db.session.scalars(select(ForumMember).where(ForumMember.public_id.not_in(before))).all()
    assert {one.person.public_id for one in new} == set(ids.values())
    assert {one.appears for one in new} == {"counted"}


def test_nobody_is_added_by_an_empty_tick_or_twice(secretary, series):
    base = f"/forums/{series.forum}"
    nobody = secretary.post(f"{base}/members/new", data={"step": "add"})
    assert (nobody.status_code, "Tick somebody first." in nobody.text) == (422, True)
    gone = secretary.post(f"{base}/members/new", data={"step": "add", "people": "0123456789abcdef"})
    assert gone.status_code == 404
    known = {"step": "add", "people": series.people["name"]}
    assert secretary.post(f"{base}/members/new", data=known).location == base
    assert "is a member already" in secretary.get(base).text


def test_who_has_an_account_is_offered_with_group_and_role_to_whoever_sees_accounts(
    sign_in, secretary, series, actor, person
):
    public_id, key = person("Zuhura Mpya")
    actor("peer", person_id=key)
    address = f"/forums/{series.forum}/members/new"
    offered = sign_in("director").get(address).text
    assert f'name="people" value="{public_id}"' in offered
    assert "Peer educator" in offered
    assert public_id not in secretary.get(address).text


def test_members_are_sought_one_group_at_a_time_and_no_tick_is_lost_by_turning(
    sign_in, series, actor, person
):
    ids = {}
    for name, group in (("Zuhura Afisa", 0), ("Zuhura Dada", 1), ("Zuhura Shangazi", 1)):
        ids[name], key = person(name, group)
        actor("peer", person_id=key)
    officer, sister, aunt = ids.values()
    browser, address = sign_in("director"), f"/forums/{series.forum}/members/new"

    def stands(data: dict[str, object] | None = None) -> tuple[set[str], set[str], set[str]]:
        """The names on the screen, who is ticked there, and who goes along unseen."""
        answer = browser.get(address) if data is None else browser.post(address, data=data)
        assert answer.status_code == 200
        page = answer.text.partition("<main")[2]
        assert not re.search("Police|Community", page)
        return (
            set(re.findall(r"Zuhura \w+", page)),
            set(re.findall(r'name="people" value="(\w+)" checked', page)),
            set(re.findall(r'type="hidden" name="people" value="(\w+)"', page)),
        )

    # Those with an account, without a search; and those found.
    for search in ("", "zuhura"):
        given = {"search": search}
        assert stands({**given, "group": "A"}) == ({"Zuhura Afisa"}, set(), set())
        turned = {**given, "shown": "A", "people": [officer], "group": "B"}
        assert stands(turned) == ({"Zuhura Dada", "Zuhura Shangazi"}, set(), {officer})
        back = {**given, "shown": "B", "people": [officer, aunt], "group": "A"}
        assert stands(back) == ({"Zuhura Afisa"}, {officer}, {aunt})
    # A search shows the group in which somebody was found.
    found = {"search": "shangazi", "shown": "A", "people": [officer]}
    assert stands(found) == ({"Zuhura Shangazi"}, set(), {officer})
    assert stands()[0] == {"Zuhura Afisa"}
    assert sister not in stands()[2]


def test_minors_are_flagged_where_members_and_guests_are_found_and_in_the_register(
    secretary, series, held, person
):
    young, _key = person("Zuhura Mdogo")
    person("Zuhura Mkubwa")
    _row(Person, young).minor = True
    db.session.commit()
    base = f"/forums/{series.forum}"
    register = f"{base}/meetings/{held[0]}/attendance"
    for address in (f"{base}/members/new", f"{register}/guests"):
        page = secretary.post(address, data={"search": "zuhura"}).text
        flagged = [row for row in page.split("<li>") if "Under 18" in row]
        assert ["Zuhura Mdogo" in row for row in flagged] == [True], address

    def flags() -> int:
        pages = [secretary.get(f"{register}?group={letter}").text for letter in "AB"]
        return sum(page.count("Under 18") for page in pages)

    assert flags() == 0
    secretary.post(f"{register}/guests/{young}")
    assert flags() == 1


def test_two_who_write_at_once_see_both_texts(secretary, series, held):
    meeting, item = held
    address = f"/forums/{series.forum}/meetings/{meeting}/items/{item}"
    row = _row(AgendaItem, item)
    keys = [row.decisions[0].public_id, ""]
    mine = {
        "minute": "My own words",
        "row_version": "1",
        "decision-key": keys,
        "decision-text": ["Book early", "Ask first"],
    }
    refused = secretary.post(address, data=mine)
    text = _text(refused.text)
    assert refused.status_code == 409
    for kept in ("My own words", "Rooms were talked about.", "Ask first", "Tumaini Katibu"):
        assert kept in text
    assert 'name="row_version" type="hidden" value="2"' in refused.text
    assert _row(AgendaItem, item).minute == "Rooms were talked about."
    saved = secretary.post(address, data=mine | {"row_version": "2"})
    assert saved.status_code == 303
    row = _row(AgendaItem, item)
    assert row.minute == "My own words"
    assert [each.text for each in row.decisions] == ["Book early", "Ask first"]
    assert len(row.actions) == len(NAMES)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"minute": "x" * 20_001}, "Use at most 20000 characters."),
        ({"decision-key": [""], "decision-text": ["x" * 2_001]}, "Use at most 2000 characters."),
        (
            {
                "action-key": [""],
                "action-text": ["Go"],
                "action-owner": ["somebody"],
                "action-due": [""],
            },
            "Choose a member from the list.",
        ),
        (
            {
                "action-key": [""],
                "action-text": ["Go"],
                "action-owner": [""],
                "action-due": ["31 February"],
            },
            "This is not a day.",
        ),
        (
            {
                "action-key": [""],
                "action-text": [""],
                "action-owner": [""],
                "action-due": ["2026-12-01"],
            },
            "Write what is to be done.",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    secretary, series, held, given, sentence
):
    meeting, item = held
    answer = secretary.post(
        f"/forums/{series.forum}/meetings/{meeting}/items/{item}",
        data={"minute": "Kept as typed", "row_version": "2"} | given,
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert given.get("minute", "Kept as typed") in answer.text
    assert _row(AgendaItem, item).row_version == 2


def test_hostile_text_is_shown_as_text(secretary, series, held):
    meeting, item = held
    base = f"/forums/{series.forum}/meetings/{meeting}"
    secretary.post(
        f"{base}/items/{item}",
        data={
            "minute": HOSTILE,
            "row_version": "2",
            "decision-key": [""],
            "decision-text": [HOSTILE],
        },
    )
    secretary.post(f"{base}/agenda", data={"title": HOSTILE})
    for address in (base, f"{base}/agenda", f"{base}/items/{item}"):
        body = secretary.get(address).text
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert(1)" in body
        assert "{{ 7 * 7 }}" in body
    paper = secretary.get(f"{base}/minutes.pdf")
    assert paper.status_code == 200
    assert "alert(1)" in _paper(paper.data)


def test_no_input_breaks_a_page(secretary, series, held):
    meeting, item = held
    names = ("name", "secretary", "appears", "shown_as", "day", "time", "place", "row_version")
    names += ("reason", "title", "state", "outcome", "search", "up", "down", "order", "minute")
    for value in ("", "x" * 30_000, HOSTILE, "0", "-1", "9" * 40, "2026-02-31", "é"):
        data = dict.fromkeys(names, value)
        for address in _addresses(series, meeting, item):
            if address.endswith(("/leave", "/remove", "/hold")):
                continue
            answer = secretary.post(address, data=data)
            assert answer.status_code < 500, (address, value[:20])
    for address in _addresses(series, meeting, item):
        assert secretary.post(address, data={"name": "a\x00b"}).status_code in (400, 405)
        wrong = address.replace(series.forum, "0" * 16)
        if wrong != address:
            assert secretary.get(wrong).status_code == 404


def test_back_and_again_changes_nothing_twice(secretary, series):
    meeting = series.plan(utc_now() - timedelta(hours=1))
    base = f"/forums/{series.forum}/meetings/{meeting}"
    assert secretary.post(f"{base}/hold").status_code == 303
    again = secretary.post(f"{base}/hold")
    assert (again.status_code, "held or cancelled" in again.text) == (409, True)
    assert secretary.post(f"{base}/cancel", data={"reason": "Rain"}).status_code == 409
    assert _row(Meeting, meeting).state == "held"


def test_the_register_is_marked_by_group_and_once(secretary, series):
    meeting = series.plan(utc_now() - timedelta(hours=1))
    address = f"/forums/{series.forum}/meetings/{meeting}/attendance"
    pages = {letter: secretary.get(f"{address}?group={letter}").text for letter in "AB"}
    # Nobody who looks over a shoulder reads the names of the other group.
    assert ["Baraka Afisa" in page for page in pages.values()] == [True, False]
    for page in pages.values():
        assert "Close register" not in page
    body = "".join(pages.values())
    entries = re.findall(r'name="mark-(\w+)" value="present" checked', body)
    assert len(entries) == len(NAMES)
    page_key = re.search(r'name="page" value="(\w+)"', body)
    assert page_key is not None
    sent = {"page": page_key[1], "action": "save"}
    for place, entry in enumerate(entries):
        sent |= {f"mark-{entry}": "apology" if place == 0 else "present", f"seen-{entry}": "0:"}
    for _time in range(2):
        assert secretary.post(address, data=sent).status_code == 303
        db.session.rollback()
        assert sorted(db.session.scalars(select(Mark.status))) == ["apology"] + ["present"] * 3
        assert set(db.session.scalars(select(Mark.version))) == {1}
    other = sent | {"page": "another", f"mark-{entries[1]}": "absent"}
    conflict = secretary.post(address, data=other)
    assert conflict.status_code == 409
    assert "Nothing was overwritten" in conflict.text
    assert "Close register" in secretary.get(address).text
    assert secretary.post(address, data={"action": "close"}).status_code == 303
    assert "The register is closed." in secretary.get(address).text
    assert secretary.post(f"{address}/reopen").status_code == 303
    assert "disabled" not in secretary.get(address).text.split("<form method")[-1]


def _offered(page: str) -> dict[str, str]:
    """What the form of a register would send as it stands, without any button."""
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    return hidden | dict(re.findall(r'name="(mark-\w+)" value="(\w+)" checked', page))


def _standing(meeting: str) -> dict[str, str | None]:
    """The marks of a meeting's register by entry."""
    row = _row(Meeting, meeting)
    sheet = slot_sheet(row.register_id, slot_of(row))
    return {one.entry: one.status for one in sheet.rows}


def test_turning_to_the_other_group_loses_no_tap_and_marks_nobody_by_itself(secretary, series):
    meeting = series.plan(utc_now() - timedelta(hours=1))
    address = f"/forums/{series.forum}/meetings/{meeting}/attendance"
    page = secretary.get(f"{address}?group=B").text
    # The groups are buttons of the form, so that a browser without a script keeps the taps too.
    assert page.count('<form autocomplete="off" method="post" id="register">') == 1
    turning = re.findall(r'<button type="submit" form="register" name="turn_to" value="(\w)"', page)
    assert turning == ["A", "B"]
    assert "?group=A" not in page
    sent = _offered(page)
    tapped = next(name for name in sent if name.startswith("mark-"))
    answer = secretary.post(address, data=sent | {tapped: "absent", "turn_to": "A"})
    assert (answer.status_code, answer.location) == (303, f"{address}?group=A")
    standing = _standing(meeting)
    assert {entry for entry, status in standing.items() if status} == {tapped.split("-")[1]}
    assert standing[tapped.split("-")[1]] == "absent"
    assert f'name="{tapped}" value="absent" checked' in secretary.get(f"{address}?group=B").text


def test_a_register_that_could_not_be_closed_keeps_the_marks_and_does_not_say_saved(
    secretary, series
):
    # The door is open, the meeting has not begun: a page from before it was moved asks to close it.
    meeting = series.plan(utc_now() + timedelta(minutes=10))
    address = f"/forums/{series.forum}/meetings/{meeting}/attendance"
    sent: dict[str, str] = {}
    for letter in "AB":
        sent |= _offered(secretary.get(f"{address}?group={letter}").text)
    answer = secretary.post(address, data=sent | {"action": "close"}, follow_redirects=True)
    shown = _text(answer.text)
    assert "Nobody is present before that." in shown
    assert "Saved." not in shown
    assert "The register is closed." not in shown
    assert set(_standing(meeting).values()) == {"present"}


def test_nobody_marked_is_told_without_a_word_of_success(secretary, series):
    meeting = series.plan(utc_now() - timedelta(hours=1))
    address = f"/forums/{series.forum}/meetings/{meeting}/attendance"
    answer = secretary.post(address, data={"action": "close"}, follow_redirects=True)
    assert "Mark this session first, then close it" in _text(answer.text)
    assert "Saved." not in answer.text


def test_a_stale_page_of_one_group_closes_no_register_of_a_meeting_with_unmarked_people(
    secretary, series
):
    meeting = series.plan(utc_now() - timedelta(hours=1))
    address = f"/forums/{series.forum}/meetings/{meeting}/attendance"
    sent = _offered(secretary.get(f"{address}?group=B").text) | {"action": "close"}
    answer = secretary.post(address, data=sent)
    assert answer.location == f"{address}?group=A"
    shown = _text(secretary.get(answer.location).text)
    assert "1 person has no mark yet, so the register is still open." in shown
    assert "Saved." not in shown
    assert sorted(map(str, _standing(meeting).values())) == ["None"] + ["present"] * 3
    row = _row(Meeting, meeting)
    assert slot_of(row).closed_at is None


def test_the_agenda_moves_with_and_without_script(secretary, series):
    meeting = series.plan()
    base = f"/forums/{series.forum}/meetings/{meeting}/agenda"
    for title in ("One", "Two"):
        assert secretary.post(base, data={"title": title}).status_code == 303
    first, second = (item.public_id for item in _row(Meeting, meeting).items)
    by_script = secretary.post(
        f"{base}/order", data={"order": [second, first]}, headers={"X-Requested-With": "fetch"}
    )
    assert (by_script.status_code, by_script.data) == (204, b"")
    assert [item.title for item in _row(Meeting, meeting).items] == ["Two", "One"]
    assert secretary.post(f"{base}/order", data={"down": second}).status_code == 303
    assert [item.title for item in _row(Meeting, meeting).items] == ["One", "Two"]


def test_matters_arising_that_are_given_time_keep_their_name_in_each_language(secretary, series):
    series.plan()
    meeting = series.plan(utc_now() + timedelta(days=40))
    (item,) = _row(Meeting, meeting).items
    address = f"/forums/{series.forum}/meetings/{meeting}/items/{item.public_id}/title"
    sent = {"title": "Matters arising", "minutes": "20"}
    assert secretary.post(address, data=sent).status_code == 303
    (item,) = _row(Meeting, meeting).items
    assert (item.title, item.minutes) == ("", 20)


def test_whoever_moves_a_meeting_from_an_older_page_reads_what_somebody_else_saved(
    secretary, series
):
    meeting = series.plan(nairobi(2026, 12, 10))
    at = f"/forums/{series.forum}/meetings/{meeting}/edit"
    moved = {"row_version": "1", "day": "2026-12-17", "time": "10:30", "minutes": "120"}
    assert secretary.post(at, data=moved | {"place": "Hall"}).status_code == 303
    older = {"row_version": "1", "day": "2026-12-10", "time": "14:00", "minutes": "120"}
    page = secretary.post(at, data=older | {"place": "Library"})
    assert page.status_code == 409
    said = _text(page.text)
    assert "This is what is saved now: Day: 2026-12-17 Time: 10:30 Place: Hall Take over" in said
    assert 'value="Library"' in page.text
    assert _row(Meeting, meeting).place == "Hall"


def test_an_item_that_is_added_by_two_taps_stands_once_on_the_agenda(secretary, series):
    meeting, other = series.plan(), series.plan(utc_now() + timedelta(days=40))
    agenda = f"/forums/{series.forum}/meetings/{{}}/agenda"
    before = len(_row(Meeting, meeting).items)
    page = secretary.get(agenda.format(meeting)).text
    key = re.search(r'name="key"[^>]* value="(\w{16})"', page)
    assert key is not None
    for _tap in range(2):
        sent = secretary.post(agenda.format(meeting), data={"title": "Rooms", "key": key[1]})
        assert sent.status_code == 303
    assert len(_row(Meeting, meeting).items) == before + 1
    # Nor does the id of one meeting's item find it from another.
    wrong = secretary.post(agenda.format(other), data={"title": "Rooms", "key": key[1]})
    assert wrong.status_code == 404
    secretary.post(agenda.format(meeting), data={"title": "Rooms", "key": "nonsense"})
    assert len(_row(Meeting, meeting).items) == before + 2


def test_a_forum_names_members_of_one_group_at_a_time(secretary, series, person):
    """Its page lies open on the table while both groups sit around it."""
    officer, _key = person("Otieno Afisa", 0)
    add_member(series.forum, officer, by=series.secretary)
    pages = {
        letter: secretary.get(f"/forums/{series.forum}?group={letter}").text for letter in "AB"
    }
    everybody = {*NAMES.values(), "Otieno Afisa"}
    shown = {letter: {name for name in everybody if name in pages[letter]} for letter in "AB"}
    assert "Otieno Afisa" in shown["A"]
    assert shown["A"] & shown["B"] == set()
    assert shown["A"] | shown["B"] == everybody


def test_actions_name_owners_of_one_group_at_a_time(secretary, series, held):
    """Of the others stands how they appear, or their group."""
    forum = f"/forums/{series.forum}"
    officer, member = NAMES["office"], NAMES["counted"]
    for page in (forum, f"{forum}/actions", f"{forum}/meetings/{held[0]}"):
        shown = {
            letter: secretary.get(f"{page}?group={letter}").text.partition("<main")[2]
            for letter in "AB"
        }
        for letter, names in (("A", {officer}), ("B", set(NAMES.values()) - {officer})):
            assert {name for name in NAMES.values() if name in shown[letter]} == names
        assert f'<a href="/people/{series.people["office"]}">{officer}</a>' in shown["A"]
        assert f'<a href="/people/{series.people["counted"]}">{member}</a>' in shown["B"]
        assert "Liaison officer" in shown["B"]
        assert "Nyota" in shown["A"]
        assert "Group B" in shown["A"]


def test_today_names_no_owner(secretary, series, held):
    """Lines of both groups stand there together: the meeting tells whose it is."""
    db.session.execute(update(Action).values(due_on=local_today()))
    db.session.commit()
    today = _text(secretary.get("/").text)
    assert [name for name in NAMES.values() if name in today] == []
    assert "with Group B" in today
    assert "with Liaison officer" in today


def test_guests_are_found_in_one_group_at_a_time(secretary, series, person):
    (officer, _one), (member, _two) = person("Otieno Mgeni", 0), person("Neema Mgeni", 1)
    find = f"/forums/{series.forum}/meetings/{series.plan()}/attendance/guests"
    for letter, name, key in (("A", "Otieno Mgeni", officer), ("B", "Neema Mgeni", member)):
        shown = secretary.post(find, data={"search": "Mgeni", "group": letter}).text
        assert set(re.findall(r"\w+ Mgeni", shown)) == {name}
        assert f'<a href="/people/{key}">{name}</a>' in shown
        assert "Found: 2" in shown


def test_an_owner_says_what_became_of_it(series, held, actor, client_for, secretary):
    member = client_for(actor("peer", person_id=series.person_ids["alias"]))
    own = db.session.scalar(select(Action.public_id).where(Action.text == "Task of alias"))
    other = db.session.scalar(select(Action.public_id).where(Action.text == "Task of name"))
    db.session.rollback()
    base = f"/forums/{series.forum}/actions"
    assert member.get(f"{base}/{other}").status_code == 403
    assert member.post(f"{base}/{other}", data={"state": "done"}).status_code == 403
    assert member.post(f"{base}/{own}", data={"state": "vanished"}).status_code == 422
    saved = member.post(f"{base}/{own}", data={"state": "done", "outcome": "All sent"})
    assert saved.status_code == 303
    assert _row(Action, own).outcome == "All sent"
    assert _row(Action, other).state == "open"
    assert member.post(f"{base}/{own}/reopen").status_code == 403
    # Her sentence goes when it is opened again, so that the page asks first.
    assert "All sent" in secretary.get(f"{base}/{own}/reopen").text


# --- Paper ----------------------------------------------------------------------------------


def _paper(content: bytes) -> str:
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True)
    return " ".join(read.stdout.decode().split())


def test_the_minutes_on_paper(secretary, series, held):
    """Numbers, decisions, owners as they appear, groups as letters, the chain's code."""
    db.session.rollback()
    code = head_code()
    answer = secretary.get(f"/forums/{series.forum}/meetings/{held[0]}/minutes.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    day = number_of(_row(AgendaItem, held[1]), _row(Meeting, held[0])).split("/", 1)[1]
    month, year = day.split("/")
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename=minutes-{year}-{int(month):02}.pdf"
    )
    text = _paper(answer.data)
    for expected in (
        "Minutes: Monthly review",
        f"MIN 1/{day}",
        "Decision 1. Book early",
        "Rooms were talked about.",
        "Zawadi Kielelezo",
        "Nyota",
        "Liaison officer",
        "Group B",
        "Chair",
        "Secretary",
        f"Record {code}",
    ):
        assert expected in text
    for hidden in (*HIDDEN, "Police", "Community", "Tumaini Katibu"):
        assert hidden not in text
    with pikepdf.open(io.BytesIO(answer.data)) as pdf:
        assert str(pdf.docinfo["/Title"]) == f"Minutes {day}"


def test_what_came_up_stands_on_the_next_paper(secretary, series, held):
    action = db.session.scalar(select(Action.public_id).where(Action.text == "Task of alias"))
    close_action(series.forum, action, state="done", outcome="All sent", by=series.secretary)
    following = series.plan(utc_now() - timedelta(hours=1))
    text = _paper(secretary.get(f"/forums/{series.forum}/meetings/{following}/minutes.pdf").data)
    for expected in (
        "Matters arising",
        "Task of alias Nyota Done",
        "All sent",
        "Task of counted Group B Open",
    ):
        assert expected in text
    assert "Draft of" in text


# --- How much is asked ----------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_the_same_of_one_row_and_of_three(series, client_for, count_queries, rows):
    start = utc_now() - timedelta(days=40)
    for number in range(rows):
        meeting = series.plan(start + timedelta(days=number))
        for title in range(rows):
            item = add_item(series.forum, meeting, title=str(title), by=series.secretary)
            write_item(
                series.forum,
                meeting,
                item,
                minute="Said",
                decisions=[TypedMinutesRow("", "Go")] * rows,
                actions=[TypedMinutesRow("", "Do", series.members["name"])] * rows,
                row_version=1,
                by=series.secretary,
            )
        if number:
            open_forum(name=f"Forum {number}", by=series.secretary)
    browser = client_for(series.secretary)
    base = f"/forums/{series.forum}"
    most = {
        "/forums/": 8,
        base: 11,
        f"{base}/meetings/{meeting}": 27,
        f"{base}/meetings/{meeting}/agenda": 15,
        f"{base}/meetings/{meeting}/items/{item}": 24,
        f"{base}/meetings/{meeting}/items/{item}/live": 16,
        f"{base}/meetings/{meeting}/attendance": 11,
        f"{base}/actions?state=all": 8,
    }
    browser.get("/forums/")
    counted = {}
    for address in most:
        db.session.rollback()
        db.session.expunge_all()
        with count_queries() as asked:
            assert browser.get(address).status_code == 200
        counted[address] = asked.count
    assert {address: count <= most[address] for address, count in counted.items()} == dict.fromkeys(
        most, True
    ), counted


def test_a_forum_that_is_gone_is_not_found(secretary):
    assert db.session.scalar(select(Forum.id).where(Forum.public_id == "0" * 16)) is None
    assert secretary.get("/forums/" + "0" * 16).status_code == 404


def test_one_tap_adds_the_usual_items_that_are_missing_in_the_language_of_the_page(
    series, client_for
):
    meeting = series.plan(utc_now() + timedelta(days=3))
    add_item(series.forum, meeting, title="  QUORUM ", by=series.secretary)
    add_item(series.forum, meeting, title="Rooms", by=series.secretary)
    add_item(series.forum, meeting, title="Mengineyo", by=series.secretary)
    browser = client_for(series.secretary)
    agenda = f"/forums/{series.forum}/meetings/{meeting}/agenda"
    page = browser.get(agenda)
    lacking = " · ".join(
        ("Call to order", "Minutes of the last meeting", "Matters arising", "Results", "Stories")
    )
    assert f"<p>{lacking} · Actions</p>" in page.text
    assert browser.post(f"{agenda}/usual").location == agenda
    rows = minutes_of(_row(Meeting, meeting))
    assert [(item.kind, item.title) for item in rows] == [
        ("plain", "Call to order"),
        ("plain", "  QUORUM "),
        ("plain", "Minutes of the last meeting"),
        ("arising", ""),
        ("plain", "Results"),
        ("plain", "Stories"),
        ("plain", "Actions"),
        ("plain", "Rooms"),
        ("plain", "Mengineyo"),
    ]
    assert [item.position for item in rows] == list(range(1, 10))
    assert "Add the usual items" not in browser.get(agenda).text
    # Twice adds nothing twice.
    browser.post(f"{agenda}/usual")
    assert len(minutes_of(_row(Meeting, meeting))) == 9


def test_a_held_meeting_keeps_its_numbers_and_is_offered_no_usual_items(held, series, secretary):
    agenda = f"/forums/{series.forum}/meetings/{held[0]}/agenda"
    before = [item.title for item in minutes_of(_row(Meeting, held[0]))]
    assert "Add the usual items" not in secretary.get(agenda).text
    assert secretary.post(f"{agenda}/usual").status_code == 409
    assert [item.title for item in minutes_of(_row(Meeting, held[0]))] == before
