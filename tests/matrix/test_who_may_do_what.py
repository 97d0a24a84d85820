"""Every address, by every method, as every role, on the own and on other people's records: the
answer is the one that the table says, no page shows a value that the role may not see, and names
lead to who bears them, one group at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kash.application import create_app
from kash.settings import Settings
from tests.refusals import Drawn, draw_refusals_once

from .names_shown import ROLES, SHOW_NAMES, names_on, wrong_names
from .programme import OTHER, OWN, Bearer, Value, World
from .table import ANYONE, BY_TOKEN, EVERYONE, MAY, NOBODY, PLACES, ROOMS, SHOWN, SIGNED_IN, in_room

LEFT_OUT = {"static"}
# Those who are led elsewhere before anything is decided about them.
_TO_SIGN_IN = "/sign-in"


@dataclass(frozen=True)
class Ask:
    """One request of the matrix."""

    endpoint: str
    method: str
    act: str
    role: str
    side: str

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint} as {self.role} on {self.side}"


def allowed(ask: Ask) -> bool:
    """What the table says."""
    if ask.act == ANYONE:
        return True
    if ask.act == SIGNED_IN:
        return ask.role != NOBODY
    reach = MAY[ask.act][ask.role]
    if reach == "-":
        return False
    return reach in ("all", "names") or ask.side == OWN


def hidden_from(world: World, role: str) -> list[Value]:
    """All values that no page may show to this role."""
    return [value for value in world.values if not _may_be_shown(world, role, value)]


def _may_be_shown(world: World, role: str, value: Value) -> bool:
    if value.kind == "account.name":
        # Colleagues are named where they act: as facilitator, secretary, or who approved.
        return role not in (NOBODY, "funder") or value.whose == role
    reach = SHOWN[value.kind][role]
    if reach in ("all", "names"):
        return True
    if reach == "-":
        return False
    if value.kind in ("account.email", "brief"):
        return value.whose == role
    if value.kind == "person.contact" and value.whose == "enrolled":
        # Reach is not self-granted: enrolling somebody opens neither phone nor e-mail.
        return False
    if value.kind.startswith("person."):
        return _own_person(world, role, value.whose)
    if value.kind == "certificate":
        return _own_person(world, role, value.whose)
    return value.whose == OWN


def _own_person(world: World, role: str, whose: str) -> bool:
    if role == "trainer":
        # The people of the trainer's own workshop.
        return whose in (OWN, "peer", "police_peer", "enrolled")
    return whose == world.own_person.get(role)


def body_of(answer: TestResponse) -> str:
    """All that came back, in lower case, so that a value is found however it is written."""
    return answer.get_data().decode("utf-8", "replace").lower()


def open_page(world: World, browser: FlaskClient, ask: Ask) -> TestResponse:
    """Ask for it, with nothing filled in but what says of whom it is asked."""
    place = PLACES[ask.endpoint]
    if ask.method == "GET" and ask.side == OWN and allowed(ask) and not place.sent:
        return world.own_page(ask.endpoint, ask.role)
    records = world.records[ask.role, ask.side]
    parts = {name: records[what] for name, what in place.address.items()}
    sent = {name: records[what] for name, what in place.sent.items()}
    address = world.address(ask.endpoint, parts)
    return browser.open(address, method=ask.method, data=sent or None)


def asked_of(endpoint: str) -> list[Ask]:
    place = PLACES[endpoint]
    sides = (OWN, OTHER) if place.address else (OWN,)
    return [
        Ask(endpoint, method, act, role, side)
        for method, act in place.acts().items()
        for role in EVERYONE
        for side in sides
    ]


def wrong_answer(ask: Ask, answer: TestResponse) -> str:
    """What is wrong with an answer, empty if it is what the table says."""
    status = answer.status_code
    to_sign_in = status == 303 and answer.headers["Location"].startswith(_TO_SIGN_IN)
    if status >= 500:
        return f"broke with {status}"
    if ask.act == BY_TOKEN:
        return "" if status == 401 else f"answered {status} without a token"
    if allowed(ask):
        refused = status in (401, 403, 405) or (to_sign_in and ask.act != ANYONE)
        gone = status == 404 and ask.act not in (ANYONE, "self")
        return f"was refused with {status}" if refused or gone else ""
    if ask.role == NOBODY:
        return "" if to_sign_in else f"answered {status} to nobody"
    return "" if status in (403, 404) else f"was let through with {status}"


# Once a report was begun no link leads away from it but "Help now", which keeps it first.
_LEADS_NOWHERE = frozenset({"incidents.filing_step", "incidents.receipt"})


def without_help(ask: Ask, answer: TestResponse, body: str) -> bool:
    """Whether it is a page of the site that leads to nothing in the handbook."""
    room = ask.endpoint.partition(".")[0]
    return (
        answer.status_code in (200, 422)
        and '<header class="top' in body
        and 'class="me help-link" href="/handbook/' not in body
        and room not in ("attendance", "handbook")
        and ask.endpoint not in _LEADS_NOWHERE
    )


def wrong_on(world: World, ask: Ask, body: str) -> Iterator[str]:
    """What is wrong with the names on a page, as `names_shown` says."""
    return wrong_among(world, ask, names_on(body, world.bearers))


def wrong_among(world: World, ask: Ask, shown: Mapping[Bearer, set[str]]) -> Iterator[str]:
    """The same of names that were found on it."""

    def opens(whose: str) -> bool:
        return ask.role == "director" or _own_person(world, ask.role, whose)

    return wrong_names(ask.endpoint, shown, opens)


# Wherever a text stands that may be a value, be it within another.
_LIKE_A_VALUE = re.compile(r"(?=(zq[a-z_]+\d+x|712345\d{3}))")


def like_values(body: str) -> set[str]:
    """What may be a value in a body. Most have none, which is seen a hundred times as quickly."""
    return set(_LIKE_A_VALUE.findall(body)) if "zq" in body or "712345" in body else set()


@pytest.fixture(scope="module")
def hidden(world: World) -> dict[str, list[Value]]:
    """For each role the values that no page may show it."""
    assert all(_LIKE_A_VALUE.match(value.text.lower()) for value in world.values)
    return {role: hidden_from(world, role) for role in EVERYONE}


@pytest.fixture(scope="module")
def endpoints(world: World) -> set[str]:
    return {rule.endpoint for rule in world.app.url_map.iter_rules()} - LEFT_OUT


def test_every_address_stands_in_the_table(world: World, endpoints: set[str]) -> None:
    """Whoever adds an address says in `table.py` who may use it."""
    asked: dict[str, set[str]] = {}
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint not in LEFT_OUT:
            methods = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
            asked.setdefault(rule.endpoint, set()).update(methods)
    assert asked == {endpoint: set(place.acts()) for endpoint, place in PLACES.items()}


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    """Where a page of refusal was drawn."""
    return set()


@pytest.fixture
def reached(world: World, drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The endpoints whose view was called."""
    return draw_refusals_once(world.app, drawn, monkeypatch)


@pytest.mark.parametrize("room", ROOMS)
def test_each_answer_is_what_the_table_says(
    room: str, world: World, hidden: dict[str, list[Value]], reached: list[str]
) -> None:
    wrong = [
        fault for endpoint in in_room(room) for fault in faults_of(endpoint, world, hidden, reached)
    ]
    assert wrong == [], "\n".join(wrong)


def faults_of(
    endpoint: str, world: World, hidden: dict[str, list[Value]], reached: list[str]
) -> list[str]:
    """The status, the values in the body, and what is stored afterwards.

    Whoever the guard alone refused her own records is not asked about others': it knows of neither,
    and no view was called that does.
    """
    wrong: list[str] = []
    names: set[Bearer] = set()
    by_guard: set[tuple[str, str]] = set()
    for ask in asked_of(endpoint):
        if ask.side == OTHER and (ask.method, ask.role) in by_guard:
            continue
        reached.clear()
        answer = open_page(world, world.browser(ask.role), ask)
        if not allowed(ask) and not reached:
            by_guard.add((ask.method, ask.role))
        problem = wrong_answer(ask, answer)
        if problem:
            wrong.append(f"{ask} {problem}")
        body = body_of(answer)
        if without_help(ask, answer, body):
            wrong.append(f"{ask} shows a page that leads to no chapter of help")
        refused = not allowed(ask)
        there = like_values(body)
        if ask.role in ROLES and not refused and answer.mimetype == "text/html":
            shown_names = names_on(body, world.bearers)
            names.update(shown_names)
            wrong += [f"{ask} {what}" for what in wrong_among(world, ask, shown_names)]
        shown = [
            value
            for value in (world.values if refused else hidden[ask.role])
            if value.text.lower() in there
            and value.whose != PLACES[endpoint].shows
            and not (refused and value.whose == ask.role)
        ]
        wrong += [f"{ask} shows {value.kind} of {value.whose}" for value in shown]
        if world.written():
            if refused and world.changed():
                wrong.append(f"{ask} changed something although it was refused")
            world.put_back()
    if endpoint in SHOW_NAMES and not names:
        wrong.append(f"{endpoint} shows nobody's name, so that nothing was looked at")
    return wrong


def test_the_policy_grants_what_the_table_says() -> None:
    """The two are kept apart on purpose; what they call the same thing must be the same."""
    from kash.policy import GRANTS, Role

    same = {
        "accounts.see": "accounts.see",
        "accounts.manage": "accounts.manage",
        "accounts.propose": "accounts.propose",
        "accounts.agree": "accounts.agree",
        "settings.see": "settings.see",
        "settings.edit": "settings.change",
        "audit.see": "audit.see",
        "audit.verify": "audit.verify",
        "access.review": "access.review",
        "approvals.delegate": "approvals.delegate",
        "funders.tie": "funders.tie",
        "overview.see": "overview.see",
        "overview.own": "overview.own",
        "funder_reports.see": "funder_reports.see",
        "funder_reports.write": "funder_reports.write",
        "funder_reports.approve": "funder_reports.approve",
        "archive.see": "archive.see",
        "archive.ask": "archive.ask",
        "archive.agree": "archive.agree",
        "settings.agree": "settings.agree",
        "breaches.see": "breaches.see",
        "breaches.manage": "breaches.manage",
        "people.see": "people.see",
        "people.find": "people.find",
        "people.edit": "people.change",
        "people.contact": "people.contact",
        "people.agree_contact": "people.agree_contact",
        "people.copy": "people.copy",
        "people.ask_erasure": "people.ask_erasure",
        "people.erase": "people.erase",
        "people.erasures": "people.erasures",
        "people.looks": "people.looks",
        "people.minors": "people.minors",
        "people.trail": "people.trail",
        "people.import": "people.import",
        "kobo.use": "kobo.use",
        "people.merge": "people.merge",
        "messages.see": "messages.see",
        "messages.decide": "messages.decide",
        "messages.choose": "messages.choose",
        "messages.ask": "messages.ask",
        "messages.texts": "messages.texts",
        "messages.write": "messages.write",
        "search": "search",
        "directory.see": "directory.see",
        "directory.edit": "directory.change",
        "curriculum.see": "curriculum.see",
        "curriculum.compare": "curriculum.compare",
        "curriculum.edit": "curriculum.change",
        "curriculum.approve": "curriculum.approve",
        "assessments.questions": "assessments.questions",
        "assessments.write": "assessments.write",
        "assessments.see": "assessments.see",
        "assessments.hold": "assessments.hold",
        "workshops.see": "workshops.see",
        "workshops.edit": "workshops.change",
        "calendar.see": "calendar.see",
        "attendance.see": "workshops.see",
        "attendance.mark": "attendance.mark",
        "attendance.confirm": "attendance.confirm",
        "attendance.check_in": "attendance.check_in",
        "workshops.answer": "workshops.answer",
        "workshops.rule": "workshops.rule",
        "evaluations.see": "evaluations.see",
        "evaluations.run": "evaluations.run",
        "reports.see": "reports.see",
        "certificates.see": "certificates.see",
        "certificates.propose": "certificates.propose",
        "certificates.print": "certificates.print",
        "dhis2.use": "dhis2.use",
        "connections.see": "connections.see",
        "connections.record": "connections.record",
        "connections.agree": "connections.agree",
        "certificates.approve": "certificates.approve",
        "certificates.rule": "certificates.rule",
        "certificates.keys": "certificates.keys",
        "certificates.badge": "certificates.badge",
        "certificates.revoke": "certificates.revoke",
        "certificates.see_designs": "certificates.designs",
        "certificates.design": "certificates.design",
        "certificates.sign": "certificates.sign",
        "payouts.see": "payouts.see",
        "payouts.propose": "payouts.propose",
        "payouts.approve": "payouts.approve",
        "payouts.pay": "payouts.pay",
        "payouts.rates": "payouts.rates",
        "records.missing": "records.missing",
        "skills.see": "skills.see",
        "skills.grant": "skills.grant",
        "feeds.venues": "feeds.venues",
        "api.see": "api.see",
        "api.make": "api.make",
        "api.agree": "api.agree",
        "absences.see": "absences.see",
        "budget.see": "budget.see",
        "budget.edit": "budget.edit",
        "absences.write": "absences.write",
        "venues.see": "venues.see",
        "venues.plan": "venues.plan",
        "series.edit": "series.change",
        "coverage.see": "coverage.see",
        "coverage.goal": "coverage.goal",
        "indicators.see": "indicators.see",
        "indicators.define": "indicators.define",
        "indicators.approve": "indicators.approve",
        "targets.set": "targets.set",
        "quarters.see": "quarters.see",
        "quarters.plan": "quarters.plan",
        "clashes.see": "clashes.see",
        "clashes.rule": "clashes.rule",
        "tracks.see": "tracks.see",
        "tracks.standing": "tracks.standing",
        "tracks.edit": "tracks.write",
        "tracks.approve": "tracks.approve",
        "tracks.keep": "tracks.keep",
        "incidents.file": "incidents.file",
        "incidents.see": "incidents.see",
        "incidents.edit": "incidents.change",
        "incidents.briefs": "incidents.briefs",
        "incidents.duty": "incidents.duty",
        "incidents.number": "incidents.number",
        "incidents.outside": "incidents.outside",
        "incidents.decide": "incidents.decide",
        "vault.open": "vault.open",
        "vault.unseal": "vault.unseal",
        "vault.members": "vault.members",
        "releases.see": "releases.see",
        "statements.see": "statements.see",
        "statements.make": "statements.make",
        "statements.approve": "statements.approve",
        "statements.ledger": "statements.ledger",
        "releases.make": "releases.make",
        "releases.approve": "releases.approve",
        "trends.see": "trends.see",
        "stories.see": "stories.see",
        "stories.drafts": "stories.drafts",
        "stories.write": "stories.write",
        "stories.approve": "stories.approve",
        "forums.see": "forums.see",
        "forums.edit": "forums.run",
    }
    granted = {
        permission: {str(role): str(reach) for role, reach in roles.items()}
        for permission, roles in GRANTS.items()
    }
    expected = {
        permission: {str(role): MAY[act][str(role)] for role in Role if MAY[act][str(role)] != "-"}
        for permission, act in same.items()
    }
    assert granted == expected


@pytest.mark.parametrize("endpoint", ["people.person", "people.contact", "people.edit"])
def test_whoever_enrolled_a_stranger_reads_no_phone_of_hers(world: World, endpoint: str) -> None:
    """Nor on any other page: her values are among those hidden from every role."""
    (phone, email) = [
        value
        for value in world.values
        if (value.kind, value.whose) == ("person.contact", "enrolled")
    ]
    assert {phone, email} <= set(hidden_from(world, "trainer"))
    public_id = world.records["trainer", OWN]["person_enrolled"]
    with world.app.test_request_context():
        parts = {"which": "phone"} if endpoint == "people.contact" else {}
        address = world.app.url_for(endpoint, public_id=public_id, **parts)
    browser = world.browser("trainer")
    method = "POST" if endpoint == "people.contact" else "GET"
    answer = browser.open(address, method=method, follow_redirects=True)
    assert answer.status_code == 200
    shown = body_of(answer)
    assert [value.text for value in (phone, email) if value.text.lower() in shown] == []
    if world.written():
        world.put_back()


def test_no_endpoint_is_open_unless_the_table_says_so(world: World, endpoints: set[str]) -> None:
    """What nobody need sign in for is a short list."""
    from kash.policy import ANYONE as OPEN
    from kash.policy import declared_permission

    open_to_all = {
        endpoint
        for endpoint in endpoints
        if declared_permission(world.app.view_functions[endpoint]) == OPEN
    }
    assert open_to_all == {
        endpoint for endpoint, place in PLACES.items() if ANYONE in place.acts().values()
    }


def test_an_endpoint_without_a_permission_stops_start_up(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from kash.policy import UndeclaredPermission, check_every_endpoint

    app = create_app(Settings(data_dir=tmp_path / "var"))
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(UndeclaredPermission, match="forgotten"):
        check_every_endpoint(app)
