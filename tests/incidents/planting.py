"""Canaries are typed into every form of this room, by whoever may send it.

What a form sends is answered with the status that it should have, so that what was not taken does
not pass for planted.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from kash.accounts.models import SignedInSession
from kash.database import db, utc_now, writing
from kash.policy import Actor
from tests.cleaning import samples
from tests.conftest import AMember
from tests.incidents.canaries import Canaries

FILE = "/incidents/file"
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
    "terms": {"kind": "return"},
}


@dataclass
class Room:
    """Who plants, and what came of it."""

    anna: AMember
    brenda: AMember
    doris: AMember
    grace: AMember
    carol: AMember
    """Carol holds keys; her vault is closed."""
    phones: dict[str, FlaskClient]
    mediator: Actor
    mediating: FlaskClient
    stranger: FlaskClient
    canaries: Canaries = field(default_factory=Canaries)
    papers: dict[str, bytes] = field(default_factory=dict)
    evidence: dict[str, bytes] = field(default_factory=dict)
    cases: list[str] = field(default_factory=list)

    def plant(self) -> None:
        """All of it."""
        _phones(self)
        _full_form(self)
        _typed_meanwhile(self)
        _case(self)
        _identities(self)
        _evidence(self)
        _mediation(self)
        _register(self)
        _interrupted(self)
        _refused(self)
        _papers(self)


def post(client: FlaskClient, address: str, status: int, data: Any = None, **more: Any) -> Any:
    """Send a form and see that it was answered as it should be."""
    answer = client.post(address, data=data, **more)
    said = re.findall(rb'class="error".*?</div>', answer.data, re.S)
    assert answer.status_code == status, (address, answer.status_code, said)
    return answer


# --- On a phone -----------------------------------------------------------------------------------


def _phones(room: Room) -> None:
    for who, phone in room.phones.items():
        for ending in ("send", "send", "send", "draft", "throw"):
            _report(room, phone, who, ending)
        post(phone, FILE, 422, {"go": "resume", "code": room.canaries.passed("wrong code")})
        wrong = {"code": room.canaries.passed("wrong receipt")}
        post(phone, "/incidents/receipt", 422, wrong)
        post(phone, "/incidents/help", 200, {"area": room.canaries.passed("help, near", "place")})


def _report(room: Room, phone: FlaskClient, who: str, ending: str) -> None:
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
    answer("who", who="client", description=new(f"{who}: description", "phone"))
    answer("words", go="here", narrative=passed(f"{who}: not sent", "phrase"))
    narrative = f"{new(f'{who}: narrative')}\n{new(f'{who}: narrative', 'phone')}"
    answer("words", go="help", narrative=narrative, teller="witness")
    if ending != "draft":
        answer("review", go=ending)


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
    # A custodian reads what concerns a child; of what is due members are reminded.
    form |= {"persons-0-age_band": "under_18"}
    return form | {"terms-0-due_on": f"{utc_now().date() + timedelta(days=30)}"}


def _full_form(room: Room) -> None:
    canaries, anna = room.canaries, room.anna.client
    for number, rows in enumerate((40, 9, 3)):
        form = written(canaries, f"case {number}", rows) | {"do": "submit"}
        wrong = form | {"begun_on": canaries.passed("day that is none", "phone")}
        post(anna, "/incidents/new", 422, wrong)
        answer = post(anna, "/incidents/new", 302, form)
        room.cases.append(answer.headers["Location"].rpartition("/")[2])
    _conflict(room, room.cases[1])


def _conflict(room: Room, reference: str) -> None:
    """Two officers write at once; the second sees the other's text, and saves both."""
    address = f"/incidents/{reference}/edit"
    anna, brenda = room.anna.client, room.brenda.client
    hers = fields_of(anna.get(address).get_data(as_text=True)) | {"do": "save"}
    theirs = fields_of(brenda.get(address).get_data(as_text=True)) | {"do": "save"}
    for name in ("narrative", "place"):
        room.canaries.passing[hers[name]] = "replaced by somebody else"
        for value in hers[name].splitlines():
            room.canaries.passing[value] = room.canaries.kept.pop(value)
    theirs["place"] = room.canaries.new("conflict: place", "place")
    theirs["narrative"] = room.canaries.passed("conflict: the other's narrative", "phrase")
    post(brenda, address, 302, theirs)
    hers["narrative"] = room.canaries.new("conflict: narrative", "phrase")
    answer = post(anna, address, 409, hers)
    assert theirs["narrative"] in answer.get_data(as_text=True)
    again = fields_of(answer.get_data(as_text=True)) | {"do": "save"}
    post(anna, address, 302, again)


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send back of the full form, untouched."""
    from tests.incidents.test_documentation import fields_of as fields

    return fields(page)


def _typed_meanwhile(room: Room) -> None:
    """Kept while it is typed, with an open vault and with a closed one."""
    passed = room.canaries.passed
    first = written(room.canaries, "autosave a", 8, kept=False) | {"case": ""}
    post(room.anna.client, "/incidents/typed", 204, first)
    for client, where, case in (
        (room.anna.client, "autosave a", ""),
        (room.anna.client, "autosave b", room.cases[0]),
        (room.carol.client, "autosave c", ""),
    ):
        form = written(room.canaries, where, 4) | {"case": case}
        post(client, "/incidents/typed", 204, form)
    wrong = written(room.canaries, "autosave", 1, kept=False)
    post(room.anna.client, "/incidents/typed", 400, wrong | {"token": passed("autosave, token")})
    long = wrong | {"narrative": passed("autosave, too long") * 60_000}
    post(room.anna.client, "/incidents/typed", 413, long)


# --- One case -------------------------------------------------------------------------------------


def _case(room: Room) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    anna, brenda = room.anna.client, room.brenda.client
    first, second, third = (f"/incidents/{reference}" for reference in room.cases)
    for client in (anna, brenda):
        post(client, f"{first}/comments", 303, {"text": new("comment", "phrase")})
        post(client, f"{first}/comments", 303, {"text": new("comment", "phone")})
    post(anna, f"{first}/comments", 422, {"text": passed("long comment") * 400})
    _consents(room, second)
    _steps(room, third)
    _referrals(room, second)
    _terms(room, second)
    for words in (passed("link", "word"), passed("link", "phone")):
        post(anna, f"{first}/links", 200, {"words": words})
    link = {"kind": "incident", "id": room.cases[1], "note": passed("link, note")}
    post(anna, f"{first}/links/add", 303, link)
    post(anna, f"{first}/links/add", 404, {"kind": "incident", "id": passed("link, id")})
    post(anna, f"{first}/assign", 422, {"account": passed("assigned to")})
    assigned = {"account": room.brenda.actor.public_id, "note": passed("assigned, note")}
    post(anna, f"{first}/assign", 303, assigned)


def _version(client: FlaskClient, address: str, page: str) -> str:
    text = client.get(f"{address}/{page}").get_data(as_text=True)
    found = re.search(r'name="version"[^>]*value="(\d+)"', text)
    assert found is not None
    return found[1]


def _consents(room: Room, address: str) -> None:
    sent = {
        "person": "",
        "version": _version(room.anna.client, address, "consents"),
        "purposes": ["record", "mediation", "court"],
        "note": room.canaries.passed("consent, note", "phrase"),
    }
    post(room.anna.client, f"{address}/consents", 302, sent)
    sent |= {"version": "1", "note": room.canaries.passed("consent, late", "phrase")}
    post(room.anna.client, f"{address}/consents", 409, sent)
    wrong = sent | {"person": room.canaries.passed("consent, whose"), "version": ""}
    wrong["version"] = _version(room.anna.client, address, "consents")
    post(room.anna.client, f"{address}/consents", 404, wrong)


def _steps(room: Room, address: str) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    anna, brenda = room.anna.client, room.brenda.client

    def step(client: FlaskClient, verb: str, status: int = 303, **data: str) -> None:
        version = {"version": _version(client, address, f"steps/{verb}")} if status == 303 else {}
        post(client, f"{address}/steps/{verb}", status, data | version)

    step(brenda, "triage", reason=passed("triage, reason that is not asked for"))
    step(room.doris.client, "insufficient", 422, reason=passed("too long a reason") * 400)
    step(room.doris.client, "insufficient", reason=new("insufficient", "phrase"))
    step(anna, "look_again", reason=new("look again", "phrase"))
    step(room.doris.client, "no_violation", reason=new("no violation", "phone"))
    step(anna, "close", outcome="no_violation", reason=new("closing", "phrase"))
    step(anna, "reopen", reason=new("reopened", "phrase"))
    step(anna, "shout", 404, reason=passed("no such step"))


def _referrals(room: Room, address: str) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    sent = {"kind": "legal", "made_on": "2026-01-06", "service_name": new("referral", "name")}
    wrong = sent | {"made_on": "soon", "service_name": passed("referral, wrong")}
    post(room.anna.client, f"{address}/referrals", 422, wrong)
    post(room.anna.client, f"{address}/referrals", 302, sent | {"key": "rq1w2e"})
    outcome = {"referral": "rq1w2e", "outcome": "helped", "note": new("referral, note", "phone")}
    text = room.anna.client.get(f"{address}/referrals").get_data(as_text=True)
    choices = re.search(r'name="outcome".*?</select>', text, re.S)
    assert choices is not None
    outcome["outcome"] = re.findall(r'value="(\w+)"', choices[0])[-1]
    post(room.anna.client, f"{address}/referrals", 302, outcome)


def _terms(room: Room, address: str) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    sent = {"kind": "pay", "what": new("term", "phrase"), "amount": "300"}
    wrong = sent | {"amount": passed("term, amount"), "what": passed("term, wrong")}
    post(room.anna.client, f"{address}/terms", 422, wrong)
    post(room.anna.client, f"{address}/terms", 302, sent)


def _identities(room: Room) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    address = f"/incidents/{room.cases[1]}/persons/p0"
    facts = {
        "legal_name": new("legal name"),
        "number": new("number", "word"),
        "phone": new("identity, phone", "phone"),
        "address": new("identity, address", "place"),
        "note": new("identity, note", "phrase"),
    }
    wrong = facts | {"born_on": passed("born on", "phone"), "note": passed("identity, wrong")}
    post(room.anna.client, address, 422, wrong)
    post(room.anna.client, address, 303, facts)
    ask = f"{address}/ask"
    post(room.anna.client, ask, 422, {"reason": passed("too long a reason") * 200})
    post(room.anna.client, ask, 303, {"reason": new("why it is asked", "phrase")})
    post(room.anna.client, ask, 422, {"reason": passed("asked again", "phrase")})
    listed = room.grace.client.get("/vault/unsealing").get_data(as_text=True)
    (there,) = set(re.findall(r'href="(/vault/unsealing/\w{16})"', listed))
    assert "they said" in room.grace.client.get(there).get_data(as_text=True)
    post(room.grace.client, there, 303, {"decision": "grant", "note": passed("decision, note")})
    post(room.anna.client, f"{address}/granted", 200)
    post(room.grace.client, f"{address}/read", 200)


# --- Evidence -------------------------------------------------------------------------------------


@contextmanager
def _planted_in_files(value: str) -> Iterator[None]:
    before, samples.PLANTED = samples.PLANTED, value
    try:
        yield
    finally:
        samples.PLANTED = before


def _evidence(room: Room) -> None:
    passed, reference = room.canaries.passed, room.cases[1]
    makers = {
        "jpg": samples.jpeg,
        "png": samples.png,
        "pdf": samples.pdf,
        "wav": lambda: samples.recorded("wav", "pcm_s16le"),
        "mp4": lambda: samples.recorded("mp4", "aac", "mpeg4"),
    }
    for kind, make in makers.items():
        with _planted_in_files(passed(f"in a {kind}", "word")):
            _raw(room, reference, kind, make())
    with _planted_in_files(passed("in a photo of a plain form")):
        content = samples.jpeg() + passed("after a photo").encode() * 100_000
    form = _said(room, "plain") | {"file": FileStorage(io.BytesIO(content), _file_name(room))}
    answer = _in_form(room, reference, 303, form)
    room.evidence[answer.headers["Location"].rpartition("/")[2]] = content
    # A text is not taken, nor is a zip.
    for wrong in (passed("in a text").encode() * 50_000, samples.zipped()):
        form = {name: passed(f"refused, {name}") for name in ("label", "note", "received_from")}
        form |= {"file": FileStorage(io.BytesIO(wrong), f"{passed('refused, file')}.txt")}
        _in_form(room, reference, 422, form)
    _custody(room, f"/incidents/{reference}/evidence/{next(iter(room.evidence))}")


def _in_form(room: Room, reference: str, status: int, form: dict[str, Any]) -> Any:
    """Send a form with a file. The client would put a large one into a temporary file."""
    stream, _length, boundary = stream_encode_multipart(form, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    address = f"/incidents/{reference}/evidence/new"
    return post(room.anna.client, address, status, stream.read(), content_type=kind)


def _said(room: Room, kind: str) -> dict[str, Any]:
    return {
        "label": room.canaries.new(f"label of a {kind}"),
        "note": room.canaries.new(f"note of a {kind}", "phrase"),
        "received_from": room.canaries.new(f"received from, {kind}", "phone"),
    }


def _file_name(room: Room) -> str:
    return f"{room.canaries.new('file name', 'word')}.jpg"


def _raw(room: Room, reference: str, kind: str, content: bytes) -> None:
    words = json.dumps(_said(room, kind) | {"uploaded_name": _file_name(room)}).encode()
    answer = post(
        room.anna.client,
        f"/incidents/{reference}/evidence/new",
        201,
        len(words).to_bytes(4, "big") + words + content,
        content_type="application/octet-stream",
        headers={"X-Requested-With": "fetch"},
    )
    room.evidence[answer.get_json()["to"].rpartition("/")[2]] = content


def _custody(room: Room, address: str) -> None:
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    step = {"what": "handed_over", "who": new("custody, who"), "more": new("custody", "phrase")}
    post(anna, f"{address}/custody", 422, {"what": "", "who": passed("custody, wrong")})
    post(anna, f"{address}/custody", 303, step)
    post(anna, f"{address}/copy", 200)
    post(anna, f"{address}/original", 422, {"who": "", "more": passed("export, wrong")})
    exported = {"who": new("export, to whom"), "more": new("export, what for", "phrase")}
    post(anna, f"{address}/original", 200, exported)
    room.papers["sheet"] = post(anna, f"{address}/sheet", 200).data
    room.papers["sheet with words"] = post(anna, f"{address}/sheet", 200, {"words": "y"}).data


# --- Around the cases -----------------------------------------------------------------------------


def _mediation(room: Room) -> None:
    passed = room.canaries.passed
    address = f"/incidents/{room.cases[1]}/mediator"
    sent = {
        "mediator": room.mediator.public_id,
        "request": "release",
        "station": "",
        "call_name": passed("whom to call"),
        "call_phone": passed("whom to call", "phone"),
    }
    wrong = sent | {"call_name": passed("whom to call, wrong"), "call_phone": passed("no phone")}
    post(room.anna.client, address, 422, wrong)
    post(room.anna.client, address, 303, sent)
    page = room.mediating.get("/incidents/briefs").get_data(as_text=True)
    assert sent["call_name"] in page
    found = re.search(r'action="(/incidents/briefs/[\w-]{16}/answer)"', page)
    assert found is not None
    post(room.mediating, found[1], 303, {"answer": "yes", "note": passed("answer, note")})
    closing = found[1].replace("/answer", "/close")
    post(room.mediating, closing, 422, {"result": passed("result of mediation")})


def _register(room: Room) -> None:
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    known = next(iter(room.canaries.kept))
    for words in (passed("search"), passed("search", "phone"), known.upper()):
        post(anna, "/incidents/search", 200, {"words": words, "show": "all"})
    filters = ("ward", "station", "person", "assigned", "act", "since", "until", "state", "clock")
    post(anna, "/incidents/search", 200, {name: passed(f"filter, {name}") for name in filters})
    view = {"words": new("view, words", "word"), "ward": new("view, ward", "place"), "show": "all"}
    view |= {"station": new("view, station", "place"), "name": new("name of a view"), "shared": "y"}
    post(anna, "/incidents/views", 200, view)
    post(anna, "/incidents/views", 422, {"words": passed("view without a name"), "name": ""})


def _interrupted(room: Room) -> None:
    """Forms that a closed vault, an old sign-in or none at all stood in the way of."""
    passed, reference = room.canaries.passed, room.cases[1]
    for address, form in (
        ("/incidents/new", written(room.canaries, "closed", 2, kept=False) | {"do": "save"}),
        (f"/incidents/{reference}/comments", {"text": passed("comment, closed", "phrase")}),
        ("/incidents/search", {"words": passed("search, closed")}),
    ):
        answer = post(room.carol.client, address, 303, form)
        assert answer.headers["Location"] == "/vault?next=/vault/go-on"
        answer = post(room.stranger, address, 303, form)
        assert answer.headers["Location"].startswith("/sign-in")
        for peer in room.phones.values():
            post(peer, address, 403, form)
    _fresh_at(datetime(2020, 1, 1, tzinfo=UTC))
    document = next(iter(room.evidence))
    for address, form in (
        (f"/incidents/{reference}/shred", {"typed": passed("shred, late")}),
        (f"/incidents/{reference}/case-file", {"persons": [passed("case file, late")]}),
        (f"/incidents/{reference}/evidence/{document}/original", {"who": passed("export, late")}),
    ):
        answer = post(room.anna.client, address, 303, form)
        assert "/confirm" in answer.headers["Location"]
    _fresh_at(utc_now())
    post(room.stranger, FILE, 303, {"screen": "words", "narrative": passed("report, nobody")})


def _fresh_at(moment: datetime) -> None:
    with writing() as session:
        session.execute(update(SignedInSession).values(fresh_at=moment))
    db.session.rollback()


def _refused(room: Room) -> None:
    """Canaries in addresses that lead nowhere, and in fields that are too long or broken."""
    passed, anna = room.canaries.passed, room.anna.client
    for broken in ("\0", "\ud800", "‮", "{{ 7*7 }}", "%s%n"):
        text = f"{passed('broken text', 'phrase')}{broken}"
        sent = {"text": text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        anna.post(f"/incidents/{room.cases[0]}/comments", data=sent)
    post(anna, f"/incidents/{room.cases[0]}/shred", 409, {"typed": passed("shred, open")})
    post(anna, "/incidents/duty/new", 422, {"note": passed("duty"), "phone": passed("duty, phone")})


def _papers(room: Room) -> None:
    anna, phone = room.anna.client, next(iter(room.phones.values()))
    room.papers["paper form"] = phone.get("/incidents/form.pdf").data
    room.papers["consent form"] = anna.get("/incidents/consent-form.pdf").data
    address = f"/incidents/{room.cases[1]}/case-file"
    text = anna.get(address).get_data(as_text=True)
    persons = re.findall(r'name="persons"[^>]*value="(\w+)"', text)
    chosen = {"persons": persons} | dict.fromkeys(("narrative", "terms", "sources"), "y")
    room.papers["case file"] = post(anna, address, 200, chosen).data
