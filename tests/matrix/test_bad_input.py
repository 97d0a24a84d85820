"""Whatever arrives, by any address or kind of body: an answer in a sentence, never a failure."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from kash.certificates.coverage import queries as coverage_people
from kash.certificates.coverage import views as coverage_pages
from kash.incidents.views import cases as register
from kash.people.queries import search as people_search
from kash.platform.web import bodies, lists
from tests.refusals import keep_error_pages
from tests.stored import compare_stored

from .forms_found import address_of, every_field, who_may
from .hostile import HOSTILE, NO_TEXT, SCRIPT, by_turns, fault_of, third_of
from .programme import OTHER, OWN, World
from .table import ANYONE, BY_TOKEN, NOBODY, PLACES, ROOMS, in_room, room_of

ASKED = (
    "page", "sort", "direction", "state", "group", "organisation", "kind", "when", "venue",
    "mine", "role", "closed", "actor", "action", "next", "version", "day", "search", "then",
    "letter", "from", "filter", "missing",
)  # fmt: skip
# What the frame of every page reads, which is asked of every page as above, and says nothing of
# the page itself.
OF_THE_FRAME = {"missing"}


# Whatever stands behind an address of before, it leads to one of today, which may be nothing.
LEAD_ON = {"moved_incidents.old_address", "moved_members.old_address"}


def marked_at(world: World, endpoint: str, role: str, part: str) -> str:
    """An address in which the place of one argument is marked, whatever is written for it."""
    rule = next(one for one in world.app.url_map.iter_rules(endpoint) if part in one.arguments)
    parts = address_of(world, endpoint, role).split("/")
    place = next(at for at, name in enumerate(rule.rule.split("/")) if name.endswith(f"{part}>"))
    parts[place] = "replacehere"
    return "/".join(parts)


def first_parts(world: World) -> dict[str, str]:
    """For each converter of addresses the first endpoint that reads a part by it."""
    first: dict[str, str] = {}
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda one: one.endpoint):
        if rule.endpoint in PLACES:
            for converter in rule._converters.values():
                first.setdefault(type(converter).__name__, rule.endpoint)
    return first


@pytest.fixture(scope="module")
def kept():
    """The pages of errors that were drawn."""
    return {}


@pytest.fixture
def _errors_drawn_once(kept, monkeypatch):
    keep_error_pages(kept, monkeypatch)


@pytest.mark.parametrize("room", ROOMS)
def test_no_address_breaks_anything(room, world, kept):
    wrong: list[str] = []
    read_in_full = set(first_parts(world).values())
    for endpoint in in_room(room):
        if not PLACES[endpoint].address:
            continue
        with pytest.MonkeyPatch.context() as patch:
            # The page of an error has the address in it, which is there whatever is wrong.
            if endpoint not in read_in_full:
                keep_error_pages(kept, patch)
            wrong += faults_of_address(endpoint, world, endpoint in read_in_full)
    assert wrong == [], "\n".join(wrong)


def faults_of_address(endpoint: str, world: World, in_full: bool) -> list[str]:
    """Each part of an address replaced by what is no id, and by an id of nothing or of something
    else, by turns; in one endpoint for each converter by everything that nobody should send."""
    place = PLACES[endpoint]
    wrong: list[str] = []
    bad = [quote(value[:3000], safe="") for value in HOSTILE.values() if value]
    bad += NO_TEXT
    turns = cycle(by_turns(bad, endpoint, len(bad)))
    others = cycle(by_turns(("organisation", "", "workshop", "", "job", ""), endpoint, 6))
    for method, act in place.acts().items():
        role = who_may(act)
        browser = world.browser(role)
        ids = world.records[role, OWN].ids
        sent = {name: world.records[role, OWN][what] for name, what in place.sent.items()}
        for part, what in place.address.items():
            values = [next(turns) for _ in range(len(bad) if in_full else 1)]
            unlike = [next(others) for _ in range(2 if in_full else 1)]
            values += [ids[one] if one else "0000000000000000" for one in unlike]
            if what.startswith("="):
                marked = address_of(world, endpoint, role).replace(what[1:], "replacehere")
                if "replacehere" not in marked:
                    marked = marked_at(world, endpoint, role, part)
            else:
                marked = address_of(world, endpoint, role, **{part: "replacehere"})
            for value in values:
                if value == ids.get(what):
                    continue
                asked = marked.replace("replacehere", value)
                answer = browser.open(asked, method=method, data=sent or None)
                fault = fault_of(answer)
                fine = (301, 303, 308, 400, 403, 404, 405, 410, 422)
                if endpoint in LEAD_ON and (answer.location or "").startswith("/w"):
                    continue
                if not fault and not (answer.status_code in fine or act in (ANYONE, BY_TOKEN)):
                    fault = f"answered {answer.status_code}"
                if fault:
                    wrong.append(f"{method} {endpoint}, {part} = {value[:40]}: {fault}")
                if world.written():
                    world.put_back()
    return wrong


@pytest.mark.usefixtures("_errors_drawn_once")
@pytest.mark.parametrize("room", ROOMS)
def test_what_belongs_to_one_thing_is_not_found_under_another(room, world):
    wrong = [
        fault
        for endpoint in in_room(room)
        if len(PLACES[endpoint].address) > 1
        for fault in faults_of_children(endpoint, world)
    ]
    assert wrong == [], "\n".join(wrong)


def faults_of_children(endpoint: str, world: World) -> list[str]:
    """The children of somebody else's record, asked for through an own one."""
    place = PLACES[endpoint]
    _first, *others = place.address
    wrong: list[str] = []
    for method, act in place.acts().items():
        role = who_may(act)
        theirs = world.records[role, OTHER]
        for part in others:
            what = place.address[part]
            # A person who is to be added belongs to nothing yet.
            if what.startswith("=") or what == "person_outside":
                continue
            address = address_of(world, endpoint, role, **{part: theirs[what]})
            sent = {name: theirs[what] for name, what in place.sent.items()}
            answer = world.browser(role).open(address, method=method, data=sent or None)
            if answer.status_code != 404:
                wrong.append(f"{method} {endpoint}, {part} of others: {answer.status_code}")
            if world.changed():
                wrong.append(f"{method} {endpoint}, {part} of others: changed something")
                world.put_back()
    return wrong


def noting(read: set[str]) -> type[ImmutableMultiDict[str, str]]:
    """What holds the values of a question, and notes which of them a page reads.

    `lists` is left as it is: by it every question is looked through for what is no text.
    """

    def note(name: str) -> None:
        if name not in OF_THE_FRAME:
            read.add(name)

    class Noting(ImmutableMultiDict[str, str]):
        def __getitem__(self, name: str) -> str:
            note(name)
            return super().__getitem__(name)

        def getlist(self, name: str, type: Any = None) -> list[Any]:
            note(name)
            return super().getlist(name, type)

        def __contains__(self, name: object) -> bool:
            note(str(name))
            return super().__contains__(name)

        def __iter__(self) -> Iterator[str]:
            read.update(ASKED)
            return super().__iter__()

    return Noting


# The first page of each room.
FIRST_SHOWN = {
    room_of(name): name for name in sorted(PLACES, reverse=True) if PLACES[name].get
}.values()


@pytest.fixture(scope="module")
def asked_anywhere():
    """The names of which a page of any room was asked everything."""
    return set()


@pytest.mark.parametrize("room", ROOMS)
def test_no_question_breaks_a_page(room, world, asked_anywhere):
    asked_here: set[str] = set()
    wrong: list[str] = []
    for endpoint in in_room(room):
        if PLACES[endpoint].get:
            with pytest.MonkeyPatch.context() as patch:
                wrong += faults_of_questions(endpoint, world, asked_anywhere, asked_here, patch)
    assert wrong == [], "\n".join(wrong)


def faults_of_questions(
    endpoint: str,
    world: World,
    asked_anywhere: set[str],
    asked_here: set[str],
    patch: pytest.MonkeyPatch,
) -> list[str]:
    """Whatever stands behind the question mark. A page that reads nothing of it cannot depend on
    it; of such a page only the frame does, which repeats the address. The first page of all that
    reads a name gets everything, the first of another room a third of it, and any other one value,
    by turns, and one of those for lists if it is one."""
    role = who_may(PLACES[endpoint].get)
    address = address_of(world, endpoint, role)
    wrong: list[str] = []
    read: set[str] = set()
    patch.setattr(world.app.request_class, "parameter_storage_class", noting(read))

    def ask(query: str) -> None:
        fault = fault_of(world.browser(role).get(f"{address}?{query}"))
        if fault:
            wrong.append(f"{endpoint}?{query[:60]}: {fault}")
        if world.written():
            world.put_back()

    ask(urlencode(dict.fromkeys(ASKED, SCRIPT)))
    # What is asked of the frame, which is the same on each page.
    if endpoint in FIRST_SHOWN:
        for query in by_turns((f"page={NO_TEXT[0]}", "&&&=", "a[]=b"), endpoint):
            ask(query)
    names = [*ASKED, *sorted(read.difference(ASKED))] if read else []
    values = [urlencode(dict.fromkeys(names, value[:4000])) for value in HOSTILE.values()]
    no_text = ["&".join(f"{name}={value}" for name in names) for value in NO_TEXT]
    pages = [f"page={page}" for page in ("abc", "0", "-5", "1.5", "10" * 12, "%D9%A3", "")]
    pages += ["page=1&page=2", "a" * 3000, "sort[]=name", "sort=id;drop"]
    listed = {"page", "sort", "direction"}
    of_lists = pages if read & listed else []
    if read - asked_anywhere:
        asked = [*values, *no_text, *(of_lists if (read - asked_here) & listed else ())]
    elif read - asked_here:
        some = (values, no_text, of_lists if (read - asked_here) & listed else [])
        asked = [one for kind in some for one in third_of(kind, endpoint)]
    else:
        some = ([*values, *no_text], of_lists) if names else ()
        asked = [one for kind in some for one in by_turns(kind, endpoint)]
    asked_anywhere |= read
    asked_here |= read
    for query in asked:
        ask(query)
    return wrong


def test_what_a_page_reads_of_a_question_is_noted(world, monkeypatch):
    read: set[str] = set()
    monkeypatch.setattr(world.app.request_class, "parameter_storage_class", noting(read))
    for endpoint, expected in {
        "accounts.index": {"role", "closed", "page", "sort"},
        "accounts.trail": {"actor", "action"},
        "accounts.trail_by_day": {"actor", "month"},
        "workshops.index": {"when", "search", "venue"},
        "members.open_vault": {"next"},
        "accounts.own_name": set(),
    }.items():
        role = who_may(PLACES[endpoint].get)
        read.clear()
        answer = world.browser(role).get(address_of(world, endpoint, role))
        assert answer.status_code < 400
        assert read >= expected
    # The last reads nothing at all.
    assert read == set()


@pytest.mark.parametrize("room", ROOMS)
def test_each_list_is_ordered_by_each_heading(room, world, monkeypatch):
    """From either end, by every word that its address may say."""
    offered: set[str] = set()
    asked_for = lists.asked_for

    def noting_sorts(sorts: Mapping[str, Any], *given: Any) -> lists.ListRequest:
        offered.update(sorts)
        return asked_for(sorts, *given)

    for module in (lists, register, coverage_pages, coverage_people, people_search):
        monkeypatch.setattr(module, "asked_for", noting_sorts)
    wrong: list[str] = []
    for endpoint in in_room(room):
        if not PLACES[endpoint].get:
            continue
        role = who_may(PLACES[endpoint].get)
        address = address_of(world, endpoint, role)
        offered.clear()
        status = world.browser(role).get(address).status_code
        for sort in sorted(offered):
            for direction in ("asc", "desc"):
                query = urlencode({"sort": sort, "direction": direction})
                answer = world.browser(role).get(f"{address}?{query}")
                if answer.status_code != status:
                    wrong.append(f"{endpoint}?{query}: {answer.status_code}")
        if world.written():
            world.put_back()
    assert wrong == [], "\n".join(wrong)


_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
BODIES = [
    (b'{"a": [1, {"b": null}]}', "application/json"),
    (b"{broken", "application/json"),
    (b"<a><b/></a>", "application/xml"),
    (b"anything", "text/plain"),
    (b"\x00\xff\xfe", "application/octet-stream"),
    (b"--x\r\nContent-Disposition: form-data", "multipart/form-data; boundary=x"),
    (b"--x--", "multipart/form-data"),
    ("&".join(f"a={value}" for value in NO_TEXT).encode(), _FORM),
    (b"=&=&&%zz=%&a", _FORM),
    (b"&".join(b"a%d=1" % number for number in range(6000)), _FORM),
    (b"search=" + b"y" * (3 * 1024 * 1024), _FORM),
    (b"", _FORM),
    (b"state=%ED%A0%80&search=%ED%A0%80&name=%ED%A0%80&person=%ED%A0%80", _FORM),
]


# One of each room, which gets a third of the bodies, and the first of them gets all.
FIRST_POSTED = {
    room_of(name): name for name in sorted(PLACES, reverse=True) if PLACES[name].post
}.values()


@pytest.mark.parametrize("room", ROOMS)
def test_no_kind_of_body_breaks_anything(room, world, pytestconfig):
    wrong: list[str] = []
    answers: list[str] = []
    for endpoint in in_room(room):
        if PLACES[endpoint].post:
            with pytest.MonkeyPatch.context() as patch:
                wrong += faults_of_bodies(endpoint, world, patch, answers)
    assert wrong == [], "\n".join(wrong)
    others = PLACES.keys() - in_room(room)
    compare_stored(
        pytestconfig, "hostile_bodies", answers, lambda line: line.partition(": ")[0] not in others
    )


def faults_of_bodies(
    endpoint: str, world: World, patch: pytest.MonkeyPatch, answers: list[str]
) -> list[str]:
    """Bodies are taken apart before a view sees its fields: a view that sees nothing else gets
    one of them, by turns; one of each room, and whatever takes files, a third. The first of all,
    and whatever reads the bytes itself, gets them all."""
    role = who_may(PLACES[endpoint].post)
    address = address_of(world, endpoint, role)
    noted = noting_bytes(world, patch)
    wrong: list[str] = []

    def send(body: bytes, kind: str) -> None:
        answer = world.browser(role).post(address, data=body, content_type=kind)
        answers.append(f"{endpoint}: {kind} {body[:30]!r} {answer.status_code}")
        fault = fault_of(answer)
        if fault:
            wrong.append(f"{endpoint}, {kind}, {body[:30]!r}: {fault}")
        if world.written():
            world.put_back()

    some = by_turns(BODIES, endpoint)
    for body, kind in some:
        send(body, kind)
    more: Sequence[tuple[bytes, str]] = ()
    if reads_bytes(world, endpoint, noted) or endpoint == min(FIRST_POSTED):
        more = BODIES
    elif takes_files(world, endpoint) or endpoint in FIRST_POSTED:
        more = third_of(BODIES, endpoint)
    for body, kind in more:
        if (body, kind) not in some:
            send(body, kind)
    return wrong


def test_what_has_no_texts_for_a_form_s_fields_breaks_nothing(world, pytestconfig):
    """JSON with the names of fields and with values that no form has, nothing at all, and a form
    that is called something else."""
    names = every_field()
    assert {"title", "day", "reason", "email"} < set(names)
    odd: tuple[object, ...] = (1, None, True, [1, {"a": None}], {"a": [1]}, "text", -1.5)
    bodies_sent = [(json.dumps(dict.fromkeys(names, value)).encode(), _JSON) for value in odd]
    bodies_sent += [(b"[]", _JSON), (b"null", _JSON), (b"", ""), (b"", _JSON)]
    as_form = urlencode(dict.fromkeys(names, "text")).encode()
    bodies_sent += [(as_form, kind) for kind in ("text/plain", "", "application/xml", _JSON)]
    wrong: list[str] = []
    answers: list[str] = []
    for endpoint in sorted(PLACES):
        if not PLACES[endpoint].post:
            continue
        role = who_may(PLACES[endpoint].post)
        address = address_of(world, endpoint, role)
        for body, kind in by_turns(bodies_sent, endpoint, 3):
            answer = world.browser(role).post(address, data=body, content_type=kind)
            answers.append(f"{endpoint}: {kind} {body[-30:]!r} {answer.status_code}")
            if fault := fault_of(answer):
                wrong.append(f"{endpoint}, {kind}, {body[-30:]!r}: {fault}")
            if world.written():
                world.put_back()
    assert wrong == [], "\n".join(wrong)
    compare_stored(pytestconfig, "hostile_values", answers, bool)


def noting_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls by which views read a body themselves, as they are made."""
    noted: list[str] = []

    def note(name: str) -> None:
        call = getattr(world.app.request_class, name)

        def noting_call(request: Request, *given: Any, **more: Any) -> Any:
            noted.append(name)
            return call(request, *given, **more)

        monkeypatch.setattr(world.app.request_class, name, noting_call)

    note("get_data")
    note("get_json")
    return noted


def reads_bytes(world: World, endpoint: str, noted: list[str]) -> bool:
    """True if a view has read, or may read, the bytes of a body itself."""
    return bool(noted) or hasattr(world.app.view_functions[endpoint], bodies._MOST_RAW)


def takes_files(world: World, endpoint: str) -> bool:
    """True if a view takes a file beside fields that were taken apart."""
    return hasattr(world.app.view_functions[endpoint], bodies._MOST)


@pytest.mark.parametrize(
    ("endpoint", "whole"),
    [("workshops.take_pad", True), ("attendance.sync", True), ("people.bring_list", True),
     ("people.add", False)],
)  # fmt: skip
def test_what_a_view_reads_of_a_body_is_noted(endpoint, whole, world, monkeypatch):
    role = who_may(PLACES[endpoint].post)
    noted = noting_bytes(world, monkeypatch)
    world.browser(role).post(address_of(world, endpoint, role), data=BODIES[0][0])
    assert (reads_bytes(world, endpoint, noted) or takes_files(world, endpoint)) == whole


@pytest.mark.parametrize("endpoint", ["accounts.join", "accounts.new_password"])
@pytest.mark.parametrize("how", ["expired", "used", "withdrawn"])
def test_a_link_that_is_over_says_so_and_does_nothing(endpoint, how, world):
    statement = {
        "expired": "UPDATE invitation SET expires_at = '2020-01-01 00:00:00.000000'",
        "used": "UPDATE invitation SET used_at = '2020-01-01 00:00:00.000000'",
        "withdrawn": "DELETE FROM invitation",
    }[how]
    with closing(sqlite3.connect(world.database)) as live:
        live.execute(statement)
        live.commit()
    before = world.contents()
    address = address_of(world, endpoint, NOBODY)
    sent = {"name": "Somebody", "password": "nine geese under the bridge"}
    for answer in (
        world.browser(NOBODY).get(address),
        world.browser(NOBODY).post(address, data=sent),
    ):
        assert answer.status_code in (404, 410)
        assert fault_of(answer) == ""
        assert "<form class" not in answer.text
    assert world.contents() == before


def test_a_link_is_not_used_up_by_looking(world):
    """Whoever opens it, or a program that looks at links, spends nothing."""
    before = world.contents()
    address = address_of(world, "accounts.join", NOBODY)
    for method in ("GET", "HEAD", "GET"):
        assert world.browser(NOBODY).open(address, method=method).status_code == 200
    assert world.contents() == before


@pytest.mark.usefixtures("_errors_drawn_once")
def test_other_methods_are_refused(world):
    """One of them by each address, by turns: no view has a say in it."""
    wrong: list[str] = []
    for endpoint, place in PLACES.items():
        role = who_may(place.get or place.post)
        for method in by_turns(("PUT", "PATCH", "DELETE", "TRACE", "FOO"), endpoint, 1):
            answer = world.browser(role).open(address_of(world, endpoint, role), method=method)
            if answer.status_code != 405 or fault_of(answer):
                wrong.append(f"{method} {endpoint}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("path", ["/nowhere", "/" + "a" * 5000, "/.//evil.example", "/%00", "/%ff",
                                  "/people/../settings", "/static/../kash/policy.py",
                                  "/static/%2e%2e/app.py", "/sign-in/", "/{{7*7}}"])  # fmt: skip
def test_addresses_that_lead_nowhere(path, world):
    answer = world.browser("trainer").get(path)
    assert answer.status_code in (301, 308, 400, 404)
    assert fault_of(answer) == ""
    location = answer.headers.get("Location", "")
    assert "evil.example" not in location.partition("?")[0].removeprefix("http://localhost")


@pytest.mark.parametrize("aim", ["https://evil.example", "//evil.example", "/\\evil.example",
                                 "javascript:alert(1)", "http:evil.example", "\t//evil.example",
                                 "https://localhost@evil.example", "/%0d%0aX: y"])  # fmt: skip
def test_no_page_sends_anyone_elsewhere(aim, world):
    """What `next` asks for is followed only within the site."""
    browser = world.browser("trainer")
    for answer in (
        browser.post(f"/language/sw?{urlencode({'next': aim})}"),
        browser.post("/confirm", data={"password": "seven boats cross at dusk", "next": aim}),
        world.browser(NOBODY).post(
            "/sign-in", data={"email": "x@example.org", "password": "x", "next": aim}
        ),
    ):
        location = answer.headers.get("Location", "/")
        assert location.startswith("/")
        assert not location.startswith(("//", "/\\"))
        assert "\n" not in location
