"""The child that takes encrypted submissions apart, and then what was opened of them. It is run as
the cleaner's child, in its limits, and knows no key.

An archive holds one submission a folder: `submission.xml`, the manifest, beside the files that it
names. A document type, and with it every entity, is refused before anything is expanded.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from kash.platform.cleaning import child as cleaner

MANIFEST = "submission.xml"
MOST_SUBMISSIONS = 200
_MOST_UNPACKED = 64 * 1024 * 1024
_MOST_XML, _MOST_FILES = 1024 * 1024, 30
_MOST_DEPTH, _MOST_ELEMENTS, _MOST_TEXT = 20, 2_000, 10_000
UNPACK, ANSWERS = "unpack", "answers"


class NotReadable(Exception):
    """An archive or a document is not of the kind that is read here."""


@dataclass(frozen=True)
class XmlElement:
    """One element of a document: its name without a namespace, text, and what lies in it."""

    name: str
    attributes: Mapping[str, str]
    text: list[str] = field(default_factory=list)
    inside: list[XmlElement] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Its text, trimmed."""
        return "".join(self.text).strip()

    def first(self, name: str) -> XmlElement | None:
        """The first element of a name within this one."""
        return next((one for one in self.inside if one.name == name), None)


def parse(content: bytes) -> XmlElement:
    """A document without a type, and so without entities. Raises NotReadable."""
    if len(content) > _MOST_XML:
        raise NotReadable
    root = XmlElement("", {})
    open_now, elements = [root], 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal elements
        elements += 1
        if len(open_now) > _MOST_DEPTH or elements > _MOST_ELEMENTS:
            raise NotReadable
        made = XmlElement(name.rsplit(" ", 1)[-1], attributes)
        open_now[-1].inside.append(made)
        open_now.append(made)

    def end(_name: str) -> None:
        open_now.pop()

    def refuse(*_declared: object) -> None:
        raise NotReadable

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = lambda text: open_now[-1].text.append(text)
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise NotReadable from None
    return root.inside[0]


def read_manifest(content: bytes) -> dict[str, Any]:
    """The fields of a `Manifest`. Raises NotReadable."""
    root = parse(content)
    meta = root.first("meta")
    instance = meta.first("instanceID") if meta else None
    key, answers = root.first("base64EncryptedKey"), root.first("encryptedXmlFile")
    signature = root.first("base64EncryptedElementSignature")
    media = [
        one.said
        for each in root.inside
        if each.name == "media"
        for one in each.inside
        if one.name == "file"
    ]
    if root.attributes.get("encrypted") != "yes" or not (key and answers and instance):
        raise NotReadable
    found = {
        "form_id": root.attributes.get("id", ""),
        "version": root.attributes.get("version", ""),
        "instance_id": instance.said[:100],
        "encrypted_key": key.said,
        "answers": answers.said,
        "media": media,
        "signature": signature.said if signature else "",
    }
    if not all(found[name] for name in ("form_id", "instance_id", "answers")):
        raise NotReadable
    if len(media) > _MOST_FILES:
        raise NotReadable
    return found


def unpack(content: bytes) -> list[dict[str, Any]]:
    """The submissions of an archive: manifest and files, or no manifest where it cannot be read.
    Raises NotReadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if sum(one.file_size for one in members) > _MOST_UNPACKED:
                raise NotReadable
            folders: dict[str, dict[str, bytes]] = {}
            for one in members:
                folder, _slash, name = one.filename.rpartition("/")
                folders.setdefault(folder, {})[name] = _member(archive, one)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError):
        raise NotReadable from None
    found = []
    for _folder, files in sorted(folders.items()):
        if MANIFEST not in files:
            continue
        try:
            manifest = read_manifest(files.pop(MANIFEST))
        except NotReadable:
            manifest = None
        sealed = {name: base64.b64encode(one).decode() for name, one in files.items()}
        found.append({"manifest": manifest, "files": sealed if manifest else {}})
    if not found or len(found) > MOST_SUBMISSIONS:
        raise NotReadable
    return found


def _member(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> bytes:
    with archive.open(one) as source:
        content = source.read(one.file_size + 1)
    if len(content) > one.file_size:
        raise NotReadable
    return content


def answers_of(content: bytes) -> dict[str, Any]:
    """Id and questions with their answers, in the order of the form. Raises NotReadable."""
    root = parse(content)
    meta = root.first("meta")
    instance = meta.first("instanceID") if meta else None
    return {"instance": instance.said if instance else "", "answers": _answers(root)}


def _answers(root: XmlElement) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one in root.inside:
        if one.name == "meta":
            continue
        if one.inside:
            found += _answers(one)
        elif one.said:
            found.append((one.name[:80], one.said[:_MOST_TEXT]))
    return found


def _answers_of_all(content: bytes) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for one in json.loads(content):
        try:
            found.append(answers_of(base64.b64decode(one)))
        except NotReadable:
            found.append(None)
    return found


def main(arguments: list[str]) -> int:
    """Do one of the two steps with what lies in the descriptor that the caller passed on."""
    descriptor, megabytes, seconds = (int(part) for part in arguments[:3])
    cleaner.limit(megabytes, seconds)
    try:
        with os.fdopen(os.dup(descriptor), "rb") as source:
            source.seek(0)
            content = source.read()
        try:
            told: object = unpack(content) if arguments[3] == UNPACK else _answers_of_all(content)
        except NotReadable:
            told = None
        json.dump(told, sys.stdout)
        sys.stdout.flush()
    except MemoryError:
        return cleaner.NO_ROOM
    except Exception:
        # Whatever a library makes of a stranger's file: nothing is known of it.
        return cleaner.UNCLEANABLE
    return 0
