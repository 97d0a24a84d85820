"""Reports as a phone sends them, for tests of this room: through the pages, or by the services."""

import re
from typing import Any

from flask.testing import FlaskClient

from kash.incidents.queries.letterbox import Receipt
from kash.incidents.rules.filing import Screen, new_code, new_token
from kash.incidents.services.filing import answer_screen, submit
from kash.platform.database import utc_now
from kash.policy import Actor

FILE = "/w/n"


def sent(by: Actor, **answers: Any) -> Receipt:
    """Send a report by the services; `answers` are those of its screens by name."""
    code = new_code()
    for name, screen in (answers or {"what": Screen(acts=["P1"])}).items():
        answer_screen(by, code, name, screen)
    return submit(by, code, "en", new_token(utc_now()))


def hidden(page: str, name: str) -> str:
    """What a hidden field of a page holds."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def carried(page: str) -> dict[str, str]:
    """What the form of a page takes along."""
    return {name: hidden(page, name) for name in ("in", "code", "screen", "token")}


def word_in(page: str) -> str:
    found = re.search(r'second-word">([^<]+)<', page)
    assert found is not None, page
    return found[1]


def code_in(page: str) -> str:
    found = re.search(r'class="code large-code">([\w ]{14})<', page)
    assert found is not None, page
    return found[1]


def begun(phone: FlaskClient, act: str = "P1") -> dict[str, str]:
    """Answer one screen in the pages; what the form of the last page, before sending, carries."""
    page = phone.post(FILE, data={"go": "begin"}).text
    phone.post(FILE, data={**carried(page), "go": "next", "acts": act})
    return carried(phone.post(FILE, data={**carried(page), "screen": "review", "go": ""}).text)


def sent_in_pages(phone: FlaskClient, word: str = "") -> Receipt:
    """Send a report through the pages, with a word of one's own if one is given."""
    page = phone.post(FILE, data={**begun(phone), "go": "send"}).text
    chosen = {"go": "own", "word": word} if word else {"go": "know"}
    code = phone.post(FILE, data={**carried(page), **chosen}).text
    return Receipt(code_in(code), word or word_in(page))
