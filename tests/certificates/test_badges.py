"""A holder's digital badge, verified by a library that knows nothing of us."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from sqlalchemy import select

from kash.certificates import publishing as badges
from kash.certificates.models import Certificate
from kash.certificates.queries.certificates import badge_places, current_key
from kash.certificates.queries.issuing import certificates_of
from kash.certificates.rules.designs import PLACES, is_set, set_by_chance
from kash.certificates.services.certificates import revoke
from kash.certificates.services.designs import change_key
from kash.people.models import Consent
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from tests.refusals import refuses

from .conftest import ALL, MOST

SITE = "https://kash.example.org"
ISSUER = "did:web:kash.example.org:verify"


@pytest.fixture
def issued(ready, monkeypatch):
    monkeypatch.setattr(badges, "_site", lambda: SITE)
    ready.confirm(ALL, MOST)
    return certificates_of(ready.batch(ready.issued()))


@pytest.fixture
def web(client):
    """The site as whoever checks a badge sees it."""

    def fetch(address: str, **_more: Any) -> bytes:
        assert address.startswith(f"{SITE}/verify/")
        answer = client.get(address.removeprefix(SITE))
        assert answer.status_code == 200
        return answer.data

    return fetch


@pytest.mark.any_engine
def test_a_badge_is_verified_by_others(ready, issued, web, both_engines_app):
    one = issued[0]
    name, title = one.printed_name, one.public_title
    token = badges.make_badge(one, ready.director)
    verifier = OB3Verifier.for_issuer_did(ISSUER, download=web)
    found = verifier.verify(token, check_status=True, download=web)
    assert (found.name, found.issuer.id) == (title, ISSUER)
    assert found.recipient_id is None
    (identity,) = found.identifiers
    expected = hashlib.sha256((name + (identity.salt or "")).encode()).hexdigest()
    assert (identity.hashed, identity.identity_type) == (True, "name")
    assert identity.identity_hash == f"sha256${expected}"
    everything = base64.urlsafe_b64decode(token.split(".")[1] + "==").decode()
    for private in (name, one.serial or "", one.public_id):
        assert private not in everything
    assert set(json.loads(everything)["credentialSubject"]) == {"type", "identifier", "achievement"}

    # A new key, and the badge of before is verified all the same.
    change_key(current_key().public_id, ready.director)  # type: ignore[union-attr]
    verifier = OB3Verifier.for_issuer_did(ISSUER, download=web)
    verifier.verify(token)

    head, body, signature = token.split(".")
    other = body[:40] + ("A" if body[40] != "A" else "B") + body[41:]
    with pytest.raises(OB3VerificationError):
        verifier.verify(f"{head}.{other}.{signature}")


def test_a_revoked_badge_is_told_from_one_that_holds(ready, issued, web):
    gone, kept = (badges.make_badge(one, ready.director) for one in issued)
    revoke(issued[0], "conduct", "told to the director", ready.director)
    verifier = OB3Verifier.for_issuer_did(ISSUER, download=web)
    verifier.verify(kept, check_status=True, download=web)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verifier.verify(gone, check_status=True, download=web)
    with refuses("This certificate is revoked already."):
        badges.make_badge(issued[0], ready.director)


def test_a_badge_keeps_its_place_and_each_making_is_audited(ready, issued):
    badges.make_badge(issued[0], ready.director)
    place = db.session.scalar(select(Certificate.badge_place).where(Certificate.id == issued[0].id))
    badges.make_badge(issued[0], ready.director)
    assert badge_places() == [(place, False)]
    made = db.session.scalars(
        select(AuditEntry.subjects).where(AuditEntry.action == "certificates.badge_made")
    ).all()
    assert made == [[issued[0].public_id]] * 2


def test_no_badge_once_a_name_is_withheld(ready, issued):
    db.session.add(
        Consent(
            person_id=issued[0].person_id,
            purpose="printed_name",
            answer="refused",
            text="As read out",
            text_version="1",
            recorded_by="system",
        )
    )
    db.session.commit()
    with refuses("The consent to a printed name was refused or withdrawn"):
        badges.make_badge(issued[0], ready.director)


def test_only_its_holder_is_given_a_badge(issued, sign_in, ready):
    one = issued[0]
    path = f"/certificates/{one.public_id}/badge"
    holder, serial_page = one.person_id, f"/certificates/{one.public_id}"
    other = issued[1].person_id
    browser = sign_in("peer", person_id=holder)
    page = browser.get(serial_page).text
    assert "can’t be called back" in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = browser.post(path, data={"csrf_token": token})
    assert answer.status_code == 200
    assert answer.data.count(b".") == 2
    assert "badge.jwt" in answer.headers["Content-Disposition"]
    stranger = sign_in("peer", person_id=other)
    token = stranger.get(f"/certificates/{issued[1].public_id}").text
    token = token.split('name="csrf_token" value="')[1].split('"')[0]
    assert stranger.post(path, data={"csrf_token": token}).status_code == 404


def test_bits_are_set_by_chance_one_after_the_other():
    now = datetime(2030, 6, 1, tzinfo=UTC)
    before, after = set_by_chance(b"secret", now), set_by_chance(b"secret", now + timedelta(days=7))
    counts = [sum(byte.bit_count() for byte in bits) for bits in (before, after)]
    assert counts[0] / PLACES == pytest.approx(1612 / 7300, abs=0.01)
    assert 60 < counts[1] - counts[0] < 200
    assert all(is_set(after, place) for place in range(PLACES) if is_set(before, place))
    assert before == set_by_chance(b"secret", now) != set_by_chance(b"other", now)
