"""What a certificate and a badge say to the letter, and limits at their last value."""

import hashlib
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kash.certificates.rules.designs import (
    PLACES,
    DesignContent,
    NewBadge,
    Spell,
    badge_claims,
    contrast,
    filled_sentence,
    held_at,
    hidden_name,
    is_colour,
    is_set,
    issuer_id,
    issuer_profile,
    list_claims,
    longest,
    set_by_chance,
)
from kash.certificates.rules.issuing import (
    CHECKS_FROM_AN_ADDRESS,
    NAMES_FOR_A_SERIAL,
    NAMES_FROM_AN_ADDRESS,
    Admission,
    ApprovedBatch,
    CertificateCondition,
    IssuingRecord,
    Lack,
    Misread,
    Paper,
    PrintedPart,
    admission,
    changed_parts,
    condition_on,
    entries_published,
    lacks_of,
    left_empty,
    misread,
    missing_requirements,
    reminder_due,
    written_parts,
)
from kash.certificates.tracks.rules.standing import LeafProgress
from kash.certificates.tracks.rules.tree import Leaf

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)

BADGE = NewBadge(
    certificate="c" * 16,
    title="Skills",
    description="Two days",
    criteria="Be there",
    language="en",
    valid_from=NOW,
    valid_until=None,
    name_hash="ab",
    salt="salt",
    list_address="https://kash.example/list",
    place=7,
)


def test_a_badge_says_what_it_is_for_and_no_name_in_clear():
    issuer = issuer_id("https://kash.example:8443/x")
    assert issuer == "did:web:kash.example%3A8443:verify"
    profile = issuer_profile(issuer, "Programme", "https://kash.example")
    assert profile == {
        "id": issuer,
        "type": ["Profile"],
        "name": "Programme",
        "url": "https://kash.example",
    }
    claims = badge_claims(BADGE, profile)
    identity = uuid.UUID(claims["id"].removeprefix("urn:uuid:"))
    achievement = claims["credentialSubject"]["achievement"].pop("id")
    assert identity.version == uuid.UUID(achievement.removeprefix("urn:uuid:")).version == 5
    assert claims == {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": claims["jti"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Skills",
        "issuer": profile,
        "validFrom": "2026-11-20T09:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": True,
                    "identityHash": "sha256$ab",
                    "identityType": "name",
                    "salt": "salt",
                }
            ],
            "achievement": {
                "type": ["Achievement"],
                "name": "Skills",
                "description": "Two days",
                "criteria": {"narrative": "Be there"},
                "inLanguage": "en",
            },
        },
        "credentialStatus": {
            "id": "https://kash.example/list#7",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": "7",
            "statusListCredential": "https://kash.example/list",
        },
        "iss": issuer,
        "jti": claims["id"],
        "nbf": int(NOW.timestamp()),
    }
    until = badge_claims(replace(BADGE, valid_until=NOW + DAY), profile)
    assert (until["validUntil"], until["exp"]) == (
        "2026-11-21T09:00:00Z",
        int((NOW + DAY).timestamp()),
    )
    assert hidden_name("Nyota", "salt") == hashlib.sha256(b"Nyotasalt").hexdigest()


def test_the_list_of_badges_holds_a_bit_for_each_place():
    began = datetime(2026, 1, 1, tzinfo=UTC)
    assert not any(set_by_chance(b"secret", began - DAY))
    assert len(set_by_chance(b"secret", began)) == PLACES // 8
    half = set_by_chance(b"secret", began + timedelta(days=3650))
    assert 0.49 < sum(map(int.bit_count, half)) / PLACES < 0.51
    whole = set_by_chance(b"secret", began + timedelta(days=7301))
    assert sum(map(int.bit_count, whole)) == PLACES
    bits = bytearray([0b10000001, 0b01000000])
    assert [place for place in range(16) if is_set(bits, place)] == [0, 7, 9]


def test_the_list_is_told_for_a_week():
    claims = list_claims(bytearray(2), [], [], "did:web:x", "https://kash.example/list", NOW)
    assert claims["validUntil"] == "2026-11-27T09:00:00Z"
    assert claims["credentialSubject"]["id"] == "https://kash.example/list#list"
    assert (claims["iss"], claims["nbf"]) == ("did:web:x", int(NOW.timestamp()))


def test_a_certificate_runs_out_within_sixty_days():
    def condition(left: int) -> CertificateCondition:
        return condition_on(TODAY, revoked=False, revoked_class="", expires_on=TODAY + left * DAY)

    assert [condition(left) for left in (-1, 0, 60, 61)] == [
        CertificateCondition.EXPIRED,
        CertificateCondition.EXPIRING,
        CertificateCondition.EXPIRING,
        CertificateCondition.VALID,
    ]
    due = [
        left
        for left in range(-1, 62)
        if reminder_due(TODAY, expires_on=TODAY + left * DAY, reminded_on=None)
    ]
    assert due == list(range(61))
    again = [
        left
        for left in range(62)
        if reminder_due(TODAY, expires_on=TODAY + left * DAY, reminded_on=TODAY - 20 * DAY)
    ]
    assert again == list(range(15))


def test_checks_are_answered_up_to_each_limit():
    assert admission(CHECKS_FROM_AN_ADDRESS - 1, 0, 0, name=True) is Admission.WHOLE
    assert admission(CHECKS_FROM_AN_ADDRESS, 0, 0, name=True) is Admission.REFUSED
    for here, all_in_all, told in (
        (NAMES_FROM_AN_ADDRESS - 1, NAMES_FOR_A_SERIAL - 1, Admission.WHOLE),
        (NAMES_FROM_AN_ADDRESS, 0, Admission.WITHOUT_NAME),
        (0, NAMES_FOR_A_SERIAL, Admission.WITHOUT_NAME),
    ):
        assert admission(0, here, all_in_all, name=True) is told
        assert admission(0, here, all_in_all, name=False) is Admission.WHOLE
    assert (CHECKS_FROM_AN_ADDRESS, NAMES_FROM_AN_ADDRESS, NAMES_FOR_A_SERIAL) == (600, 10, 60)


def test_what_is_no_serial_says_why():
    assert misread("0000-0000-0000") is None
    assert misread("0000-0000-000") is Misread.LENGTH
    assert misread("0000-0000-000!") is Misread.CHARACTER
    assert misread("0000-0000-0001") is Misread.CHECK


def test_a_share_of_a_workshop_is_told_in_the_least_minutes_that_reach_it():
    lacking = [LeafProgress(Leaf.of("workshop", share=80), 0, 80, None)]
    needed = [
        missing_requirements(
            IssuingRecord(0, total, name_confirmed=True, unmet=lacking),
            name_must_be_confirmed=False,
        )[0].need
        for total in (100, 101, 0)
    ]
    assert needed == [80, 81, 0]


@pytest.mark.parametrize(("revoked", "published"), [(0, 256), (256, 256), (257, 512), (513, 1024)])
def test_the_length_of_the_list_tells_nothing(revoked, published):
    assert entries_published(revoked) == published


PAPER = Paper("k1", "h1", "Nyota", "Skills", 360, TODAY, TODAY + DAY)
BATCH = ApprovedBatch(
    [PAPER, replace(PAPER, key="k0", former="f")], 24, "design 1", [("Zawadi", "Lead")]
)


def test_the_parts_of_a_batch_say_all_that_is_printed():
    assert written_parts(BATCH) == {
        PrintedPart.NAMES: '[["k0", "h1", "Nyota"], ["k1", "h1", "Nyota"]]',
        PrintedPart.TITLE: '[["k0", "Skills"], ["k1", "Skills"]]',
        PrintedPart.DAYS: (
            '[["k0", "2026-11-20", "2026-11-21"], ["k1", "2026-11-20", "2026-11-21"]]'
        ),
        PrintedPart.HOURS: '[["k0", "360"], ["k1", "360"]]',
        PrintedPart.VALIDITY: '[["k0", "f"], ["k1", ""]]24',
        PrintedPart.DESIGN: "design 1",
        PrintedPart.SIGNATORIES: '[["Zawadi", "Lead"]]',
    }


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"name": "Mto"}, PrintedPart.NAMES),
        ({"holder": "h2"}, PrintedPart.NAMES),
        ({"title": "Other"}, PrintedPart.TITLE),
        ({"last_day": TODAY}, PrintedPart.DAYS),
        ({"minutes": 300}, PrintedPart.HOURS),
        ({"former": "g"}, PrintedPart.VALIDITY),
    ],
)
def test_what_changed_since_it_was_approved_is_told_by_its_part(changes, part):
    approved = {str(one): text for one, text in written_parts(BATCH).items()}
    now = written_parts(replace(BATCH, papers=[replace(PAPER, **changes), BATCH.papers[1]]))
    assert changed_parts(approved, now) == (part,)
    assert changed_parts(approved, written_parts(BATCH)) == ()
    assert changed_parts({}, now) == ()


def test_a_field_without_a_value_stays_as_it_was_written():
    assert filled_sentence("[title] in [place]", {"title": "Skills"}) == "Skills in [place]"
    assert DesignContent(logo="a", seal="b", pictures={"x": "c"}).image_ids == {"a", "b", "c"}
    assert DesignContent(logo="", seal="").image_ids == DesignContent().image_ids == set()
    assert longest(["iiiii", "mmm"]) == "mmm"
    assert longest(["iiiiii", "mmm"]) == "iiiiii"
    assert [text for text in ("#00ff00", "#00FF00", "00ff00", "#00ff000") if is_colour(text)] == [
        "#00ff00"
    ]
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#777777") == pytest.approx(4.478, abs=0.001)
    # At the joint of WCAG's two pieces, and just beside it.
    assert contrast("#0a0a0a") == pytest.approx(19.80, abs=0.01)
    assert contrast("#0b0b0b") == pytest.approx(19.68, abs=0.01)


def test_a_design_was_in_use_from_its_first_moment_to_before_its_last():
    spell = Spell(NOW, NOW + DAY)
    moments = (NOW - DAY, NOW, NOW + DAY / 2, NOW + DAY)
    assert [held_at(spell, moment) for moment in moments] == [False, True, True, False]
    assert not held_at(spell, None)
    assert held_at(Spell(NOW, None), None)
    assert held_at(Spell(NOW, None), NOW + 999 * DAY)


def test_what_a_design_lacks_is_told_once_each():
    assert lacks_of(DesignContent()) == ()
    assert lacks_of(DesignContent(accent="#777777")) == (Lack("contrast", "#777777"),)
    assert lacks_of(DesignContent(accent="#767676")) == ()
    assert left_empty(DesignContent(), []) == ()
