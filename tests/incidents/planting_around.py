"""Canaries in evidence, in the register, in forms that something stood in the way of, and in what
is refused; in calls, hand-overs and texts under a receipt; and the papers that are asked for at the
end."""

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from kash.accounts.models import SignedInSession
from kash.incidents.models import Incident
from kash.incidents.services.alerts import set_duty
from kash.platform.database import db, new_public_id, utc_now, writing
from kash.policy import SYSTEM
from tests.incidents.canaries import Room, post
from tests.incidents.filed_cases import let_arrive
from tests.incidents.planting_forms import FILE, written
from tests.incidents.sent_reports import hidden, sent
from tests.platform.cleaning import samples

# --- Evidence -------------------------------------------------------------------------------------


@contextmanager
def _planted_in_files(value: str) -> Iterator[None]:
    before, samples.PLANTED = samples.PLANTED, value
    try:
        yield
    finally:
        samples.PLANTED = before


def evidence(room: Room) -> None:
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
    _custody(room, f"/w/{reference}/e/{next(iter(room.evidence))}")


def _in_form(room: Room, reference: str, status: int, form: dict[str, Any]) -> Any:
    """Send a form with a file. The client would put a large one into a temporary file."""
    stream, _length, boundary = stream_encode_multipart(form, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    address = f"/w/{reference}/e/new"
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
        f"/w/{reference}/e/new",
        201,
        len(words).to_bytes(4, "big") + words + content,
        content_type="application/octet-stream",
        headers={"X-Requested-With": "fetch"},
    )
    room.evidence[answer.get_json()["to"].rpartition("/")[2]] = content


def _custody(room: Room, address: str) -> None:
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    step = {"what": "handed_over", "who": new("custody, who"), "more": new("custody", "phrase")}
    post(anna, f"{address}/q", 422, {"what": "", "who": passed("custody, wrong")})
    post(anna, f"{address}/q", 303, step)
    post(anna, f"{address}/copy", 200)
    post(anna, f"{address}/original", 422, {"paper": "", "more": passed("export, wrong")})
    paper = {"paper": _paper_offered(anna.get(f"{address}/original").get_data(as_text=True))}
    post(anna, f"{address}/original", 200, {**paper, "more": new("export, what for", "phrase")})
    room.papers["sheet"] = post(anna, f"{address}/sheet", 200, paper).data
    sheet = post(anna, f"{address}/sheet", 200, {**paper, "words": "y"})
    room.papers["sheet with words"] = sheet.data


def _paper_offered(text: str) -> str:
    """The one paper for a court that a page offers."""
    offered = text.partition('name="paper"')[2].partition("</select>")[0]
    (paper,) = filter(None, re.findall(r'value="([^"]*)"', offered))
    return paper


# --- Around the cases -----------------------------------------------------------------------------


def register(room: Room) -> None:
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    known = next(iter(room.canaries.kept))
    for words in (passed("search"), passed("search", "phone"), known.upper()):
        post(anna, "/w/search", 200, {"words": words, "show": "all"})
    filters = ("ward", "station", "person", "assigned", "act", "since", "until", "state", "clock")
    post(anna, "/w/search", 200, {name: passed(f"filter, {name}") for name in filters})
    view = {"words": new("view, words", "word"), "ward": new("view, ward", "place"), "show": "all"}
    view |= {"station": new("view, station", "place"), "name": new("name of a view"), "shared": "y"}
    post(anna, "/w/views", 200, view)
    post(anna, "/w/views", 422, {"words": passed("view without a name"), "name": ""})


def interrupted(room: Room) -> None:
    """Forms that a closed vault, an old sign-in or none at all stood in the way of."""
    passed, reference = room.canaries.passed, room.cases[1]
    for address, form in (
        ("/w/new", written(room.canaries, "closed", 2, kept=False) | {"do": "save"}),
        (f"/w/{reference}/o", {"text": passed("comment, closed", "phrase")}),
        ("/w/search", {"words": passed("search, closed")}),
    ):
        answer = post(room.carol.client, address, 303, form)
        assert answer.headers["Location"] == "/w/v?next=/w/v/go-on"
        answer = post(room.stranger, address, 303, form)
        assert answer.headers["Location"].startswith("/sign-in")
        for peer in room.phones.values():
            post(peer, address, 403, form)
    _fresh_at(datetime(2020, 1, 1, tzinfo=UTC))
    document = next(iter(room.evidence))
    for address, form in (
        (f"/w/{reference}/x", {"typed": passed("shred, late"), "reason": passed("why, late")}),
        (f"/w/{reference}/f", {"persons": [passed("case file, late")]}),
        (f"/w/{reference}/e/{document}/original", {"who": passed("export, late")}),
    ):
        answer = post(room.anna.client, address, 303, form)
        assert "/confirm" in answer.headers["Location"]
    _fresh_at(utc_now())
    post(room.stranger, FILE, 303, {"screen": "words", "narrative": passed("report, nobody")})


def _fresh_at(moment: datetime) -> None:
    with writing() as session:
        session.execute(update(SignedInSession).values(fresh_at=moment))
    db.session.rollback()


def refused(room: Room) -> None:
    """Canaries in broken texts, and in files where no form takes one."""
    passed, anna = room.canaries.passed, room.anna.client
    peer = next(iter(room.phones.values()))
    for client, address in ((anna, "/w/new"), (anna, "/w/t"), (peer, FILE)):
        form: dict[str, Any] = {"go": "next", "narrative": passed("sent with a file")}
        content = passed("in a file that nobody asked for").encode() * 50_000
        form["file"] = FileStorage(io.BytesIO(content), passed("name of a file"))
        stream, _length, boundary = stream_encode_multipart(form, use_tempfile=False)
        kind = f'multipart/form-data; boundary="{boundary}"'
        answer = client.post(address, data=stream.read(), content_type=kind)
        assert answer.status_code < 500, (address, answer.status_code)
    for broken in ("\0", "\ud800", "‮", "{{ 7*7 }}", "%s%n"):
        text = f"{passed('broken text', 'phrase')}{broken}"
        sent = {"text": text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")}
        anna.post(f"/w/{room.cases[0]}/o", data=sent)
    post(anna, f"/w/{room.cases[0]}/x", 409, {"typed": passed("shred, open")})
    post(anna, "/w/d/new", 422, {"note": passed("duty"), "phone": passed("duty, phone")})


def papers(room: Room) -> None:
    anna, phone = room.anna.client, next(iter(room.phones.values()))
    room.papers["paper form"] = phone.get("/w/n.pdf").data
    room.papers["consent form"] = anna.get("/w/c.pdf").data
    address = f"/w/{room.cases[1]}/f"
    text = anna.get(address).get_data(as_text=True)
    persons = re.findall(r'name="persons"[^>]*value="(\w+)"', text)
    chosen = {"persons": persons, "paper": _paper_offered(text)} | dict.fromkeys(
        ("narrative", "terms", "sources"), "y"
    )
    room.papers["case file"] = post(anna, address, 200, chosen).data


# --- From a call to the receipt -------------------------------------------------------------------


def chain(room: Room) -> None:
    """Somebody telephones, a case is handed over, and texts go under a receipt."""
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    token = new_public_id()
    call = {"token": token, "place": passed("call, place", "place"), "count": passed("call, count")}
    post(anna, "/w/call", 422, call)
    call |= {"count": "2", "narrative": new("call, what was said", "phrase")}
    call |= {"place": new("call, place", "place"), "number": passed("call, number", "phone")}
    called = post(anna, "/w/call", 303, call).location.rpartition("/")[2]
    before = set(db.session.scalars(select(Incident.public_id)))
    receipt = sent(room.mediator)
    let_arrive()
    (reference,) = set(db.session.scalars(select(Incident.public_id))) - before
    db.session.rollback()
    for place, member in enumerate((room.anna, room.brenda), 1):
        set_duty(SYSTEM, member.actor.public_id, position=place, hours=(), active=True)
    post(anna, "/w/y", 422, {"cases": [called], "line": passed("handed over, long") * 100})
    post(anna, "/w/y", 303, {"cases": [called], "line": new("handed over", "phrase")})
    question, answer = passed("question under a receipt"), passed("answer under a receipt")
    post(anna, f"/w/{reference}/j", 422, {"text": passed("a long question") * 100})
    post(anna, f"/w/{reference}/j", 303, {"text": question})
    words = {"code": receipt.code, "word": receipt.word}
    carried = hidden(post(room.stranger, "/r", 200, words).text, "pass")
    page = post(room.stranger, "/r", 200, {"pass": carried, "go": "texts"}).text
    assert question in page
    said = {"pass": carried, "go": "say", "text": passed("a long answer") * 100}
    post(room.stranger, "/r", 200, said)
    post(room.stranger, "/r", 200, said | {"text": answer})
    assert answer in anna.get(f"/w/{reference}").text
