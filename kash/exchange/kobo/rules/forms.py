"""Submissions that a phone encrypted as the ODK specification of encrypted forms says. A
submission is a manifest beside encrypted files. The manifest holds the key of the files, AES with
256 bits, encrypted by RSA (OAEP with SHA-256) to the key that the form names. Each file is AES in
CFB mode, padded, under a vector made of the submission's id and the key; vectors count on from
file to file, so their order matters, and the answers come last. What is called a signature is a
digest encrypted to the same key: it shows that files fit together, not who sent them. XLSForms:
what KoboToolbox and other tools of its kind make a form of. A form is three sheets. Texts stand in
English and Kiswahili; what is answered is kept under names and codes that read back without a
question."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256

KEY_BITS = 2048
_BLOCK = 128


class EncryptedProblem(Exception):
    """A submission that cannot be opened."""


class OtherKey(EncryptedProblem):
    """It was encrypted to another key."""


class PartMissing(EncryptedProblem):
    """A file that the manifest names is not there."""


class Altered(EncryptedProblem):
    """The files are not those that the phone put together."""


@dataclass(frozen=True)
class Manifest:
    """Manifest of an encrypted submission, which lies in clear beside its files."""

    form_id: str
    version: str
    instance_id: str
    encrypted_key: str
    answers: str
    media: tuple[str, ...]
    signature: str


@dataclass(frozen=True)
class OpenedFiles:
    """The document of answers as it was encrypted, and the attachments by name; never written
    anywhere."""

    answers: bytes = field(repr=False)
    media: Mapping[str, bytes] = field(repr=False)


def new_private_key() -> bytes:
    """A private key as it is sealed: PKCS 8, DER."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    return made.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_key_of(private: bytes) -> str:
    """The public half as a form's settings hold it: one line of base64."""
    return base64.b64encode(
        _private(private)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def _private(der: bytes) -> rsa.RSAPrivateKey:
    found = serialization.load_der_private_key(der, password=None)
    if not isinstance(found, rsa.RSAPrivateKey):
        raise TypeError("no RSA key")
    return found


# Java's own provider masks by SHA-1 whatever the digest is, others by the digest that is named: it
# depends on the phone which one it was.
_MASKS: tuple[hashes.HashAlgorithm, ...] = (hashes.SHA1(), hashes.SHA256())  # noqa: S303


def _oaep(mask: hashes.HashAlgorithm) -> OAEP:
    return OAEP(mgf=MGF1(mask), algorithm=hashes.SHA256(), label=None)


def vectors(instance_id: str, key: bytes) -> Callable[[], bytes]:
    """The vector of each next file."""
    seed = bytearray(hashlib.md5(instance_id.encode() + key, usedforsecurity=False).digest())
    counter = 0

    def following() -> bytes:
        nonlocal counter
        at = counter % len(seed)
        seed[at] = (seed[at] + 1) % 256
        counter += 1
        return bytes(seed)

    return following


def _opened_file(sealed: bytes, key: bytes, vector: bytes) -> bytes:
    decryptor = Cipher(AES256(key), CFB(vector)).decryptor()
    padded = decryptor.update(sealed) + decryptor.finalize()
    unpadder = padding.PKCS7(_BLOCK).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        raise Altered from None


def digest_of(manifest: Manifest, files: Sequence[tuple[str, bytes]]) -> bytes:
    """The digest that a phone encrypts as the signature of its files, in their order."""
    lines = [manifest.form_id]
    if manifest.version:
        lines.append(manifest.version)
    lines += [manifest.encrypted_key, manifest.instance_id]
    lines += [
        f"{name}::{hashlib.md5(plain, usedforsecurity=False).hexdigest()}" for name, plain in files
    ]
    text = "\n".join(lines) + "\n"
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


def open_submission(manifest: Manifest, files: Mapping[str, bytes], private: bytes) -> OpenedFiles:
    """Open a submission. Raises OtherKey, PartMissing and Altered."""
    key = _unwrapped(private, manifest.encrypted_key)
    if len(key) != 32:
        raise OtherKey
    following = vectors(manifest.instance_id, key)
    opened: list[tuple[str, bytes]] = []
    for name in (*manifest.media, manifest.answers):
        if name not in files:
            raise PartMissing
        plain = _opened_file(files[name], key, following())
        opened.append((name.removesuffix(".enc"), plain))
    if not manifest.signature:
        # Every tool that we know signs; one without could hold files of another submission.
        raise Altered
    try:
        signed = _unwrapped(private, manifest.signature)
    except OtherKey:
        raise Altered from None
    if signed != digest_of(manifest, opened):
        raise Altered
    return OpenedFiles(opened[-1][1], dict(opened[:-1]))


def _unwrapped(private: bytes, encrypted: str) -> bytes:
    try:
        sealed = base64.b64decode("".join(encrypted.split()), validate=True)
    except ValueError:
        raise OtherKey from None
    key = _private(private)
    for mask in _MASKS:
        try:
            return key.decrypt(sealed, _oaep(mask))
        except ValueError:
            continue
    raise OtherKey


# Language of the texts, and how such a form calls it.
LANGUAGES: Mapping[str, str] = {"en": "English (en)", "sw": "Kiswahili (sw)"}

Texts = Mapping[str, str]
Sheet = list[list[str]]


@dataclass(frozen=True)
class FormChoice:
    """One answer that can be chosen."""

    name: str
    label: Texts


@dataclass(frozen=True)
class FormQuestion:
    """One line of a form. With `choices` one of them is chosen, or with `several` any number. A
    `calculation` asks nothing: it is told with every submission."""

    name: str
    label: Texts
    kind: str = "text"
    hint: Texts = field(default_factory=dict)
    choices: tuple[FormChoice, ...] = ()
    list_name: str = ""
    several: bool = False
    required: bool = False
    constraint: str = ""
    message: Texts = field(default_factory=dict)
    calculation: str = ""

    @property
    def type(self) -> str:
        """The type as a form writes it."""
        if self.calculation:
            return "calculate"
        if not self.choices:
            return self.kind
        return f"{'select_multiple' if self.several else 'select_one'} {self.choices_list}"

    @property
    def choices_list(self) -> str:
        """Name of the list of its choices, which questions may share."""
        return self.list_name or self.name


@dataclass(frozen=True)
class XlsForm:
    """A form. `version` changes with what it asks, so that a phone notices; with `public_key`
    whatever is answered is encrypted on the phone."""

    form_id: str
    title: str
    version: str
    questions: tuple[FormQuestion, ...]
    public_key: str = ""


def sheets_of(form: XlsForm) -> dict[str, Sheet]:
    """The sheets of a form by name, each with its headings first."""
    return {
        "survey": _survey(form.questions),
        "choices": _choices(form.questions),
        "settings": _settings(form),
    }


def _survey(questions: Sequence[FormQuestion]) -> Sheet:
    # What asks nothing of anybody, and is left out of forms, would only tell of the phone.
    head = ["type", "name", *_headings("label"), *_headings("hint"), "required", "constraint"]
    head += [*_headings("constraint_message"), "calculation"]
    return [head] + [
        [
            question.type,
            question.name,
            *_told(question.label),
            *_told(question.hint),
            "yes" if question.required else "",
            question.constraint,
            *_told(question.message),
            question.calculation,
        ]
        for question in questions
    ]


def _choices(questions: Sequence[FormQuestion]) -> Sheet:
    lists = {question.choices_list: question.choices for question in questions if question.choices}
    return [["list_name", "name", *_headings("label")]] + [
        [name, choice.name, *_told(choice.label)]
        for name, choices in lists.items()
        for choice in choices
    ]


def _settings(form: XlsForm) -> Sheet:
    head = ["form_title", "form_id", "version", "default_language"]
    values = [form.title, form.form_id, form.version, LANGUAGES["en"]]
    if form.public_key:
        head.append("public_key")
        values.append(form.public_key)
    return [head, values]


def _headings(name: str) -> list[str]:
    return [f"{name}::{language}" for language in LANGUAGES.values()]


def _told(texts: Texts) -> list[str]:
    return [texts.get(language, "") for language in LANGUAGES]
