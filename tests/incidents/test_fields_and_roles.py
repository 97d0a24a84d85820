"""Every field of the record, every page of this room, every role: rendered to whom it should be.

Each field is filled with a value of its own. Pages are found from the application's list of routes,
so that a new page is asked for by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import BaseModel

from kash.incidents.rules.record import Record
from kash.platform.database import db, new_public_id
from kash.platform.vault import file_document
from kash.policy import Actor, Role
from tests.conftest import AMember
from tests.incidents.conftest import Filed, Member
from tests.refusals import draw_refusals_once

# What holds one of a few words, so that no canary fits.
CODED = {
    "filing.how": "phone",
    "filing.language": "sw",
    "persons.age_band": "25_34",
    "persons.among_adults": "unknown",
    "persons.court_result": "bail",
    "parties.kind": "police",
    "parties.involvement": "ordered",
    "parties.rank_band": "gazetted",
    "acts.code": "M1",
    "acts.currency": "KES",
    "information.source": "witness",
    "information.reliability": "doubtful",
    "interventions.asked.kind": "return",
    "interventions.asked.result": "partly",
    "interventions.response": "agreed",
    "terms.kind": "pay",
    "terms.currency": "KES",
    "questioned_terms.kind": "pay",
    "questioned_terms.currency": "KES",
    "reach.whose": "reporter",
    "bail.paid_to": "station",
    "bail.currency": "KES",
    "reach.ask_again": "yes",
    "reach.voicemail": "yes",
    "follow_ups.safe": "no",
    "follow_ups.retaliation": "yes",
    "referrals.kind": "shelter",
    "referrals.outcome": "",
    "referrals.agreed": "herself",
    "consents.purpose": "court",
    "consents.origin": "told_reporter",
    "choices.origin": "told_reporter",
    "own_words.purpose": "charge_or_release",
    "own_words.origin": "herself",
    # Of an incident that is not there nobody knows whether it was a child's: a custodian reads it.
    "links.kind": "workshop",
    "holds.paper": "summons",
    "proposals.act": "hold",
    "proposals.paper": "summons",
    "removed_evidence.kind": "paper",
    "removed_evidence.copies.code": "pdf",
    "removed_evidence.custody.what": "added",
    "evidence.kind": "application/pdf",
    "timeline.what": "triage",
    "timeline.state": "triaged",
    "triage.outcome": "triaged",
    "verification.outcome": "verified",
    "closing.outcome": "settled",
}
# What parts are called among themselves: p1, a1 …
OWN_IDS = re.compile(
    r"(persons|parties|acts|information|interventions|terms|questioned_terms|bail|referrals"
    r"|proposals|holds)\.id"
)
NAMED: dict[str, Any] = {
    "persons.hours_unknown": ["arrested_at"],
    "persons.limits": {"pep": "late"},
    "triage.endings": {"p1": "released"},
    "verification.endings": {"p1": "released"},
    "closing.endings": {"p1": "released"},
    "acts.persons": ["p1"],
    "interventions.persons": ["p1"],
    "wanted": ["release"],
    "acts.parties": ["q1"],
    "terms.owed_by": "q1",
    "terms.owed_to": "p1",
    "questioned_terms.owed_by": "p1",
    "questioned_terms.owed_to": "q1",
    "bail.person": "p1",
    "referrals.person": "p1",
    "consents.person": "p1",
    "choices.person": "p1",
    "choices.wanted": ["help"],
    "own_words.person": "p1",
    "evidence.shows": ["p1"],
    "court_asks.person": "p1",
    "comments.id": "c1",
    "earlier_identities.person": "p1",
}
SHORT = {"persons": "p", "parties": "q", "questioned_terms": "t", "proposals": "s"}
# Shown to nobody: ids of accounts and documents, which lead on and say nothing themselves; what
# another than its own page would have to open.
NEVER = {
    "filing.screens",
    "persons.person",
    "parties.person",
    "information.person",
    "information.account",
    "filing.author",
    "reach.station",
    "persons.identity",
    "persons.tries.by",
    "assigned_to",
    "interventions.mediator",
    "interventions.brief",
    "referrals.by",
    # Put into the record as it is read, in place of what is stored.
    "texts.text",
    "texts.by",
    "follow_ups.id",
    "follow_ups.by",
    "follow_ups.case",
    "declared",
    # Stands there in groups of four.
    "paper_reference",
    # Opened by a custodian's own page.
    "duty_note",
    "duty_waits",
    "decided_on",
    # Opened by their own page.
    "first_accounts",
    "sealed_changes",
    "proposals.by",
    "proposals.about",
    # Read by whoever asked, and by nobody else.
    "member_answers.act",
    "member_answers.by",
    "member_answers.second",
    "member_answers.reason",
    "proposals.document",
    "proposals.replaces",
    "removed_evidence.by",
    "removed_evidence.second",
    "removed_evidence.custody.by",
    "earlier_identities.document",
    "earlier_identities.by",
    "earlier_identities.second",
    "accounts_given.by",
    "taken_out.by",
    "taken_out.second",
    "holds.by",
    "holds.second",
    "comments.by",
    "timeline.by",
    "timeline.about",
    "consents.by",
    "choices.by",
    "own_words.by",
    "court_asks.by",
    "own_words.wording",
    "own_words.language",
    "own_words.paper",
    "links.id",
    "links.note",
    "evidence.added_by",
    "triage.by",
    "triage.reason",
    "verification.by",
    "verification.reason",
    "closing.by",
}


# What stands only in forms.
NOT_FOR_WHO_READS = {
    "court_asks.about",
    "court_asks.language",
    "court_asks.to_whom",
    "consents.wording",
    "consents.language",
    "consents.paper",
    "parties.station",
    "bail.place",
    "referrals.note",
    "persons.tries.what",
    # On the page of who somebody is.
    "earlier_identities.reason",
}


@dataclass
class Filled:
    """A record in which every field says something that stands nowhere else."""

    record: Record
    canaries: dict[str, str] = field(default_factory=dict)


def fill(**fixed: str) -> Filled:
    """Every field filled: texts by canaries, moments and amounts by single values."""
    filled = Filled(Record())
    content = _content(Record, "", filled.canaries, fixed)
    filled.record = Record.model_validate(content)
    return filled


def _content(
    kind: type[BaseModel], path: str, canaries: dict[str, str], fixed: dict[str, str]
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, one in kind.model_fields.items():
        here = f"{path}{name}"
        made[name] = _value(one.annotation, here, canaries, fixed)
    return made


def _value(annotation: Any, here: str, canaries: dict[str, str], fixed: dict[str, str]) -> Any:
    options = [each for each in get_args(annotation) if each is not type(None)]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _content(annotation, here + ".", canaries, fixed)
    if here in NAMED:
        return NAMED[here]
    if here in CODED:
        return CODED[here]
    if OWN_IDS.fullmatch(here):
        return SHORT.get(here.split(".")[0], here[0]) + "1"
    if get_origin(annotation) is list:
        return [_value(options[0], here, canaries, fixed)]
    if get_origin(annotation) is dict:
        return {"what": _canary(here, canaries, fixed)}
    if annotation is str:
        return _canary(here, canaries, fixed)
    if bool in (annotation, *options):
        return True
    if datetime in options or annotation is datetime:
        return datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
    if date in options or annotation is date:
        return date(2026, 11, 17)
    return 712_345


def _canary(here: str, canaries: dict[str, str], fixed: dict[str, str]) -> str:
    # As long as a public id and in its letters, so that it fits wherever an id is.
    canaries[here] = fixed.get(here) or new_public_id()
    return canaries[here]


def test_every_field_is_filled() -> None:
    """A field that is added later is filled by itself; nothing is left as it was."""

    def empty(value: Any, path: str = "") -> Iterator[str]:
        if isinstance(value, BaseModel):
            for name in type(value).model_fields:
                yield from empty(getattr(value, name), f"{path}.{name}")
        elif isinstance(value, list):
            if not value:
                yield path
            for inner in value:
                yield from empty(inner, path)
        elif value in (None, "", {}, False):
            yield path

    assert list(empty(fill().record)) == [".referrals.outcome"]


@dataclass
class World:
    """Who asks, and where."""

    browsers: dict[str, FlaskClient]
    filled: Filled
    reference: str
    identity: str
    secret: str

    def rendered(self, bodies: list[str]) -> set[str]:
        """The fields that any of these answers holds, headers included."""
        return {
            path
            for path, canary in self.filled.canaries.items()
            if any(canary in body for body in bodies)
        }

    def pages(self, app: APIFlask, who: str, called: list[str]) -> list[str]:
        """What every page of this room answers, by GET, and by POST with hardly anything in it
        where that would not take the case away. `called` has the views of each request alone."""
        return list(self._pages(app, self.browsers[who], called))

    def _pages(self, app: APIFlask, browser: FlaskClient, called: list[str]) -> Iterator[str]:
        known = {"reference": self.reference, "person": "p1", "verb": "verify"}
        known |= {"document": self.identity, "intervention_id": "i1"}
        known |= {"bail_id": "b1", "term_id": "t1", "proposal": "s1", "hold_id": "h1"}
        for rule in app.url_map.iter_rules():
            if not rule.endpoint.startswith("incidents."):
                continue
            values = {name: known.get(name, "0123456789abcdef") for name in rule.arguments}
            for method in sorted({"GET", "POST"} & set(rule.methods or ())):
                if method == "POST" and rule.endpoint in WRITING:
                    continue
                with app.test_request_context():
                    address = app.url_for(rule.endpoint, **values)
                asked = {"words": self.filled.canaries["narrative"]} if method == "POST" else None
                called.clear()
                answer = browser.open(address, method=method, data=asked)
                assert answer.status_code < 500, (rule.endpoint, method)
                headers = "\n".join(f"{name}: {value}" for name, value in answer.headers)
                text = _without_own_words(answer.get_data().decode("utf-8", "replace"), address)
                yield _without_own_words(headers, address) + "\n" + text


# Would take the case away from who asks, or change what is looked for.
WRITING = {
    "incidents.declare",
    "incidents.urgent",
    "incidents.ask_next",
    "incidents.withdraw_request",
    "incidents.remove_link",
    "incidents.remove_bail",
    "incidents.add_link",
}


def _without_own_words(text: str, address: str) -> str:
    """What was typed comes back to who typed it; the address was hers already."""
    return re.sub(r'<input[^>]*name="words"[^>]*>', "", text).replace(address, "")


@pytest.fixture
def world(
    app: APIFlask,
    a_member: Member,
    filed: Filed,
    actor: Callable[..., Actor],
    client_for: Callable[[Actor], FlaskClient],
) -> World:
    """One case with everything in it, and a browser of each role; of members also with a closed
    vault, and one of them kept away."""
    custodian = a_member("custodian")
    members: dict[str, AMember] = {
        "documentation": a_member("documentation"),
        "director": a_member("director"),
        "closed documentation": a_member("documentation", is_open=False),
        "closed director": a_member("director", is_open=False),
        "closed custodian": a_member("custodian", is_open=False),
        "kept away": a_member("documentation"),
        "custodian": custodian,
    }
    secret = new_public_id()
    identity = file_document(
        db.session(),
        "identity",
        b'{"legal_name": "' + secret.encode() + b'"}',
        compartment="identity",
    ).public_id
    db.session.commit()
    away = members["kept away"].actor.public_id
    filled = fill(**{"persons.identity": identity, "parties.account": away})
    reference = filed(filled.record, "triaged")
    browsers = {name: one.client for name, one in members.items()}
    for role in Role:
        if str(role) not in browsers:
            browsers[str(role)] = client_for(actor(str(role)))
    browsers["director without keys"] = client_for(actor("director"))
    browsers["nobody"] = app.test_client()
    return World(browsers, filled, reference, identity, secret)


def test_each_field_is_rendered_to_whom_it_should_be(
    app: APIFlask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who somebody is, to a custodian who pressed the button for it and to nobody else."""
    called = draw_refusals_once(app, set(), monkeypatch)
    pages = {who: world.pages(app, who, called) for who in world.browsers}
    shown = {who: world.rendered(bodies) for who, bodies in pages.items()}
    # Her account is named in the frame of each of her pages, and on the list of officers on duty,
    # which says nothing of a case.
    for fields in shown.values():
        # Told by the changes once another stands in its place, as after this walk's own step.
        fields.discard("verification.reason")
        if fields == {"parties.account"}:
            fields.clear()
    readers = {"documentation", "director", "custodian"}
    assert {who for who, fields in shown.items() if fields} == readers
    assert shown["documentation"] == set(world.filled.canaries) - NEVER
    assert shown["custodian"] == shown["documentation"]
    assert shown["documentation"] - shown["director"] == NOT_FOR_WHO_READS

    opened = {who for who, bodies in pages.items() if any(world.secret in one for one in bodies)}
    assert opened == {"custodian"}
    address = f"/w/{world.reference}/p/p1"
    assert world.secret not in world.browsers["custodian"].get(address).get_data(as_text=True)

    titles = {
        title
        for bodies in pages.values()
        for body in bodies
        for title in re.findall(r"<title>(.*?)</title>", body, flags=re.DOTALL)
    }
    assert titles == {"Programme", "Redirecting..."}
