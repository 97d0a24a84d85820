"""The one door, and what every answer says to the browser."""

import json
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask
from sqlalchemy import update
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter

from kash.accounts.models import SignedInSession
from kash.application import create_app
from kash.platform.database import db, utc_now
from kash.platform.web.headers import CONTENT_SECURITY_POLICY
from kash.platform.web.pages import safe_next
from kash.policy import (
    ANYONE,
    GRANTS,
    SIGNED_IN,
    Role,
    UndeclaredPermission,
    allow,
    check_every_endpoint,
    declared_permission,
)
from kash.settings import Settings
from tests.conftest import csrf_token


def test_an_endpoint_without_a_permission_stops_the_start():
    app = Flask("undeclared")
    app.add_url_rule("/open", "open", lambda: "open")
    with pytest.raises(UndeclaredPermission, match="open"):
        check_every_endpoint(app)


def test_a_permission_that_nobody_defined_is_refused():
    with pytest.raises(UndeclaredPermission):
        allow("people.burn")


def test_every_endpoint_declares_a_permission(app):
    permissions = {
        endpoint: declared_permission(view)
        for endpoint, view in app.view_functions.items()
        if endpoint != "static"
    }
    assert set(permissions.values()) <= {*GRANTS, ANYONE, SIGNED_IN}
    assert {endpoint for endpoint, found in permissions.items() if found == ANYONE} == {
        "accounts.join",
        "accounts.lost_phone",
        "accounts.new_password",
        "accounts.offer_second_step",
        "accounts.offer_to_sign_in",
        "accounts.second_step",
        "accounts.second_step_with_passkey",
        "accounts.sign_in",
        "accounts.sign_in_with_passkey",
        "accounts.sign_out",
        "answers.answer",
        "assessments.phone",
        "assessments.phone_answers",
        "assessments.phone_leave",
        "assessments.phone_open",
        "assessments.phone_worker",
        "attendance.pad",
        "attendance.pad_leave",
        "attendance.pad_manifest",
        "attendance.pad_texts",
        "attendance.pad_worker",
        "attendance.sync",
        "certificates.badges_file",
        "certificates.end_holder_visit",
        "certificates.holder_badge",
        "certificates.holder_file",
        "certificates.holder_link",
        "certificates.holder_page",
        "certificates.identity_file",
        "certificates.issuer_file",
        "certificates.keys_file",
        "certificates.scan",
        "certificates.status_file",
        "certificates.use_holder_link",
        "certificates.verify",
        "certificates.worker_file",
        "desk.set_up",
        "evaluations.answer",
        "feeds.read",
        "handbook.open_chapter",
        "handbook.open_section",
        "invitations.sign_up",
        "invitations.station",
        "invitations.station_out",
        "near.away",
        "near.help_near",
        "near.receipt",
        "near.worker",
        "notices.report",
        "notices.stop",
        "notices.stop_now",
        "notices.stopped",
        "watch.healthz",
        "watch.metrics",
        "web.language",
        "web.leave",
    }


def _a_value(converter: BaseConverter) -> str:
    """What fits a place in an address and leads to nothing."""
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    return "1" if isinstance(converter, IntegerConverter) else "0123456789abcdef"


def test_whoever_has_not_signed_in_is_led_to_the_sign_in_page(app, client):
    """Every endpoint that is not open to anyone, whatever stands in its address."""
    checked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or declared_permission(app.view_functions[rule.endpoint]) in (
            ANYONE,
            None,
        ):
            continue
        values = {name: _a_value(converter) for name, converter in rule._converters.items()}
        with app.test_request_context():
            address = app.url_for(rule.endpoint, **values)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(address, method=method)
            checked += 1
            if address.startswith("/api/"):
                # A program is told that it has no token.
                assert answer.status_code == 401, (method, address)
                continue
            assert answer.status_code == 303, (method, address)
            assert answer.location.startswith("/sign-in?next=/"), (method, address)
            assert answer.headers["Cache-Control"] == "no-store"
    assert checked > 100


@pytest.mark.parametrize(
    ("headers", "status", "location"),
    [
        ({"HX-Request": "true"}, 401, "/sign-in?next=/account"),
        ({"X-Requested-With": "fetch"}, 401, None),
        ({"Content-Type": "application/json"}, 401, None),
    ],
)
def test_scripts_are_told_instead_of_led(client, headers, status, location):
    answer = client.get("/account", headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("HX-Redirect") == location
    assert answer.text == ""


def test_every_answer_says_what_may_be_loaded_and_kept(client, sign_in):
    assert CONTENT_SECURITY_POLICY == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:;"
        " connect-src 'self'; worker-src 'self'; manifest-src 'self'; font-src 'self';"
        " frame-src 'self'; media-src 'self' blob:; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'self'"
    )
    signed_in = sign_in("administrator")
    for answer in (
        client.get("/sign-in"),
        client.get("/account"),
        client.get("/nothing-here"),
        client.post("/healthz"),
        signed_in.get("/account"),
        signed_in.get("/people/"),
    ):
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in answer.headers["Permissions-Policy"]
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|<style", answer.text)


def test_behind_tls_cookies_belong_to_this_host_only(tmp_path):
    app = create_app(
        Settings(
            data_dir=tmp_path,
            public_url="https://kash.example.org",
            trusted_proxies=1,
            log_level="error",
        )
    )
    from kash.platform.database import Base

    with app.app_context():
        Base.metadata.create_all(db.engine)
    answer = app.test_client().get(
        "/sign-in", headers={"X-Forwarded-Proto": "https", "Host": "kash.example.org"}
    )
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    answer = app.test_client().get("/setup")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {part.strip() for part in cookie.split(";")[1:]} == {
        "Secure",
        "HttpOnly",
        "Path=/",
        "SameSite=Lax",
    }


def test_a_form_works_behind_tls_without_a_referrer(tmp_path):
    from kash.platform.database import Base

    app = create_app(
        Settings(
            data_dir=tmp_path,
            public_url="https://kash.example.org",
            trusted_proxies=1,
            log_level="error",
        )
    )
    with app.app_context():
        Base.metadata.create_all(db.engine)
    browser = app.test_client()
    where: dict[str, Any] = {"base_url": "https://kash.example.org"}
    token = csrf_token(browser.get("/setup", **where).text)
    answer = browser.post("/setup", data={"csrf_token": token}, **where)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/workshops?page=2", "/workshops?page=2"),
        ("/a b", "/a b"),
        ("", "/"),
        (None, "/"),
        ("workshops", "/"),
        ("//example.com/x", "/"),
        ("/\\example.com", "/"),
        ("/x\\y", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("/\x00", "/"),
        ("http://localhost:8000/x", "/"),
        ("/" + "x" * 3000, "/"),
    ],
)
def test_where_one_may_be_sent(address, kept):
    assert safe_next(address) == kept


# --- What comes in --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/sign-in?next=%00", "/sign-in?%00=1", "/%00", "/join/a%00b", "/static/%00"]
)
def test_nul_in_an_address(client, address):
    answer = client.get(address)
    assert answer.status_code in (400, 404)
    assert "<h1>" in answer.text


def test_nul_in_a_form(client):
    answer = client.post("/sign-in", data={"email": "a\x00b", "password": "x"})
    assert answer.status_code == 400
    assert "This could not be read" in answer.text


def test_too_much_is_refused(client):
    answer = client.post("/sign-in", data={"email": "a" * 3_000_000, "password": "x"})
    assert answer.status_code == 413
    assert "The file is too large" in answer.text


def test_broken_bodies(client):
    for kind, body in (
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"%ff=%fe&&&=;\xff"),
        ("application/json", b"{"),
        ("text/plain", b"\x00"),
    ):
        answer = client.post("/sign-in", data=body, content_type=kind)
        assert answer.status_code in (400, 413, 422), kind


# --- What goes wrong ------------------------------------------------------------------------


def test_addresses_that_lead_nowhere(client):
    answer = client.get("/nothing/<script>")
    assert answer.status_code == 404
    assert "Nothing is here" in answer.text
    assert "<script>" not in answer.text
    answer = client.put("/sign-in")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    asked = client.get("/nothing", headers={"X-Requested-With": "fetch"})
    assert asked.status_code == 404
    assert asked.json["error"].startswith("The address is wrong, or what stood here was removed.")


@pytest.fixture
def broken(tmp_path):
    """An application in which some views fail in ways that ours must not."""
    from sqlalchemy import text

    from kash.platform.database import Base
    from kash.platform.storage import FileMissing, StorageUnavailable
    from kash.platform.web import Problem

    app = create_app(Settings(data_dir=tmp_path, log_level="info"))
    with app.app_context():
        Base.metadata.create_all(db.engine)
    app.config["WTF_CSRF_ENABLED"] = False
    room = Blueprint("broken", __name__)

    class Taken(Problem):
        status = 409
        sentence = "The hall is taken."

    def fail(kind: str) -> str:
        if kind == "problem":
            raise Taken
        if kind == "said":
            raise Taken("Room 2 is taken.")
        if kind == "twice":
            db.session.execute(text("insert into programme (id) values (2)"))
        if kind == "large":
            db.session.execute(text("select :n"), {"n": 2**80})
        if kind == "missing":
            raise FileMissing
        if kind == "away":
            raise StorageUnavailable
        if kind == "surrogate":
            "\ud800".encode()
        raise RuntimeError("Atieno, +254712345678")

    app._got_first_request = False
    room.add_url_rule("/broken/<kind>", "fail", allow(ANYONE)(fail), methods=["GET", "POST"])
    app.register_blueprint(room)
    return app.test_client()


@pytest.mark.parametrize(
    ("kind", "status", "sentence"),
    [
        ("problem", 409, "The hall is taken."),
        ("said", 409, "Room 2 is taken."),
        ("twice", 409, "Somebody else changed this first"),
        ("large", 400, "This could not be read"),
        ("surrogate", 400, "This could not be read"),
        ("missing", 404, "This file is no longer kept."),
        ("away", 503, "The file store cannot be reached at the moment."),
        ("other", 500, "Something broke on our side"),
    ],
)
def test_each_failure_has_its_page(broken, kind, status, sentence):
    answer = broken.get(f"/broken/{kind}")
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Atieno" not in answer.text


def test_logs_hold_no_value(capsys, broken):
    logging.getLogger("some.library").error("sent to %s", "atieno@example.org")
    broken.post("/broken/other?name=Atieno", data={"phone": "+254712345678"})
    broken.get("/broken/problem")
    written = capsys.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    for value in ("Atieno", "254712345678", "atieno@example.org", "broken/other"):
        assert value not in written
    failed = next(line for line in lines if line["event"] == "failed")
    assert failed["exception"] == "builtins.RuntimeError"
    assert failed["endpoint"] == "broken.fail"
    assert re.search(r"test_guard\.py:\d+ fail$", failed["places"][-1])
    requests = [line for line in lines if line["event"] == "request"]
    assert [(line["endpoint"], line["status"]) for line in requests] == [
        ("broken.fail", 500),
        ("broken.fail", 409),
    ]
    assert set(requests[0]) == {
        "event",
        "request",
        "endpoint",
        "method",
        "status",
        "ms",
        "actor",
        "level",
        "at",
    }


def test_who_acts_is_logged_by_public_id(app, actor, client_for, capsys):
    from kash.platform.web.logs import configure_logs

    who = actor("trainer", name="Tabu")
    browser = client_for(who)
    configure_logs("info")
    try:
        browser.get("/account")
    finally:
        written = capsys.readouterr().err
        configure_logs("error")
    assert json.loads(written.splitlines()[-1])["actor"] == who.public_id
    assert "Tabu" not in written


# --- Watching -------------------------------------------------------------------------------


def test_health(client, monkeypatch):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "up"})

    def down(*_args: object, **_more: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(db.session.registry().__class__, "execute", down)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (503, {"status": "down"})


def test_metrics_are_for_the_machine_itself_or_the_token(app, client):
    client.get("/healthz")
    own = client.get("/metrics")
    assert own.status_code == 200
    assert re.search(r'kash_requests_total\{endpoint="watch.healthz",status="2xx"\} \d', own.text)
    assert re.search(r'kash_endpoint_seconds_sum\{endpoint="watch.healthz"\} \d', own.text)
    assert 'kash_request_seconds_bucket{le="+Inf"}' in own.text
    elsewhere = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.get("/metrics", environ_base=elsewhere).status_code == 404
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert client.get("/metrics", headers={name: "127.0.0.1"}).status_code == 404
    app.config["METRICS_TOKEN"] = "watchword"
    for given, status in (("Bearer watchword", 200), ("Bearer wrong", 404), ("é", 404)):
        answer = client.get("/metrics", environ_base=elsewhere, headers={"Authorization": given})
        assert answer.status_code == status
    app.config.update(METRICS_TOKEN="", TRUSTED_PROXIES=1)
    assert client.get("/metrics").status_code == 404


def test_proxies_are_believed_only_when_declared(tmp_path):
    from kash.accounts.sessions import this_client

    seen = []
    for proxies in (0, 1, 2):
        app = create_app(Settings(data_dir=tmp_path, trusted_proxies=proxies, log_level="error"))

        def note() -> None:
            seen.append(this_client().address)

        app.before_request_funcs.setdefault(None, []).insert(0, note)
        app.test_client().get(
            "/static/tokens.css", headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"}
        )
    assert seen == ["127.0.0.1", "203.0.113.2", "203.0.113.1"]


# --- The frame ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "row", "more"),
    [
        ("administrator", ["Today", "Vault", "Services", "Oversight", "Settings"], []),
        (
            "trainer",
            ["Today", "Calendar", "Workshops", "People", "Courses", "Forum"],
            ["Results", "Certificates", "Money", "Services"],
        ),
        (
            "peer",
            ["Today", "Calendar", "Workshops", "My page", "Report", "Forum"],
            ["Mediation", "Courses", "Certificates", "Figures", "Money", "Services"],
        ),
        (
            "monitoring",
            ["Today", "Calendar", "Workshops", "People", "Results", "Forum"],
            ["Courses", "Certificates", "Money", "Services"],
        ),
        (
            "documentation",
            ["Today", "Calendar", "People", "Incidents", "Forum", "Vault"],
            ["Courses", "Figures", "Services"],
        ),
        (
            "director",
            ["Today", "Calendar", "Workshops", "People", "Results", "Forum"],
            ["Vault", "Courses", "Certificates", "Money", "Services", "Oversight", "Settings"],
        ),
        ("funder", ["Today", "Results", "Figures", "Services"], []),
    ],
)
def test_the_bar_shows_where_one_may_go(sign_in, role, row, more):
    page = sign_in(role).get("/account").text
    bar, _details, rest = page.partition('<nav class="bar"')[2].partition("<details")
    assert re.findall(r"<span>([^<]+)</span>", bar.partition("</nav>")[0]) == row
    panel = rest.partition("</nav>")[0]
    assert re.findall(r'class="far"[^>]*>.*?<span>([^<]+)</span>', panel) == more


def test_every_place_in_the_bar_opens(sign_in):
    for role in Role:
        browser = sign_in(str(role))
        page = browser.get("/account").text
        bar = page.partition('<nav class="bar"')[2].partition("</nav>")[0]
        for address in set(re.findall(r'href="([^"]+)"', bar)):
            answer = browser.get(address)
            if address == "/w":
                # Only with the vault open: the way leads there, and back.
                assert answer.location == "/w/v?next=/w", role
                continue
            assert answer.status_code == 200, (role, address)
            marked = answer.text.partition('<nav class="bar"')[2].partition("</nav>")[0]
            assert 'aria-current="page"' in marked, (role, address)


def test_the_bar_marks_the_place_above_a_page_and_none_above_ones_own_account(sign_in):
    browser = sign_in("administrator")
    for address, label in (
        ("/", "Today"),
        ("/settings", "Settings"),
        ("/settings/zones", "Settings"),
        ("/accounts/invite", "Oversight"),
        ("/breaches", "Oversight"),
        ("/account", None),
        ("/account/password", None),
        ("/search", None),
    ):
        page = browser.get(address).text
        bar = page.partition('<nav class="bar"')[2].partition("<details")[0]
        marked = re.findall(r'aria-current="page">.*?<span>([^<]+)</span>', bar)
        assert marked == ([label] if label else []), address


def test_the_language_is_switched_and_kept(client, actor, client_for):
    assert '<html lang="en">' in client.get("/sign-in").text
    browser_speaks = client.get("/sign-in", headers={"Accept-Language": "sw-KE,sw;q=0.9,en;q=0.5"})
    assert '<html lang="sw">' in browser_speaks.text
    switched = client.post("/language", data={"language": "sw", "next": "/sign-in?"})
    assert (switched.status_code, switched.location) == (303, "/sign-in")
    assert '<html lang="sw">' in client.get("/sign-in").text
    who = actor("trainer")
    first, second = client_for(who), client_for(who)
    first.post("/language", data={"language": "sw", "next": "//example.com"})
    assert '<html lang="sw">' in second.get("/account").text
    assert first.post("/language", data={"language": "xx"}).location == "/"
    assert '<html lang="sw">' in first.get("/account").text
    assert client.get("/language").status_code == 405


def test_a_page_costs_few_queries(
    sign_in,
    count_queries,  # type: ignore[type-arg]
):
    browser = sign_in("trainer")
    browser.get("/account/name")
    with count_queries() as seen:
        browser.get("/account/name")
    # The session with its account and roles, the programme, and the page's own two.
    assert seen.count <= 4


def test_a_session_that_grew_old_is_no_longer_fresh(sign_in):
    browser = sign_in("administrator")
    for minutes, status in ((9, 200), (11, 303)):
        db.session.execute(
            update(SignedInSession).values(fresh_at=utc_now() - timedelta(minutes=minutes))
        )
        db.session.commit()
        assert browser.get("/accounts/invite").status_code == status
