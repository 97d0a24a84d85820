"""Whatever arrives, by whatever address, form or kind of body: an answer in a sentence, never a
failure, and what was typed still stands in the form."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from .forms_found import FoundForm, address_of, look_at_pages, who_may
from .programme import OTHER, OWN, World
from .table import ANYONE, NOBODY, PLACES

SCRIPT = "<script>alert(1)</script>"
HUGE = "x" * 200_000
HOSTILE = {
    "script": SCRIPT,
    "template": "{{7*7}}",
    "sql": "' OR 1=1 --",
    "format": "%(name)s %s {0.__class__}",
    "right to left": "\u202eevil\u202c",
    "huge": HUGE,
    "controls": "a\x0b\x1f\x7fb",
    "nul": "a\x00b",
    "negative": "-1",
    "great": "9" * 40,
    "infinite": "1e999",
    "no day": "2026-02-31",
    "year": "0000-01-01",
    "pictures": "\U0001f600" * 60,
    "empty": "",
    "spaces": "   ",
    "path": "../../../../etc/passwd",
    "formula": "=HYPERLINK(1)",
}
# Bytes that are no text, already encoded: half of a pair, an overlong slash, a lone continuation.
NO_TEXT = ("%ED%A0%80", "%C0%AF", "%80")
# Every part of an address gets a few of them, by turns: all are read by the same converters and
# then compared with the ids there are, whatever they say.
TURNS_AT_ONCE = 5
ASKED = (
    "page", "sort", "direction", "state", "group", "organisation", "kind", "when", "venue",
    "mine", "role", "closed", "actor", "action", "next", "version", "day", "search", "then",
    "letter", "from", "filter",
)  # fmt: skip


@pytest.fixture(scope="module")
def pages(world: World) -> tuple[list[FoundForm], dict[str, list[str]]]:
    return look_at_pages(world)


@pytest.fixture(scope="module")
def forms(pages: tuple[list[FoundForm], dict[str, list[str]]]) -> list[FoundForm]:
    return pages[0]


@pytest.fixture(autouse=True)
def _as_it_was(world: World) -> Iterator[None]:
    yield
    if world.written():
        world.put_back()


def fault_of(answer: TestResponse) -> str:
    """What is wrong with an answer to something bad, empty if nothing is."""
    status = answer.status_code
    if status >= 500:
        return f"broke with {status}"
    body = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    if SCRIPT in body:
        return "shows a script as it came"
    if "Traceback" in body:
        return "shows how it failed"
    if status >= 400 and answer.mimetype == "text/html":
        words = re.sub(r"<[^>]+>", " ", body.partition("<main")[2].partition("</main")[0])
        if len(words.split()) < 4:
            return f"says nothing with {status}"
    return ""


def test_no_page_has_the_browser_keep_or_correct_what_is_typed(
    pages: tuple[list[FoundForm], dict[str, list[str]]],
) -> None:
    """A closed browser's profile is read by whoever takes the phone."""
    assert pages[1] == {}


def test_every_kind_of_form_was_found(forms: list[FoundForm]) -> None:
    """Each form page of the table shows a form; what is posted without one is a script's."""
    shown = {form.endpoint for form in forms}
    both = {endpoint for endpoint, place in PLACES.items() if place.get and place.post}
    elsewhere = {
        # Shown only before there is a programme, after a password, or with a closed account.
        "desk.set_up", "accounts.second_step", "accounts.reactivate",
        # Shown only while the vault is closed, or to whoever has no keys.
        "members.open_vault", "members.keys", "members.begin",
        # Shown only where somebody has agreed to it, and once the case is closed.
        "incidents.case_file", "incidents.shred",
        # Shown only once another workshop was chosen.
        "workshops.copy_people",
        # Shown only to a second person who stands behind nobody concerned.
        "accounts.request",
    }  # fmt: skip
    assert both - shown <= elsewhere


# Whatever stands behind an address of before, it leads to one of today, which may be nothing.
LEAD_ON = {"moved_incidents.old_address", "moved_members.old_address"}


def marked_at(world: World, endpoint: str, role: str, part: str) -> str:
    """An address in which the place of one argument is marked, whatever is written for it."""
    rule = next(one for one in world.app.url_map.iter_rules(endpoint) if part in one.arguments)
    parts = address_of(world, endpoint, role).split("/")
    place = next(at for at, name in enumerate(rule.rule.split("/")) if name.endswith(f"{part}>"))
    parts[place] = "replacehere"
    return "/".join(parts)


@pytest.mark.parametrize("endpoint", sorted(name for name in PLACES if PLACES[name].address))
def test_no_address_breaks_anything(endpoint: str, world: World) -> None:
    """Each part of an address replaced by what is no id, by an id of nothing, and by another id."""
    place = PLACES[endpoint]
    wrong: list[str] = []
    turns, no_text = cycle(HOSTILE), cycle(NO_TEXT)
    # Each address begins with another.
    for _ in range(sum(endpoint.encode()) % len(HOSTILE)):
        next(turns), next(no_text)
    for method, act in place.acts().items():
        role = who_may(act)
        browser = world.browser(role)
        ids = world.records[role, OWN].ids
        sent = {name: world.records[role, OWN][what] for name, what in place.sent.items()}
        for part, what in place.address.items():
            values = [HOSTILE[next(turns)] for _ in range(TURNS_AT_ONCE)]
            values += ["0000000000000000", ids["organisation"], ids["workshop"], ids["job"]]
            if what.startswith("="):
                marked = address_of(world, endpoint, role).replace(what[1:], "replacehere")
                if "replacehere" not in marked:
                    marked = marked_at(world, endpoint, role, part)
            else:
                marked = address_of(world, endpoint, role, **{part: "replacehere"})
            encoded = [quote(value[:3000], safe="") for value in values if value]
            encoded.append(next(no_text))
            for value in encoded:
                if value == ids.get(what):
                    continue
                asked = marked.replace("replacehere", value)
                answer = browser.open(asked, method=method, data=sent or None)
                fault = fault_of(answer)
                fine = (301, 303, 308, 400, 403, 404, 405, 410, 422)
                if endpoint in LEAD_ON and (answer.location or "").startswith("/w"):
                    continue
                if not fault and not (answer.status_code in fine or act == ANYONE):
                    fault = f"answered {answer.status_code}"
                if fault:
                    wrong.append(f"{method} {endpoint}, {part} = {value[:40]}: {fault}")
                if world.written():
                    world.put_back()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    "endpoint", sorted(name for name in PLACES if len(PLACES[name].address) > 1)
)
def test_what_belongs_to_one_thing_is_not_found_under_another(endpoint: str, world: World) -> None:
    """The children of somebody else's record, asked for through an own one."""
    place = PLACES[endpoint]
    first, *others = place.address
    unchanged = world.contents()
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
            if world.contents() != unchanged:
                wrong.append(f"{method} {endpoint}, {part} of others: changed something")
                world.put_back()
    assert wrong == [], "\n".join(wrong)
    assert first


def noting(read: set[str]) -> type[ImmutableMultiDict[str, str]]:
    """What holds the values of a question, and notes which of them a page reads.

    `lists` is left as it is: by it every question is looked through for what is no text.
    """

    class Noting(ImmutableMultiDict[str, str]):
        def __getitem__(self, name: str) -> str:
            read.add(name)
            return super().__getitem__(name)

        def getlist(self, name: str, type: Any = None) -> list[Any]:
            read.add(name)
            return super().getlist(name, type)

        def __contains__(self, name: object) -> bool:
            read.add(str(name))
            return super().__contains__(name)

        def __iter__(self) -> Iterator[str]:
            read.update(ASKED)
            return super().__iter__()

    return Noting


@pytest.mark.parametrize("endpoint", sorted(name for name in PLACES if PLACES[name].get))
def test_no_question_breaks_a_page(
    endpoint: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands behind the question mark. A page that reads nothing of it cannot depend on
    it; of such a page only the frame does, which repeats the address."""
    role = who_may(PLACES[endpoint].get)
    address = address_of(world, endpoint, role)
    wrong: list[str] = []
    read: set[str] = set()
    monkeypatch.setattr(world.app.request_class, "parameter_storage_class", noting(read))

    def ask(query: str) -> None:
        fault = fault_of(world.browser(role).get(f"{address}?{query}"))
        if fault:
            wrong.append(f"{endpoint}?{query[:60]}: {fault}")
        if world.written():
            world.put_back()

    for query in (
        "",
        urlencode(dict.fromkeys(ASKED, SCRIPT)),
        f"page={NO_TEXT[0]}",
        "&&&=",
        "a[]=b",
    ):
        ask(query)
    names = [*ASKED, *sorted(read.difference(ASKED))] if read else []
    asked = [urlencode(dict.fromkeys(names, value[:4000])) for value in HOSTILE.values() if names]
    if names:
        asked += ["&".join(f"{name}={value}" for name in names) for value in NO_TEXT]
        asked += [f"page={page}" for page in ("abc", "0", "-5", "1.5", "10" * 12, "%D9%A3", "")]
        asked += ["page=1&page=2", "a" * 3000, "sort[]=name", "sort=id;drop"]
    for query in asked:
        ask(query)
    assert wrong == [], "\n".join(wrong)


def test_what_a_page_reads_of_a_question_is_noted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.parametrize("called", sorted(HOSTILE))
def test_no_form_breaks_and_nothing_typed_is_lost(
    called: str, world: World, forms: list[FoundForm]
) -> None:
    """The same bad text in every field of every form that takes text."""
    bad = HOSTILE[called]
    wrong: list[str] = []
    for form in forms:
        typed = [one for one in form.fields if one.typed]
        if not typed:
            continue
        sent = form.filled(**{one.name: bad for one in typed})
        answer = world.browser(form.role).post(form.address, data=_pairs(sent))
        fault = fault_of(answer) or _lost(answer, form, bad)
        if fault:
            wrong.append(f"{form}: {fault}")
        if world.written():
            world.put_back()
    assert wrong == [], "\n".join(wrong)


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


def test_each_field_alone_may_be_wrong(world: World, forms: list[FoundForm]) -> None:
    """All as the page had it but one field, which also may be one that offers only choices."""
    wrong: list[str] = []
    values = [SCRIPT, "-1", "9" * 40, HUGE, "2026-02-31", "0000000000000000", "\u202eevil"]
    turn = 0
    for form in forms:
        for name in sorted({one.name for one in form.fields}):
            for _ in range(2):
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


def test_sending_twice_and_going_back_breaks_nothing(world: World, forms: list[FoundForm]) -> None:
    """Each form as the page had it, twice: the second time it is old."""
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
        if world.written():
            world.put_back()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("endpoint", sorted(name for name in PLACES if PLACES[name].post))
def test_no_kind_of_body_breaks_anything(endpoint: str, world: World) -> None:
    role = who_may(PLACES[endpoint].post)
    address = address_of(world, endpoint, role)
    bodies = [
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
    wrong: list[str] = []
    for body, kind in bodies:
        answer = world.browser(role).post(address, data=body, content_type=kind)
        fault = fault_of(answer)
        if fault:
            wrong.append(f"{endpoint}, {kind}, {body[:30]!r}: {fault}")
        if world.written():
            world.put_back()
    assert wrong == [], "\n".join(wrong)


_FORM = "application/x-www-form-urlencoded"


def test_nothing_is_posted_without_its_token(
    world: World, forms: list[FoundForm], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From another site, or with a token of another session: refused, and nothing changes."""
    monkeypatch.setitem(world.app.config, "WTF_CSRF_ENABLED", True)
    unchanged = world.contents()
    wrong: list[str] = []
    for endpoint, place in PLACES.items():
        if not place.post or endpoint == "certificates.verify":
            # Whoever checks a certificate has no session, and so no token either.
            continue
        role = who_may(place.post)
        address = address_of(world, endpoint, role)
        for sent in ({}, {"csrf_token": "x"}, {"csrf_token": "ImZvcmdlZCI.aaaa.bbbb"}):
            answer = world.browser(role).post(address, data=sent)
            if answer.status_code != 400 or fault_of(answer):
                wrong.append(f"{endpoint} with {sent}: {answer.status_code} {fault_of(answer)}")
        if world.contents() != unchanged:
            wrong.append(f"{endpoint} changed something")
            world.put_back()
    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize("endpoint", ["accounts.join", "accounts.new_password"])
@pytest.mark.parametrize("how", ["expired", "used", "withdrawn"])
def test_a_link_that_is_over_says_so_and_does_nothing(
    endpoint: str, how: str, world: World
) -> None:
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


def test_a_link_is_not_used_up_by_looking(world: World) -> None:
    """Whoever opens it, or a program that looks at links, spends nothing."""
    before = world.contents()
    address = address_of(world, "accounts.join", NOBODY)
    for method in ("GET", "HEAD", "GET"):
        assert world.browser(NOBODY).open(address, method=method).status_code == 200
    assert world.contents() == before


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_other_methods_are_refused(method: str, world: World) -> None:
    wrong: list[str] = []
    for endpoint, place in PLACES.items():
        role = who_may(place.get or place.post)
        answer = world.browser(role).open(address_of(world, endpoint, role), method=method)
        if answer.status_code != 405 or fault_of(answer):
            wrong.append(f"{method} {endpoint}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("path", ["/nowhere", "/" + "a" * 5000, "/.//evil.example", "/%00", "/%ff",
                                  "/people/../settings", "/static/../kash/policy.py",
                                  "/static/%2e%2e/app.py", "/sign-in/", "/{{7*7}}"])  # fmt: skip
def test_addresses_that_lead_nowhere(path: str, world: World) -> None:
    answer = world.browser("trainer").get(path)
    assert answer.status_code in (301, 308, 400, 404)
    assert fault_of(answer) == ""
    location = answer.headers.get("Location", "")
    assert "evil.example" not in location.partition("?")[0].removeprefix("http://localhost")


@pytest.mark.parametrize("aim", ["https://evil.example", "//evil.example", "/\\evil.example",
                                 "javascript:alert(1)", "http:evil.example", "\t//evil.example",
                                 "https://localhost@evil.example", "/%0d%0aX: y"])  # fmt: skip
def test_no_page_sends_anyone_elsewhere(aim: str, world: World) -> None:
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
