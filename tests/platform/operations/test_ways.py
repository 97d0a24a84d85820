"""What the site's addresses say of a request before it is read."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kash.platform.operations.arriving import Ways, read_head
from kash.platform.web.bodies import LARGEST_FORM, MEGABYTE
from kash.policy import Role

# Paper is set by the press, which may take its time, and whoever reads the handbook can wait. So do
# halls that answer an evaluation at once, and all who answer an invitation: they must not stand in
# the way of who reports. Nor does whoever prints figures, which opens every record.
SLOW = {
    "releases.print_day",
    "feeds.read",
    "answers.answer",
    "invitations.sign_up",
    "invitations.station",
    "invitations.station_out",
    "evaluations.answer",
    "incidents.paper",
    "incidents.card",
    "incidents.leaflet",
    # Mediators answer here without a line in the log, as everybody signed in waits her turn.
    "incidents.briefs",
    "incidents.answer_brief",
    "incidents.close_brief",
    # Anybody may send to it, and each try is slow.
    "near.receipt",
    "handbook.index",
    "handbook.chapter",
    "handbook.section",
    "handbook.open_chapter",
    "handbook.open_section",
}


def asks(ways: Ways, method: str, path: str) -> bool:
    return ways.is_urgent(read_head(f"{method} {path} HTTP/1.1\r\n\r\n".encode()))


def test_help_filing_receipts_and_sign_in_have_threads_of_their_own(app):
    ways = Ways(app, trusted_proxies=0)
    wanted = {"watch.healthz", "static"}
    # Help was there once; each leads to where it is now.
    wanted |= {endpoint for endpoint in app.view_functions if endpoint.endswith(".old_address")}
    for endpoint, view in app.view_functions.items():
        if getattr(view, "kash_traceless", False) and endpoint not in SLOW:
            wanted.add(endpoint)
    found: set[str] = set()
    for rule in app.url_map.iter_rules():
        if rule.rule == "/sign-in" or rule.rule.startswith("/sign-in/"):
            wanted.add(rule.endpoint)
        path = rule.rule.replace("<path:filename>", "tokens.css")
        for method in {"GET", "POST"} & (rule.methods or set()):
            if "<" not in path and asks(ways, method, path):
                found.add(rule.endpoint)
    assert found == wanted
    assert {"incidents.help_now", "incidents.filing", "incidents.receipt"} < found


@pytest.mark.parametrize("path", ["/", "/none", "/%ff", "//", "/sign-in%00", "http://[x/sign-in"])
def test_what_is_no_such_page_waits_for_its_turn(app, path):
    assert not asks(Ways(app, trusted_proxies=0), "GET", path)


def test_a_body_may_be_as_large_as_its_page_takes(app):
    ways = Ways(app, trusted_proxies=0)

    def most(method: str, path: str) -> int:
        return ways.most_bytes(read_head(f"{method} {path} HTTP/1.1\r\n\r\n".encode()))

    evidence = app.config["SETTINGS"].evidence_mb * MEGABYTE
    (adding,) = [r.rule for r in app.url_map.iter_rules() if r.endpoint == "incidents.add_evidence"]
    assert (
        most("POST", adding.replace("<reference>", "ab12cd34ef56gh78")) == evidence + LARGEST_FORM
    )
    assert most("POST", "/people/lists/new") == 10 * MEGABYTE + LARGEST_FORM
    assert most("POST", "/pad/sync") == 4 * MEGABYTE + LARGEST_FORM
    for path in ("/sign-in", "/none"):
        assert most("POST", path) == LARGEST_FORM


def test_no_memory_is_set_aside_for_strangers(app, actor, client_for):
    ways = Ways(app, trusted_proxies=0)

    def may_send(cookie: str) -> bool:
        said = f"POST /people/lists/new HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n"
        # As when it is asked: by a thread that answers nobody at the moment.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(ways.lets_in, read_head(said.encode())).result()

    def cookie_of(role: Role) -> str:
        browser = client_for(actor(role))
        kept = browser._cookies or {}
        return "; ".join(f"{one.key}={one.value}" for one in kept.values())

    assert may_send(cookie_of(Role.TRAINER))
    assert not may_send(cookie_of(Role.PEER))
    assert not may_send("")
    assert not may_send("session=made-up")


@pytest.mark.parametrize(
    ("proxies", "peer", "network"),
    [
        (0, "127.0.0.1", "127.0.0.1"),
        (1, "127.0.0.1", "2001:db8:1:2::/64"),
        (2, "127.0.0.1", "10.1.1.1"),
        (3, "127.0.0.1", "127.0.0.1"),
    ],
)
def test_who_sends_is_told_apart_by_network(app, proxies, peer, network):
    head = read_head(b"POST / HTTP/1.1\r\nX-Forwarded-For: 10.1.1.1, 2001:db8:1:2:3:4:5:6\r\n\r\n")
    assert Ways(app, trusted_proxies=proxies).sender(head, peer) == network
