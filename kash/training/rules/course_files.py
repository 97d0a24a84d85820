"""Values of a file that somebody brings, looked at one by one: each mistake with its place in the
file and a plain sentence. Files of materials within the file that carries a course: their bytes as
text, each once. One file that carries a course with its versions, translations and what other
rooms add: from one Kash to another, and the starting library. It is JSON: `format`, `digest` over
all else, `course`, `versions`, and a field for each addition. A row holds its key under `lineage`,
the fields of `fields.py` by their names, what translated fields were made from, and the rows below
it under the plural of their kind. What is empty is left out; `files` holds those of materials,
each once, as text in base64. The digest tells a file that was cut short or altered by accident; it
proves nothing about who wrote it. Versions of a file beside those that are here: new, the same, or
different."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from kash.platform.catalogue import N_
from kash.training.rules.courses import (
    BELOW,
    KINDS,
    MATERIAL,
    MOST_PLANS,
    PLAN,
    VERSION,
    CourseNode,
    Field,
    FieldKind,
    Value,
)
from kash.training.rules.versions import compare, is_fingerprint

# More mistakes than anybody mends by hand in one go.
MOST_FAULTS = 20
_KEY = re.compile(r"[0-9abcdefghjkmnpqrstvwxyz]{16}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
# What no page can show and PostgreSQL cannot store: control characters, and halves of characters.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class ValueFault:
    """A mistake: where it stands, names of fields and places from 1, and what is wrong.

    `sentence` is one of the catalogue; `said` fills it.
    """

    place: Place
    sentence: str
    said: Mapping[str, object] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The place as people read it: "versions 1 / modules 2 / title"."""
        parts: list[str] = []
        for step in self.place:
            if isinstance(step, int) and parts:
                parts[-1] += f" {step}"
            else:
                parts.append(str(step))
        return " / ".join(parts)


class UnreadableFile(ValueError):
    """A file that cannot be read, with its mistakes; never with what it says."""

    def __init__(self, *faults: ValueFault) -> None:
        super().__init__("; ".join(f"{fault.where}: {fault.sentence}" for fault in faults))
        self.faults = faults


class ValueReading:
    """Collects the mistakes of one file while its values are taken apart.

    Each method answers with the value or, after noting a mistake, with an empty one. Raises
    UnreadableFile once there are `MOST_FAULTS`.
    """

    def __init__(self) -> None:
        self.faults: list[ValueFault] = []

    def fault(self, place: Place, sentence: str, **said: object) -> None:
        """Note a mistake."""
        self.faults.append(ValueFault(place, sentence, said))
        if len(self.faults) >= MOST_FAULTS:
            raise UnreadableFile(*self.faults)

    def end(self) -> None:
        """Raise UnreadableFile if there was any mistake."""
        if self.faults:
            raise UnreadableFile(*self.faults)

    def record(self, value: object, place: Place, fields: Collection[str]) -> dict[str, Any]:
        """An object that holds nothing but these fields."""
        if not isinstance(value, dict):
            self.fault(place, N_("Fields with names belong here."))
            return {}
        for name in value:
            if name not in fields:
                self.fault((*place, shown(name)), N_("There is no such field here."))
        return value

    def rows(self, value: object, place: Place, most: int) -> Sequence[Any]:
        """A list of so many at most; none if it was left out."""
        if value is None:
            return ()
        if not isinstance(value, list):
            self.fault(place, N_("A list belongs here."))
            return ()
        if len(value) > most:
            self.fault(place, N_("There are more than %(most)s here."), most=most)
            return ()
        return value

    def text(self, value: object, place: Place, most: int, *, needed: bool = False) -> str:
        """A line of so many characters at most; "" if it was left out and is not needed."""
        line = self.field(
            Field("", "", FieldKind.LINE, most), "" if value is None else value, place
        )
        if needed and not str(line).strip() and not self._noted(place):
            self.fault(place, N_("This is missing."))
        return str(line)

    def long_text(self, value: object, place: Place, most: int) -> str:
        """Text of so many characters at most."""
        return str(self.field(Field("", "", FieldKind.TEXT, most), value, place))

    def number(self, value: object, place: Place, least: int, most: int) -> int:
        """A whole number within bounds."""
        number = self.field(Field("", "", FieldKind.NUMBER, most, least, needed=True), value, place)
        return number if isinstance(number, int) else least

    def choice(self, value: object, place: Place, choices: Collection[str]) -> str:
        """One of some words."""
        if isinstance(value, str) and value in choices:
            return value
        self.fault(place, N_("One of these belongs here: %(choices)s."), choices=", ".join(choices))
        return ""

    def key(self, value: object, place: Place, *, needed: bool = True) -> str:
        """A key of 16 characters, which stays the same wherever the course travels."""
        if isinstance(value, str) and (_KEY.fullmatch(value) or (value == "" and not needed)):
            return value
        if value is None and not needed:
            return ""
        self.fault(place, N_("A key of 16 small letters and digits belongs here."))
        return ""

    def language(self, value: object, place: Place) -> str:
        """The code of a language."""
        if isinstance(value, str) and _LANGUAGE.fullmatch(value):
            return value
        self.fault(place, N_("The code of a language belongs here, as en or sw."))
        return ""

    def field(self, declared: Field, value: object, place: Place) -> Value:
        """The value of a declared field as its column holds it."""
        if declared.kind is FieldKind.DAY and isinstance(value, str):
            value = _day(value)
        if isinstance(value, str) and _UNSHOWN.search(value):
            self.fault(place, N_("This holds characters that cannot be shown."))
            return declared.empty
        if declared.takes(value):
            return value  # type: ignore[return-value]
        self._refuse(declared, value, place)
        return declared.empty

    def _noted(self, place: Place) -> bool:
        return bool(self.faults) and self.faults[-1].place == place

    def _refuse(self, declared: Field, value: object, place: Place) -> None:
        if declared.kind is FieldKind.CHOICE:
            self.choice(value, place, tuple(declared.choices))
        elif declared.kind is FieldKind.FILE:
            self.key(value, place)
        elif declared.kind is FieldKind.DAY:
            self.fault(place, N_("A day belongs here, written as 2026-03-31."))
        elif declared.kind is FieldKind.NUMBER:
            self.fault(
                place,
                N_("A whole number from %(least)s to %(most)s belongs here."),
                least=declared.least,
                most=declared.most,
            )
        elif not isinstance(value, str):
            self.fault(place, N_("Text belongs here."))
        elif len(value) > declared.most:
            self.fault(
                place,
                N_("This has %(number)s characters; at most %(most)s are possible."),
                number=len(value),
                most=declared.most,
            )
        else:
            self.fault(place, N_("This must be on one line."))


def _day(text: str) -> date | str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    # Python also reads days that are written in other ways.
    return day if day.isoformat() == text else text


def shown(name: object) -> str:
    """A name out of a file, short and without what cannot be shown."""
    return _UNSHOWN.sub("", str(name))[:40]


# Kinds of files that materials may have, by the codes of `kash/platform/cleaning`.
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
    plain_files = []
    for file in files:
        plain = {"key": file.key, "kind": file.kind, "sha256": file.sha256}
        if file.content is not None:
            plain["content"] = base64.b64encode(file.content).decode()
        plain_files.append(plain)
    return plain_files


def carried_files(
    value: object, reading: ValueReading, place: Place, used: Collection[str]
) -> tuple[CarriedFile, ...]:
    """The files of plain values; `used` are the keys that materials name. Notes each mistake: what
    is no file, another than it was, too large, named by nothing, or missing."""
    files: list[CarriedFile] = []
    for at, entry in enumerate(reading.rows(value, place, MOST_FILES), 1):
        here: Place = (*place, at)
        record = reading.record(entry, here, _FIELDS)
        if not isinstance(entry, dict):
            continue
        key = reading.key(record.get("key"), (*here, "key"))
        kind = reading.choice(record.get("kind"), (*here, "kind"), sorted(TAKEN_KINDS))
        sha256 = record.get("sha256")
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            reading.fault((*here, "sha256"), N_("A SHA-256 of 64 digits belongs here."))
            continue
        content = _content(record.get("content"), sha256, reading, (*here, "content"))
        if key in {file.key for file in files}:
            reading.fault((*here, "key"), N_("This key stands here twice."))
        elif key and key not in used:
            reading.fault((*here, "key"), N_("No material has this file."))
        files.append(CarriedFile(key, kind, sha256, content))
    if sum(len(file.content or b"") for file in files) > MOST_COURSE_BYTES:
        reading.fault(place, N_("These files are larger than 12 MB together."))
    if not reading.faults and set(used) - {file.key for file in files}:
        reading.fault(place, N_("The file of a material is missing here."))
    return tuple(files)


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
    about |= {name: text for name in ("audience", "level") if (text := getattr(course, name))}
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
    for file in plain.get("files", []):
        file.pop("content", None)
    return sealed(plain)


def sealed(plain: Mapping[str, object]) -> bytes:
    """A plain value as a file, with its digest."""
    rest = {name: value for name, value in plain.items() if name not in ("format", "digest")}
    whole = {"format": plain["format"], "digest": digest_of(plain), **rest}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def digest_of(plain: Mapping[str, object]) -> str:
    """The SHA-256 of all that a file says but for its digest, in 64 hexadecimal digits; how it is
    laid out does not count."""
    rest = {name: value for name, value in plain.items() if name != "digest"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _plain_version(version: FileVersion) -> dict[str, object]:
    plain: dict[str, object] = {
        "lineage": version.lineage,
        "number": version.number,
        "language": version.language,
    }
    if version.translates:
        plain["translates"] = version.translates
    if version.published is not None:
        plain["published"] = version.published.isoformat()
    return plain | _plain_row(version.tree)


def _plain_row(node: CourseNode) -> dict[str, object]:
    plain: dict[str, object] = {"lineage": node.lineage} if node.lineage else {}
    for declared in node.declared:
        value = node.fields.get(declared.name, declared.empty)
        if value != declared.empty:
            plain[declared.name] = value.isoformat() if isinstance(value, date) else value
    if node.made_from:
        plain["made_from"] = dict(node.made_from)
    for kind in BELOW.get(node.kind, {}):
        if below := [_plain_row(child) for child in node.of(kind)]:
            plain[f"{kind}s"] = below
    return plain


def read_file(content: bytes, additions: Sequence[FileAddition] = ()) -> CourseFile:
    """The course that a file carries. Raises UnreadableFile with every mistake that was found."""
    plain = _plain_of(content)
    reading = ValueReading()
    by_name = {addition.name: addition for addition in additions}
    reading.record(plain, (), ("format", "digest", "course", "versions", "files", *by_name))
    about = reading.record(plain.get("course"), ("course",), ("lineage", *_ABOUT))
    texts = {
        name: reading.text(about.get(name), ("course", name), most, needed=name == "name")
        for name, most in _ABOUT.items()
    }
    lineage = reading.key(about.get("lineage"), ("course", "lineage"))
    versions = _versions(plain.get("versions"), reading)
    used = files_used(versions)
    files = carried_files(plain.get("files"), reading, ("files",), used)
    if len(content) - sum(4 * len(file.content or b"") // 3 for file in files) > MOST_TEXT_BYTES:
        reading.fault((), N_("What this file says is larger than 5 MB."))
    added = {
        name: addition.check(plain[name], reading, (name,))
        for name, addition in by_name.items()
        if name in plain
    }
    reading.end()
    return CourseFile(lineage, **texts, versions=versions, additions=added, files=files)


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
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field stands twice")
    return fields


def _refuse(constant: str) -> None:
    raise ValueError(f"no number: {constant}")


def _versions(value: object, reading: ValueReading) -> tuple[FileVersion, ...]:
    versions: list[FileVersion] = []
    for at, entry in enumerate(reading.rows(value, ("versions",), MOST_VERSIONS), 1):
        place: Place = ("versions", at)
        faults = len(reading.faults)
        if not isinstance(entry, dict):
            reading.record(entry, place, ())
            continue
        version = _version(entry, reading, place)
        if version.lineage in {other.lineage for other in versions}:
            reading.fault((*place, "lineage"), N_("This key stands here twice."))
        if version.number in {other.number for other in versions}:
            reading.fault((*place, "number"), N_("Two versions have this number."))
        if len(reading.faults) == faults:
            versions.append(version)
    if not reading.faults:
        if not versions:
            reading.fault(("versions",), N_("There is no version in this file."))
        _check_sources(versions, reading)
    return tuple(versions)


def _version(row: dict[str, Any], reading: ValueReading, place: Place) -> FileVersion:
    below = [f"{kind}s" for kind in BELOW[VERSION.name]]
    names = [*_VERSION, "made_from", *(field.name for field in VERSION), *below]
    record = reading.record(row, place, names)
    day = Field("published", "", FieldKind.DAY)
    published = reading.field(day, record.get("published"), (*place, "published"))
    keys = set[tuple[str, str]]()
    tree = _row(VERSION.name, record, reading, place, keys)
    if sum(kind == PLAN.name for kind, _lineage in keys) > MOST_PLANS:
        reading.fault(
            place, N_("There are too many sessions here: more than %(most)s."), most=MOST_PLANS
        )
    return FileVersion(
        reading.key(record.get("lineage"), (*place, "lineage")),
        reading.number(record.get("number"), (*place, "number"), 1, MOST_NUMBER),
        reading.language(record.get("language"), (*place, "language")),
        tree,
        reading.key(record.get("translates"), (*place, "translates"), needed=False),
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
        field.name: reading.field(field, said.get(field.name, field.empty), (*place, field.name))
        for field in declared
    }
    made_from = _made_from(declared, said.get("made_from"), reading, (*place, "made_from"))
    children: list[CourseNode] = []
    for below, most in BELOW.get(kind, {}).items():
        group = f"{below}s"
        deeper = [f"{deeper_kind}s" for deeper_kind in BELOW.get(below, {})]
        names = ["lineage", "made_from", *(field.name for field in KINDS[below]), *deeper]
        for at, entry in enumerate(reading.rows(said.get(group), (*place, group), most), 1):
            here: Place = (*place, group, at)
            record = reading.record(entry, here, names)
            if isinstance(entry, dict):
                children.append(_row(below, record, reading, here, keys))
    return CourseNode(kind, lineage, fields, made_from, tuple(children))


def _made_from(declared: Any, value: object, reading: ValueReading, place: Place) -> dict[str, str]:
    if value is None:
        return {}
    names = [field.name for field in declared if field.translated]
    digests: dict[str, str] = {}
    for name, digest in reading.record(value, place, names).items():
        if isinstance(digest, str) and is_fingerprint(digest):
            digests[name] = digest
        else:
            reading.fault((*place, name), N_("A fingerprint of 16 digits belongs here."))
    return digests


def _check_sources(versions: Sequence[FileVersion], reading: ValueReading) -> None:
    """Each translation is of another version of the file, in another language, and none of itself
    by way of others."""
    by_lineage = {version.lineage: version for version in versions}
    for at, version in enumerate(versions, 1):
        place: Place = ("versions", at, "translates")
        source = by_lineage.get(version.translates)
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
                source = by_lineage.get(source.translates)
            if source is not None:
                reading.fault(place, N_("These versions translate one another in a circle."))


class VersionStanding(StrEnum):
    """Standing of a version of a file to what is here."""

    NEW = "new"
    SAME = "same"
    DIFFERS = "differs"


@dataclass(frozen=True)
class HereVersion:
    """A version that is here."""

    public_id: str
    lineage: str
    number: int
    language: str
    state: str
    tree: CourseNode


@dataclass(frozen=True)
class PlacedVersion:
    """A version of a file, and which one here it is the same as or differs from.

    `changes` counts rows that differ.
    """

    version: FileVersion
    standing: VersionStanding
    here: HereVersion | None = None
    changes: int = 0


def place_versions(
    versions: Sequence[FileVersion], here: Sequence[HereVersion]
) -> tuple[PlacedVersion, ...]:
    """Versions of a file beside those of the same course here.

    The same is what says the same in the same language, whatever counsel checked, so that a file
    that was brought in stays known though its versions got keys of their own here. Of others the
    key tells whether they are new.
    """
    return tuple(_place(version, here) for version in versions)


def unchecked(tree: CourseNode) -> CourseNode:
    """A tree without the days on which counsel checked its legal points: nobody checked them
    here."""
    fields = {name: value for name, value in tree.fields.items() if name != "checked_on"}
    if len(fields) < len(tree.fields):
        fields["checked_on"] = None
    return replace(tree, fields=fields, children=tuple(map(unchecked, tree.children)))


def _place(version: FileVersion, here: Sequence[HereVersion]) -> PlacedVersion:
    alike = [there for there in here if there.lineage == version.lineage]
    brought = unchecked(version.tree)
    for there in (*alike, *here):
        if (there.language, unchecked(there.tree)) == (version.language, brought):
            return PlacedVersion(version, VersionStanding.SAME, there)
    if not alike:
        return PlacedVersion(version, VersionStanding.NEW)
    changes = sum(pair.differs for pair in compare(unchecked(alike[0].tree), brought).walk())
    # Only the language, or what a translation was made from, may be another.
    return PlacedVersion(version, VersionStanding.DIFFERS, alike[0], max(changes, 1))


def shown_code(placed: Sequence[PlacedVersion], *more: object) -> str:
    """16 digits by which it is known later whether what was shown still holds."""
    told = [
        (version.version.lineage, version.standing, version.here.public_id if version.here else "")
        for version in placed
    ]
    return hashlib.sha256(repr((told, more)).encode()).hexdigest()[:16]
