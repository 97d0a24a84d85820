"""Errors of a stored file, each with a sentence for the person who asked for it."""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext as _l


class StorageError(Exception):
    """A stored file cannot be read or written. The message names no key and no address."""

    sentence: ClassVar[str] = _l("The file store did not answer as it should. Try again later.")

    def __str__(self) -> str:
        return str(self.sentence)


class FileMissing(StorageError):
    """There is no file under this key, or no longer."""

    sentence = _l("This file is no longer kept. Make it again.")


class FileDamaged(StorageError):
    """A file is no longer as it was stored. `folder` is the first part of its key."""

    sentence = _l("A stored file is cut short or was altered.")

    def __init__(self, key: str) -> None:
        super().__init__()
        self.folder = key.split("/")[0]


class WrongKey(StorageError):
    """The key is not a plain relative path."""

    sentence = _l("This file cannot be stored under such a name.")


class StorageUnavailable(StorageError):
    """The folder or the bucket cannot be reached, or refuses us."""

    sentence = _l("The file store cannot be reached at the moment. Try again later.")


class StorageFull(StorageUnavailable):
    """There is no room for the file."""

    sentence = _l("There is no room left on the server's disk. The file was not stored.")
