"""The published list of revoked certificates tells whoever holds a serial, and nobody else."""

import base64
import json
import random
import re
import secrets
import subprocess
from datetime import date, timedelta
from typing import Any

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kash.certificates import documents
from kash.certificates.models import Certificate
from kash.certificates.queries.certificates import current_key
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.rules.issuing import (
    REVOCATION_CLASSES,
    STATUS_CLASSES,
    Revoked,
    entries_published,
    hashed_name,
    new_serial,
    status_entries,
)
from kash.certificates.services.certificates import revoke
from kash.certificates.services.designs import change_key
from kash.platform.database import db
from tests.certificates.reading import find_revoked, is_signed_by, read_claim, read_qr_text

from .conftest import ALL, MOST

serials = st.integers(0, 2**40).map(lambda seed: new_serial(random.Random(seed).choice))
revocations = st.lists(
    st.builds(
        Revoked,
        serial=serials,
        day=st.dates(date(2000, 1, 1), date(2150, 1, 1)),
        reason_class=st.sampled_from(STATUS_CLASSES),
    ),
    max_size=20,
    unique_by=lambda one: one.serial,
)
salts = st.binary(min_size=16, max_size=16)


@given(revocations, serials, salts)
def test_who_holds_a_serial_reads_its_entry(revoked, other, salt):
    entries = status_entries(salt, revoked, secrets.token_bytes)
    assert len(entries) == 256 * 11
    for one in revoked:
        assert find_revoked(salt, entries, one.serial) == one
    if other not in {one.serial for one in revoked}:
        assert find_revoked(salt, entries, other) is None


@settings(max_examples=20)
@given(revocations, salts, salts)
def test_two_publications_have_nothing_in_common(revoked, salt, other):
    def lines(of: bytes) -> set[bytes]:
        made = status_entries(of, revoked, secrets.token_bytes)
        return {made[start : start + 11] for start in range(0, len(made), 11)}

    assert len(lines(salt)) == 256
    if salt != other:
        assert not lines(salt) & lines(other)


def test_the_length_is_one_of_a_few():
    assert {entries_published(number) for number in range(257)} == {256}
    assert [entries_published(number) for number in (257, 512, 513, 10_000)] == [
        512,
        512,
        1024,
        16384,
    ]


def test_an_unknown_class_is_told_as_another_reason():
    one = Revoked("000000000000", date(2026, 1, 1), "no such class")
    entries = status_entries(bytes(16), [one], secrets.token_bytes)
    found = find_revoked(bytes(16), entries, one.serial)
    assert found is not None
    assert found.reason_class == "other"


# --- As it is published ---------------------------------------------------------------------------


def bare(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(client: FlaskClient) -> dict[str, Any]:
    """What the list says, its signature checked with nothing but what is published."""
    keys = client.get("/verify/keys.json").json
    signed = client.get("/verify/status").json
    header = json.loads(bare(signed["protected"]))
    (key,) = [each for each in keys["keys"] if each["kid"] == header["kid"]]
    Ed25519PublicKey.from_public_bytes(bare(key["x"])).verify(
        bare(signed["signature"]), f"{signed['protected']}.{signed['payload']}".encode()
    )
    assert (header["alg"], header["typ"]) == ("EdDSA", "kash-status+jwt")
    claims: dict[str, Any] = json.loads(bare(signed["payload"]))
    assert claims["iss"] == keys["issuer"]
    return claims


@pytest.fixture
def issued(ready):
    ready.confirm(ALL, MOST)
    return certificates_of(ready.batch(ready.issued()))


def test_a_revoked_certificate_is_in_the_next_list(ready, issued, client):
    one, other = (certificate.serial or "" for certificate in issued)
    before = opened(client)
    assert find_revoked(bare(before["salt"]), bare(before["entries"]), one) is None
    revoke(issued[0], "conduct", "told to the director", ready.director)
    after = opened(client)
    found = find_revoked(bare(after["salt"]), bare(after["entries"]), one)
    assert found is not None
    assert found.reason_class == "other"
    assert abs(found.day - date.fromtimestamp(after["iat"])) <= timedelta(days=1)
    assert find_revoked(bare(after["salt"]), bare(after["entries"]), other) is None
    assert len(after["entries"]) == len(before["entries"])
    assert after["salt"] != before["salt"]


def test_keys_and_titles_are_published_and_may_be_kept(ready, issued, client):
    title = issued[0].public_title
    change_key(current_key().public_id, ready.director, doubted=True)  # type: ignore[union-attr]
    answer = client.get("/verify/keys.json")
    new, old = answer.json["keys"]
    assert (new["until"], new["doubted"], old["doubted"]) == (None, False, True)
    assert old["until"] == new["from"]
    assert list(answer.json["titles"].values()) == [title]
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    again = client.get("/verify/keys.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert opened(client)
    for path in ("/verify/keys.json", "/verify/status", "/verify/worker.js", "/V"):
        assert "Set-Cookie" not in client.get(path).headers


def test_before_there_is_a_key_there_is_no_list(app, client):
    assert client.get("/verify/keys.json").json["keys"] == []
    assert client.get("/verify/status").status_code == 404
    db.session.rollback()


def test_what_is_printed_is_what_was_signed(ready, issued, tmp_path):
    one = certificates_of(ready.batch(issued[0].batch.public_id))[0]
    payload, key = one.payload, current_key()
    (tmp_path / "one.pdf").write_bytes(documents.single_certificate(one))
    command = ["pdftoppm", "-r", "150", "-gray", "-singlefile", "one.pdf", "one"]
    subprocess.run(command, cwd=tmp_path, check=True)
    picture = Image.open(tmp_path / "one.pgm")
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    assert "/V#" in code.text
    read = read_qr_text(code.text)
    assert read == payload
    assert key is not None
    assert is_signed_by(read, key.public_key)
    # Whoever changes the name on the paper cannot change what the code says of it.
    claim = read_claim(read)
    assert hashed_name(ALL, claim.salt) != hashed_name(MOST, claim.salt)
    assert claim.name_hash in {hashed_name(name, claim.salt) for name in (ALL, MOST)}


@pytest.mark.parametrize("why", [*REVOCATION_CLASSES, "replaced"])
def test_whoever_checks_reads_nothing_of_what_a_holder_is_said_to_have_done(
    ready, issued, client, why
):
    serial = issued[0].serial or ""
    revoke(issued[0], "conduct", "told to the director", ready.director)
    db.session.get_one(Certificate, issued[0].id).revoked_class = why
    db.session.commit()
    told = client.post("/verify", data={"serial": serial}).text
    public = (
        "It was replaced by a corrected one" if why == "replaced" else "Withdrawn by the issuer"
    )
    verdict = told[told.index("data-verdict") :]
    verdict = verdict[: verdict.index("</section>")]
    assert f": {public}</p>" in verdict
    said = opened(client)
    found = find_revoked(bare(said["salt"]), bare(said["entries"]), serial)
    assert found is not None
    assert found.reason_class == ("replaced" if why == "replaced" else "other")
    # Nor on a phone that kept the page and an older list.
    reasons = dict(re.findall(r'data-reason="(\w+)" value="([^"]+)"', told))
    assert set(reasons) == set(STATUS_CLASSES)
    assert {name for code, name in reasons.items() if code != "replaced"} == {
        "Withdrawn by the issuer"
    }
    assert "code of conduct" not in told
