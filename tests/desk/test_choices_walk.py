"""Walks through the sample as each role, with each choice of the programme alone and with none."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable
from html.parser import HTMLParser

import pytest
from flask import url_for
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from kash.accounts.models import Account, AccountRole, SignedInSession
from kash.accounts.services.marks import new_token, token_hash
from kash.feature import CHOICES, EXTENSION, is_off
from kash.platform.database import db, utc_now
from kash.policy import Role, declared_permission
from tests.sample import Sample


class Page(HTMLParser):
    """Links of a page and headings with nothing below them."""

    HEADINGS = ("h1", "h2", "h3")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.empty: list[str] = []
        self._open: list[str] = []
        self._href = ""
        self._text: list[str] = []
        self._heading: tuple[str, str] | None = None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag in ("script", "style"):
            self._skip = True
        if tag in ("a", "form"):
            address = found.get("href") or found.get("action") or ""
            self._href = address
            self._text = []
            self.links.append((address, ""))
        if tag in ("h1", "h2", "h3", "h4", "th", "label", "button", "legend", "summary"):
            self._text = []
        if tag in self.HEADINGS:
            if self._heading and self._heading[0] == tag and tag != "h1":
                self.empty.append(self._heading[1])
            self._heading = None
        elif tag in ("input", "img", "svg", "select", "textarea", "canvas", "video") and not self._open_heading:
            self._heading = None
        self._open_heading = tag if tag in self.HEADINGS else self._open_heading if tag not in ("section", "article", "main") else ""
        if tag == "main":
            self._heading = None

    _open_heading = ""

    def handle_data(self, data):
        if data.strip():
            if not self._skip:
                self.words.append("T " + " ".join(data.split()))
            self._text.append(data.strip())
            if not self._open_heading:
                self._heading = None

    _skip = False

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._skip = False
        if tag in ("a", "h1", "h2", "h3", "h4", "th", "label", "button", "legend", "summary"):
            self.words.append(" ".join(self._text))
        if tag in self.HEADINGS:
            self._open_heading = ""
            self._heading = (tag, " ".join(self._text))
        if tag in ("section", "main", "article") and self._heading and self._heading[0] != "h1":
            self.empty.append(self._heading[1])
            self._heading = None


def browser_of(sample, role):
    account = db.session.scalars(
        select(Account).join(AccountRole).where(AccountRole.role == role, Account.active).order_by(Account.id)
    ).first()
    token = new_token()
    db.session.add(SignedInSession(token_hash=token_hash(token), account_id=account.id, fresh_at=utc_now()))
    db.session.commit()
    browser = sample.app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return browser


def walk(sample, role, off, most=2):
    app = sample.app
    adapter = app.url_map.bind("localhost")
    browser = browser_of(sample, role)
    seen, times, to_see = set(), Counter(), deque(["/"])
    problems = []
    pages = 0
    while to_see:
        address = to_see.popleft()
        answer = browser.get(address)
        pages += 1
        if answer.status_code >= 400:
            problems.append((role, address, answer.status_code))
            continue
        if "text/html" not in answer.content_type:
            continue
        page = Page(answer.get_data(as_text=True))
        for heading in page.empty:
            problems.append((role, address, "empty", heading))
        for link, _ in page.links:
            path, _, query = link.partition("#")[0].partition("?")
            if not path.startswith("/"):
                continue
            try:
                endpoint, _args = adapter.match(path, method="GET")
            except HTTPException as e:
                try:
                    endpoint, _args = adapter.match(path, method="POST")
                except HTTPException:
                    continue
                if is_off(endpoint, declared_permission(app.view_functions[endpoint]) or ""):
                    problems.append((role, address, "form", link))
                continue
            if endpoint == "static":
                continue
            view = app.view_functions[endpoint]
            if is_off(endpoint, declared_permission(view) or ""):
                problems.append((role, address, "off", link))
                continue
            if endpoint in ("accounts.sign_out", "web.leave"):
                continue
            if path not in seen and times[endpoint] < most:
                seen.add(path)
                times[endpoint] += 1
                to_see.append(path + ("?" + query if query else ""))
        yield address, page
    yield None, problems + [(role, pages)]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("on", ["", *CHOICES, "all"])
def test_walk(sample: Sample, monkeypatch, role, on):
    off = frozenset(CHOICES) - {on}
    if on == "all":
        off = frozenset()
    monkeypatch.setattr(sample.app.extensions[EXTENSION], "off", lambda: off)
    import time
    t=time.time()
    words = Counter()
    with open(f"/tmp/walk_{on or 'none'}.txt", "a") as out:
        for address, page in walk(sample, role, off):
            if address is None:
                for p in page:
                    print("PROBLEM", *p, file=out)
            else:
                for w in page.words:
                    words[w] += 1
                    print("WORD", role, address, "|", w, file=out)
        print("TIME", role, time.time() - t, file=out)
