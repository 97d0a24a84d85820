"""Sealed texts and files: what opens, and what does not."""

import io
import os
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kash.platform.vault import (
    NotAuthentic,
    SealError,
    Truncated,
    UnknownFormat,
    UnknownKey,
    envelope,
    lookup,
    open_file,
    open_sealed,
    open_text,
    rotate,
    seal,
    seal_file,
    vault_of,
)
from kash.platform.vault.chain import length_prefixed
from kash.platform.vault.keys import add_sealing_key

ID, KEY = bytes(range(8)), bytes(range(32))
KEYS = {ID: KEY}
PLACE: dict[str, Any] = {"kind": "person.phone", "public_id": "0123456789abcdef", "version": 1}

names = st.text(max_size=20)
places = st.fixed_dictionaries(
    {"kind": names, "public_id": names, "version": st.integers(0, 2**40)}
)


def sealed(content: bytes, place: dict[str, Any] = PLACE) -> bytes:
    return envelope.seal_bytes(content, key_id=ID, key=KEY, **place)


def opened(blob: bytes, place: dict[str, Any] = PLACE) -> bytes:
    return envelope.open_bytes(blob, keys=KEYS, **place)


def sealed_file(content: bytes, place: dict[str, Any] = PLACE) -> bytes:
    pieces = envelope.seal_chunks(io.BytesIO(content), key_id=ID, key=KEY, **place)
    return b"".join(pieces)


def opened_file(blob: bytes, place: dict[str, Any] = PLACE) -> bytes:
    stream = io.BytesIO(blob)
    header = envelope.read_fully(stream, envelope.HEADER)
    return b"".join(envelope.open_chunks(header, stream, keys=KEYS, **place))


@given(st.binary(max_size=9000), places)
def test_a_text_opens_at_its_place(content, place):
    assert opened(sealed(content, place), place) == content


@given(st.binary(max_size=300), places, places)
def test_a_text_opens_at_no_other_place(content, place, other):
    assume(place != other)
    with pytest.raises(NotAuthentic):
        opened(sealed(content, place), other)


@given(st.text(max_size=12), st.integers(0, 12), st.integers(0, 12))
def test_moving_the_border_between_kind_and_id_is_noticed(joined, first, second):
    assume(joined[:first] != joined[:second])
    blob = sealed(b"x", {**PLACE, "kind": joined[:first], "public_id": joined[first:]})
    with pytest.raises(NotAuthentic):
        opened(blob, {**PLACE, "kind": joined[:second], "public_id": joined[second:]})


@given(st.binary(max_size=300), st.data())
def test_one_flipped_bit_is_noticed(content, data):
    blob = bytearray(sealed(content))
    position = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[position // 8] ^= 1 << position % 8
    with pytest.raises(SealError) as caught:
        opened(bytes(blob))
    where = position // 8
    expected = UnknownFormat if where == 0 else UnknownKey if where <= 8 else NotAuthentic
    assert type(caught.value) is expected


@given(st.binary(max_size=300), st.data())
def test_a_cut_text_is_noticed(content, data):
    blob = sealed(content)
    end = data.draw(st.integers(0, len(blob) - 1))
    with pytest.raises((Truncated, NotAuthentic, UnknownFormat)):
        opened(blob[:end])


@given(st.binary(max_size=400))
def test_anything_else_raises_a_seal_error_only(blob):
    for unseal in (opened, opened_file):
        with pytest.raises(SealError):
            unseal(blob)
        with pytest.raises(SealError):
            unseal(b"\x01" + ID + blob)
        with pytest.raises(SealError):
            unseal(b"\x02" + ID + blob)


def test_texts_of_one_bucket_look_alike_and_no_two_seals_are_equal():
    lengths = [len(sealed(bytes(size))) for size in range(61)]
    assert set(lengths) == {1 + 8 + 12 + 64 + 16}
    assert len({sealed(b"same") for _ in range(100)}) == 100


@given(st.integers(1, 2**40))
def test_buckets_hold_the_size_and_waste_little(size):
    padded = envelope.bucket(size)
    assert padded >= size
    assert envelope.bucket(padded) == padded
    assert padded <= max(64, 2 * size if size <= 4096 else size * 9 // 8 + 1)


@given(st.lists(st.binary(max_size=9)), st.lists(st.binary(max_size=9)))
def test_length_prefixes_keep_lists_apart(one, other):
    assert (length_prefixed(*one) == length_prefixed(*other)) == (one == other)


def test_error_sentences_hold_no_value():
    with pytest.raises(NotAuthentic) as caught:
        opened(sealed(b"+254700000001"), {**PLACE, "kind": "secret kind"})
    assert str(caught.value) == "What was sealed was changed, or belongs to another place."
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


FULL = envelope.CHUNK - 4
sizes = st.one_of(
    st.integers(0, 300),
    st.sampled_from([FULL - 1, FULL, FULL + 1, 2 * FULL, 2 * FULL + 1, 3 * FULL + 77]),
)


@given(sizes)
def test_a_file_opens_whole(size):
    content = os.urandom(size)
    blob = sealed_file(content)
    assert opened_file(blob) == content
    assert len(blob) <= envelope.HEADER + (size + 64) * 2.1 + 32


@given(sizes, st.data())
def test_a_cut_file_is_noticed(size, data):
    blob = sealed_file(os.urandom(size))
    whole = envelope.CHUNK + 16
    ends = [end for end in range(envelope.HEADER, len(blob), whole) if end < len(blob)]
    end = data.draw(st.one_of(st.sampled_from(ends), st.integers(0, len(blob) - 1)))
    with pytest.raises(SealError) as caught:
        opened_file(blob[:end])
    if end in ends:
        assert type(caught.value) is Truncated


def chunks(blob: bytes) -> list[bytes]:
    whole, body = envelope.CHUNK + 16, blob[envelope.HEADER :]
    return [body[start : start + whole] for start in range(0, len(body), whole)]


@pytest.mark.parametrize("change", ["swap", "drop", "repeat", "append", "foreign"])
def test_moved_chunks_are_noticed(change):
    content = os.urandom(4 * FULL + 5)
    blob, twin = sealed_file(content), sealed_file(content)
    parts = chunks(blob)
    if change == "swap":
        parts[0], parts[1] = parts[1], parts[0]
    elif change == "drop":
        del parts[1]
    elif change == "repeat":
        parts.insert(1, parts[1])
    elif change == "append":
        parts.append(parts[-1])
    else:
        parts[1] = chunks(twin)[1]
    with pytest.raises(NotAuthentic):
        opened_file(blob[: envelope.HEADER] + b"".join(parts))


@given(st.data())
def test_a_flipped_bit_in_a_file_is_noticed(data):
    blob = bytearray(sealed_file(bytes(FULL + 9)))
    position = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[position // 8] ^= 1 << position % 8
    with pytest.raises(SealError):
        opened_file(bytes(blob))


def test_a_file_opens_at_no_other_place_and_not_as_a_text():
    blob = sealed_file(b"scan")
    for name, other in (("kind", "x"), ("public_id", "y"), ("version", 2)):
        with pytest.raises(NotAuthentic):
            opened_file(blob, {**PLACE, name: other})
    with pytest.raises(UnknownFormat):
        opened(blob)
    with pytest.raises(UnknownFormat):
        opened_file(sealed(b"text"))


class Dribble(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a network does."""

    def __init__(self, content: bytes) -> None:
        self._left = content

    def read(self, size: int = -1) -> bytes:
        piece, self._left = self._left[: min(size, 999)], self._left[min(size, 999) :]
        return piece


def test_short_reads_change_nothing(chained_on_sqlite):
    content = os.urandom(2 * FULL + 10)
    place = {"kind": "scan", "public_id": "0123456789abcdef"}
    blob = b"".join(seal_file(Dribble(content), **place))  # type: ignore[arg-type]
    assert b"".join(open_file(Dribble(blob), **place)) == content  # type: ignore[arg-type]


def test_the_server_tier_seals_opens_and_rotates(chained_on_sqlite):
    place = {"kind": "person.phone", "public_id": "0123456789abcdef"}
    blob = seal("+254 7 – é", **place)
    assert open_text(blob, **place) == "+254 7 – é"
    assert rotate(blob, **place) == blob
    vault = vault_of(chained_on_sqlite)
    vault.add_key()
    assert open_text(blob, **place) == "+254 7 – é"
    again = rotate(blob, **place)
    assert envelope.key_id_of(again) == vault.keys.current != envelope.key_id_of(blob)
    assert open_sealed(again, **place) == "+254 7 – é".encode()
    with pytest.raises(NotAuthentic):
        rotate(blob, kind="person.phone", public_id="fedcba9876543210")


def test_a_key_that_another_process_made_is_read_anew(chained_on_sqlite):
    place = {"kind": "person.phone", "public_id": "0123456789abcdef"}
    grown = add_sealing_key(vault_of(chained_on_sqlite).key_file)
    blob = envelope.seal_bytes(
        b"new", key_id=grown.current, key=grown.sealing[grown.current], version=1, **place
    )
    assert open_sealed(blob, **place) == b"new"
    with pytest.raises(UnknownKey):
        open_sealed(blob[:1] + bytes(8) + blob[9:], **place)


def test_lookups_find_equal_values_of_one_kind_only(chained_on_sqlite):
    found = lookup("+254700000001", kind="phone")
    assert found == lookup("+254700000001", kind="phone")
    assert len(found) == 64
    assert (
        len({found, lookup("+254700000002", kind="phone"), lookup("+254700000001", kind="p")}) == 3
    )
