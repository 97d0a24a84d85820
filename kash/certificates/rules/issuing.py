"""Issuing: who is eligible, what is missing, what a serial looks like. Approval of certificates: it
fixes all that will stand on them, part by part. Payload of the printed code of a certificate: a
fixed binary layout, signed, safe to show. | bytes | what | |---|---| | 0 | version, 1 | | 1–4 | id
of the key that signed: the first four bytes of the public key's SHA-256 | | 5–12 | serial: its
twelve characters of five bits each, as a number | | 13–16 | id of the public title | | 17–18 |
month of issue: January 2000 is 1 | | 19–20 | last month in which it holds; 0 if it never expires |
| 21–28 | salt of the name | | 29–40 | the first twelve bytes of SHA-256 over salt and name | |
41–104 | Ed25519 signature over `SIGNED_AS` and all that stands before | Numbers are big-endian.
Nothing tells a group, a cadre or a place, and the name is only there as a salted hash of its
compared form: the person who reads the name beside the code can confirm it, and nobody can read it
from the code alone without guessing it. Keeping paper's content from changing is the signature's
work; whether a certificate still holds today is told by the list of revoked ones. Readiness of a
design: what it lacks before it may be used, and what of it a batch would leave empty. How a
certificate stands on a day, for how long it holds, and when somebody is reminded. The list by which
anyone tells, without asking about a certificate, whether it was revoked. Each publication draws a
salt of its own. An entry is eleven bytes: the first eight of SHA-256 over salt and serial, then the
day and the class of reason, hidden under the next three. A person who holds a serial finds its
entry and reads it; one who does not reads nothing. The rest up to a fixed number of entries
is random and looks the same, and all of it is in order of its bytes: so the length tells nothing,
and two publications, however soon after each other, have nothing in common. Steps of a batch: which
may be taken, and what its state is then."""

from __future__ import annotations

import base64
import hashlib
import json
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kash.certificates.rules.designs import LEAST_CONTRAST, DesignContent, contrast, unknown_fields
from kash.certificates.tracks.rules.standing import LeafProgress
from kash.certificates.tracks.rules.tree import Leaf
from kash.people.rules.persons import compared_name
from kash.platform.press.certificate_values import OwnDesign
from kash.platform.press.designs import REQUIRED, examined

# Crockford's base32: no I, L, O or U, so that nothing is misread or misheard.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_MISREAD = str.maketrans("ILOU", "110V")
_PASSED_OVER = frozenset("-‐‑‒–—−_.·:/")
_CHECK_MODULUS = 37
SERIAL_LENGTH = 12


class Requirement(StrEnum):
    """Requirement that a person may lack: a track that she fulfils, and what a name on paper
    needs."""

    RULE = "rule"
    TRACK = "track"
    HERE = "here"
    NAME = "name"
    ADULT = "adult"
    NOT_YET = "not_yet"
    CONSENT = "consent"


class Unasked(StrEnum):
    """Treatment of people that nobody asked whether their names may be printed."""

    PRINT = "print"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True)
class IssuingRecord:
    """Record of one person in one workshop. `unmet` is what she lacks of the track; `asked` tells
    whether there is one. Minutes are weighted by the marks' statuses."""

    minutes: int
    total_minutes: int
    name_confirmed: bool
    minor: bool = False
    has_certificate: bool = False
    name_may_be_printed: bool = True
    unmet: Sequence[LeafProgress] = ()
    asked: bool = True


@dataclass(frozen=True)
class Missing:
    """One thing that a person lacks. Of a track it is a requirement, with how much of it is needed
    and how much she has: minutes, where it is a share of this workshop's hours."""

    requirement: Requirement
    need: int = 0
    have: int = 0
    leaf: Leaf | None = None


def missing_requirements(
    record: IssuingRecord, *, name_must_be_confirmed: bool
) -> tuple[Missing, ...]:
    """All that a person lacks for a certificate; nothing means that she is eligible.

    What she must have done is asked of the track; what is added here is about her and the paper.
    """
    missing: list[Missing] = []
    if record.minor:
        missing.append(Missing(Requirement.ADULT))
    if record.has_certificate:
        missing.append(Missing(Requirement.NOT_YET))
    if not record.name_may_be_printed:
        missing.append(Missing(Requirement.CONSENT))
    if not record.asked:
        missing.append(Missing(Requirement.RULE))
    missing += [_unmet(step, record) for step in record.unmet]
    if record.asked and not record.unmet and record.minutes <= 0:
        # A certificate tells the hours of its workshop.
        missing.append(Missing(Requirement.HERE))
    if name_must_be_confirmed and not record.name_confirmed:
        missing.append(Missing(Requirement.NAME))
    return tuple(missing)


def _unmet(one: LeafProgress, record: IssuingRecord) -> Missing:
    if one.leaf.kind != "workshop":
        return Missing(Requirement.TRACK, one.need, one.have, one.leaf)
    # The least whole number of minutes that is so large a share.
    need = -(-record.total_minutes * one.need // 100)
    return Missing(Requirement.TRACK, need, record.minutes, one.leaf)


def _check_value(body: str) -> int:
    value = 0
    for character in body:
        value = (value * len(ALPHABET) + _VALUES[character]) % _CHECK_MODULUS
    return value


def new_serial(choose: Callable[[str], str]) -> str:
    """A serial of eleven random characters and Crockford's check character.

    `choose` picks one character at random (`secrets.choice`). Crockford's check may be one of five
    signs outside the alphabet; such a draw is thrown away, so that serials hold letters and digits.
    """
    while True:
        body = "".join(choose(ALPHABET) for _ in range(SERIAL_LENGTH - 1))
        check = _check_value(body)
        if check < len(ALPHABET):
            return body + ALPHABET[check]


class Misread(StrEnum):
    """Why a text is no serial."""

    LENGTH = "length"
    CHARACTER = "character"
    CHECK = "check"


def _as_written(typed: str) -> str:
    """A typed serial, or the address that a code leads to, with nothing but its characters."""
    last = typed.rsplit("#", 1)[-1].upper()
    return "".join(sign for sign in last if not sign.isspace() and sign not in _PASSED_OVER)


def misread(typed: str) -> Misread | None:
    """Why a text is no serial: told without looking anything up. None if it is one."""
    serial = _as_written(typed).translate(_MISREAD)
    if len(serial) != SERIAL_LENGTH:
        return Misread.LENGTH
    if any(sign not in _VALUES for sign in serial):
        return Misread.CHARACTER
    return None if _check_value(serial[:-1]) == _VALUES[serial[-1]] else Misread.CHECK


def read_serial(typed: str) -> str | None:
    """A typed serial in its stored form, or None where it cannot be one.

    Case, blanks and dashes do not count; I and L are read as 1, O as 0, U as V, since worn paper
    shows them so and no serial holds them.
    """
    return _as_written(typed).translate(_MISREAD) if misread(typed) is None else None


def grouped(serial: str) -> str:
    """A serial as it is printed: three groups of four."""
    return "-".join(serial[start : start + 4] for start in range(0, len(serial), 4))


class Admission(StrEnum):
    """How far a check is answered."""

    WHOLE = "whole"
    WITHOUT_NAME = "without_name"
    REFUSED = "refused"


# A hotel full of officers checks from one address, so that is generous. A name is guessed for one
# serial, so that is not; a name that matched is no guess and is not counted.
CHECKS_WINDOW = timedelta(minutes=10)
CHECKS_FROM_AN_ADDRESS = 600
NAMES_WINDOW = timedelta(hours=1)
NAMES_FROM_AN_ADDRESS = 10
NAMES_FOR_A_SERIAL = 60


def admission(checks: int, names_from_here: int, names_in_all: int, *, name: bool) -> Admission:
    """Admission of one more check, after so many from this address within ten minutes, and so many
    wrong names for this serial within the hour, from here and from everywhere.

    A person who has no more names to try still learns how the serial stands.
    """
    if checks >= CHECKS_FROM_AN_ADDRESS:
        return Admission.REFUSED
    tried_out = names_from_here >= NAMES_FROM_AN_ADDRESS or names_in_all >= NAMES_FOR_A_SERIAL
    return Admission.WITHOUT_NAME if name and tried_out else Admission.WHOLE


class PrintedPart(StrEnum):
    """A part of what is printed, by which a difference is told."""

    NAMES = "names"
    TITLE = "title"
    DAYS = "days"
    HOURS = "hours"
    VALIDITY = "validity"
    DESIGN = "design"
    SIGNATORIES = "signatories"


@dataclass(frozen=True)
class Paper:
    """One certificate as it will be printed. `holder` is the public id of whose it is; `former`
    that of the certificate which it corrects or renews."""

    key: str
    holder: str
    name: str
    title: str
    minutes: int
    first_day: date
    last_day: date
    former: str = ""


@dataclass(frozen=True)
class ApprovedBatch:
    """A batch as it will be printed. `design` is the version with its content, the name of the
    programme, and its logo and the marks of funders if they are printed; `signatories` are
    (name, role) in order."""

    papers: Sequence[Paper]
    months_valid: int | None
    design: str
    signatories: Sequence[tuple[str, str]]


def written_parts(batch: ApprovedBatch) -> dict[PrintedPart, str]:
    """The text of each part, of which the digest is made; the order of certificates is no part."""
    papers = sorted(batch.papers, key=lambda one: one.key)

    def each(*values: str) -> str:
        return json.dumps(
            [[paper.key, *(str(getattr(paper, value)) for value in values)] for paper in papers]
        )

    return {
        PrintedPart.NAMES: each("holder", "name"),
        PrintedPart.TITLE: each("title"),
        PrintedPart.DAYS: each("first_day", "last_day"),
        PrintedPart.HOURS: each("minutes"),
        PrintedPart.VALIDITY: each("former") + str(batch.months_valid),
        PrintedPart.DESIGN: batch.design,
        PrintedPart.SIGNATORIES: json.dumps([list(line) for line in batch.signatories]),
    }


def changed_parts(
    approved: Mapping[str, str], now: Mapping[PrintedPart, str]
) -> tuple[PrintedPart, ...]:
    """The parts whose digests differ from those that were approved, in order. A batch that was
    approved before digests were kept has none, and nothing is told of it."""
    if not approved:
        return ()
    return tuple(part for part in PrintedPart if approved.get(part) != now[part])


VERSION = 1
# A key signs several kinds of things; none of them can pass for another.
SIGNED_AS = b"kash certificate 1\0"
KEY_ID_BYTES = 4
TITLE_ID_BYTES = 4
SALT_BYTES = 8
NAME_BYTES = 12
SIGNATURE_BYTES = 64
PAYLOAD_BYTES = 105
_BODY_BYTES = PAYLOAD_BYTES - SIGNATURE_BYTES
_FIRST_YEAR = 2000
_PAYLOAD_VALUES = {character: value for value, character in enumerate(ALPHABET)}


class NotAPayload(ValueError):
    """Bytes, or a text, that no certificate's code can hold."""


@dataclass(frozen=True)
class CodeClaim:
    """Claim of a code. Months are counted: January 2000 is 1; `expires` is 0 for never.

    A certificate holds through the last day of the month in which it expires.
    """

    key_id: bytes
    serial: str
    title_id: bytes
    issued: int
    expires: int
    salt: bytes
    name_hash: bytes


def key_id_of(public_key: bytes) -> bytes:
    """By what a code names the key that signed it."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def title_id_of(public_title: str) -> bytes:
    """By what a code names its title; the titles themselves are published."""
    return hashlib.sha256(b"kash title\0" + public_title.encode()).digest()[:TITLE_ID_BYTES]


def hashed_name(name: str, salt: bytes) -> bytes:
    """Hash of a name as a code holds it: equal for all names that `names_match` takes for one."""
    return hashlib.sha256(salt + compared_name(name).encode()).digest()[:NAME_BYTES]


def month_of(day: date | None) -> int:
    """The number of a day's month; 0 for none."""
    return (day.year - _FIRST_YEAR) * 12 + day.month if day is not None else 0


def claimed(
    key_id: bytes,
    serial: str,
    public_title: str,
    issued_on: date,
    expires_on: date | None,
    printed_name: str,
    salt: bytes,
) -> CodeClaim:
    """Claim that the code of a certificate is to make."""
    return CodeClaim(
        key_id=key_id,
        serial=serial,
        title_id=title_id_of(public_title),
        issued=month_of(issued_on),
        expires=month_of(expires_on),
        salt=salt,
        name_hash=hashed_name(printed_name, salt),
    )


def _body(claim: CodeClaim) -> bytes:
    number = 0
    for character in claim.serial:
        number = number * len(ALPHABET) + _PAYLOAD_VALUES[character]
    parts = (
        bytes([VERSION]),
        claim.key_id,
        number.to_bytes(8, "big"),
        claim.title_id,
        claim.issued.to_bytes(2, "big"),
        claim.expires.to_bytes(2, "big"),
        claim.salt,
        claim.name_hash,
    )
    body = b"".join(parts)
    if len(claim.serial) != SERIAL_LENGTH or len(body) != _BODY_BYTES:
        raise NotAPayload
    return body


def signed_payload(claim: CodeClaim, key: Ed25519PrivateKey) -> bytes:
    """The bytes that a certificate's code holds, always of one length."""
    body = _body(claim)
    return body + key.sign(SIGNED_AS + body)


def qr_text(base_url: str, payload: bytes) -> str:
    """Text of the printed code: an address whose fragment is the payload in base32.

    The fragment is never sent by a browser. But for `#` every character is one of QR's alphanumeric
    mode where `base_url` has no path of its own, and all texts of one site have one length: an
    encoder sets `#` as a segment of bytes between two alphanumeric ones.
    """
    parts = urlsplit(base_url)
    fragment = base64.b32encode(payload).decode().rstrip("=")
    return f"{parts.scheme.upper()}://{parts.netloc.upper()}{parts.path}/V#{fragment}"


# What stands on every certificate, whatever the design and the batch.
_ALWAYS = frozenset(
    {
        *REQUIRED,
        *("body", "course_title", "date", "organisation", "check_line", "heading", "signatures"),
    }
)


@dataclass(frozen=True)
class Lack:
    """One thing that is missing or wrong: a flaw, "sentence", "contrast" or "empty"; and where."""

    kind: str
    what: str = ""


def own_design(content: DesignContent) -> OwnDesign:
    """The markup of a design of one's own; its pictures by their public ids."""
    return OwnDesign(html=content.html, css=content.css, images=dict(content.pictures))


def lacks_of(content: DesignContent) -> tuple[Lack, ...]:
    """All that keeps a design from being put into use."""
    lacks = [
        Lack("sentence", name)
        for words in content.words.values()
        for text in words.all
        for name in unknown_fields(text)
    ]
    if content.accent and contrast(content.accent) < LEAST_CONTRAST:
        lacks.append(Lack("contrast", content.accent))
    if content.base == "own":
        findings, fields = examined(own_design(content))
        lacks += [Lack(finding.flaw.value, finding.what) for finding in findings]
        lacks += [Lack("empty", name) for name in sorted(_never_filled(content) & fields)]
    return tuple(dict.fromkeys(lacks))


def _never_filled(content: DesignContent) -> frozenset[str]:
    """Fields that this design leaves empty on every certificate."""
    empty = {
        "seal": not content.seal,
        "logo": not content.logo,
        "marks": not content.marks,
        "hours": not content.hours,
        "body_second": not content.bilingual,
        "subheading": not content.bilingual,
    }
    return frozenset(name for name, never in empty.items() if never)


def left_empty(content: DesignContent, filled: Collection[str]) -> tuple[Lack, ...]:
    """Lacks that a design of one's own marks would have in a batch; each blocks issuing.

    `filled` names the fields for which the batch has something beside what is always there.
    """
    if content.base != "own":
        return ()
    missing = examined(own_design(content))[1] - _ALWAYS - frozenset(filled)
    return tuple(Lack("empty", name) for name in sorted(missing))


EXPIRING_WITHIN = timedelta(days=60)
# Once more before it is too late.
_REMINDED_AGAIN_WITHIN = timedelta(days=14)

REVOCATION_CLASSES = ("wrong_name", "wrong_record", "duplicate", "withdrawn_by_holder", "conduct")
# What nobody chooses: a corrected certificate took its place.
REPLACED = "replaced"
# What anybody is told of every other reason: that the issuer withdrew it.
_WITHDRAWN = "other"


def public_class(revoked_class: str) -> str:
    """The kind of reason that the person who checks a certificate is told. A boss who holds the
    paper must not read from it what its holder is said to have done, so only a replacement is told
    apart."""
    return REPLACED if revoked_class == REPLACED else _WITHDRAWN


class CertificateStatus(StrEnum):
    """Standing of a serial, as verification tells it. One that was replaced counts as revoked."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class CertificateCondition(StrEnum):
    """Condition of a certificate, as staff and holders read it: its status in finer steps."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


def standing_on(today: date, *, revoked: bool, expires_on: date | None) -> CertificateStatus:
    """How an issued certificate stands. It holds through its last day."""
    if revoked:
        return CertificateStatus.REVOKED
    if expires_on is not None and expires_on < today:
        return CertificateStatus.EXPIRED
    return CertificateStatus.VALID


def condition_on(
    today: date, *, revoked: bool, revoked_class: str, expires_on: date | None
) -> CertificateCondition:
    """The same in finer steps; one that was revoked is told as such even if it also ran out."""
    if revoked:
        return (
            CertificateCondition.REPLACED
            if revoked_class == REPLACED
            else CertificateCondition.REVOKED
        )
    if standing_on(today, revoked=False, expires_on=expires_on) is CertificateStatus.EXPIRED:
        return CertificateCondition.EXPIRED
    if expires_on is not None and expires_on <= today + EXPIRING_WITHIN:
        return CertificateCondition.EXPIRING
    return CertificateCondition.VALID


def last_day(issued_on: date, months: int | None, *, follows: date | None = None) -> date | None:
    """The last day of a certificate that holds for so many months; None if it holds for ever.

    It is the last day of a month, since the code on paper holds months only, and must say the same
    as the programme. A renewal counts from the last day of the one that it follows, if that was
    still to come: nobody loses days by renewing early.
    """
    if months is None:
        return None
    start = max(issued_on, follows) if follows else issued_on
    whole = start.year * 12 + start.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def reminder_due(today: date, *, expires_on: date, reminded_on: date | None) -> bool:
    """True if somebody is to be reminded today: when 60 days are left, and once more at 14."""
    if not today <= expires_on <= today + EXPIRING_WITHIN:
        return False
    if reminded_on is None:
        return True
    again = expires_on - _REMINDED_AGAIN_WITHIN
    return reminded_on < again <= today


LEAST_ENTRIES = 256
STATUS_SALT_BYTES = 16
ENTRY_BYTES = 11
_TAG_BYTES = 8
_FIRST_DAY = date(2000, 1, 1)
# By their place: only ever added to at the end.
STATUS_CLASSES = (
    "other",
    "wrong_name",
    "wrong_record",
    "duplicate",
    "withdrawn_by_holder",
    "conduct",
    "replaced",
)


@dataclass(frozen=True)
class Revoked:
    """A revoked certificate: its serial, the day, and the class of the reason."""

    serial: str
    day: date
    reason_class: str


def entries_published(revoked: int) -> int:
    """How long a list with so many revoked certificates is: 256, or the next power of two."""
    length = LEAST_ENTRIES
    while length < revoked:
        length *= 2
    return length


def status_entries(
    salt: bytes, revoked: Iterable[Revoked], random_bytes: Callable[[int], bytes]
) -> bytes:
    """All entries of one publication, joined. `random_bytes` is the system's source."""
    entries = {_entry(salt, certificate) for certificate in revoked}
    length = entries_published(len(entries))
    while len(entries) < length:
        entries.add(random_bytes(ENTRY_BYTES))
    return b"".join(sorted(entries))


def _entry(salt: bytes, revoked: Revoked) -> bytes:
    digest = _digest(salt, revoked.serial)
    days = min(max((revoked.day - _FIRST_DAY).days, 0), 0xFFFF)
    reason = revoked.reason_class
    number = STATUS_CLASSES.index(reason) if reason in STATUS_CLASSES else 0
    hidden = _hidden(digest, days.to_bytes(2, "big") + bytes([number]))
    return digest[:_TAG_BYTES] + hidden


def _digest(salt: bytes, serial: str) -> bytes:
    return hashlib.sha256(salt + serial.encode()).digest()


def _hidden(digest: bytes, content: bytes) -> bytes:
    mask = digest[_TAG_BYTES:ENTRY_BYTES]
    return bytes(byte ^ other for byte, other in zip(content, mask, strict=True))


class BatchStep(StrEnum):
    """Step that may be taken with a batch."""

    APPROVE = "approve"
    RETURN = "return"
    ISSUE = "issue"
    STOP = "stop"
    LEAVE_OUT = "leave_out"
    PRINT = "print"


_STEPS: dict[str, frozenset[BatchStep]] = {
    "proposed": frozenset({BatchStep.APPROVE, BatchStep.RETURN}),
    "approved": frozenset({BatchStep.ISSUE, BatchStep.RETURN}),
    "issuing": frozenset({BatchStep.STOP}),
    # A part has its serials, which nothing takes back: the rest is issued too, or left out.
    "stopped": frozenset({BatchStep.ISSUE, BatchStep.LEAVE_OUT, BatchStep.PRINT}),
    "issued": frozenset({BatchStep.PRINT}),
    "returned": frozenset(),
}


def allowed_steps(
    state: str, *, proposed_by: str, actor: str, issued: int = 1
) -> frozenset[BatchStep]:
    """Steps that this actor may take next with a batch in this state, of which so many are issued.

    A person who proposed a batch neither approves it nor turns it back. One that was stopped
    before anything was issued is as if only approved.
    """
    if state == "stopped" and not issued:
        state = "approved"
    if state == "proposed" and actor == proposed_by:
        return frozenset()
    return _STEPS[state]


def state_shown(state: str, *, works: bool) -> str:
    """A batch's state. One that is being issued while nothing works on it was stopped."""
    return "stopped" if state == "issuing" and not works else state


def state_after_part(issued: int, total: int) -> str:
    """The state of a batch of which so many are issued."""
    return "issued" if issued >= total else "issuing"
