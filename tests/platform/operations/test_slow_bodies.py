"""Eight slow uploads stop nobody: asked of the server itself, and through the shipped Caddyfile."""

import shutil
import socket
from contextlib import ExitStack, closing

import pytest

from benchmarks.proxy import Proxy, proxied
from kash.platform.web.bodies import MEGABYTE
from tests.platform.operations.test_patient_worker import (
    ME,
    SLOW,
    THREADS,
    Site,
    heard,
    post,
    trickling,
    words,
)
from tests.platform.operations.test_server import Running


@pytest.fixture(scope="module")
def running(tmp_path_factory, empty_database, compiled):
    """A programme that has not begun, served to all tests here that only ask."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "var").mkdir(mode=0o700)
    shutil.copyfile(empty_database, folder / "var" / "kash.sqlite3")
    server = Running(folder, compiled, forked=True)
    yield server
    server.process.terminate()
    server.process.wait(20)


def asked(port: int, path: str) -> tuple[int, str]:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return words(heard(line))


@pytest.mark.services
def test_thirty_slow_uploads_leave_sign_in_and_health_answered(running):
    with ExitStack() as stack:
        for what in ("a body", "a head", "chunks", "nothing at all"):
            for _ in range(8):
                line = stack.enter_context(socket.create_connection(("127.0.0.1", running.port)))
                line.sendall(SLOW[what].replace(b"/read", b"/sign-in"))
        assert asked(running.port, "/healthz") == (200, '{"status":"up"}\n')
        # There is no programme yet: whoever signs in is led to where it is set up.
        assert asked(running.port, "/sign-in")[0] == 303
        assert asked(running.port, "/setup")[0] == 200


@pytest.mark.services
def test_a_slow_upload_is_told_on_a_page_of_this_site(running):
    fields = ("Kash-Ended: 408", "Accept-Language: sw", "Connection: close")
    with closing(socket.create_connection(("127.0.0.1", running.port), timeout=60)) as line:
        line.sendall(post("/setup", 0, *fields))
        status, page = words(heard(line))
    assert status == 408
    assert "Hii imechukua muda mrefu" in page
    assert 'href="/static/' in page


class Behind:
    """The small site behind Caddy."""

    def __init__(self, site: Site, proxy: Proxy, stack: ExitStack) -> None:
        self.site, self._proxy, self._stack = site, proxy, stack

    def send(self, *pieces: bytes) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self._proxy.port), timeout=60)
        sealed = self._proxy.trust.wrap_socket(line, server_hostname="localhost")
        self._stack.enter_context(closing(sealed))
        for piece in pieces:
            sealed.sendall(piece.replace(b"Host: x", b"Host: localhost"))
        return sealed

    def answered(self, *pieces: bytes) -> tuple[int, str]:
        return words(heard(self.send(*pieces)))


@pytest.fixture(scope="module")
def site_and_proxy(tmp_path_factory):
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not on this machine")
    folder = tmp_path_factory.mktemp("behind")
    with ExitStack() as stack:
        site = Site(folder, stack, PROXIES="1")
        yield site, stack.enter_context(proxied(caddy, site.port, folder))


@pytest.fixture
def behind(site_and_proxy):
    site, proxy = site_and_proxy
    with ExitStack() as stack, site.for_a_while():
        yield Behind(site, proxy, stack)


PAGE = b"GET /page HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("what", SLOW)
def test_eight_slow_senders_stop_nobody_behind_caddy(behind, what):
    slow = [behind.send(SLOW[what]) for _ in range(8)]
    assert behind.answered(PAGE) == (200, "a page")
    for line in slow:
        line.sendall(b"b" if what != "chunks" else b"1\r\nb\r\n")
    assert behind.answered(PAGE) == (200, "a page")


def test_a_slow_large_file_is_ended_and_told_so_through_caddy(behind):
    assert words(trickling(behind.send(SLOW["a large file"]))) == (408, "ended 408")


@pytest.mark.parametrize("size", [0, 1, 999_999, 1_000_000, 1_000_001, 2 * MEGABYTE])
def test_bodies_of_every_size_arrive_whole_through_caddy(behind, size):
    body = bytes(range(256)) * (size // 256 + 1)
    body = body[:size]
    sent = post("/read", size, ME, "Connection: close")
    assert behind.answered(sent, body) == (200, f"{size} {sum(body)}")


def test_bodies_in_chunks_arrive_whole_through_caddy(behind):
    head = f"POST /read HTTP/1.1\r\nHost: x\r\n{ME}\r\nConnection: close\r\n".encode()
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    for times in (1, 8, 24):
        chunks = (b"10000\r\n" + b"a" * 0x10000 + b"\r\n") * times + b"0\r\n\r\n"
        size = times * 0x10000
        assert behind.answered(head, chunks) == (200, f"{size} {size * ord('a')}")


def test_what_is_urgent_is_answered_through_caddy_while_every_thread_is_stuck(behind):
    behind.site.stuck(THREADS)
    urgent = PAGE.replace(b"/page", b"/urgent")
    assert behind.answered(urgent) == (200, "urgent")
