"""What a browser sends of the full form, and what it would send back of a page."""

import html
import re
from typing import Any

from sqlalchemy import select

from kash.platform.database import db
from kash.platform.vault import AuditEntry

TOKEN = "t0ken0000t0ken00"
PHRASE = "Behind the yellow kiosk"


def entries() -> list[tuple[str, list[str]]]:
    return [
        (row.action, list(row.subjects))
        for row in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    ]


def filled(**more: Any) -> dict[str, Any]:
    """What a browser sends for a new case of one woman, one officer and one act."""
    return {
        "token": TOKEN,
        "version": "0",
        "seen": "{}",
        "how": "paper",
        "paper_on": "2026-11-03",
        "begun_on": "2026-11-02",
        "ward": "Kondele",
        "place": PHRASE,
        "narrative": "Line one\r\nLine two",
        "asked_for": "Her phone",
        "persons-0-key": "p1",
        "persons-0-code": "A",
        "persons-0-age_band": "25_34",
        "parties-0-key": "o1",
        "parties-0-kind": "police",
        "parties-0-involvement": "did",
        "parties-0-rank_band": "constable",
        "parties-0-service_number": "00123",
        "acts-0-key": "a1",
        "acts-0-code": "money demanded",
        "acts-0-persons": ["p1"],
        "acts-0-parties": ["o1"],
        "acts-0-amount": "Ksh 1,500.50",
        "information-0-key": "i1",
        "information-0-source": "herself",
        "information-0-reliability": "likely",
        "terms-0-key": "t1",
        "terms-0-kind": "return",
        "terms-0-owed_by": "o1",
        "terms-0-owed_to": "p1",
        "terms-0-what": "The phone",
        "do": "save",
    } | more


def fields_of(page: str) -> dict[str, Any]:
    """What a browser would send back of the page's main form, untouched."""
    form = page[page.index("data-record") :]
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in given or given.get("type") == "submit":
            continue
        if given.get("type") == "checkbox" and not re.search(r"\schecked", tag):
            continue
        value = html.unescape(given.get("value", ""))
        if given.get("type") == "checkbox":
            found.setdefault(given["name"], []).append(value)
        else:
            found[given["name"]] = value
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = html.unescape(body).lstrip("\r\n")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        options = re.findall(r"<option([^>]*)>", body)
        chosen = [one for one in options if "selected" in one] or options
        found[name] = html.unescape(re.findall(r'value="([^"]*)"', chosen[0])[0])
    return found
