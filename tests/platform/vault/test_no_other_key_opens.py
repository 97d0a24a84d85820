"""Everything that somebody without a passphrase could have is tried as a key, on everything sealed
for members: nothing opens. And what a member has opens all that is hers.

Tried are the key file and what can be derived from it, what police officers and administrators know
(passwords, codes, secrets of a second step), and every value in every table and every stored file,
as it is, decoded and hashed: as symmetric keys, as private keys, and as passphrases.
"""

import base64
import binascii
import contextlib
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app
from sqlalchemy import select

from kash.incidents.services.evidence import Received, add_evidence
from kash.platform import storage
from kash.platform.database import Base, db, utc_now, writing
from kash.platform.operations.archive import FILES, decrypted, read_members
from kash.platform.operations.backup import write_backup
from kash.platform.operations.snapshot import parts_of_database
from kash.platform.vault import (
    Compartment,
    CompartmentWrap,
    DocumentKey,
    SealedDocument,
    SealError,
    VaultMember,
    VaultOpening,
    ask_to_unseal,
    envelope,
    fetch,
    file_document,
    grant_unsealing,
    keep_keys,
    key_of,
    open_document,
    seal,
    vault_of,
)
from kash.platform.vault import compartments as sealed_files
from kash.platform.vault import compartments as sealing
from kash.platform.vault.compartments import DOCUMENT_KEY_ID, SealingPlace, Secret
from kash.platform.vault.models import Unsealing
from kash.platform.vault.passphrases import stretched
from tests.conftest import PASSWORD
from tests.incidents.filed_cases import filed
from tests.platform.cleaning import samples

TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LINK = "a one-time link that was sent by mail"


@dataclass
class Blob:
    """Something sealed for members, and how one would try a key on it."""

    name: str
    attempts: list[Callable[[bytes], object]]
    # What is no key but a text that a cookie holds.
    by_text: Callable[[str], object] | None = None


def derived(raw: bytes) -> Iterator[bytes]:
    """The 32-byte keys that a value may stand for."""
    if len(raw) == 32:
        yield raw
    yield hashlib.sha256(raw).digest()
    for purpose in (b"kash file", b"kash vault opening", b"kash vault member"):
        yield HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(raw)


def decoded(value: str | bytes) -> Iterator[bytes]:
    """A value as it is, and what it stands for if it is hex or base64."""
    raw = value.encode() if isinstance(value, str) else value
    yield raw
    if len(raw) > 400:
        return
    for read in (binascii.unhexlify, base64.urlsafe_b64decode, base64.b64decode, base64.b32decode):
        try:
            yield read(raw)
        except (binascii.Error, ValueError):
            continue


def values_stored() -> Iterator[str | bytes]:
    """Every value in every table, and of long ones each 32 bytes that begin with a field."""
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            for value in row:
                if isinstance(value, bytes):
                    yield value
                    yield from (value[at : at + 32] for at in (0, 1, 9, 12, 21, 25, 32))
                    yield value[-32:]
                elif isinstance(value, str):
                    yield value
                elif isinstance(value, int) and not isinstance(value, bool):
                    yield str(value)
    for found in storage.list():
        yield b"".join(storage.stream(found.key))


def keys_of_the_server() -> Iterator[bytes]:
    """The key file and what this version derives from it."""
    keys = vault_of(current_app).keys
    yield keys.root
    yield from keys.sealing.values()
    for purpose in ("audit", "flask", "lookup", "vault members", "vault", "members", "case"):
        yield keys.derived(purpose)
    yield keys.flask_secret.encode()


def blobs(members: Iterable[VaultMember]) -> list[Blob]:
    """Everything sealed for members, wherever it lies."""
    found: list[Blob] = []
    session = db.session()
    compartments = {row.id: row for row in session.scalars(select(Compartment))}
    documents = {row.id: row for row in session.scalars(select(SealedDocument))}
    ids = {member.id: member for member in session.scalars(select(VaultMember))}

    def place(document: SealedDocument) -> SealingPlace:
        return SealingPlace(document.compartment, document.kind, document.public_id)

    def try_body(row: SealedDocument) -> list[Callable[[bytes], object]]:
        return [lambda key: sealing.open_body(row.body, key, place(row), row.version)]

    def try_key(row: DocumentKey) -> list[Callable[[bytes], object]]:
        where, made = place(documents[row.document_id]), compartments[row.compartment_id]

        def as_secret(key: bytes) -> object:
            secret = Secret(made.name, made.generation, key)
            if row.form == "kept":
                return sealing.open_kept_key(row.wrapped, secret, where)
            return sealing.open_filed_key(row.wrapped, secret, where)

        def as_private(key: bytes) -> object:
            info = sealing._filing_info(where, made.generation)
            return sealing.open_from(X25519PrivateKey.from_private_bytes(key), row.wrapped, info)

        return [as_secret] if row.form == "kept" else [as_secret, as_private]

    def try_wrap(row: CompartmentWrap) -> list[Callable[[bytes], object]]:
        made, member = compartments[row.compartment_id], ids[row.member_id]
        return [
            lambda key: sealing.unwrap_as_member(
                row.wrapped,
                X25519PrivateKey.from_private_bytes(key),
                compartment=made.name,
                generation=made.generation,
                member=member.public_id,
            )
        ]

    def try_member(row: VaultMember, use: str, sealed: bytes) -> list[Callable[[bytes], object]]:
        return [lambda key: sealing.open_private(sealed, key, row.public_id, use)]

    def by_cookie(row: VaultOpening) -> Callable[[str], object]:
        return lambda text: sealing.open_opening(row.sealed_private, text, row.session)

    def try_grant(row: Unsealing) -> list[Callable[[bytes], object]]:
        where, member = place(documents[row.document_id]), ids[row.member_id]
        return [
            lambda key: sealing.open_granted_key(
                row.wrapped or b"",
                X25519PrivateKey.from_private_bytes(key),
                where,
                member.public_id,
            )
        ]

    for document in documents.values():
        found.append(Blob(f"body of {document.kind}", try_body(document)))
    for key in session.scalars(select(DocumentKey)):
        found.append(Blob(f"key, {key.form}", try_key(key)))
    for wrap in session.scalars(select(CompartmentWrap)):
        found.append(Blob("wrap", try_wrap(wrap)))
    for member in members:
        found.append(Blob("private", try_member(member, "passphrase", member.sealed_private)))
        recovery = member.recovery_private or b""
        found.append(Blob("recovery", try_member(member, "recovery", recovery)))
    for opening in session.scalars(select(VaultOpening)):
        found.append(Blob("opening", [], by_cookie(opening)))
    for grant in session.scalars(select(Unsealing)):
        found.append(Blob("grant", try_grant(grant)))
    evidence = {row.public_id: place(row) for row in documents.values() if row.kind == "evidence"}
    for file in storage.list("evidence"):
        _folder, document, part = file.key.split("/")
        found += chunks(b"".join(storage.stream(file.key)), evidence[document], part)
    return found


def chunks(sealed: bytes, where: SealingPlace, part: str) -> list[Blob]:
    """Each chunk of a sealed file by itself: a key of one would be a key of its contents."""
    header, rest = sealed[: envelope.HEADER], sealed[envelope.HEADER :]
    size = envelope.CHUNK + 16
    pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
    bound = envelope._bound(
        envelope.FILE_FORMAT, DOCUMENT_KEY_ID, sealed_files._kind(where, part), where.public_id, 1
    )

    @lru_cache(maxsize=4)
    def cipher(key: bytes) -> AESGCM:
        return envelope._file_cipher(key, header[1 + len(DOCUMENT_KEY_ID) :])

    def attempt(index: int, chunk: bytes) -> Callable[[bytes], object]:
        last = index == len(pieces) - 1
        return lambda key: list(envelope._opened(cipher(key), index, chunk, bound, last=last))

    return [Blob("chunk", [attempt(index, chunk)]) for index, chunk in enumerate(pieces)]


@pytest.fixture
def world(app, a_member, actor):
    """A custodian, an officer, and what an administrator and an officer of the police know."""
    custodian, officer = a_member("custodian"), a_member("documentation")
    known = [PASSWORD, TOTP, LINK]
    for role in ("administrator", "police_peer"):
        who = actor(role, name=f"Known as {role}")
        known += [who.public_id, who.session_id, f"Known as {role}"]
    with writing() as session:
        for number in range(3):
            file_document(session, "incident", f"What happened, part {number}".encode())
        file_document(session, "identity", b"Her name", compartment="identity")
    by_officer, by_custodian = officer.vault(), custodian.vault()
    with writing() as session:
        keep_keys(session, by_officer, fetch(session, kind="incident")[:1])
        name = fetch(session, kind="identity")[0]
        now = utc_now()
        asked = ask_to_unseal(session, by_officer.member_id, name.place.public_id, "A reason", now)
        grant_unsealing(session, by_custodian, asked, name, now)
        sealed = seal("+254700000001", kind="person.phone", public_id="0" * 16)
        storage.put("lists/one", b"a list that waits: " + sealed)
    for content in (samples.jpeg(), samples.recorded("wav", "pcm_s16le", seconds=5)):
        add_evidence(
            officer.actor, by_officer, filed(), Received(), io.BytesIO(content), 10_000_000
        )
    return custodian, officer, known


def test_nothing_but_a_passphrase_opens_what_is_sealed_for_members(world):
    """On one engine: the other has the same values in the same columns, as the control says."""
    _custodian, _officer, known = world
    members = list(db.session.scalars(select(VaultMember)))
    candidates: dict[bytes, None] = {}
    plain = [*known, *keys_of_the_server(), *values_stored()]
    for value in plain:
        for raw in decoded(value):
            candidates.update(dict.fromkeys(derived(raw)))
    # As passphrases, with the server's key file at hand.
    words = {value for value in [*known, *_short_texts()] if value}
    for member in members:
        for salt in (member.salt, member.recovery_salt or b""):
            candidates.update(dict.fromkeys(stretched(word, salt) for word in words))
    tried = 0
    opened = []
    texts = {value for value in plain if isinstance(value, str)}
    for blob in blobs(members):
        for text in texts if blob.by_text else ():
            with contextlib.suppress(SealError):
                blob.by_text(text)
                opened.append(blob.name)
        for attempt in blob.attempts:
            for key in candidates:
                tried += 1
                try:
                    attempt(key)
                except SealError:
                    continue
                opened.append(blob.name)
    assert opened == []
    assert len(candidates) > 500
    assert tried > 10_000


def _short_texts() -> Iterator[str]:
    """What is stored and could be a passphrase: few enough to stretch each."""
    for value in values_stored():
        if isinstance(value, str) and 6 <= len(value) <= 120 and " " in value:
            yield value


@pytest.mark.any_engine
def test_a_passphrase_opens_every_case_and_a_custodians_every_identity(both_engines_app, world):
    """The control: the same attempts do open with the right keys."""
    custodian, officer, _known = world
    by = {row.holder: row for row in db.session.scalars(select(VaultMember))}
    for member, may in ((custodian, {"case", "identity"}), (officer, {"case"})):
        row = by[member.actor.public_id]
        private = sealing.open_private(
            row.sealed_private, stretched(member.passphrase, row.salt), row.public_id, "passphrase"
        )
        names = {blob.name for blob in blobs([row]) if _opens(blob, private.private_bytes_raw())}
        assert names == ({"wrap"} | ({"grant"} if member is officer else set()))
        vault = member.vault()
        # What opens a document opens each chunk of its files.
        whose = {one.place.public_id: one for one in fetch(db.session(), kind="evidence")}
        files = list(storage.list("evidence"))
        assert len(files) == 4
        for file in files:
            _folder, document, part = file.key.split("/")
            sealed = whose[document]
            pieces = chunks(b"".join(storage.stream(file.key)), sealed.place, part)
            assert all(_opens(piece, key_of(vault, sealed)) for piece in pieces)
        assert sum(blob.name == "chunk" for blob in blobs([row])) > len(files)
        said = {}
        for kind in ("incident", "identity", "unsealing.reason"):
            for sealed in fetch(db.session(), kind=kind):
                try:
                    said[open_document(vault, sealed)] = sealed.place.compartment
                except SealError:
                    assert sealed.place.compartment not in may
        assert sum(where == "case" for where in said.values()) == 6
        assert (b"Her name" in said) is ("identity" in may)


def _opens(blob: Blob, key: bytes) -> bool:
    for attempt in blob.attempts:
        try:
            attempt(key)
        except SealError:
            continue
        return True
    return False


def test_a_backup_holds_the_same_and_no_opening(both_engines_app, world, tmp_path):
    """What is in a backup is what was tried above, without what only a session knows."""
    settings: Any = current_app.config["SETTINGS"]
    openings = [row.sealed_private for row in db.session.scalars(select(VaultOpening))]
    bodies = [row.body for row in db.session.scalars(select(SealedDocument))]
    files = {found.key: b"".join(storage.stream(found.key)) for found in storage.list()}
    db.session.rollback()
    assert len(openings) == 2
    image = b"".join(parts_of_database(settings))
    if settings.database_uri.startswith("sqlite"):
        assert all(body in image for body in bodies)
    assert not any(opening in image for opening in openings)
    identity = pyrage.x25519.Identity.generate()
    both_engines_app.config["SETTINGS"] = settings.model_copy(
        update={"backup_recipient": str(identity.to_public())}
    )
    written = write_backup(both_engines_app, tmp_path)
    with decrypted(written.path, [identity]) as content:
        members = {name: b"".join(pieces) for name, pieces in read_members(content)}
    kept = {name[len(FILES) :]: part for name, part in members.items() if name.startswith(FILES)}
    assert kept == files
    assert sum(name.startswith("evidence/") for name in kept) == 4
