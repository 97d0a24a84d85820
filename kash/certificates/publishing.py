"""Publishing for those who check certificates: the keys, the titles that codes name, and the
signed list of what was revoked. It is the same for everybody, and says nothing of anyone. Digital
badges for holders who ask (Open Badges 3.0 as VC-JWT), the programme's profile as their issuer,
and the list by which anyone tells whether a badge still holds. Anyone may check a serial. Checks
are counted in rows, so that all processes count together. Each is counted before anything is
looked up; what is refused writes nothing. Neither an address nor a serial nor a name is kept, only
keyed hashes. Bookkeeping, so it is not audited."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import jwt
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Programme
from kash.certificates.models import Certificate, SigningKey, VerificationAttempt
from kash.certificates.queries.certificates import (
    badge_places,
    current_key,
    published_titles,
    revoked_certificates,
    signing_keys,
)
from kash.certificates.rules import designs as design_rules
from kash.certificates.rules import issuing as issuing_rules
from kash.certificates.rules.issuing import (
    STATUS_CLASSES,
    STATUS_SALT_BYTES,
    admission,
    status_entries,
)
from kash.certificates.services.certificates import ALREADY_REVOKED
from kash.certificates.services.designs import make_first_key, private_half
from kash.certificates.services.issuing import NAME_WITHHELD
from kash.people.rules.persons import names_match
from kash.platform.approvals.approval import WrongStep
from kash.platform.database import db, unless_full, writing
from kash.platform.vault import ActorLike, audited, lookup
from kash.platform.web.bodies import network_of
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today, to_local, zone
from kash.platform.web.programme import brand
from kash.settings import Settings

STATUS_TYPE = "kash-status+jwt"


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _compact(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def public_jwk(key: SigningKey) -> dict[str, str]:
    """The public half as a JSON Web Key."""
    return {"kty": "OKP", "crv": "Ed25519", "x": _text(key.public_key)}


def _published(key: SigningKey) -> dict[str, Any]:
    return {
        **public_jwk(key),
        "alg": "EdDSA",
        "use": "sig",
        "kid": key.key_id,
        "from": to_local(key.since).date().isoformat(),
        "until": to_local(key.until).date().isoformat() if key.until else None,
        "doubted": key.doubted,
    }


def published_keys(issuer: str) -> dict[str, Any]:
    """All keys that ever signed, as a JSON Web Key Set, and the titles that codes name.

    Of each key `from` and `until` are days in the programme's zone; `doubted` says that somebody
    else may have had it.
    """
    return {
        "issuer": issuer,
        "keys": [_published(key) for key in signing_keys()],
        "titles": published_titles(),
    }


def signed_status(issuer: str, now: datetime) -> dict[str, str] | None:
    """The list of revoked certificates as a JSON Web Signature (RFC 7515, flattened).

    Each call draws salt and decoys anew (`rules/status.py`). None where there is no key yet.
    """
    key = current_key()
    if key is None:
        return None
    salt = secrets.token_bytes(STATUS_SALT_BYTES)
    entries = status_entries(salt, revoked_certificates(), secrets.token_bytes)
    header = {"alg": "EdDSA", "kid": key.key_id, "typ": STATUS_TYPE}
    claims = {
        "iss": issuer,
        "iat": int(now.timestamp()),
        "salt": _text(salt),
        "entries": _text(entries),
        "classes": STATUS_CLASSES,
    }
    protected, payload = _text(_compact(header)), _text(_compact(claims))
    signature = private_half(key).sign(f"{protected}.{payload}".encode())
    return {"protected": protected, "payload": payload, "signature": _text(signature)}


def _site() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.public_url


def list_address() -> str:
    """Where the list of revoked badges is."""
    return f"{_site()}/verify/badges"


def _signed(claims: dict[str, Any], key: SigningKey) -> str:
    headers = {"kid": f"{design_rules.issuer_id(_site())}#{key.key_id}"}
    return jwt.encode(claims, private_half(key), algorithm="EdDSA", headers=headers)


def profile() -> dict[str, Any]:
    """The programme as issuer of badges."""
    return design_rules.issuer_profile(design_rules.issuer_id(_site()), brand(), _site())


def published_identity() -> dict[str, Any]:
    """The document of the programme's identifier: the keys by which badges and list are checked."""
    issuer = design_rules.issuer_id(_site())
    trusted = [key for key in signing_keys() if not key.doubted]
    methods = [
        {
            "id": f"{issuer}#{key.key_id}",
            "type": "JsonWebKey2020",
            "controller": issuer,
            "publicKeyJwk": public_jwk(key),
        }
        for key in trusted
    ]
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/suites/jws-2020/v1",
        ],
        "id": issuer,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


@lru_cache(maxsize=2)
def _set_in_hour(secret: str, hour: datetime) -> bytes:
    # Kept, since it takes some 20 ms and anybody may ask for the list.
    return bytes(design_rules.set_by_chance(secret.encode(), hour))


def _bits(now: datetime) -> bytearray:
    secret = lookup("places", kind="certificates.badges")
    hour = now.replace(minute=0, second=0, microsecond=0)
    return bytearray(_set_in_hour(secret, hour))


def revoked_badges(now: datetime) -> str | None:
    """The list as a token of its own; None where there is no key yet."""
    key = current_key()
    if key is None:
        return None
    places = badge_places()
    holding = [place for place, revoked in places if not revoked]
    revoked = [place for place, revoked in places if revoked]
    claims = design_rules.list_claims(
        _bits(now), holding, revoked, design_rules.issuer_id(_site()), list_address(), now
    )
    return _signed(claims, key)


def make_badge(certificate: Certificate, by: ActorLike) -> str:
    """A badge of an issued certificate that holds, for its holder: a token, signed anew each time.

    Raises WrongStep and Problem.
    """
    with audited("certificates.badge_made", by) as change:
        session = change.session
        session.execute(select(Programme.id).with_for_update())
        locked = session.scalars(
            select(Certificate).where(Certificate.id == certificate.id).with_for_update()
        ).one()
        if locked.issued_on is None:
            raise WrongStep
        if locked.revoked_at is not None:
            raise Problem(ALREADY_REVOKED)
        if not locked.person.prints_name:
            raise Problem(NAME_WITHHELD)
        if locked.badge_place is None:
            locked.badge_place = _free_place(session, change.now)
        change.about(locked.public_id)
        key = make_first_key(session, change.now)
        return _signed(
            design_rules.badge_claims(_badge(locked, locked.badge_place), profile()), key
        )


def _free_place(session: Session, now: datetime) -> int:
    """A random place that no badge has and that is not set."""
    bits = _bits(now)
    while True:
        place = secrets.randbelow(design_rules.PLACES)
        taken = select(Certificate.id).where(Certificate.badge_place == place)
        if not design_rules.is_set(bits, place) and session.scalar(taken) is None:
            return place


def _badge(certificate: Certificate, place: int) -> design_rules.NewBadge:
    salt = secrets.token_hex(16)
    language = certificate.batch.workshop.version.language
    issued, expires = certificate.issued_on, certificate.expires_on
    assert issued is not None  # noqa: S101 - for the types: asked for above
    with force_locale(language):
        return design_rules.NewBadge(
            certificate=certificate.public_id,
            title=certificate.public_title,
            description=_("Certificate of Participation"),
            criteria=_("Took part for the hours that the programme asks for."),
            language=language,
            valid_from=_begins(issued),
            valid_until=_begins(expires + timedelta(days=1)) if expires else None,
            name_hash=design_rules.hidden_name(certificate.printed_name, salt),
            salt=salt,
            list_address=list_address(),
            place=place,
        )


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone())


@dataclass(frozen=True)
class Check:
    """A serial in its stored form, a typed name or none, and the address it was asked from."""

    serial: str
    name: str
    address: str

    @property
    def address_key(self) -> str:
        """Key under which the address is counted; a network of IPv6 counts as one."""
        return lookup(network_of(self.address), kind="verification.address")

    @property
    def serial_key(self) -> str:
        """Key under which the serial is counted where a name was typed; nothing where none was."""
        return lookup(self.serial, kind="verification.serial") if self.name else ""


@dataclass(frozen=True)
class Verified:
    """All that verification tells anyone: never a name, group, place or person.

    `name_matches` is None where no name was compared; `name_withheld` says that none ever is.
    """

    standing: issuing_rules.CertificateStatus
    title: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    revoked_on: date | None = None
    revoked_class: str = ""
    name_matches: bool | None = None
    name_withheld: bool = False


def check_serial(check: Check, now: datetime) -> tuple[issuing_rules.Admission, Verified | None]:
    """Count a check, then answer it as far as it is admitted; nothing if it was refused."""
    admitted, attempt = _counted(check, now)
    if admitted is issuing_rules.Admission.REFUSED:
        return admitted, None
    name = check.name if admitted is issuing_rules.Admission.WHOLE else ""
    certificate_read = verified(check.serial, name)
    if attempt is not None and name:
        # One write whether it matched or not, so that neither takes longer.
        guessed = "" if certificate_read.name_matches else check.serial_key
        with unless_full(), writing() as session:
            session.execute(
                update(VerificationAttempt)
                .where(VerificationAttempt.id == attempt)
                .values(serial=guessed)
            )
    return admitted, certificate_read


def verified(typed_serial: str, typed_name: str) -> Verified:
    """How a serial stands. A typed name is compared with the printed one, match or no match.

    Once somebody withdrew her consent to a printed name, the paper that was issued stays valid, but
    her name is confirmed to nobody: a stolen list of serials would otherwise still test names.
    """
    serial = issuing_rules.read_serial(typed_serial)
    certificate = (
        db.session.scalars(
            select(Certificate)
            .where(Certificate.serial == serial)
            .options(joinedload(Certificate.person))
        ).first()
        if serial
        else None
    )
    if certificate is None or certificate.issued_on is None:
        return Verified(issuing_rules.CertificateStatus.UNKNOWN)
    compared = bool(typed_name) and certificate.person.prints_name
    matches = names_match(typed_name, certificate.printed_name) if compared else None
    return Verified(
        standing=issuing_rules.standing_on(
            local_today(),
            revoked=certificate.revoked_at is not None,
            expires_on=certificate.expires_on,
        ),
        title=certificate.public_title,
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        revoked_on=to_local(certificate.revoked_at).date() if certificate.revoked_at else None,
        revoked_class=issuing_rules.public_class(certificate.revoked_class)
        if certificate.revoked_at
        else "",
        name_matches=matches,
        name_withheld=bool(typed_name) and not compared,
    )


def _counted(check: Check, now: datetime) -> tuple[issuing_rules.Admission, int | None]:
    """How far a check is admitted, and the row that counts it if it has one."""
    before = _admission(db.session(), check, now)
    if before is issuing_rules.Admission.REFUSED:
        return before, None
    with unless_full(), writing() as session:
        # One at a time: on PostgreSQL checks at the same moment would not see each other.
        session.execute(select(Programme.id).with_for_update())
        admitted = _admission(session, check, now)
        if admitted is issuing_rules.Admission.REFUSED:
            return admitted, None
        session.execute(
            delete(VerificationAttempt).where(
                VerificationAttempt.at < now - issuing_rules.NAMES_WINDOW
            )
        )
        counted = check.serial_key if admitted is issuing_rules.Admission.WHOLE else ""
        tally = session.execute(
            insert(VerificationAttempt)
            .values(address=check.address_key, serial=counted, at=now)
            .returning(VerificationAttempt.id)
        )
        return admitted, tally.scalar_one()
    # The disk is full: the person who holds a paper still learns how it stands, and no name is
    # tried that is not counted.
    return issuing_rules.Admission.WITHOUT_NAME, None


def _admission(session: Session, check: Check, now: datetime) -> issuing_rules.Admission:
    here = VerificationAttempt.address == check.address_key

    def count(*conditions: object) -> int:
        statement = select(func.count(VerificationAttempt.id)).where(*conditions)  # type: ignore[arg-type]
        return session.scalar(statement) or 0

    checks = count(here, VerificationAttempt.at >= now - issuing_rules.CHECKS_WINDOW)
    if not check.name:
        return admission(checks, 0, 0, name=False)
    guesses = (
        VerificationAttempt.serial == check.serial_key,
        VerificationAttempt.at >= now - issuing_rules.NAMES_WINDOW,
    )
    return admission(checks, count(here, *guesses), count(*guesses), name=True)
