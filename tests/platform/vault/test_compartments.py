"""Documents that only members open: whatever is altered, exchanged or of another generation is
refused, always by a SealError and never otherwise."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kash.platform.vault import compartments as sealing
from kash.platform.vault.compartments import SealingPlace, Secret
from kash.platform.vault.envelope import SealError

CASE = sealing.new_secret("case", 1)
NEXT = sealing.new_secret("case", 2)
IDENTITY = sealing.new_secret("identity", 1)
PLACE = SealingPlace("case", "incident", "0123456789abcdef")
OTHER_PLACES = (
    PLACE._replace(public_id="0123456789abcdeg"),
    PLACE._replace(kind="note"),
    PLACE._replace(compartment="identity"),
)
KEY, MEMBER, STRANGER = sealing.new_key(), "member0000000000", "stranger00000000"
PRIVATE = sealing.X25519PrivateKey.generate()
OTHER_PRIVATE = sealing.X25519PrivateKey.generate()

texts = st.binary(max_size=2000)
versions = st.integers(1, 10_000)


def filed(place: SealingPlace = PLACE, secret: Secret = CASE) -> bytes:
    return sealing.file_key(KEY, secret.public, place, secret.generation)


def kept(place: SealingPlace = PLACE, secret: Secret = CASE) -> bytes:
    return sealing.keep_key(KEY, secret, place)


def wrapped(member: str = MEMBER, secret: Secret = CASE) -> bytes:
    return sealing.wrap_for_member(secret, PRIVATE.public_key().public_bytes_raw(), member)


def granted(place: SealingPlace = PLACE, member: str = MEMBER) -> bytes:
    return sealing.grant_key(KEY, PRIVATE.public_key().public_bytes_raw(), place, member)


# What is sealed, and how it is opened: each is put through the same attacks.
OPENINGS = {
    "body": (
        lambda: sealing.seal_body(b"what was done", KEY, PLACE, 3),
        lambda sealed: sealing.open_body(sealed, KEY, PLACE, 3),
    ),
    "filed key": (filed, lambda sealed: sealing.open_filed_key(sealed, CASE, PLACE)),
    "kept key": (kept, lambda sealed: sealing.open_kept_key(sealed, CASE, PLACE)),
    "wrapped secret": (
        wrapped,
        lambda sealed: sealing.unwrap_as_member(
            sealed, PRIVATE, compartment="case", generation=1, member=MEMBER
        ),
    ),
    "granted key": (
        granted,
        lambda sealed: sealing.open_granted_key(sealed, PRIVATE, PLACE, MEMBER),
    ),
    "private half": (
        lambda: sealing.seal_private(PRIVATE, KEY, MEMBER, "passphrase"),
        lambda sealed: sealing.open_private(sealed, KEY, MEMBER, "passphrase"),
    ),
    "opening": (
        lambda: sealing.seal_opening(PRIVATE, "token", "session"),
        lambda sealed: sealing.open_opening(sealed, "token", "session"),
    ),
}


@given(texts, versions)
def test_what_was_sealed_is_what_opens(text, version):
    body = sealing.seal_body(text, KEY, PLACE, version)
    assert sealing.open_body(body, KEY, PLACE, version) == text
    # Before what is sealed stands in clear what it is: a text may well be a part of that word.
    named = b"\x01document"
    assert body.startswith(named)
    assert text not in body[len(named) :] or len(text) < 4


def test_keys_open_as_they_were_wrapped():
    assert sealing.open_filed_key(filed(), CASE, PLACE) == KEY
    assert sealing.open_kept_key(kept(), CASE, PLACE) == KEY
    assert sealing.open_granted_key(granted(), PRIVATE, PLACE, MEMBER) == KEY
    again = sealing.unwrap_as_member(
        wrapped(), PRIVATE, compartment="case", generation=1, member=MEMBER
    )
    assert again == CASE
    assert again.public == CASE.public


@pytest.mark.parametrize("what", OPENINGS)
@given(data=st.data())
def test_every_truncation_is_refused(what, data):
    seal, opened = OPENINGS[what]
    sealed = seal()
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    with pytest.raises(SealError):
        opened(cut)
    with pytest.raises(SealError):
        opened(sealed[len(sealed) - len(cut) :] if cut != sealed else b"")


@pytest.mark.parametrize("what", OPENINGS)
@given(data=st.data())
def test_every_flipped_bit_is_refused(what, data):
    seal, opened = OPENINGS[what]
    sealed = bytearray(seal())
    at = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[at // 8] ^= 1 << at % 8
    with pytest.raises(SealError):
        opened(bytes(sealed))


@pytest.mark.parametrize("what", OPENINGS)
@given(noise=st.binary(max_size=400))
def test_noise_is_refused(what, noise):
    _seal, opened = OPENINGS[what]
    with pytest.raises(SealError):
        opened(noise)


@given(versions, versions)
def test_another_version_is_refused(version, asked):
    body = sealing.seal_body(b"text", KEY, PLACE, version)
    if version == asked:
        assert sealing.open_body(body, KEY, PLACE, asked) == b"text"
        return
    with pytest.raises(SealError):
        sealing.open_body(body, KEY, PLACE, asked)


@pytest.mark.parametrize("place", OTHER_PLACES, ids=["document", "kind", "compartment"])
def test_another_place_is_refused(place):
    """Neither a body, nor a key of any form, opens where another document lies."""
    with pytest.raises(SealError):
        sealing.open_body(sealing.seal_body(b"text", KEY, PLACE, 1), KEY, place, 1)
    with pytest.raises(SealError):
        sealing.open_filed_key(filed(), CASE, place)
    with pytest.raises(SealError):
        sealing.open_kept_key(kept(), CASE, place)
    with pytest.raises(SealError):
        sealing.open_granted_key(granted(), PRIVATE, place, MEMBER)


@pytest.mark.parametrize("secret", [NEXT, IDENTITY], ids=["generation", "compartment"])
def test_another_secret_is_refused(secret):
    with pytest.raises(SealError):
        sealing.open_filed_key(filed(), secret, PLACE)
    with pytest.raises(SealError):
        sealing.open_kept_key(kept(), secret, PLACE)


@pytest.mark.parametrize("generation", [0, 2])
def test_the_same_secret_under_another_generation_is_refused(generation):
    """What was kept for one generation does not open when its rows are exchanged."""
    moved = replace(CASE, generation=generation)
    with pytest.raises(SealError):
        sealing.open_kept_key(kept(), moved, PLACE)
    with pytest.raises(SealError):
        sealing.open_filed_key(filed(), moved, PLACE)
    with pytest.raises(SealError):
        sealing.unwrap_as_member(
            wrapped(), PRIVATE, compartment="case", generation=generation, member=MEMBER
        )


def test_another_member_is_refused():
    for private, member, compartment in (
        (PRIVATE, STRANGER, "case"),
        (OTHER_PRIVATE, MEMBER, "case"),
        (PRIVATE, MEMBER, "identity"),
    ):
        with pytest.raises(SealError):
            sealing.unwrap_as_member(
                wrapped(), private, compartment=compartment, generation=1, member=member
            )
    with pytest.raises(SealError):
        sealing.open_granted_key(granted(), PRIVATE, PLACE, STRANGER)
    with pytest.raises(SealError):
        sealing.open_granted_key(granted(), OTHER_PRIVATE, PLACE, MEMBER)


def test_one_kind_of_wrapping_is_never_taken_for_another():
    """All HPKE, each with its own info: a grant is no filing, a filing no wrap."""
    own = Secret("case", 1, b"\0" * 32)
    as_member = own.private
    filing = sealing.file_key(KEY, own.public, PLACE, 1)
    with pytest.raises(SealError):
        sealing.open_granted_key(filing, as_member, PLACE, MEMBER)
    with pytest.raises(SealError):
        sealing.unwrap_as_member(filing, as_member, compartment="case", generation=1, member=MEMBER)
    with pytest.raises(SealError):
        sealing.open_filed_key(sealing.grant_key(KEY, own.public, PLACE, MEMBER), own, PLACE)


@pytest.mark.parametrize(
    ("key", "member", "use"),
    [
        (sealing.new_key(), MEMBER, "passphrase"),
        (KEY, STRANGER, "passphrase"),
        (KEY, MEMBER, "recovery"),
    ],
    ids=["key", "member", "use"],
)
def test_a_private_half_opens_for_its_own_use_only(key, member, use):
    sealed = sealing.seal_private(PRIVATE, KEY, MEMBER, "passphrase")
    with pytest.raises(SealError):
        sealing.open_private(sealed, key, member, use)


@pytest.mark.parametrize(("token", "session"), [("other", "session"), ("token", "other")])
def test_an_opening_opens_with_its_cookie_in_its_session(token, session):
    with pytest.raises(SealError):
        sealing.open_opening(sealing.seal_opening(PRIVATE, "token", "session"), token, session)


@given(st.binary(max_size=64))
def test_no_secret_stands_in_what_python_shows(noise):
    secret = Secret("case", 1, noise)
    assert repr(secret) == "Secret(compartment='case', generation=1)"


_IDS = st.text("abc", min_size=0, max_size=3)
_SECRETS = st.builds(
    Secret, st.sampled_from(["case", "identity"]), st.integers(1, 3), st.just(b"\1" * 32)
)


@given(_SECRETS, _SECRETS, *[_IDS] * 4, st.binary(max_size=3), st.binary(max_size=3))
@example(CASE, CASE, "ab", "a", "c", "bc", b"", b"")
@example(CASE, CASE, "a", "a", "b", "", b"", b"b")
def test_a_members_seal_holds_for_nothing_else(
    one, other, member, of, holder, another, key, second
):
    """Not for another compartment, generation, member, account or key, nor with signs moved from
    one to the next."""
    same = (one, member, holder, key) == (other, of, another, second)
    assert (one.member_seal(member, holder, key) == other.member_seal(of, another, second)) is same
    outsider = Secret(one.compartment, one.generation, b"\2" * 32)
    assert outsider.member_seal(member, holder, key) != one.member_seal(member, holder, key)
