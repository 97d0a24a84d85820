"""Canaries typed on a phone and into the full form, and what is kept of it while it is typed."""

import re
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from kash.platform.database import utc_now
from tests.incidents.canaries import Canaries, Room, post
from tests.incidents.filed_cases import let_arrive
from tests.incidents.form_pages import fields_of
from tests.incidents.sent_reports import carried

FILE = "/w/n"
_ROWS = {
    "persons": (("code", "word"), ("note", "name")),
    "parties": (
        ("station_name", "place"),
        ("unit", "place"),
        ("service_number", "word"),
        ("description", "phrase"),
    ),
    "acts": (("circumstances", "phrase"),),
    "information": (("connection", "name"), ("note", "phone")),
    "terms": (("what", "phrase"),),
}
_CHOSEN = {
    "persons": {"age_band": "25_34"},
    "parties": {"kind": "police", "involvement": "did", "rank_band": "constable"},
    "acts": {"code": "M1", "amount": "1500"},
    "information": {"source": "herself", "reliability": "likely"},
    # To police nothing else can be owed.
    "terms": {"kind": "release"},
}


# --- On a phone -----------------------------------------------------------------------------------


def phones(room: Room) -> None:
    for who, phone in room.phones.items():
        for ending in ("send", "send", "send", "draft", "throw"):
            report(room, phone, who, ending)
        post(phone, FILE, 422, {"go": "resume", "code": room.canaries.passed("wrong code")})
        wrong = {
            "code": room.canaries.passed("wrong receipt"),
            "word": room.canaries.passed("wrong word of a receipt"),
        }
        post(phone, "/w/r", 422, wrong)
        post(phone, "/w/h", 200, {"area": room.canaries.passed("help, near", "place")})


def report(room: Room, phone: FlaskClient, who: str, ending: str) -> None:
    new = room.canaries.new if ending != "throw" else room.canaries.passed
    begun = post(phone, FILE, 200, {"go": "begin"}).get_data(as_text=True)
    found = re.search(r'name="code" value="(\w{12})"', begun)
    assert found is not None

    def answer(screen: str, go: str = "next", status: int = 200, **data: Any) -> None:
        sent = {"code": found[1], "screen": screen, "go": go, **data}
        post(phone, FILE, status, sent)

    passed = room.canaries.passed
    answer("what", acts=["M1"])
    answer("what", status=422, acts=[passed(f"{who}: no act")])
    # Answered twice: what was said first is gone.
    answer("when", place=passed(f"{who}: place, first", "place"))
    answer("when", status=422, day="soon", place=passed(f"{who}: place, wrong day", "place"))
    answer("when", day="2026-01-05", place=new(f"{who}: place", "place"))
    answer("whom", status=422, count=passed(f"{who}: count", "phone"))
    answer("who", who="client", description=passed(f"{who}: description, first", "phone"))
    answer("who", go="remove")
    answer("next", status=422, origin=passed(f"{who}: how it is known"))
    answer("who", who="client", description=new(f"{who}: description", "phone"))
    answer("words", go="here", narrative=passed(f"{who}: not sent", "phrase"))
    narrative = f"{new(f'{who}: narrative')}\n{new(f'{who}: narrative', 'phone')}"
    answer("words", go="help", narrative=narrative, teller="witness")
    if ending != "draft":
        page = post(phone, FILE, 200, {"code": found[1], "screen": "review", "go": ending}).text
    if ending == "send":
        own = {**carried(page), "go": "own"}
        post(phone, FILE, 422, {**own, "word": passed(f"{who}: too long a word") * 4})
        post(phone, FILE, 200, {**own, "word": passed(f"{who}: second word")})
    let_arrive()


# --- The full form --------------------------------------------------------------------------------


def written(canaries: Canaries, where: str, rows: int, *, kept: bool = True) -> dict[str, Any]:
    """What a browser sends of the full form, with a canary in each field that takes text."""

    def new(name: str, kind: str = "name") -> str:
        return canaries.new(f"{where}: {name}", kind, kept=kept)

    form: dict[str, Any] = {
        "token": f"token{where:-<11}"[:16].replace(" ", "-"),
        "version": "0",
        "seen": "{}",
        "how": "form",
        "begun_on": "2026-01-05",
        "about_when": new("when", "phrase"),
        "ward": new("ward", "place"),
        "place": new("place", "place"),
        "narrative": f"{new('narrative', 'phrase')}\r\n{new('narrative', 'phone')}",
        "asked_for": new("asked for", "phrase"),
    }
    for group, fields in _ROWS.items():
        for row in range(rows):
            start = f"{group}-{row}-"
            form[f"{start}key"] = f"{group[0]}{row}"
            form |= {f"{start}{name}": value for name, value in _CHOSEN[group].items()}
            form |= {f"{start}{name}": new(f"{group} {name}", kind) for name, kind in fields}
    # A custodian reads of money that officers demanded; of what is due members are reminded.
    return form | {"terms-0-due_on": f"{utc_now().date() + timedelta(days=30)}"}


def full_form(room: Room, sizes: tuple[int, ...] = (40, 9, 3)) -> None:
    """A case for each size, which is how many rows each of its lists has. The smaller ones are
    sent wrongly before: a page that shows a great form again takes most of a second."""
    canaries, anna = room.canaries, room.anna.client
    for number, rows in enumerate(sizes):
        form = written(canaries, f"case {number}", rows) | {"do": "submit"}
        if rows < 10:
            for name in ("information-0-account", "wanted"):
                wrong = form | {name: canaries.passed(f"no choice of {name}", "word")}
                post(anna, "/w/new", 422, wrong)
            wrong = form | {
                "persons-0-arrested_at": canaries.passed("moment that is none", "phone")
            }
            post(anna, "/w/new", 422, wrong)
            wrong = form | {"begun_on": canaries.passed("day that is none", "phone")}
            post(anna, "/w/new", 422, wrong)
        answer = post(anna, "/w/new", 303, form)
        room.cases.append(answer.headers["Location"].rpartition("/")[2])
    _conflict(room, room.cases[1])


def _conflict(room: Room, reference: str) -> None:
    """Two officers write at once; the second sees the other's text, and saves both."""
    address = f"/w/{reference}/edit"
    anna, brenda = room.anna.client, room.brenda.client
    hers = fields_of(anna.get(address).get_data(as_text=True)) | {"do": "save"}
    theirs = fields_of(brenda.get(address).get_data(as_text=True)) | {"do": "save"}
    for name in ("narrative", "place"):
        # What was replaced stays, in the first account and in what was changed of it.
        assert set(hers[name].splitlines()) <= set(room.canaries.kept)
    theirs["place"] = room.canaries.new("conflict: place", "place")
    theirs["narrative"] = room.canaries.new("conflict: the other's narrative", "phrase")
    post(brenda, address, 303, theirs)
    hers["narrative"] = room.canaries.new("conflict: narrative", "phrase")
    hers["why"] = room.canaries.new("conflict: why", "phrase")
    answer = post(anna, address, 409, hers)
    assert theirs["narrative"] in answer.get_data(as_text=True)
    again = fields_of(answer.get_data(as_text=True)) | {"do": "save"}
    post(anna, address, 303, again)


def typed_meanwhile(room: Room) -> None:
    """Kept while it is typed, with an open vault and with a closed one."""
    passed = room.canaries.passed
    first = written(room.canaries, "autosave a", 8, kept=False) | {"case": ""}
    post(room.anna.client, "/w/t", 204, first)
    for client, where, case in (
        (room.anna.client, "autosave a", ""),
        (room.anna.client, "autosave b", room.cases[0]),
        (room.carol.client, "autosave c", ""),
    ):
        form = written(room.canaries, where, 4) | {"case": case}
        post(client, "/w/t", 204, form)
    wrong = written(room.canaries, "autosave", 1, kept=False)
    post(room.anna.client, "/w/t", 400, wrong | {"token": passed("autosave, token")})
    long = wrong | {"narrative": passed("autosave, too long") * 60_000}
    post(room.anna.client, "/w/t", 413, long)
