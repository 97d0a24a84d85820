"""Inviting several people at once, people without an address, and participants from their page."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kash.accounts.errors import LinkSpent, NeedsSecond
from kash.accounts.models import Account, AccountRequest, Invitation
from kash.accounts.queries.accounts import account, roles_of, usable_invitation
from kash.accounts.queries.requests import request_by_id, requests_for
from kash.accounts.requests import content_of
from kash.accounts.services import inviting as several
from kash.accounts.services.accounts import set_roles
from kash.accounts.services.deciding import agree, ask_for_roles, ask_to_invite, fetch_link
from kash.accounts.services.invitations import Offered, accept_invitation, invite
from kash.accounts.services.inviting import Invited, RowsRefused, invite_several
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.messages import MailFailed, send_mail
from kash.platform.vault import AuditEntry
from kash.policy import Role
from tests.refusals import refuses

GOOD = "seven quiet herons at dawn"
SIX = """Amani\tamani@example.org\tTrainer
Baraka\t\tPeer educator
Chausiku\tc@example.org\tM&E officer\tKiswahili
Dalila, d@example.org, Mkufunzi
Eshe <e@example.org>; Funder
Faraji\tf@example.org\tTrainer"""


def _offer(name: str, role: str, email: str = "") -> tuple[Offered, str]:
    return Offered(name, email, frozenset([Role(role)])), ""


def _count(kind: type[Invitation | AccountRequest | AuditEntry]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def _rows(page: str) -> dict[str, str]:
    """What the rows of a page hold, by the names of their fields."""
    held = dict(re.findall(r'name="(rows-\d+-(?:name|email|reason))"[^>]*? value="([^"]*)"', page))
    for name, options in re.findall(
        r'(?s)<select[^>]*name="(rows-\d+-\w+)"[^>]*>(.*?)</select>', page
    ):
        chosen = re.search(r'<option selected[^>]*value="([^"]*)"', options)
        held[name] = chosen.group(1) if chosen else ""
    return held


# --- Several at once --------------------------------------------------------------------------


def test_six_people_are_pasted_seen_and_invited_with_a_named_link_each(sign_in):
    """One after the other it took six pages and a list of links beside the keyboard."""
    browser = sign_in("administrator")
    read = browser.post("/accounts/invite/several", data={"pasted": SIX, "step": "read"})
    assert read.status_code == 200
    held = _rows(read.text)
    assert [held[f"rows-{n}-name"] for n in range(6)] == [
        "Amani",
        "Baraka",
        "Chausiku",
        "Dalila",
        "Eshe",
        "Faraji",
    ]
    assert [held[f"rows-{n}-role"] for n in range(6)] == [
        "trainer",
        "peer",
        "monitoring",
        "trainer",
        "funder",
        "trainer",
    ]
    assert (held["rows-2-language"], held["rows-1-email"]) == ("sw", "")
    assert _count(Invitation) == 0
    made = browser.post("/accounts/invite/several", data=held)
    assert made.status_code == 200
    links = re.findall(r'id="link-\d"[^>]*value="http://localhost:8000/join/([^"]+)"', made.text)
    assert (len(links), len(set(links)), _count(Invitation)) == (6, 6, 6)
    assert made.text.count("data-copy=") == 7
    named = {usable_invitation(token).name for token in links}  # type: ignore[union-attr]
    assert named == {"Amani", "Baraka", "Chausiku", "Dalila", "Eshe", "Faraji"}
    for token in links:
        assert token not in browser.get("/accounts").text
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert entry.action == "accounts.several_invited"


def test_what_is_wrong_in_a_row_is_told_on_top_by_its_own_field(sign_in):
    lines = "Amani, trainer\nBaraka, M&E\n"
    read = sign_in("administrator").post(
        "/accounts/invite/several", data={"pasted": lines, "step": "read"}
    )
    told = re.findall(r'<li>\s*<a href="#([^"]+)">([^<]+)</a>\s*</li>', read.text)
    assert told == [
        ("rows-1-name", "Name \u2013 This was not understood: M&amp;E"),
        ("rows-1-role", "Role \u2013 Choose a role."),
    ]


def test_a_wrong_row_is_told_beside_it_and_nobody_is_invited_meanwhile(sign_in):
    browser = sign_in("administrator", email="taken@example.org")
    sent = {
        "rows-0-name": "Amani",
        "rows-0-email": "taken@example.org",
        "rows-0-role": "trainer",
        "rows-1-name": "Baraka",
        "rows-1-role": "trainer",
        "rows-2-name": "Chausiku",
        "rows-2-email": "same@example.org",
        "rows-2-role": "trainer",
        "rows-3-name": "Dalila",
        "rows-3-email": "same@example.org",
        "rows-3-role": "trainer",
    }
    answer = browser.post("/accounts/invite/several", data=sent)
    assert answer.status_code == 422
    wrong = dict(re.findall(r'(?s)id="(rows-\d-\w+)-error">\s*<p>\s*(.*?)\s*</p>', answer.text))
    assert wrong == {
        "rows-0-email": "There is an account with this e-mail address already.",
        "rows-3-email": "This address stands in an earlier row.",
    }
    assert _rows(answer.text)["rows-1-name"] == "Baraka"
    assert _count(Invitation) == 0


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        ({"name": "", "email": "a@example.org", "role": "trainer"}, "name", "Enter this."),
        ({"name": "A", "email": "nonsense", "role": "trainer"}, "email", "This is not an e-mail"),
        ({"name": "A", "role": ""}, "role", "Choose a role."),
        ({"name": "A", "role": "owner"}, "role", "Choose one from the list."),
        ({"name": "A\x07", "role": "trainer"}, "name", "This holds characters"),
    ],
)
def test_what_a_row_lacks_stands_beside_its_field(sign_in, row, field, sentence):
    sent = {f"rows-0-{name}": value for name, value in row.items()}
    answer = sign_in("administrator").post("/accounts/invite/several", data=sent)
    wrong = dict(re.findall(r'(?s)id="(rows-0-\w+)-error">\s*<p>\s*(.*?)\s*</p>', answer.text))
    assert (answer.status_code, list(wrong)) == (422, [f"rows-0-{field}"])
    assert wrong[f"rows-0-{field}"].startswith(sentence)
    assert _count(Invitation) == 0


def test_a_pasted_list_is_never_acted_on_before_it_was_seen(sign_in):
    """Also by the main button: whom a line was read as is shown first."""
    browser = sign_in("administrator")
    answer = browser.post("/accounts/invite/several", data={"pasted": "Otieno, James, trainer"})
    assert answer.status_code == 422
    assert "This was not understood: James" in answer.text
    assert _count(Invitation) == 0


def test_more_people_than_fit_are_kept_and_not_dropped(sign_in):
    text = "\n".join(f"Person {number}, trainer" for number in range(43))
    answer = sign_in("administrator").post("/accounts/invite/several", data={"pasted": text})
    assert answer.status_code == 422
    assert sum("-name" in name for name in _rows(answer.text)) == 40
    kept = re.search(r"(?s)<textarea[^>]*name=\"pasted\"[^>]*>(.*?)</textarea>", answer.text)
    assert kept is not None
    assert kept.group(1).split("\n")[-3:] == [f"Person {n}, trainer" for n in (40, 41, 42)]


def test_more_rows_are_given_without_inviting_anybody(sign_in):
    browser = sign_in("administrator")
    sent = {"rows-0-name": "Amani", "rows-0-role": "trainer", "step": "more"}
    answer = browser.post("/accounts/invite/several", data=sent)
    held = _rows(answer.text)
    assert (held["rows-0-name"], held["rows-3-name"]) == ("Amani", "")
    assert _count(Invitation) == 0
    assert browser.post("/accounts/invite/several", data={}).status_code == 422


# --- Sent twice -------------------------------------------------------------------------------

LIST = {
    "rows-0-name": "Amani",
    "rows-0-email": "amani@example.org",
    "rows-0-role": "trainer",
    "rows-1-name": "Baraka",
    "rows-1-role": "peer",
    "rows-2-name": "Baraka",
    "rows-2-role": "peer",
    "rows-3-name": "Chausiku",
    "rows-3-email": "c@example.org",
    "rows-3-role": "custodian",
    "rows-3-reason": "She keeps the keys.",
    "send": "y",
}


def _key(browser: FlaskClient, address: str = "/accounts/invite/several") -> str:
    """The key of a form that was just opened."""
    found = re.search(r'<input[^>]*name="key"[^>]*value="([^"]+)"', browser.get(address).text)
    assert found is not None
    return found.group(1)


def _made(page: str) -> tuple[list[str], list[str], list[str]]:
    """The links, the names to sign in with and the requests that a page shows."""
    return (
        re.findall(r'id="link-\d"[^>]*value="([^"]+)"', page),
        re.findall(r"Signs in with: (\S+?)(?:<| )", page),
        re.findall(r"/accounts/requests/(\w{16})", page),
    )


def _letters(app: APIFlask) -> int:
    folder = Path(app.config["MAIL_FILE_PATH"])
    return len(list(folder.glob("*"))) if folder.exists() else 0


@pytest.mark.any_engine
def test_a_second_tap_shows_the_same_links_and_makes_and_sends_nothing(
    both_engines_app, actor, client_for
):
    """The answer to the first is never seen: its links were void or lost, and who has no address
    stood in the list under two names."""
    actor("director")
    browser = client_for(actor("administrator"))
    sent = LIST | {"key": _key(browser)}
    first = browser.post("/accounts/invite/several", data=sent)
    mailed, entries = _letters(both_engines_app), _count(AuditEntry)
    second = browser.post("/accounts/invite/several", data=sent)
    assert (first.status_code, second.status_code) == (200, 200)
    assert _made(second.text) == _made(first.text)
    assert [len(set(part)) for part in _made(second.text)] == [3, 3, 1]
    assert (_count(Invitation), _count(AccountRequest)) == (3, 1)
    assert mailed > 0
    assert (_letters(both_engines_app), _count(AuditEntry)) == (mailed, entries)
    told = "nothing was made or e-mailed twice"
    assert (told in first.text, told in second.text) == (False, True)
    for link in _made(second.text)[0]:
        assert browser.get(link.removeprefix("http://localhost:8000")).status_code == 200


def _link(page: str) -> str:
    found = re.search(r'id="link"[^>]*value="http://localhost:8000([^"]+)"', page)
    assert found is not None
    return found.group(1)


@pytest.mark.any_engine
@pytest.mark.parametrize("email", ["amani@example.org", ""])
def test_a_second_tap_on_a_single_invitation_shows_the_same_link(both_engines_app, sign_in, email):
    """The first answer is never seen: its link was void, or somebody without an address stood in
    the list twice, under two names."""
    browser = sign_in("administrator")
    sent = {"name": "Amani", "email": email, "roles": "trainer", "send": "y"}
    sent["key"] = _key(browser, "/accounts/invite")
    first = browser.post("/accounts/invite", data=sent)
    mailed, entries = _letters(both_engines_app), _count(AuditEntry)
    second = browser.post("/accounts/invite", data=sent)
    assert _link(first.text) == _link(second.text)
    assert (_count(Invitation), _letters(both_engines_app), _count(AuditEntry)) == (
        1,
        mailed,
        entries,
    )
    told = "nothing was made or e-mailed twice"
    assert (told in first.text, told in second.text) == (False, True)
    assert browser.get(_link(second.text)).status_code == 200
    # Another form is another invitation.
    other = browser.post("/accounts/invite", data=sent | {"key": _key(browser, "/accounts/invite")})
    assert _link(other.text) != _link(first.text)


def test_a_second_tap_that_asks_a_second_person_asks_once(actor, client_for):
    """It answered that somebody had asked already, as if another had been faster."""
    actor("director")
    browser = client_for(actor("administrator"))
    sent = {
        "name": "C",
        "email": "c@example.org",
        "roles": "custodian",
        "reason": "Keeps the keys.",
    }
    sent["key"] = _key(browser, "/accounts/invite")
    first, second = (browser.post("/accounts/invite", data=sent) for _time in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert (_count(Invitation), _count(AccountRequest)) == (0, 1)


@pytest.mark.any_engine
def test_a_second_tap_does_not_lose_the_link_to_which_two_people_agreed(
    both_engines_app, actor, client_for
):
    """It was shown once, to an answer that nobody saw; both people had to begin anew."""
    administrator, director = actor("administrator"), actor("director")
    request = ask_to_invite(
        administrator, name="C", email="c@example.org", roles=[Role.CUSTODIAN], reason="Needed."
    )
    agree(director, request)
    browser = client_for(administrator)
    address = f"/accounts/requests/{request}"
    sent = {"send": "y", "key": _key(browser, address)}
    first = browser.post(f"{address}/link", data=sent)
    mailed, entries = _letters(both_engines_app), _count(AuditEntry)
    second = browser.post(f"{address}/link", data=sent)
    assert _link(second.text) == _link(first.text)
    assert (_count(Invitation), _letters(both_engines_app), _count(AuditEntry)) == (
        1,
        mailed,
        entries,
    )
    assert browser.get(_link(second.text)).status_code == 200
    # Once only, but for the form that fetched it; and by nobody else.
    other = browser.post(f"{address}/link", data={"key": "k" * 43})
    assert (other.status_code, other.location) == (303, address)
    assert client_for(director).post(f"{address}/link", data=sent).status_code == 404


def test_of_a_form_that_is_sent_once_more_only_who_is_new_is_invited(sign_in):
    """Whoever goes back and adds somebody keeps the links that she has handed out."""
    browser = sign_in("administrator")
    key = _key(browser)
    rows = {"rows-0-name": "Amani", "rows-0-role": "trainer", "key": key}
    (link,) = _made(browser.post("/accounts/invite/several", data=rows).text)[0]
    more = {"rows-1-name": "Baraka", "rows-1-role": "peer"}
    pages = [browser.post("/accounts/invite/several", data=rows | more).text for _n in range(2)]
    assert _made(pages[0]) == _made(pages[1])
    assert (_made(pages[0])[0][0], _count(Invitation)) == (link, 2)


def test_a_link_that_was_withdrawn_never_opens_again(sign_in):
    """It went to the wrong person; the form that made it is still open in the browser."""
    browser = sign_in("administrator")
    sent = {"rows-0-name": "Amani", "rows-0-role": "trainer", "key": _key(browser)}
    (link,) = _made(browser.post("/accounts/invite/several", data=sent).text)[0]
    gone = db.session.scalars(select(Invitation.public_id)).one()
    assert browser.post(f"/accounts/invitations/{gone}/withdraw").status_code == 303
    (again,) = _made(browser.post("/accounts/invite/several", data=sent).text)[0]
    assert browser.get(link.removeprefix("http://localhost:8000")).status_code == 404
    assert browser.get(again.removeprefix("http://localhost:8000")).status_code == 200


def test_the_key_of_a_form_gives_nobody_else_its_links(actor):
    """Nor without the vault: neither the form's key nor the database tells a link."""
    rows, key = [_offer("A", "peer")], "k" * 43
    (one,) = invite_several(actor("administrator"), rows, key)
    (other,) = invite_several(actor("administrator"), rows, key)
    assert one.token != other.token
    assert not other.again
    kept = db.session.execute(select(Invitation.__table__)).all()
    for row in kept:
        assert not {one.token, other.token, key} & {str(value) for value in row}


def test_two_sendings_at_once_show_the_same_links(both_engines_app, actor, monkeypatch):
    """Neither had seen what the other was writing."""
    by, rows, key = actor("administrator"), [_offer("A", "peer")], "k" * 43
    (first,) = invite_several(by, rows, key)
    blind = [False, True]
    looks = several._made_before

    def looking(*given: Any) -> dict[str, Invited]:
        return {} if blind.pop() else looks(*given)

    monkeypatch.setattr(several, "_made_before", looking)
    monkeypatch.setattr(several, "named_before", lambda _session, _ids: set())
    (second,) = invite_several(by, rows, key)
    assert (second.token, second.email, second.again) == (first.token, first.email, True)
    assert blind == []


def test_a_mail_server_that_fails_is_waited_for_once_and_told_beside_each(
    app, sign_in, monkeypatch
):
    """Forty times ten seconds passed before any link was seen."""
    tried = []

    def failing(to: str, _subject: str, _text: str) -> None:
        tried.append(to)
        if to != "a@example.org":
            raise MailFailed

    monkeypatch.setattr("kash.accounts.views.inviting.send_mail", failing)
    sent = {"send": "y"}
    for place, email in enumerate(("a@example.org", "b@example.org", "c@example.org", "")):
        sent |= {
            f"rows-{place}-name": f"Person {place}",
            f"rows-{place}-email": email,
            f"rows-{place}-role": "trainer",
        }
    page = sign_in("administrator").post("/accounts/invite/several", data=sent).text
    assert tried == ["a@example.org", "b@example.org"]
    rows = re.findall(r"(?s)<li>\s*<div class=\"key\">.*?</li>", page)
    assert [("Sent by e-mail" in row, "Not sent by e-mail" in row) for row in rows] == [
        (True, False),
        (False, True),
        (False, True),
        (False, False),
    ]
    assert len(_made(page)[0]) == 4


# --- Two people -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_rows_that_open_much_become_requests_and_open_nothing_alone(
    both_engines_app, actor, client_for
):
    """A list is no way round the second person."""
    administrator, director = actor("administrator"), actor("director")
    browser = client_for(administrator)
    sent = {
        "rows-0-name": "Amani",
        "rows-0-email": "a@example.org",
        "rows-0-role": "custodian",
        "rows-1-name": "Baraka",
        "rows-1-role": "trainer",
    }
    answer = browser.post("/accounts/invite/several", data=sent)
    assert (answer.status_code, 'name="rows-0-reason"' in answer.text) == (422, True)
    assert 'name="rows-1-reason"' not in answer.text
    assert (_count(Invitation), _count(AccountRequest)) == (0, 0)
    done = browser.post(
        "/accounts/invite/several", data=sent | {"rows-0-reason": "She keeps the keys."}
    )
    assert (_count(Invitation), _count(AccountRequest)) == (1, 1)
    (line,), _fetch = requests_for(director)
    assert (line.name, line.reason, line.roles) == ("Amani", "She keeps the keys.", ["custodian"])
    assert f"/accounts/requests/{line.public_id}" in done.text
    assert len(re.findall(r'id="link-\d"', done.text)) == 1
    assert db.session.scalars(select(Invitation.roles)).all() == [["trainer"]]


@pytest.mark.any_engine
def test_the_first_of_a_role_is_free_once_in_a_list_too(both_engines_app, actor):
    """Two directors in the first list: the second one takes a second person, as by two lists."""
    founder = actor("administrator")
    rows = [_offer("A", "director", "a@example.org"), _offer("B", "director", "b@example.org")]
    with pytest.raises(RowsRefused) as refused:
        invite_several(founder, rows)
    assert {place: type(fault) for place, fault in refused.value.faults.items()} == {1: NeedsSecond}
    (made,) = invite_several(founder, rows[:1])
    joined = accept_invitation(made.token, name="A", password=GOOD)
    assert roles_of(account(joined.public_id)) == {Role.DIRECTOR}


def test_a_director_asks_for_power_and_invites_nobody_else(actor):
    actor("administrator")
    director = actor("director")
    rows = [_offer("A", "trainer"), (_offer("B", "director", "b@example.org")[0], "Needed.")]
    with pytest.raises(RowsRefused) as refused:
        invite_several(director, rows)
    assert list(refused.value.faults) == [0]
    (asked,) = invite_several(director, rows[1:])
    assert (asked.token, bool(asked.request_id)) == ("", True)


# --- Without an address -----------------------------------------------------------------------


def test_somebody_without_an_address_joins_and_signs_in_with_a_drawn_name(app, sign_in):
    """Most peer educators have no mail, and were invited with somebody else's."""
    page = sign_in("administrator").post(
        "/accounts/invite", data={"name": "Njeri", "email": "", "roles": "peer", "send": "y"}
    )
    link = re.search(r'value="http://localhost:8000(/join/[^"]+)"', page.text)
    name = re.search(r"signs in with the name ([a-z]+-\d{4})\.", page.text)
    assert link is not None
    assert name is not None
    guest = app.test_client()
    assert name.group(1) in guest.get(link.group(1)).text
    joined = guest.post(link.group(1), data={"name": "Njeri", "password": GOOD})
    assert joined.status_code == 303
    again = app.test_client().post(
        "/sign-in", data={"email": name.group(1).upper(), "password": GOOD}
    )
    assert (again.status_code, again.location) == (303, "/")


def test_drawn_names_are_never_the_same(actor, monkeypatch):
    drawn = iter([0, 1, 0, 1, 0, 2])
    monkeypatch.setattr("secrets.randbelow", lambda _below: next(drawn))
    by = actor("administrator")
    found = invite_several(by, [_offer("A", "peer"), _offer("B", "peer")])
    assert [one.email for one in found] == ["acacia-0001", "acacia-0002"]
    assert _count(Invitation) == 2


def test_power_needs_an_address_to_which_its_owner_is_told(actor):
    """What others do to her account is told by mail; and nobody without mail gains power later."""
    by = actor("administrator")
    with refuses("This role needs an e-mail address."):
        invite(by, name="A", email="", roles=[Role.DIRECTOR])
    with refuses("This role needs an e-mail address."):
        ask_to_invite(by, name="A", email="", roles=[Role.DIRECTOR], reason="Needed.")
    peer = actor("peer", email="heron-0001")
    with refuses("This role needs an e-mail address."):
        set_roles(by, peer.public_id, [Role.DIRECTOR])
    with refuses("This role needs an e-mail address."):
        ask_for_roles(by, peer.public_id, [Role.DIRECTOR], "Needed.")


def test_no_mail_goes_to_a_name(app):
    with pytest.raises(MailFailed):
        send_mail("heron-0001", "Programme", "Something is due.")


# --- Participants -----------------------------------------------------------------------------


@pytest.fixture
def participant(groups):
    """Somebody of the police."""
    row = Person(
        chosen_name="Moses Mfano", sort_name="moses", group_id=groups[0].id, created_by="system"
    )
    db.session.add(row)
    db.session.commit()
    return row


def test_a_participant_is_invited_from_her_page_with_name_and_number_filled_in(
    sign_in, participant
):
    """Nobody copies sixteen signs from one page into another."""
    number, key = participant.public_id, participant.id
    browser = sign_in("administrator", "director")
    address = f"/accounts/invite?person={number}"
    assert f'href="{address}"' in browser.get(f"/people/{number}").text
    form = browser.get(address).text
    assert 'value="Moses Mfano"' in form
    assert re.search(r'value="police_peer"\s+checked', form)
    sent = {"name": "Moses Mfano", "email": "", "roles": "police_peer", "person": number}
    assert browser.post("/accounts/invite", data=sent).status_code == 200
    assert db.session.scalars(select(Invitation.person_id)).all() == [key]


def test_whoever_may_not_invite_gets_an_address_to_hand_on(sign_in, participant):
    page = sign_in("director").get(f"/people/{participant.public_id}").text
    assert f'value="http://localhost:8000/accounts/invite?person={participant.public_id}"' in page
    assert 'data-copy="invite-at"' in page
    assert (
        "/accounts/invite" not in sign_in("monitoring").get(f"/people/{participant.public_id}").text
    )


def test_a_participants_number_is_taken_in_groups_and_from_copied_addresses(
    sign_in, actor, participant
):
    number = participant.public_id
    browser, who = sign_in("administrator"), actor("peer")
    grouped = "-".join(number[start : start + 4] for start in range(0, 16, 4)).upper()
    for typed in (
        grouped,
        f"https://kash.example/people/{number}",
        f"https://kash.example/accounts/invite?person={number}",
        f" {number} ",
    ):
        address = f"/accounts/{who.public_id}/participant"
        data = {"person": typed, "reason": "I know them."}
        asked = browser.post(address, data=data)
        assert asked.status_code == 303, typed
        db.session.rollback()
        request = db.session.scalars(
            select(AccountRequest).order_by(AccountRequest.id.desc()).limit(1)
        ).one()
        assert content_of(request)["person"] == number, typed
        assert browser.post(asked.location, data={"decision": "withdraw"}).status_code == 303
    assert browser.post(address, data={"person": "http://[::1"}).status_code == 422


def test_nobody_under_18_is_invited(sign_in, actor, participant):
    participant.minor = True
    db.session.commit()
    number, key = participant.public_id, participant.id
    with refuses("This participant is, or may still be, under 18: nobody under"):
        invite(
            actor("administrator", "director"), name="M", email="", roles=[Role.PEER], person_id=key
        )
    assert "/accounts/invite" not in sign_in("director").get(f"/people/{number}").text


def _but_for(page: str, *parts: str) -> str:
    """A page without what differs from one request to the next, and without these parts."""
    for part in parts:
        page = page.replace(part, "")
    return re.sub(r'(?<=name="csrf[_-]token")[^>]*|(?<=name="key")[^>]*|nonce="[^"]*"', "", page)


def test_an_administrator_turns_no_number_of_the_audit_trail_into_a_name_or_a_side(
    sign_in, participant
):
    """One address after another, and nobody had written down that she looked."""
    number, nobody = participant.public_id, "0123456789abcdef"
    browser = sign_in("administrator")
    page = browser.get(f"/accounts/invite?person={number}").text
    assert "Moses" not in page
    assert not re.search(r'name="roles"[^>]*\bchecked\b', page)
    assert re.search(rf'<input[^>]*name="person"[^>]*value="{number}"', page)
    other = browser.get(f"/accounts/invite?person={nobody}").text
    assert _but_for(page, number) == _but_for(other, nobody)
    sent = {"name": "M", "email": "", "person": number}
    refused = browser.post("/accounts/invite", data=sent)
    assert (refused.status_code, "Moses" in refused.text) == (422, False)
    assert re.search(rf'<input[^>]*name="person"[^>]*value="{number}"', refused.text)


def test_an_administrator_who_was_given_a_number_still_makes_the_invitation(sign_in, participant):
    key = participant.id
    sent = {"name": "M", "email": "", "roles": "police_peer", "person": participant.public_id}
    made = sign_in("administrator").post("/accounts/invite", data=sent)
    assert (made.status_code, "Moses" in made.text) == (200, False)
    assert db.session.scalars(select(Invitation.person_id)).all() == [key]


def test_an_administrator_is_not_told_who_is_under_18_and_the_link_opens_nothing(
    app, sign_in, participant
):
    """A refusal for one number and none for the next was a list of the children."""
    participant.minor = True
    db.session.commit()
    sent = {"name": "M", "email": "", "roles": "peer", "person": participant.public_id}
    made = sign_in("administrator").post("/accounts/invite", data=sent)
    assert (made.status_code, "under 18" in made.text) == (200, False)
    link = re.search(r'value="http://localhost:8000(/join/[^"]+)"', made.text)
    assert link is not None
    joined = app.test_client().post(link.group(1), data={"name": "M", "password": GOOD})
    assert (joined.status_code, "under 18" in joined.text) == (404, False)
    assert db.session.scalars(select(Account.person_id).where(Account.person_id > 0)).all() == []


def test_a_second_administrator_is_not_told_who_is_under_18_either(actor, client_for, participant):
    participant.minor = True
    db.session.commit()
    key = participant.id
    asker, second, director = actor("administrator"), actor("administrator"), actor("director")
    assert not asker.may("people.find")
    requests = [
        ask_to_invite(
            asker,
            name="M",
            email=f"{number}@example.org",
            roles=[Role.DIRECTOR],
            reason="Needed.",
            person_id=key,
        )
        for number in range(2)
    ]
    agree(second, requests[0])
    with refuses("This participant is, or may still be, under 18: nobody under"):
        agree(director, requests[1])
    # A director reads why on the page of the request, and can still decline.
    answer = client_for(director).post(
        f"/accounts/requests/{requests[1]}", data={"decision": "agree"}, follow_redirects=True
    )
    assert (answer.status_code, "nobody under 18 is invited" in answer.text) == (200, True)
    with pytest.raises(LinkSpent):
        accept_invitation(
            fetch_link(asker, requests[0]),
            name="M",
            password=GOOD,
            code=request_by_id(second, requests[0]).code,
        )


def test_what_was_taken_meanwhile_opens_nothing(actor):
    by = actor("administrator")
    (made,) = invite_several(by, [_offer("A", "trainer", "late@example.org")])
    actor("trainer", email="late@example.org")
    with refuses("There is an account with this e-mail address already."):
        accept_invitation(made.token, name="A", password=GOOD)
    (again,) = invite_several(by, [_offer("A", "trainer", "b@example.org")])
    invite_several(by, [_offer("A", "trainer", "b@example.org")])
    with pytest.raises(LinkSpent):
        accept_invitation(again.token, name="A", password=GOOD)


@pytest.mark.any_engine
def test_rows_that_differ_in_anything_are_other_invitations(both_engines_app, actor):
    """Of one form, sent in another language or for another person, gives no former link."""
    by, key = actor("administrator"), "k" * 43
    plain, _reason = _offer("A", "peer", "a@example.org")
    rows = [
        plain,
        replace(plain, language="sw"),
        replace(plain, person_id=1),
        replace(plain, name="B"),
        replace(plain, email="b@example.org"),
        replace(plain, roles=frozenset([Role.TRAINER])),
    ]
    marks = {several._marks(by, [(offer, "")], key)[0].public_id for offer in rows}
    assert len(marks) == len(rows)
    assert several._marks(by, [(plain, "another reason")], key)[0].public_id in marks
