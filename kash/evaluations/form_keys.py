"""The key pair of an open form. Its private half lies in a file of its own, sealed under the
server's keys, and never in the database: write-ahead logs and backups would keep it long after it
was destroyed, and with it the order in which answers came."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

from kash.platform.vault import open_sealed, seal
from kash.platform.vault.canonical import length_prefixed
from kash.platform.vault.compartments import open_from, seal_to

_KIND = "evaluations.form_key"
# What sealing to a public key adds: the sender's half of it, and a tag.
OVERHEAD = 32 + 16
_BEING_OPENED = 120  # seconds


class KeyGone(LookupError):
    """There is no private half for this form: nobody can ever open its answers."""


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].data_dir / "evaluations"
    return folder


def make_form_key(form: str) -> bytes:
    """Make a pair for a form (public id) and keep its private half; the public half, 32 bytes."""
    private = X25519PrivateKey.generate()
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed = seal(private.private_bytes_raw(), kind=_KIND, public_id=form)
    file = os.open(folder / form, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(file, sealed)
        os.fsync(file)
    finally:
        os.close(file)
    return private.public_key().public_bytes_raw()


def private_half(form: str) -> X25519PrivateKey:
    """The private half of an open form. Raises KeyGone and SealError."""
    try:
        sealed = (_folder() / form).read_bytes()
    except FileNotFoundError:
        raise KeyGone from None
    return X25519PrivateKey.from_private_bytes(open_sealed(sealed, kind=_KIND, public_id=form))


def typing_key(form: str) -> bytes:
    """The key under which phones keep what is typed into an open form; it goes with the form's.

    Raises KeyGone and SealError.
    """
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"kash evaluation typing")
    return derive.derive(private_half(form).private_bytes_raw())


def destroy_form_key(form: str) -> None:
    """Overwrite the private half of a form, and delete it."""
    path = _folder() / form
    try:
        file = os.open(path, os.O_WRONLY)
    except FileNotFoundError:
        return
    try:
        os.write(file, bytes(os.fstat(file).st_size))
        os.fsync(file)
    finally:
        os.close(file)
    path.unlink(missing_ok=True)


def destroy_other_keys(open_forms: Collection[str]) -> int:
    """Destroy what is left of forms that are not open (a crash came between); how many.

    A key that was just made may belong to a form that is being opened at this moment.
    """
    folder, settled = _folder(), time.time() - _BEING_OPENED
    left = list(folder.iterdir()) if folder.is_dir() else []
    gone = [
        path.name for path in left if path.name not in open_forms and path.stat().st_mtime < settled
    ]
    for name in gone:
        destroy_form_key(name)
    return len(gone)


def seal_answer(public: bytes, form: str, text: bytes) -> bytes:
    """An answer sealed to a form's public half: `OVERHEAD` bytes longer than the text."""
    return seal_to(public, text, _place(form))


def open_answer(private: X25519PrivateKey, form: str, sealed: bytes) -> bytes:
    """The answer in what was sealed for this form. Raises SealError."""
    return open_from(private, sealed, _place(form))


def _place(form: str) -> bytes:
    return length_prefixed("kash evaluation", form)
