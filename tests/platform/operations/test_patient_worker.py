"""No thread waits for what people send or read; nothing here depends on how quick the machine is.

`patient.py` is the site: one process of two threads, so that two that wait would be all.
"""

import re
import select
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
from gunicorn.config import Config  # type: ignore[import-untyped]
from gunicorn.http import get_parser  # type: ignore[import-untyped]
from hypothesis import given

from kash.platform.operations.arriving import URGENT_THREADS, Arriving
from kash.platform.operations.connection import Collected
from kash.platform.web.bodies import MEGABYTE
from tests.forks import gunicorn
from tests.platform.operations.test_arriving import requests
from tests.platform.operations.test_server import ROOT, free_port, until

THREADS = 2


def test_gunicorns_own_parts_are_those_that_were_read():
    """Whoever raises the version reads `gunicorn/workers/gthread.py` again, beside ours."""
    pinned = re.search(r"^gunicorn==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert pinned is not None
    assert (pinned[1], version("gunicorn")) == ("27.0.1", "27.0.1")


@given(requests)
def test_the_parser_reads_the_same_request(sent):
    arriving, source = Arriving(0), Collected()
    arriving.take(sent, 0)
    source.load(arriving.hand_over())
    parser = get_parser(Config(), iter(()), ("127.0.0.1", 1))
    parser.unreader = source
    request = next(parser)
    assert request.path == "/a"
    request.body.read()
    assert source.is_read


class Site:
    """The small site, and connections to it that end with the test."""

    def __init__(self, folder: Path, stack: ExitStack, **environment: str) -> None:
        self.port, self.told, self._stack = free_port(), folder, stack
        self.log = folder / "log"
        self.process = gunicorn(
            ["--config", str(Path(__file__).with_name("patient.py"))],
            {"PORT": str(self.port), "TOLD": str(folder), "PATH": "/usr/bin:/bin"} | environment,
            self.log,
        )
        stack.callback(self.end)
        until(self._answers, 60)

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return "a page" in self.ask("/page")
        except OSError:
            return False

    def end(self) -> None:
        (self.told / "go").touch()
        self.process.terminate()
        self.process.wait(30)

    @contextmanager
    def for_a_while(self) -> Iterator[None]:
        """Connections that are made meanwhile end with it."""
        before = self._stack
        with ExitStack() as self._stack:
            yield
        self._stack = before

    def send(self, *pieces: bytes) -> socket.socket:
        """A new connection over which this was sent."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=60)
        self._stack.enter_context(closing(line))
        for piece in pieces:
            line.sendall(piece)
        return line

    def ask(self, path: str) -> str:
        return heard(self.send(get(path)))

    def stuck(self, how_many: int) -> list[socket.socket]:
        """Threads that are busy until `go`."""
        lines = [self.send(get("/stuck")) for _ in range(how_many)]
        until(lambda: len(list(self.told.glob("stuck-*"))) == how_many)
        return lines

    def go(self) -> None:
        (self.told / "go").touch()


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


def post(path: str, length: int, *fields: str) -> bytes:
    said = "".join(f"{field}\r\n" for field in fields)
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{said}\r\n".encode()


ME = "X-Me: somebody"


def heard(line: socket.socket) -> str:
    """All that comes until the other end closes."""
    found = b""
    while piece := line.recv(MEGABYTE):
        found += piece
    return found.decode()


def words(answer: str) -> tuple[int, str]:
    head, _, body = answer.partition("\r\n\r\n")
    return int(head.split()[1]), body


def trickling(line: socket.socket) -> str:
    """What comes back to whoever sends five bytes a second."""
    line.settimeout(0.2)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            first = line.recv(10_000).decode()
        except TimeoutError:
            line.sendall(b"a")
        else:
            # Head and words may come in two pieces.
            line.settimeout(20)
            return first + heard(line)
    raise AssertionError("it was never ended")


@pytest.fixture
def begin(tmp_path):
    """Sites of one's own, whose threads may be kept busy."""
    with ExitStack() as stack:
        yield lambda **environment: Site(tmp_path, stack, **environment)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with ExitStack() as stack:
        yield Site(tmp_path_factory.mktemp("site"), stack)


@pytest.fixture
def site(shared):
    """The site of all tests here; what is sent to it ends with each."""
    with shared.for_a_while():
        yield shared


SLOW = {
    "a body": post("/read", 100) + b"a",
    "a head": b"POST /read HTTP/1.1\r\nHost: ",
    "chunks": b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n",
    "a large file": post("/file", 5 * MEGABYTE, ME),
    "nothing at all": b"",
}


@pytest.mark.parametrize("what", SLOW)
def test_slow_senders_stop_nobody(site, what):
    slow = [site.send(SLOW[what]) for _ in range(8)]
    assert words(site.ask("/page")) == (200, "a page")
    for line in slow:
        line.sendall(b"b" if what != "chunks" else b"1\r\nb\r\n")
    assert words(site.ask("/page")) == (200, "a page")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("a body", (408, "ended 408")),
        ("chunks", (408, "ended 408")),
        ("a large file", (408, "ended 408")),
        ("a head", (408, "")),
    ],
)
def test_what_comes_too_slowly_is_ended_and_told_so(site, what, told):
    line = site.send(SLOW[what])
    assert words(heard(line)) == told


def test_whoever_trickles_is_ended_too(site):
    line = site.send(post("/read", 100_000))
    assert words(trickling(line))[0] == 408


def test_whoever_says_nothing_is_closed_without_a_word(site):
    assert heard(site.send()) == ""


def test_a_body_that_takes_its_time_arrives_whole(site):
    body = bytes(range(256)) * 3900
    line = site.send(post("/read", len(body), "Connection: close"))
    for at in range(0, len(body), 100_000):
        line.sendall(body[at : at + 100_000])
        time.sleep(0.02)
    assert words(heard(line)) == (200, f"{len(body)} {sum(body)}")


def test_a_body_in_chunks_arrives_whole(site):
    line = site.send(
        b"POST /read HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for _ in range(30):
        line.sendall(b"3\r\nabc\r\n")
        time.sleep(0.01)
    line.sendall(b"0\r\n\r\n")
    assert words(heard(line)) == (200, f"90 {30 * sum(b'abc')}")


def test_requests_that_come_at_once_are_answered_in_their_order(site):
    first, second = post("/read", 2) + b"ab", post("/unread", 3) + b"abc"
    answers = heard(site.send(first + second + first[:-1], b"b" + get("/page")))
    assert re.findall(r"\r\n\r\n([ -~]+?)(?=HTTP|$)", answers) == [
        "2 195",
        "not read",
        "2 195",
        "a page",
    ]


HIDDEN = b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "fields",
    [
        f"Content-Length: 1{len(HIDDEN):015d}",
        f"Content-Length: {len(HIDDEN)}\r\nContent-Length: 0",
        f"Content-Length: {len(HIDDEN)}\r\nTransfer-Encoding: chunked",
        f"Content-Length: {len(HIDDEN)}\r\nTransfer-Encoding: gzip",
        f"Content-Length: +{len(HIDDEN)}",
    ],
)
def test_nobody_hides_a_request_in_a_body_whose_length_is_unclear(site, fields):
    head = f"POST /read HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n".encode()
    answer = heard(site.send(head + HIDDEN))
    assert (answer.count("HTTP/1.1 "), words(answer)) == (1, (400, ""))
    assert "Connection: close" in answer


@pytest.mark.parametrize("digits", [15, 16, 40])
def test_a_length_with_zeros_before_it_does_not_make_a_request_of_a_body(site, digits):
    head = f"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: {len(HIDDEN):0{digits}d}\r\n\r\n"
    answers = heard(site.send(head.encode() + HIDDEN + get("/page")))
    assert re.findall(r"\r\n\r\n([ -~]+?)(?=HTTP|$)", answers) == [
        f"{len(HIDDEN)} {sum(HIDDEN)}",
        "a page",
    ]


def test_leave_to_send_a_body_is_given(site):
    line = site.send(post("/read", 2, "Expect: 100-continue", "Connection: close"))
    assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    line.sendall(b"ab")
    assert words(heard(line)) == (200, "2 195")


def test_a_body_too_large_for_its_page_is_refused_unread(site):
    for length in (3 * MEGABYTE, 10**14):
        line = site.send(post("/read", length, "Expect: 100-continue"))
        assert words(heard(line)) == (413, "ended 413")


def test_a_body_that_does_not_say_its_length_is_refused_where_it_is_too_large(site):
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nX-Me: somebody\r\nTransfer-Encoding: chunked\r\n\r\n"
    line = site.send(head)
    for _ in range(50):
        line.sendall(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
    assert words(heard(line)) == (413, "ended 413")


def test_what_was_refused_is_still_told_to_a_browser_that_goes_on_sending(site):
    line = site.send(post("/read", 5 * MEGABYTE))
    for _ in range(5):
        line.sendall(b"a" * MEGABYTE)
    assert words(heard(line)) == (413, "ended 413")


def test_a_large_file_arrives_from_somebody_and_not_from_a_stranger(site):
    size = 5 * MEGABYTE
    line = site.send(post("/file", size, ME, "Connection: close"), b"f" * size)
    assert words(heard(line)) == (200, str(size))
    stranger = site.send(post("/closed", size, "Expect: 100-continue"))
    assert words(heard(stranger)) == (200, "sign in first")


def test_large_files_wait_for_one_another_and_take_no_more_memory_than_there_is(begin):
    site = begin(LARGE_WINDOW="60")
    size = 8 * MEGABYTE
    head = post("/file", size, ME, "Connection: close", "Expect: 100-continue")
    leave = b"HTTP/1.1 100 Continue\r\n\r\n"
    first = site.send(head)
    assert first.recv(100) == leave
    second = site.send(head)
    # Two pages, one after the other: the second file's head has been read by then.
    assert [words(site.ask("/page")) for _ in range(2)] == [(200, "a page")] * 2
    assert select.select([second], [], [], 0.5)[0] == []
    first.sendall(b"f" * size)
    assert words(heard(first)) == (200, str(size))
    assert second.recv(100) == leave
    second.sendall(b"f" * size)
    assert words(heard(second)) == (200, str(size))


def test_a_sender_who_goes_away_leaves_her_memory_to_the_next(site):
    head = post("/file", 8 * MEGABYTE, ME, "Expect: 100-continue")
    first = site.send(head)
    assert first.recv(8) == b"HTTP/1.1"
    second = site.send(head)
    first.close()
    assert second.recv(8) == b"HTTP/1.1"


def test_of_one_address_the_slowest_gives_way(begin):
    site = begin(BODIES_OF_ONE="3")
    slow = [site.send(post("/read", 900) + b"a" * (10 * number)) for number in (1, 9, 9, 9)]
    assert words(heard(slow[0])) == (429, "ended 429")
    for line in slow[1:]:
        line.sendall(b"a" * 810)
        assert line.recv(15) == b"HTTP/1.1 200 OK"


def told_at_once(lines: list[socket.socket], how_many: int) -> None:
    """Wait until so many of these were answered, while nobody else can be."""
    until(lambda: len(select.select(lines, [], [], 0)[0]) == how_many)


@pytest.mark.parametrize(
    ("size", "bound"),
    [(900_000, {"MOST_HELD": "3000000"}), (100_000, {"BODIES_OF_ONE": "3"})],
    ids=["memory", "of one address"],
)
def test_bodies_that_wait_for_a_thread_are_held_within_bounds(begin, size, bound):
    site = begin(**bound)
    site.stuck(THREADS)
    whole = post("/read", size, "Connection: close") + b"a" * size
    lines = [site.send(whole) for _ in range(8)]
    told_at_once(lines, 5)
    form = site.send(post("/read", 2, "Connection: close") + b"ab")
    site.go()
    answers = Counter(words(heard(line)) for line in lines)
    assert answers == {(429, ""): 5, (200, f"{size} {size * ord('a')}"): 3}
    assert words(heard(form)) == (200, "2 195"), "a form is taken however much others hold"
    # All of it was given back.
    assert words(heard(site.send(whole)))[0] == 200


def test_addresses_are_told_apart_behind_a_proxy(begin):
    site = begin(BODIES_OF_ONE="1", PROXIES="1")
    each = [
        site.send(post("/read", 2, f"X-Forwarded-For: 10.0.0.{number}") + b"a")
        for number in range(4)
    ]
    assert words(site.ask("/page")) == (200, "a page")
    for line in each:
        line.sendall(b"b")
        assert line.recv(15) == b"HTTP/1.1 200 OK"


def test_what_is_urgent_is_answered_while_every_thread_is_stuck(begin):
    site = begin()
    stuck = site.stuck(THREADS)
    waiting = site.send(get("/page"))
    for _ in range(3 * URGENT_THREADS):
        assert words(site.ask("/urgent")) == (200, "urgent")
    assert words(site.ask("/static/none"))[0] == 404
    waiting.settimeout(0.5)
    with pytest.raises(TimeoutError):
        waiting.recv(1)
    waiting.settimeout(60)
    site.go()
    assert words(heard(waiting)) == (200, "a page")
    assert [words(heard(line)) for line in stuck] == [(200, "no longer")] * THREADS


def test_what_is_too_slow_is_ended_while_every_thread_is_stuck(begin):
    site = begin()
    site.stuck(THREADS)
    assert words(heard(site.send(SLOW["a body"]))) == (408, "")


def test_whoever_does_not_read_a_paper_holds_no_thread(site):
    readers = [site.send(get("/paper/8")) for _ in range(THREADS + 2)]
    for line in readers:
        assert line.recv(8) == b"HTTP/1.1"
    assert words(site.ask("/page")) == (200, "a page")
    status, body = words(site.ask("/paper/60"))
    assert (status, len(body)) == (200, 60 * MEGABYTE)


def test_whoever_does_not_read_what_is_made_lets_its_thread_go_in_the_end(site):
    readers = [site.send(get("/made")) for _ in range(THREADS)]
    for line in readers:
        assert line.recv(8) == b"HTTP/1.1"
    assert words(site.ask("/page")) == (200, "a page")
    assert min(heard(line).count("m" * 1000) for line in readers) < 300 * 100


def test_slow_readers_of_what_is_large_never_hold_every_thread(begin):
    site = begin(THREADS="4", READERS_WINDOW="600")
    readers = [site.send(get("/made")) for _ in range(10)]
    for line in readers:
        assert line.recv(8) == b"HTTP/1.1"
    assert words(site.ask("/page")) == (200, "a page")
    # Whoever reads on is not the one that is given up.
    assert heard(site.send(get("/made"))).count("m" * 1000) == 300 * 100


def test_what_is_made_while_it_is_sent_arrives_whole(site):
    line = site.send(get("/made"))
    time.sleep(1)
    assert heard(line).count("m" * 1000) == 300 * 100


def test_more_connections_than_there_are_places_keep_nobody_out(site):
    quiet = [site.send() for _ in range(100)]
    kept = [site.send(b"GET /page HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(70)]
    assert words(site.ask("/page")) == (200, "a page")
    assert (len(quiet), len(kept)) == (100, 70)


def test_a_process_that_is_to_be_replaced_lets_come_what_is_on_its_way(begin):
    site = begin(MOST_REQUESTS="1")
    line = site.send(post("/read", 20) + b"a")
    (web,) = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
    assert words(site.ask("/page")) == (200, "a page")
    for _ in range(19):
        time.sleep(0.1)
        line.sendall(b"a")
    status, body = words(heard(line))
    assert (status, body) == (200, f"20 {20 * ord('a')}")
    until(lambda: not Path(f"/proc/{web}").exists())
    assert words(site.ask("/page")) == (200, "a page")


def test_of_two_processes_that_answered_enough_one_answers_while_the_other_waits_for_a_file(begin):
    """Both once waited for their files, and nobody could call for help meanwhile."""
    site = begin(PROCESSES="2", MOST_REQUESTS="40")
    size = 8 * MEGABYTE
    files: dict[bytes, socket.socket] = {}

    def sends_a_file_to_each() -> bool:
        line = site.send(b"GET /process HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while not re.search(rb"process \d+$", answer):
            answer += line.recv(10_000)
        process = answer.rpartition(b" ")[2]
        if process not in files:
            files[process] = line
            line.sendall(post("/file", size, ME, "Connection: close") + b"f" * 1000)
        return len(files) == 2

    until(sends_a_file_to_each, 60)
    for number in range(120):
        assert words(site.ask("/page")) == (200, "a page")
        if number % 20 == 0:
            for line in files.values():
                line.sendall(b"f" * 100_000)
    for line in files.values():
        line.sendall(b"f" * (size - 1000 - 6 * 100_000))
        assert words(heard(line)) == (200, str(size))


def test_a_stranger_who_sends_slowly_does_not_hold_up_a_process_that_is_to_be_replaced(begin):
    site = begin(MOST_REQUESTS="1")
    size = 8 * MEGABYTE
    small = site.send(post("/read", 999_999))
    large = site.send(post("/file", size, ME, "Connection: close"))
    (web,) = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
    assert words(site.ask("/page")) == (200, "a page")
    sent, ended = 0, ""
    small.settimeout(0.1)
    while not ended and sent < size - 100_000:
        large.sendall(b"f" * 20_000)
        sent += 20_000
        try:
            ended = small.recv(10_000).decode()
            # Head and words may come in two pieces.
            small.settimeout(20)
            ended += heard(small)
        except TimeoutError:
            small.sendall(b"a" * 1000)
    assert words(ended) == (408, "ended 408")
    # Who may send a large file is waited for.
    large.sendall(b"f" * (size - sent))
    assert words(heard(large)) == (200, str(size))
    until(lambda: not Path(f"/proc/{web}").exists())
