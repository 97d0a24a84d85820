"""One file that carries a course with its versions, translations and what other rooms add: from one
Kash to another, and the starting library.

It is JSON: `format`, `digest` over all else, `course`, `versions`, and a field for each addition. A
row holds its key under `lineage`, the fields of `fields.py` by their names, what translated fields
were made from, and the rows below it under the plural of their kind. What is empty is left out;
`files` holds those of materials, each once, as text in base64. The
digest tells a file that was cut short or altered by accident; it proves nothing about who wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from kash.platform.catalogue import N_
from kash.training.rules.carried_files import CarriedFile, carried_files, plain_carried
from kash.training.rules.fields import (
    KINDS,
    MATERIAL,
    MOST_PLANS,
    PLAN,
    VERSION,
    Field,
    FieldKind,
)
from kash.training.rules.nodes import BELOW, CourseNode
from kash.training.rules.plain_values import Place, UnreadableFile, ValueFault, ValueReading
from kash.training.rules.translations import is_fingerprint

FORMAT = 1
# Of a file with the files of materials in it, and of all that it says without them.
MOST_BYTES, MOST_TEXT_BYTES = 24 * 1024 * 1024, 5 * 1024 * 1024
MOST_VERSIONS, MOST_NUMBER = 60, 9999
_ABOUT = {"name": 160, "audience": 200, "level": 40}
_VERSION = ("lineage", "number", "language", "translates", "published")


class FileAddition(Protocol):
    """A piece of the file that a higher room declares, by its name in the file."""

    @property
    def name(self) -> str:
        """The field of the file."""

    @property
    def check(self) -> Callable[[object, ValueReading, Place], Any]:
        """Take its plain value apart, and note mistakes."""


@dataclass(frozen=True)
class FileVersion:
    """A version as a file carries it. `translates` is the lineage of the version of the same file
    that it was translated from, `published` the day on which that was done there."""

    lineage: str
    number: int
    language: str
    tree: CourseNode
    translates: str = ""
    published: date | None = None


@dataclass(frozen=True)
class CourseFile:
    """A course as a file carries it; `additions` are what other rooms made of theirs, by name, and
    `files` those of materials."""

    lineage: str
    name: str
    audience: str
    level: str
    versions: tuple[FileVersion, ...] = ()
    additions: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[CarriedFile, ...] = ()


def written_file(course: CourseFile, additions: Mapping[str, object]) -> bytes:
    """A course as a file; `additions` are plain values, by name."""
    about = {"lineage": course.lineage, "name": course.name}
    about |= {name: said for name in ("audience", "level") if (said := getattr(course, name))}
    plain: dict[str, object] = {
        "format": FORMAT,
        "course": about,
        "versions": [_plain_version(version) for version in course.versions],
        **additions,
    }
    if course.files:
        plain["files"] = plain_carried(course.files)
    return sealed(plain)


def without_contents(content: bytes) -> bytes:
    """A course file that was read already, without the bytes of its files."""
    plain = json.loads(content)
    for one in plain.get("files", []):
        one.pop("content", None)
    return sealed(plain)


def sealed(plain: Mapping[str, object]) -> bytes:
    """A plain value as a file, with its digest."""
    rest = {name: value for name, value in plain.items() if name not in ("format", "digest")}
    said = {"format": plain["format"], "digest": digest_of(plain), **rest}
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()


def digest_of(plain: Mapping[str, object]) -> str:
    """The SHA-256 of all that a file says but for its digest, in 64 hexadecimal digits; how it is
    laid out does not count."""
    rest = {name: value for name, value in plain.items() if name != "digest"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _plain_version(version: FileVersion) -> dict[str, object]:
    made: dict[str, object] = {
        "lineage": version.lineage,
        "number": version.number,
        "language": version.language,
    }
    if version.translates:
        made["translates"] = version.translates
    if version.published is not None:
        made["published"] = version.published.isoformat()
    return made | _plain_row(version.tree)


def _plain_row(node: CourseNode) -> dict[str, object]:
    made: dict[str, object] = {"lineage": node.lineage} if node.lineage else {}
    for each in node.declared:
        value = node.fields.get(each.name, each.empty)
        if value != each.empty:
            made[each.name] = value.isoformat() if isinstance(value, date) else value
    if node.made_from:
        made["made_from"] = dict(node.made_from)
    for kind in BELOW.get(node.kind, {}):
        if below := [_plain_row(child) for child in node.of(kind)]:
            made[f"{kind}s"] = below
    return made


def read_file(content: bytes, additions: Sequence[FileAddition] = ()) -> CourseFile:
    """The course that a file carries. Raises UnreadableFile with every mistake that was found."""
    plain = _plain_of(content)
    reading = ValueReading()
    known = {addition.name: addition for addition in additions}
    reading.record(plain, (), ("format", "digest", "course", "versions", "files", *known))
    about = reading.record(plain.get("course"), ("course",), ("lineage", *_ABOUT))
    said = {
        name: reading.text(about.get(name), ("course", name), most, needed=name == "name")
        for name, most in _ABOUT.items()
    }
    lineage = reading.key(about.get("lineage"), ("course", "lineage"))
    versions = _versions(plain.get("versions"), reading)
    used = files_used(versions)
    files = carried_files(plain.get("files"), reading, ("files",), used)
    if len(content) - sum(4 * len(one.content or b"") // 3 for one in files) > MOST_TEXT_BYTES:
        reading.fault((), N_("What this file says is larger than 5 MB."))
    added = {
        name: addition.check(plain[name], reading, (name,))
        for name, addition in known.items()
        if name in plain
    }
    reading.end()
    return CourseFile(lineage, **said, versions=versions, additions=added, files=files)


def files_used(versions: Sequence[FileVersion]) -> frozenset[str]:
    """The keys of files that materials of some versions have."""
    return frozenset(
        str(node["file"])
        for version in versions
        for node in version.tree.walk()
        if node.kind == MATERIAL.name and node["file"]
    )


def _plain_of(content: bytes) -> dict[str, Any]:
    """The JSON of a file whose format and digest are right."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(ValueFault((), N_("This file is larger than 24 MB.")))
    try:
        plain = json.loads(content, object_pairs_hook=_once, parse_constant=_refuse)
        digest = digest_of(plain) if isinstance(plain, dict) else ""
    except (ValueError, RecursionError):
        raise UnreadableFile(
            ValueFault((), N_("This file was cut short, or is no course file. Ask for it again."))
        ) from None
    if not isinstance(plain, dict) or "format" not in plain or "course" not in plain:
        raise UnreadableFile(ValueFault((), N_("This is no course file.")))
    if type(plain["format"]) is not int or plain["format"] != FORMAT:
        raise UnreadableFile(
            ValueFault(
                ("format",), N_("Only course files of format 1 can be read here. Update Kash.")
            )
        )
    if plain.get("digest") != digest:
        raise UnreadableFile(
            ValueFault(
                ("digest",),
                N_("This file was altered or damaged after it was written. Ask for it again."),
            )
        )
    return plain


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a field stands twice")
    return made


def _refuse(constant: str) -> None:
    raise ValueError(f"no number: {constant}")


def _versions(value: object, reading: ValueReading) -> tuple[FileVersion, ...]:
    made: list[FileVersion] = []
    for at, row in enumerate(reading.rows(value, ("versions",), MOST_VERSIONS), 1):
        place: Place = ("versions", at)
        known = len(reading.faults)
        if not isinstance(row, dict):
            reading.record(row, place, ())
            continue
        version = _version(row, reading, place)
        if version.lineage in {each.lineage for each in made}:
            reading.fault((*place, "lineage"), N_("This key stands here twice."))
        if version.number in {each.number for each in made}:
            reading.fault((*place, "number"), N_("Two versions have this number."))
        if len(reading.faults) == known:
            made.append(version)
    if not reading.faults:
        if not made:
            reading.fault(("versions",), N_("There is no version in this file."))
        _check_sources(made, reading)
    return tuple(made)


def _version(row: dict[str, Any], reading: ValueReading, place: Place) -> FileVersion:
    below = [f"{kind}s" for kind in BELOW[VERSION.name]]
    names = [*_VERSION, "made_from", *(each.name for each in VERSION), *below]
    said = reading.record(row, place, names)
    day = Field("published", "", FieldKind.DAY)
    published = reading.field(day, said.get("published"), (*place, "published"))
    keys = set[tuple[str, str]]()
    tree = _row(VERSION.name, said, reading, place, keys)
    if sum(kind == PLAN.name for kind, _lineage in keys) > MOST_PLANS:
        reading.fault(
            place, N_("There are too many sessions here: more than %(most)s."), most=MOST_PLANS
        )
    return FileVersion(
        reading.key(said.get("lineage"), (*place, "lineage")),
        reading.number(said.get("number"), (*place, "number"), 1, MOST_NUMBER),
        reading.language(said.get("language"), (*place, "language")),
        tree,
        reading.key(said.get("translates"), (*place, "translates"), needed=False),
        published if isinstance(published, date) else None,
    )


def _row(
    kind: str, said: dict[str, Any], reading: ValueReading, place: Place, keys: set[tuple[str, str]]
) -> CourseNode:
    """A row and what is below it; `keys` are those of rows that the version has so far."""
    declared = KINDS[kind]
    lineage = ""
    if kind != VERSION.name:
        lineage = reading.key(said.get("lineage"), (*place, "lineage"))
        if lineage and (kind, lineage) in keys:
            reading.fault((*place, "lineage"), N_("This key stands here twice."))
        keys.add((kind, lineage))
    fields = {
        each.name: reading.field(each, said.get(each.name, each.empty), (*place, each.name))
        for each in declared
    }
    made_from = _made_from(declared, said.get("made_from"), reading, (*place, "made_from"))
    children: list[CourseNode] = []
    for below, most in BELOW.get(kind, {}).items():
        group = f"{below}s"
        deeper = [f"{each}s" for each in BELOW.get(below, {})]
        names = ["lineage", "made_from", *(each.name for each in KINDS[below]), *deeper]
        for at, row in enumerate(reading.rows(said.get(group), (*place, group), most), 1):
            here: Place = (*place, group, at)
            found = reading.record(row, here, names)
            if isinstance(row, dict):
                children.append(_row(below, found, reading, here, keys))
    return CourseNode(kind, lineage, fields, made_from, tuple(children))


def _made_from(declared: Any, value: object, reading: ValueReading, place: Place) -> dict[str, str]:
    if value is None:
        return {}
    names = [each.name for each in declared if each.translated]
    made: dict[str, str] = {}
    for name, said in reading.record(value, place, names).items():
        if isinstance(said, str) and is_fingerprint(said):
            made[name] = said
        else:
            reading.fault((*place, name), N_("A fingerprint of 16 digits belongs here."))
    return made


def _check_sources(versions: Sequence[FileVersion], reading: ValueReading) -> None:
    """Each translation is of another version of the file, in another language, and none of itself
    by way of others."""
    known = {version.lineage: version for version in versions}
    for at, version in enumerate(versions, 1):
        place: Place = ("versions", at, "translates")
        source = known.get(version.translates)
        if not version.translates:
            continue
        if source is None:
            reading.fault(place, N_("The version that this one translates is not in this file."))
        elif source.language == version.language:
            reading.fault(place, N_("A translation is into another language."))
        else:
            seen = {version.lineage}
            while source is not None and source.lineage not in seen:
                seen.add(source.lineage)
                source = known.get(source.translates)
            if source is not None:
                reading.fault(place, N_("These versions translate one another in a circle."))
