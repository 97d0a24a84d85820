"""`./kash.sh bench vault`: what sealed incidents cost, as the server's time of the real pages.

Over 10,000 sealed incidents: `search_10k_s`, a search through everything in all of them (of each
query the median, of those the worst); `open_ms`, the page of one; `file_ms`, handing one in by the
full form. The vault is open: the passphrase's argon2 is no part of it. `release_taps`: how often
somebody taps on the page of a case with two people held until one of them stands there as free,
counted by a browser. `report_taps_urgent`: likewise until a report of somebody who is held was
sent, with a place and a number; `first_view_kb`: what a browser is sent for its first page, with
its headers as HTTP/2 packs them.
`alert_s`: from a report of somebody held until a gateway has taken the officer's SMS, the median of
200, of which the gateway refuses one in ten; the chore that rings runs at each full minute.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Thread
from time import monotonic
from typing import cast

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Page, Request, sync_playwright

from benchmarks.browser import Answer, Browser
from benchmarks.load.incidents import HELD, RARE, load_incidents
from benchmarks.postgresql import cluster
from benchmarks.server import served
from benchmarks.sync_browser import BROWSER
from benchmarks.telling import as_json, tell
from benchmarks.timing import MILLISECONDS

INCIDENTS = 10_000
ROUNDS = 7
WARM_UP = 2
QUERIES = {
    "rare": {"words": RARE},
    "common": {"words": "street"},
    "two words": {"words": "sister Nyalenda"},
    "accents and case": {"words": "WASÓNGA"},
    "an act": {"words": "demanded"},
    "nobody": {"words": "quuxquux"},
    "a filter": {"state": "verified", "ward": "Kondele"},
    "everything": {"show": "all"},
}
TARGETS = {
    "search_10k_s": 0.5,
    "alert_s": 60.0,
    "open_ms": 50.0,
    "file_ms": 100.0,
    "release_taps": 3.0,
    "report_taps_urgent": 6.0,
    "first_view_kb": 40.0,
}


class _Fields(HTMLParser):
    """Values of a page's forms as they are sent."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind = given.get("type")
        if tag == "input" and given.get("name") and kind not in ("checkbox", "radio", "submit"):
            self.found.setdefault(str(given["name"]), given.get("value") or "")


def measured(*, on_postgresql: bool, incidents: int = INCIDENTS) -> dict[str, float]:
    """Every figure. Raises LookupError if a page does not answer as it should."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kash-bench-")))
        environment = {
            "KASH_DATA_DIR": str(folder / "data"),
            "KASH_DATABASE_URL": stack.enter_context(cluster()) if on_postgresql else "",
            "KASH_QUEUE_URL": "",
            "KASH_STORAGE_URL": "",
        }
        os.environ.update(environment)
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        cookies, references = _loaded(app, incidents)
        with served(environment, folder / "server.log") as server:
            browser = Browser(server.port)
            browser.keep(cookies)
            figures = _figures(browser, references) | {"alert_s": alert_s(app)}
            address = f"http://127.0.0.1:{server.port}"
            return figures | {
                "release_taps": float(release_taps(address, cookies, references[HELD])),
                "report_taps_urgent": float(report_taps_urgent(address, cookies)),
                "first_view_kb": first_view_kb(address, cookies),
            }


@contextmanager
def _tapping(address: str, cookies: dict[str, str]) -> Iterator[tuple[Page, list[bool]]]:
    """A page of a phone with these cookies, and a list that grows with each tap."""
    taps: list[bool] = []
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=BROWSER)) as chromium,
    ):
        context = chromium.new_context(locale="en", viewport={"width": 360, "height": 740})
        context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        context.expose_binding("tapped", lambda _source, trusted: taps.append(trusted))
        context.add_init_script(
            "addEventListener('click', (event) => window.tapped(event.isTrusted), true)"
        )
        yield context.new_page(), taps


def release_taps(address: str, cookies: dict[str, str], reference: str) -> int:
    """Taps until the second of those who are held in a case stands there as free."""
    with _tapping(address, cookies) as (page, taps):
        page.goto(f"{address}/w/{reference}")
        page.get_by_role("button", name="P2 is free", exact=True).click()
        page.get_by_role("button", name="Take back: P2 is free").wait_for()
    return sum(taps)


def report_taps_urgent(address: str, cookies: dict[str, str]) -> int:
    """Taps until a report of somebody who is held was sent, with a place and a number."""
    with _tapping(address, cookies) as (page, taps):
        page.goto(f"{address}/w/n")
        page.get_by_role("button", name="Yes, now").click()
        for field, text in {"Or where": "Kondele market", "Number to call": "0712 345 678"}.items():
            page.get_by_label(field).click()
            page.keyboard.type(text)
        page.get_by_role("radio", name="Hers").check()
        page.get_by_role("button", name="Send now").click()
        page.locator(".second-word").wait_for()
    return sum(taps)


def first_view_kb(address: str, cookies: dict[str, str]) -> float:
    """Size of all that a browser that was never here is sent for the first page of a report. A line
    of headers counts once, and two bytes when it comes again, as HTTP/2 packs it through Caddy."""
    with _tapping(address, cookies) as (page, _taps):
        answers: list[Request] = []
        page.on("requestfinished", lambda answer: answers.append(answer))
        page.goto(f"{address}/w/n", wait_until="networkidle")
        size = sum(answer.sizes()["responseBodySize"] for answer in answers)
        seen: set[str] = set()
        for answer in answers:
            response = answer.response()
            assert response is not None
            for name, value in response.all_headers().items():
                line = f"{name}: {value}"
                size += 2 if line in seen else len(line) * (not name.startswith("x-bench"))
                seen.add(line)
    return round(size / 1024, 1)


def _loaded(app: Flask, incidents: int) -> tuple[dict[str, str], list[str]]:
    """A programme with one officer whose vault is open, and the cookies of her browser."""
    from benchmarks.load import Size, load_programme
    from kash.accounts.models import Account, SignedInSession
    from kash.accounts.services.sign_in import open_session
    from kash.platform.database import db, utc_now, writing
    from kash.platform.vault import (
        VaultMember,
        add_member,
        begin_opening,
        make_compartment,
        make_keys,
        new_passphrase,
        new_recovery_code,
        open_in_memory,
    )

    with app.test_request_context():
        loaded = load_programme(app, Size(people=200, workshops=5, audit_entries=100))
    with app.test_request_context():
        email = loaded.everybody.accounts["documentation"].email
        from kash.accounts.queries.accounts import account_by_email

        found = account_by_email(email)
        assert found is not None
        public_id, account_id = found.public_id, found.id
        keys = make_keys(new_passphrase(), new_recovery_code())
        with writing() as session:
            now = utc_now()
            member = add_member(session, public_id, keys, now)
            member.admitted_by, member.admitted_at = public_id, now
            make_compartment(session, "case", [member], now)
        token = open_session(public_id, "Firefox")
        with writing() as session:
            row = session.query(SignedInSession).filter_by(account_id=account_id).one()
            member = session.query(VaultMember).one()
            opening = begin_opening(session, member, keys.private, row.public_id, utc_now())
            session.get_one(Account, account_id).last_seen_at = utc_now()
        member = db.session.query(VaultMember).one()
        vault = open_in_memory(db.session(), member, keys.private, utc_now())
        references = load_incidents(vault, incidents)
        signer = cast(SecureCookieSessionInterface, app.session_interface)
        serializer = signer.get_signing_serializer(app)
        assert serializer is not None
        signed = serializer.dumps({"_user_id": token, "_fresh": True})
        db.session.remove()
        return {str(app.config["SESSION_COOKIE_NAME"]): str(signed), "vault": opening}, references


ALERTS = 200
_OFFICER = "+254712000001"


class _Gateway(BaseHTTPRequestHandler):
    """A stand-in that takes an SMS, but refuses each tenth request."""

    asked = taken = 0

    def do_POST(self) -> None:
        """Answer as the gateway does."""
        self.rfile.read(int(self.headers["Content-Length"]))
        _Gateway.asked += 1
        refused = _Gateway.asked % 10 == 0
        _Gateway.taken += not refused
        line = {"number": _OFFICER, "statusCode": 101, "messageId": str(_Gateway.asked)}
        body = json.dumps({"SMSMessageData": {"Recipients": [line]}}).encode()
        self.send_response(429 if refused else 201)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


def alert_s(app: Flask) -> float:
    """The median of seconds from an alert to its SMS. The clock is told, so that nobody waits for
    minutes; what the chore itself takes is measured."""
    from kash.incidents.queries.letterbox import open_alerts, roster
    from kash.incidents.services.alerts import note_look, raise_alert, set_duty, tell_officers
    from kash.platform.database import db, utc_now, writing
    from kash.platform.messages.gateways import AfricasTalking
    from kash.policy import SYSTEM

    dice = Random(16)
    seconds: list[float] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    before = app.extensions["kash_sms"]
    app.extensions["kash_sms"] = AfricasTalking(
        "127.0.0.1", server.server_port, "", "kash", "key", protected=False
    )
    try:
        with app.test_request_context():
            officer = roster()[0].account
            set_duty(SYSTEM, officer, position=1, hours=(), active=True, phone=_OFFICER)
            minute = utc_now().replace(second=0, microsecond=0)
            for _ in range(ALERTS):
                # Far enough apart to be no flood.
                minute += timedelta(hours=3)
                sent, taken = minute + timedelta(seconds=dice.uniform(0, 60)), _Gateway.taken
                with writing() as session:
                    raise_alert(session, sent)
                tick, begun = minute, 0.0
                while _Gateway.taken == taken:
                    tick += timedelta(minutes=1)
                    begun = monotonic()
                    tell_officers(tick)
                seconds.append((tick - sent).total_seconds() + monotonic() - begun)
                note_look(open_alerts(), tick)
            db.session.remove()
    finally:
        app.extensions["kash_sms"] = before
        server.shutdown()
        server.server_close()
    return round(statistics.median(seconds), 1)


def _figures(browser: Browser, references: list[str]) -> dict[str, float]:
    token = browser.token("/w")
    searches = {
        name: _median([browser.send("/w/search", token, asked) for _ in _rounds()])
        for name, asked in QUERIES.items()
    }
    opened = _median([browser.get(f"/w/{references[n]}") for n in _rounds()])
    filed = _median([_file(browser, token, number) for number in _rounds()], status=303)
    told = {"search_10k_s": max(searches.values()) / 1000, "open_ms": opened, "file_ms": filed}
    told |= {f"search {name} ms": value for name, value in searches.items()}
    return {name: round(value, 3) for name, value in told.items()}


def _rounds() -> range:
    return range(WARM_UP + ROUNDS)


def _file(browser: Browser, token: str, number: int) -> Answer:
    page = browser.get("/w/new")
    fields = _Fields()
    fields.feed(page.text)
    told = fields.found | {
        "narrative": f"Two officers took her phone and wanted money for it, number {number}.",
        "asked_for": "Her phone",
        "acts-0-code": "M1",
        "do": "submit",
    }
    for name in ("search", "restore", "csrf_token"):
        told.pop(name, None)
    return browser.send("/w/new", token, told)


def _median(answers: list[Answer], *, status: int = 200) -> float:
    wrong = [one.status for one in answers if one.status != status]
    if wrong:
        raise LookupError(f"a page answered {wrong[0]} rather than {status}")
    return statistics.median(float(one.headers[MILLISECONDS.lower()]) for one in answers[WARM_UP:])


def main() -> int:
    """Run it; 0 if everything answered, whether or not it was fast enough."""
    parser = argparse.ArgumentParser(prog="bench vault", description=__doc__)
    as_json(parser)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL of its own")
    chosen = parser.parse_args()
    return tell(
        lambda: measured(on_postgresql=chosen.postgresql), json_wanted=chosen.json, at_most=TARGETS
    )


if __name__ == "__main__":
    sys.exit(main())
