"""Canaries typed on the pages of a case: comments, steps, consents, referrals, terms, identities
and the request to a mediator."""

import re

from flask.testing import FlaskClient

from kash.incidents.consent_texts import VERSION
from kash.incidents.views.cases import STEP_NUMBERS
from kash.platform.web.formats import local_today
from tests.incidents.canaries import Room, post


def version_on(client: FlaskClient, address: str) -> dict[str, str]:
    """Which version of the case a page shows, as its form sends it."""
    (version,) = re.findall(r'name="version" value="(\d+)"', client.get(address).text)
    return {"version": version}


def case(room: Room) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    anna, brenda = room.anna.client, room.brenda.client
    first, second, third = (f"/w/{reference}" for reference in room.cases)
    for client in (anna, brenda):
        post(client, f"{first}/o", 303, {"text": new("comment", "phrase")})
        post(client, f"{first}/o", 303, {"text": new("comment", "phone")})
    post(anna, f"{first}/o", 422, {"text": passed("long comment") * 400})
    consents(room)
    _taking(room, second)
    _steps(room, third)
    _referrals(room, second)
    _terms(room, second)
    _bail(room, second)
    _decisions(room, second)
    for words in (passed("link", "word"), passed("link", "phone")):
        post(anna, f"{first}/l", 200, {"words": words})
    link = {"kind": "incident", "id": room.cases[1], "note": passed("link, note")}
    post(anna, f"{first}/l/add", 303, link)
    post(anna, f"{first}/l/add", 404, {"kind": "incident", "id": passed("link, id")})
    post(anna, f"{first}/a", 422, {"account": passed("assigned to")})
    assigned = {"account": room.brenda.actor.public_id, "note": passed("assigned, note")}
    post(anna, f"{first}/a", 303, assigned)


def _version(client: FlaskClient, address: str, page: str) -> str:
    text = client.get(f"{address}/{page}").get_data(as_text=True)
    found = re.search(r'name="version"[^>]*value="(\d+)"', text)
    assert found is not None
    return found[1]


def consents(room: Room) -> None:
    """Answers to what one is asked, for the second case."""
    address = f"/w/{room.cases[1]}"
    sent = {
        "person": "",
        "version": _version(room.anna.client, address, "c"),
        "wording": VERSION,
        **dict.fromkeys(("record", "mediation", "court", "health"), "yes"),
        "origin": "herself",
        "language": "en",
        "note": room.canaries.passed("consent, note", "phrase"),
    }
    post(room.anna.client, f"{address}/c", 303, sent)
    sent |= {"version": "1", "note": room.canaries.passed("consent, late", "phrase")}
    post(room.anna.client, f"{address}/c", 409, sent)
    wrong = sent | {"person": room.canaries.passed("consent, whose"), "version": ""}
    wrong["version"] = _version(room.anna.client, address, "c")
    post(room.anna.client, f"{address}/c", 404, wrong)
    wrong = sent | {"origin": room.canaries.passed("consent, how it is known")}
    post(room.anna.client, f"{address}/c", 422, wrong)


def _taking(room: Room, address: str) -> None:
    """How an account was taken, said twice, the second time for a reason."""
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    sent = {"told_by": "herself", "read_back": "yes"}
    wrong = sent | {
        "language": passed("taken, refused"),
        "told_before": passed("told before, none"),
    }
    post(anna, f"{address}/t", 422, wrong | {"version": _version(anna, address, "t")})
    stale = {"language": passed("taken, late"), "version": "1"}
    post(anna, f"{address}/t", 409, sent | stale)
    for why in ({}, {"why": new("taken, why", "phrase")}):
        said = sent | {"language": new("taken, language")} | why
        post(anna, f"{address}/t", 303, said | {"version": _version(anna, address, "t")})


def _steps(room: Room, address: str) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    anna, brenda = room.anna.client, room.brenda.client

    def step(client: FlaskClient, verb: str, status: int = 303, **data: str) -> None:
        version = (
            {"version": _version(client, address, f"s/{STEP_NUMBERS[verb]}")}
            if status == 303
            else {}
        )
        number = STEP_NUMBERS.get(verb, "99")
        post(client, f"{address}/s/{number}", status, data | version)

    step(brenda, "triage", reason=passed("triage, reason that is not asked for"))
    step(room.doris.client, "insufficient", 422, reason=passed("too long a reason") * 400)
    step(room.doris.client, "insufficient", reason=new("insufficient", "phrase"))
    step(anna, "look_again", reason=new("look again", "phrase"))
    step(room.doris.client, "no_violation", reason=new("no violation", "phone"))
    # While something agreed is open, no case is closed.
    close = STEP_NUMBERS["close"]
    ended = {"outcome": "no_violation", "reason": passed("closing, open", "phrase")}
    post(anna, f"{address}/s/{close}", 200, ended)
    _terms_kept(anna, address)
    step(anna, "close", outcome="no_violation", reason=new("closing", "phrase"))
    step(anna, "reopen", reason=new("reopened", "phrase"))
    step(anna, "shout", 404, reason=passed("no such step"))


def _terms_kept(client: FlaskClient, address: str) -> None:
    """Everything that was agreed in a case was done."""
    page = client.get(f"{address}/g").get_data(as_text=True)
    for term in re.findall(r'name="term" value="(\w+)"', page):
        post(client, f"{address}/g", 303, {"term": term, "fulfilled_on": "2026-01-07"})


def asked_for_a_court(room: Room) -> None:
    """Everybody in the second case was asked again for one paper."""
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    address = f"/w/{room.cases[1]}/c/f"
    page = anna.get(address).get_data(as_text=True)
    sent = {
        "persons": re.findall(r'name="persons"[^>]*value="(\w+)"', page),
        "on": f"{local_today()}",
        "read_back_on": f"{local_today()}",
        "language": "en",
        "answer": "yes",
    }
    wrong = {"to_whom": passed("paper, to whom, wrong"), "about": passed("paper, about, wrong")}
    refused = sent | wrong | {"version": _version(anna, f"/w/{room.cases[1]}", "c/f")}
    post(anna, address, 422, refused | {"read_back_on": passed("paper, read back")})
    paper = {"to_whom": new("paper, to whom"), "about": new("paper, about", "phrase")}
    post(anna, address, 303, sent | paper | {"version": refused["version"]})


_SAFE_ANSWERS = {"guessed": "no", "safe_there": "yes", "knows_next": "yes"}


def _referrals(room: Room, address: str) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    sent = {"kind": "legal", "made_on": "2026-01-06", "agreed": "herself"}
    sent |= {"service_name": new("referral", "name"), **_SAFE_ANSWERS}
    wrong = sent | {"made_on": "soon", "service_name": passed("referral, wrong")}
    post(room.anna.client, f"{address}/r", 422, wrong)
    post(room.anna.client, f"{address}/r", 303, sent | {"key": "rq1w2e"})
    outcome = {"referral": "rq1w2e", "outcome": "helped", "note": new("referral, note", "phone")}
    post(room.anna.client, f"{address}/r", 303, outcome)


def _terms(room: Room, address: str) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    sent = {"kind": "release", "what": new("term", "phrase")}
    wrong = sent | {"amount": passed("term, amount"), "what": passed("term, wrong")}
    post(room.anna.client, f"{address}/g", 422, wrong)
    post(room.anna.client, f"{address}/g", 303, sent)


def _bail(room: Room, address: str) -> None:
    new, passed, anna = room.canaries.new, room.canaries.passed, room.anna.client
    sent = {"person": "p0", "amount": "300", "paid_on": "2026-01-06", "paid_to": "court"}
    receipts = {"receipt": passed("receipt, wrong"), "place_name": passed("court, wrong", "place")}
    post(anna, f"{address}/v", 422, sent | receipts | {"paid_on": "soon"})
    # Corrected, what stood first is kept among the changes.
    receipts = {"receipt": new("receipt, first", "word"), "place_name": new("court", "place")}
    post(anna, f"{address}/v", 303, sent | receipts | {"key": "bq1w2e"})
    receipts["receipt"] = new("receipt", "word")
    shown = version_on(anna, f"{address}/v/bq1w2e")
    post(anna, f"{address}/v/bq1w2e", 303, sent | receipts | shown)


def _decisions(room: Room, address: str) -> None:
    new, passed, grace = room.canaries.new, room.canaries.passed, room.grace.client
    wrong = {"kind": "reported", "reported_by": passed("reported, wrong")}
    post(grace, f"{address}/q", 422, wrong)
    for kind in ("counsel", "reported"):
        note = {
            "kind": kind,
            "on": "2026-01-06",
            "reported_by": new("reported by") if kind == "reported" else passed("by, no report"),
            "reference": new("reference", "word") if kind == "reported" else passed("no reference"),
            "reason": new("why it is reported", "phrase"),
        }
        post(grace, f"{address}/q", 303, note | version_on(grace, f"{address}/q"))
    policy = {"name": passed("policy"), "checked_by": passed("lawyer"), "dated_on": "2190-01-01"}
    post(grace, "/w/q", 422, policy)


def identities(room: Room) -> None:
    new, passed = room.canaries.new, room.canaries.passed
    address = f"/w/{room.cases[1]}/p/p0"
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
    listed = room.grace.client.get("/w/v/u").get_data(as_text=True)
    (there,) = set(re.findall(r'href="(/w/v/u/\w{16})"', listed))
    assert "they said" in room.grace.client.get(there).get_data(as_text=True)
    post(room.grace.client, there, 303, {"decision": "grant", "note": passed("decision, note")})
    post(room.anna.client, f"{address}/g", 200)
    post(room.grace.client, f"{address}/read", 200)


def ask(room: Room) -> str:
    """Ask the mediator about the second case; whom she is told to call."""
    passed = room.canaries.passed
    address = f"/w/{room.cases[1]}/m"
    text = room.anna.client.get(address).get_data(as_text=True)
    persons = re.findall(r'name="persons"[^>]*value="(\w+)"', text)
    for person in persons:
        _wants_mediation(room, person)
    sent = {
        "mediator": room.mediator.public_id,
        "requests": ["release", "stop"],
        "persons": persons,
        **_SAFE_ANSWERS,
        "station": "",
        "call_name": passed("whom to call"),
        "call_phone": passed("whom to call", "phone"),
    }
    wrong = sent | {"call_name": passed("whom to call, wrong"), "call_phone": passed("no phone")}
    post(room.anna.client, address, 422, wrong)
    wrong = sent | {"persons": [passed("for whom")], "requests": [passed("what is asked")]}
    post(room.anna.client, address, 422, wrong)
    post(room.anna.client, address, 303, sent)
    return str(sent["call_name"])


def _wants_mediation(room: Room, person: str) -> None:
    address = f"/w/{room.cases[1]}/w"
    passed = room.canaries.passed
    sent = {"person": person, "wanted": ["mediation"], "origin": "herself", "on": "2026-01-07"}
    for name in ("wanted", "origin", "on"):
        post(room.anna.client, address, 422, sent | {name: passed(f"what is wanted, {name}")})
    post(room.anna.client, address, 404, sent | {"person": passed("what is wanted, whose")})
    post(room.anna.client, f"{address}/y", 422, {"person": person, "answer": passed("own yes")})
    post(room.anna.client, address, 303, sent | {"note": passed("what is wanted, note")})


def mediation(room: Room) -> None:
    """A mediator is asked, reads whom to call, and answers."""
    passed, whom = room.canaries.passed, ask(room)
    page = room.mediating.get("/w/b").get_data(as_text=True)
    assert whom in page
    found = re.search(r'action="(/w/b/[\w-]{16}/answer)"', page)
    assert found is not None
    post(room.mediating, found[1], 303, {"answer": "yes", "note": passed("answer, note")})
    closing = found[1].replace("/answer", "/close")
    wrong = {"kind": "release", "result": passed("result of mediation")}
    post(room.mediating, closing, 303, wrong)
    wrong |= {"result": "released", "count": passed("of how many", "phone")}
    post(room.mediating, closing, 422, wrong)
