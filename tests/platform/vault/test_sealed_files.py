"""Files under a document's own key: whatever is done to one, it opens whole or not at all."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.platform.vault import (
    NotAuthentic,
    SealError,
    SealingPlace,
    Truncated,
    new_key,
    open_file_under,
    seal_file_under,
)
from kash.platform.vault.envelope import CHUNK, HEADER

PLACE = SealingPlace("case", "evidence", "a" * 16)
SIZES = (0, 1, CHUNK - 5, CHUNK - 4, CHUNK, 3 * CHUNK, 300_000)


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(content), size):
        yield content[at : at + size]
        yield b""


def sealed(
    content: bytes, key: bytes, place: SealingPlace = PLACE, part: str = "original"
) -> bytes:
    return b"".join(seal_file_under(key, place, part, pieces(content, 1000)))


def opened(blob: bytes, key: bytes, place: SealingPlace = PLACE, part: str = "original") -> bytes:
    return b"".join(open_file_under(key, place, part, pieces(blob, 7777)))


@pytest.mark.parametrize("size", SIZES)
def test_what_was_sealed_comes_back(size):
    content, key = os.urandom(size), new_key()
    blob = sealed(content, key)
    assert opened(blob, key) == content
    assert content[:64] not in blob or size < 8


@given(size=st.sampled_from(SIZES), at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_refused(size, at, bit):
    key = new_key()
    blob = bytearray(sealed(os.urandom(size), key))
    blob[int(at * len(blob))] ^= 1 << bit
    with pytest.raises(SealError):
        opened(bytes(blob), key)


@given(size=st.sampled_from(SIZES), at=st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_is_refused(size, at):
    key = new_key()
    blob = sealed(os.urandom(size), key)
    with pytest.raises(SealError):
        opened(blob[: int(at * len(blob))], key)


def test_a_whole_chunk_less_is_seen_at_the_end():
    key = new_key()
    blob = sealed(os.urandom(3 * CHUNK), key)
    with pytest.raises(Truncated):
        opened(blob[: HEADER + 2 * (CHUNK + 16)], key)


def test_chunks_cannot_change_places():
    key = new_key()
    blob = sealed(os.urandom(4 * CHUNK), key)
    step = CHUNK + 16
    first, second = blob[HEADER : HEADER + step], blob[HEADER + step : HEADER + 2 * step]
    with pytest.raises(NotAuthentic):
        opened(blob[:HEADER] + second + first + blob[HEADER + 2 * step :], key)


def test_no_file_opens_in_place_of_another():
    content, key = os.urandom(1000), new_key()
    blob = sealed(content, key)
    for place, part in (
        (PLACE, "cleaned"),
        (SealingPlace("case", "evidence", "b" * 16), "original"),
        (SealingPlace("identity", "evidence", "a" * 16), "original"),
        (SealingPlace("case", "incident", "a" * 16), "original"),
    ):
        with pytest.raises(NotAuthentic):
            opened(blob, key, place, part)
    with pytest.raises(NotAuthentic):
        opened(blob, new_key())
