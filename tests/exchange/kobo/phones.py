"""A phone that encrypts submissions as the ODK specification says, written from its text alone."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256


def to_public(public_key: str, plain: bytes, mask: hashes.HashAlgorithm) -> str:
    """A few bytes encrypted to the key of a form's settings."""
    key = serialization.load_der_public_key(base64.b64decode(public_key))
    how = OAEP(mgf=MGF1(mask), algorithm=hashes.SHA256(), label=None)
    return base64.b64encode(key.encrypt(plain, how)).decode()  # type: ignore[union-attr]


def submission(
    public_key: str,
    answers: str,
    instance: str = "uuid:5b9cf8d1-106f-4004-844f-c072d76762ed",
    media: Sequence[tuple[str, bytes]] = (),
    *,
    key: bytes = bytes(range(32)),
    version: str = "7",
    mask: hashes.HashAlgorithm | None = None,
) -> dict[str, bytes]:
    """Files of one submission: the manifest `submission.xml` and what it names."""
    mask = mask or hashes.SHA1()
    plain = [*media, ("submission.xml", answers.encode())]
    seed = bytearray(hashlib.md5(instance.encode() + key).digest())
    files = {}
    for number, (name, content) in enumerate(plain):
        seed[number % 16] = (seed[number % 16] + 1) & 255
        pad = 16 - len(content) % 16
        encryptor = Cipher(AES256(key), CFB(bytes(seed))).encryptor()
        files[f"{name}.enc"] = encryptor.update(content + bytes([pad]) * pad)
    wrapped = to_public(public_key, key, mask)
    lines = ["report", *([version] if version else []), wrapped, instance]
    lines += [f"{name}::{hashlib.md5(content).hexdigest()}" for name, content in plain]
    signed = hashlib.md5(("\n".join(lines) + "\n").encode()).digest()
    named = "".join(f"<media><file>{name}.enc</file></media>" for name, _content in media)
    said = f' version="{version}"' if version else ""
    files["submission.xml"] = (
        '<?xml version="1.0"?><data xmlns="http://opendatakit.org/submissions" id="report"'
        f' encrypted="yes"{said}><base64EncryptedKey>{wrapped}</base64EncryptedKey>'
        f"<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>{named}"
        f"<base64EncryptedElementSignature>{to_public(public_key, signed, mask)}"
        '</base64EncryptedElementSignature><meta xmlns="http://openrosa.org/xforms">'
        f"<instanceID>{instance}</instanceID></meta></data>"
    ).encode()
    return files


def archive(files: Mapping[str, bytes]) -> bytes:
    """An archive of files by their paths."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in files.items():
            written.writestr(name, content)
    return made.getvalue()
