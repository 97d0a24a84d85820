"""Walks through the sample with each choice of the programme alone, and with none: no page leads to
what is off, has an empty part, or says its name."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from kash.accounts.models import Account, AccountRole, SignedInSession
from kash.accounts.services.marks import new_token, token_hash
from kash.feature import CHOICES, EXTENSION, ShownPart, declared, is_off, left_out
from kash.platform.database import db, utc_now
from kash.policy import Role, declared_permission
from kash.training.models import Course
from tests.sample import Sample

_TOLD = frozenset(
    ["a", "button", "h1", "h2", "h3", "h4", "label", "legend", "option", "summary", "th"]
)
# Pages to which features add parts: from there one comes to whatever is on.
_HUBS = frozenset(
    [
        "calendar.index",
        "certificates.index",
        "certificates.workshop",
        "desk.settings",
        "desk.search_page",
        "desk.today",
        "forums.forum",
        "forums.index",
        "forums.meeting",
        "handbook.index",
        "people.index",
        "people.person",
        "training.course",
        "training.courses",
        "workshops.index",
        "workshops.workshop",
    ]
)
# They tell what was done, what is held about somebody, and what would be lost: of everything. On
# the page of the choices each has its name.
_TELL_ALL = (
    "accounts.access", "accounts.breach", "accounts.hand_over", "accounts.lock", "accounts.trail",
    "desk.choices", "desk.propose_choices", "people.copy", "people.erasure", "people.trail",
)  # fmt: skip
# Courses and meetings, chapters, and what somebody in need may look for are content.
_CONTENT = (
    "forums.",
    "funder_reports.",
    "handbook.",
    "incidents.help_now",
    "incidents.receipt",
    "training.",
)
# The last one is of marks of a phone that another test of the sample may have settled.
_LEFT_ALONE = ("static", "web.leave", "workshops.decide_held")


class Page(HTMLParser):
    """Page as it was answered: where it leads, the words of its links, buttons and headings, and
    parts with nothing but a heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.leads: set[tuple[str, bool]] = set()
        self.words: set[str] = set()
        self.empty: list[str] = []
        self._open: list[tuple[str, list[str]]] = []
        self._sections: list[tuple[list[str], list[str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("a", "form") and (address := values.get("href") or values.get("action")):
            self.leads.add((address.partition("#")[0], tag == "a"))
        if tag in _TOLD:
            self._open.append((tag, []))
        if tag == "section":
            self._sections.append(([], []))
        if tag in ("input", "img", "select", "textarea", "svg", "table", "button"):
            for _headings, rest in self._sections:
                rest.append(tag)

    def handle_data(self, data: str) -> None:
        if not (text := " ".join(data.split())):
            return
        for _tag, texts in self._open:
            texts.append(text)
        heading = any(tag in ("h1", "h2", "h3", "h4") for tag, _texts in self._open)
        for headings, rest in self._sections:
            (headings if heading else rest).append(text)

    def handle_endtag(self, tag: str) -> None:
        if tag in _TOLD and self._open and self._open[-1][0] == tag:
            self.words.add(" ".join(self._open.pop()[1]))
        if tag == "section" and self._sections:
            headings, rest = self._sections.pop()
            if len(headings) == 1 and not rest:
                self.empty.append(headings[0])


def _browser(sample: Sample, role: Role) -> FlaskClient:
    accounts = select(Account).join(AccountRole).where(AccountRole.role == role, Account.active)
    account = db.session.scalars(accounts.order_by(Account.id)).first()
    assert account is not None
    token = new_token()
    db.session.add(
        SignedInSession(token_hash=token_hash(token), account_id=account.id, fresh_at=utc_now())
    )
    db.session.commit()
    browser = sample.app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return browser


def _walk(sample: Sample, role: Role, only: Collection[str] = ()) -> Iterator[str]:
    """Faults of the pages that somebody comes to, one page of each endpoint; `only` those of
    hubs and of these blueprints where any are named."""
    app, browser = sample.app, _browser(sample, role)
    addresses = app.url_map.bind("localhost")
    names = _names_off()
    seen, to_see = {"desk.today"}, deque([("desk.today", "/")])
    while to_see:
        endpoint, address = to_see.popleft()
        answer = browser.get(address)
        assert answer.status_code < 400, (role, address, answer.status_code)
        if answer.mimetype != "text/html":
            continue
        page = Page(answer.text)
        where = f"{role} {address}: "
        yield from (f"{where}nothing below {heading}" for heading in page.empty)
        if not endpoint.startswith((*_TELL_ALL, *_CONTENT)):
            yield from (f"{where}says {word}" for word in page.words & names)
        for lead, is_link in sorted(page.leads):
            path = lead.partition("?")[0]
            if not path.startswith("/"):
                continue
            for method in ("GET", "POST"):
                try:
                    there, _values = addresses.match(path, method=method)
                except HTTPException:
                    continue
                permission = declared_permission(app.view_functions[there]) or ""
                if is_off(there, permission):
                    yield f"{where}leads to {lead}"
                    continue
                room = there.partition(".")[0]
                wanted = not only or there in _HUBS or room in only
                if is_link and method == "GET" and wanted and there not in (*seen, *_LEFT_ALONE):
                    seen.add(there)
                    to_see.append((there, lead))


def _names_off() -> set[str]:
    """The names of places that are off, and of none that is on."""
    labels = [
        {str(part.label) for part in parts if hasattr(part, "label")}
        for parts in (left_out(ShownPart), declared(ShownPart))
    ]
    # A course may be called as a place is.
    return labels[0] - labels[1] - set(db.session.scalars(select(Course.name)))


def _with(sample: Sample, monkeypatch: pytest.MonkeyPatch, *used: str) -> None:
    off = frozenset(CHOICES) - set(used)
    monkeypatch.setattr(sample.app.extensions[EXTENSION], "off", lambda: off)


@pytest.mark.parametrize("role", list(Role))
def test_with_none_nothing_leads_to_what_is_off(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    _with(sample, monkeypatch)
    assert list(_walk(sample, role)) == []


@pytest.mark.parametrize("choice", CHOICES)
def test_with_one_alone_nothing_leads_to_what_is_off(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, choice: str
) -> None:
    _with(sample, monkeypatch, choice)
    blueprints = sample.app.extensions[EXTENSION].blueprints
    mine = [name for name, its in blueprints.items() if its == choice]
    roles = (
        Role.DIRECTOR,
        Role.TRAINER,
        Role.MONITORING,
        Role.DOCUMENTATION,
        Role.PEER,
        Role.FUNDER,
    )
    assert [wrong for role in roles for wrong in _walk(sample, role, mine)] == []
