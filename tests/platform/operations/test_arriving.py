"""A request ends where its sender ends it, however its bytes are cut up on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.operations.arriving import (
    LARGEST_HEAD,
    ArrivalProgress,
    Arriving,
    Pace,
    read_head,
)

PLAIN = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
CHUNKED = b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%s0\r\n%s\r\n"


def in_chunks(parts: list[bytes], trailer: bytes, extension: bytes) -> bytes:
    chunks = (b"%x%s\r\n%s\r\n" % (len(part), extension, part) for part in parts if part)
    return CHUNKED % (b"".join(chunks), trailer)


requests = st.one_of(
    st.binary(max_size=200).map(lambda body: PLAIN % (len(body), body)),
    st.builds(
        in_chunks,
        st.lists(st.binary(max_size=60), max_size=5),
        st.sampled_from([b"", b"X-Sum: 1\r\n"]),
        st.sampled_from([b"", b";a=b", b" ; a"]),
    ),
    st.just(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"),
)


@given(requests, st.binary(max_size=60), st.data())
def test_it_is_whole_at_its_last_byte_and_not_before(sent, behind, data):
    everything, at, arriving = sent + behind, 0, Arriving(0)
    while not arriving.whole:
        size = data.draw(st.integers(1, len(everything) - at))
        surplus = arriving.take(everything[at : at + size], 0)
        at += size
        assert arriving.whole == (at >= len(sent))
    assert surplus == everything[len(sent) : at]
    assert b"".join(arriving.hand_over()) == sent


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 3\r\nContent-Length: 4",
        b"Content-Length: -3",
        b"Content-Length: 3x",
        b"Content-Length: 3, 3",
        b"Content-Length: 3\r\nContent-Length: 3",
        b"Content-Length: 1234567890123456",
        b"Content-Length: \xb2",
        b"Content-Length:",
        b"Content-Length: 3\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: gzip",
    ],
)
def test_a_body_without_a_clear_end_is_never_awaited_nor_taken_for_none(fields):
    arriving = Arriving(0)
    arriving.take(b"POST / HTTP/1.1\r\n" + fields + b"\r\n\r\n", 0)
    assert arriving.whole
    assert arriving.head is not None
    assert arriving.head.is_unclear


@pytest.mark.parametrize("length", [b"0003", b"0000000000000003", b"0" * 64 + b"3"])
def test_a_length_may_begin_with_zeros(length):
    arriving = Arriving(0)
    behind = arriving.take(b"POST / HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\nabcdef", 0)
    assert (arriving.whole, arriving.received, behind) == (True, 3, b"def")


@pytest.mark.parametrize("size", [b"x\r\n", b"-5\r\n", b"0x5\r\n", b"\r\n", b"f" * 9000])
def test_chunks_that_are_none_are_left_to_the_parser_at_once(size):
    arriving = Arriving(0)
    arriving.take(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size, 0)
    assert arriving.whole


def test_a_head_without_end_takes_no_more_memory_than_a_head():
    arriving = Arriving(0)
    while not arriving.whole:
        arriving.take(b"X-More: and more\r\n" * 100, 0)
    assert arriving.held < LARGEST_HEAD + 2000


def test_leave_to_send_is_given_once_and_by_whoever_watches():
    arriving = Arriving(0)
    arriving.take(
        b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 1\r\nA: b\r\n\r\n", 0
    )
    assert arriving.head is not None
    assert arriving.head.awaits_leave
    arriving.take(b"z", 0)
    handed = b"".join(arriving.hand_over())
    assert handed == b"POST / HTTP/1.1\r\nContent-Length: 1\r\nA: b\r\n\r\nz"


def test_what_is_ended_takes_its_head_only_and_says_why():
    head = read_head(b"POST / HTTP/1.1\r\nConnection: keep-alive\r\nKash-Ended: 1\r\n\r\n")
    handed = b"".join(head.alone({"Kash-Ended": "408"}))
    assert handed == b"POST / HTTP/1.1\r\nConnection: close\r\nKash-Ended: 408\r\n\r\n"


@pytest.mark.parametrize(
    ("hops", "found"), [(0, None), (1, "3.3.3.3"), (2, "2.2.2.2"), (3, "1.1.1.1"), (4, None)]
)
def test_only_proxies_that_are_believed_say_where_it_comes_from(hops, found):
    head = read_head(
        b"GET / HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nX-Forwarded-For: 3.3.3.3\r\n\r\n"
    )
    assert head.forwarded_for(hops) == found


def lost(*steps: tuple[float, int]) -> float | None:
    """When something is given up that begins at 0 and has moved so many bytes at those times."""
    pace, progress = Pace(window=10, least=100, most_seconds=100), ArrivalProgress(0)
    for now, moved in steps:
        progress.moved = moved
        if progress.is_lost(pace, now):
            return now
    return None


def test_what_moves_too_little_is_given_up():
    assert lost((1, 0), (10, 0), (11, 999)) == 11
    assert lost((1, 0), (10, 0), (11, 1000)) is None
    # What came at first is no merit for ever.
    assert lost((11, 10**6), (20, 10**6), (22, 10**6 + 999)) == 22
    assert lost((11, 10**6), (22, 10**6 + 1000), (33, 10**6 + 2000)) is None
    assert lost(*((now, 10**4 * now) for now in range(0, 200, 5))) == 105
