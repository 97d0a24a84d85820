"""Files of materials within the file that carries a course: their bytes as text, each once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from kash.platform.catalogue import N_
from kash.training.rules.plain_values import Place, ValueReading

# Kinds of files that materials may have, by the codes of `kash/platform/cleaning/kinds.py`.
TAKEN_KINDS = frozenset({"pdf", "jpeg", "png", "webp"})
MOST_FILE_BYTES = 5 * 1024 * 1024
# Of all the files of a course together, so that one file carries them.
MOST_COURSE_BYTES = 12 * 1024 * 1024
MOST_FILES = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FIELDS = ("key", "kind", "sha256", "content")


@dataclass(frozen=True)
class CarriedFile:
    """A file that a course file carries, by its key; without `content` it is known here already.

    `sha256` is of the content, in 64 hexadecimal digits.
    """

    key: str
    kind: str
    sha256: str
    content: bytes | None = None


def plain_carried(files: Sequence[CarriedFile]) -> list[dict[str, str]]:
    """Files as plain values."""
    made = []
    for one in files:
        plain = {"key": one.key, "kind": one.kind, "sha256": one.sha256}
        if one.content is not None:
            plain["content"] = base64.b64encode(one.content).decode()
        made.append(plain)
    return made


def carried_files(
    value: object, reading: ValueReading, place: Place, used: Collection[str]
) -> tuple[CarriedFile, ...]:
    """The files of plain values; `used` are the keys that materials name. Notes each mistake: what
    is no file, another than it was, too large, named by nothing, or missing."""
    made: list[CarriedFile] = []
    for at, row in enumerate(reading.rows(value, place, MOST_FILES), 1):
        here: Place = (*place, at)
        said = reading.record(row, here, _FIELDS)
        if not isinstance(row, dict):
            continue
        key = reading.key(said.get("key"), (*here, "key"))
        kind = reading.choice(said.get("kind"), (*here, "kind"), sorted(TAKEN_KINDS))
        sha256 = said.get("sha256")
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            reading.fault((*here, "sha256"), N_("A SHA-256 of 64 digits belongs here."))
            continue
        content = _content(said.get("content"), sha256, reading, (*here, "content"))
        if key in {one.key for one in made}:
            reading.fault((*here, "key"), N_("This key stands here twice."))
        elif key and key not in used:
            reading.fault((*here, "key"), N_("No material has this file."))
        made.append(CarriedFile(key, kind, sha256, content))
    if sum(len(one.content or b"") for one in made) > MOST_COURSE_BYTES:
        reading.fault(place, N_("These files are larger than 12 MB together."))
    if not reading.faults and set(used) - {one.key for one in made}:
        reading.fault(place, N_("The file of a material is missing here."))
    return tuple(made)


def _content(value: object, sha256: str, reading: ValueReading, place: Place) -> bytes | None:
    if value is None:
        return None
    try:
        content = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        reading.fault(place, N_("This is no file."))
    elif len(content) > MOST_FILE_BYTES:
        reading.fault(place, N_("This file is larger than 5 MB."))
    elif hashlib.sha256(content).hexdigest() != sha256:
        reading.fault(place, N_("This file was altered or damaged. Ask for it again."))
    else:
        return content
    return None
