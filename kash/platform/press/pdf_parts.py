"""PDF written by hand: plates of the press, and files of many pages and sheets made of them."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
# A string is passed over: it may hold what looks like a reference.
_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|<[0-9a-fA-F]*>|\b(\d+) 0 R\b", re.DOTALL)
_TOKEN = re.compile(
    rb"<<|>>|\[|\]|\((?:[^\\()]|\\.)*\)|<[0-9a-fA-F]*>|/[^\s/<>\[\]()]*|[^\s/<>\[\]()]+", re.DOTALL
)
_OPENING, _CLOSING = (b"<<", b"["), (b">>", b"]")
_STREAM = re.compile(rb"\nstream\r?\n")

# Where an object lies: at a place in the file, or as so many'th in an object stream.
Place = tuple[int, int, int]
FREE: Place = (0, 0, 0)
# The row of a cross-reference stream with fields of 1, 4 and 2 bytes.
CROSS_REFERENCE = struct.Struct(">BIH")


def at_place(offset: int) -> Place:
    """An object that begins at this byte of the file."""
    return (1, offset, 0)


def indirect(number: int, content: bytes) -> bytes:
    """An object of its own."""
    return b"%d 0 obj\n%b\nendobj\n" % (number, content)


def stream(number: int, content: bytes, described: bytes = b"") -> bytes:
    """A stream as an object of its own; `described` are more entries of its dictionary."""
    return b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n" % (
        number,
        described,
        len(content),
        content,
    )


def object_stream(number: int, objects: Sequence[tuple[int, bytes]], level: int = 1) -> bytes:
    """Objects that are no streams, packed into one that is."""
    ends = itertools.accumulate([len(content) + 1 for _, content in objects], initial=0)
    heads = [b"%d %d" % (part, at) for (part, _), at in zip(objects, ends, strict=False)]
    head = b" ".join(heads) + b"\n"
    packed = zlib.compress(head + b"\n".join([content for _, content in objects]), level)
    described = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(head))
    return stream(number, packed, described)


def cross_references(places: Iterable[Place]) -> bytes:
    """The rows of a cross-reference stream."""
    return b"".join([CROSS_REFERENCE.pack(*place) for place in places])


def closing(
    number: int, rows: bytes, offset: int, root: int, information: int, identifier: bytes
) -> bytes:
    """The cross-reference stream, which is the trailer as well, and the end of the file."""
    name = identifier.hex().encode("ascii")
    described = b"/Type/XRef/W[1 4 2]/Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]" % (
        number + 1,
        root,
        information,
        name,
        name,
    )
    packed = zlib.compress(rows, 1) if len(rows) > 4096 else rows
    described += b"/Filter/FlateDecode" if packed is not rows else b""
    return stream(number, packed, described) + b"startxref\n%d\n%%%%EOF\n" % offset


def referred(content: bytes) -> list[int]:
    """The numbers that an object refers to, in order."""
    return [int(match[1]) for match in _REFERENCE.finditer(dictionary_of(content)) if match[1]]


def dictionary_of(content: bytes) -> bytes:
    """An object without the content of its stream."""
    match = _STREAM.search(content)
    return content[: match.start()] if match else content


def renumbered(
    content: bytes, number: Callable[[int], bytes], string: Callable[[bytes], bytes] = bytes
) -> bytes:
    """An object whose references are written anew, each as `number` gives it, and its strings."""
    head = dictionary_of(content)

    def written(found: re.Match[bytes]) -> bytes:
        return number(int(found[1])) if found[1] else string(found[0])

    return _REFERENCE.sub(written, head) + content[len(head) :]


def reached(contents: Mapping[int, bytes], first: Iterable[int]) -> set[int]:
    """The numbers of all objects that one comes to from the first ones."""
    numbers: set[int] = set()
    waiting = list(first)
    while waiting:
        number = waiting.pop()
        if number not in numbers and number in contents:
            numbers.add(number)
            waiting += referred(contents[number])
    return numbers


def entry(content: bytes, name: bytes) -> bytes:
    """Value in a dictionary under a name: an array, a reference or one word."""
    bare = renumbered(content, lambda one: b"%d 0 R" % one, lambda _: b"()")
    match = re.search(rb"/%b\s*(\[[^\]]*\]|\d+ 0 R|/?[^\s/<>\[\]()]+)" % name, bare)
    return match[1] if match else b""


def reference_in(content: bytes, name: bytes) -> int:
    """The number that a dictionary refers to under a name. Raises ValueError if none."""
    return int(entry(content, name).removeprefix(b"[").split()[0])


def entries(content: bytes) -> dict[bytes, bytes]:
    """Values in a dictionary, by name."""
    tokens = _TOKEN.findall(dictionary_of(content))
    values = {}
    at = 1
    while at < len(tokens) - 1:
        end = _end_of_value(tokens, at + 1)
        values[tokens[at][1:]] = b" ".join(tokens[at + 1 : end])
        at = end
    return values


def _end_of_value(tokens: Sequence[bytes], at: int) -> int:
    depth = 0
    for number in range(at, len(tokens)):
        depth += (tokens[number] in _OPENING) - (tokens[number] in _CLOSING)
        if not depth:
            # A reference is two numbers and a letter.
            return number + (3 if tokens[number + 2 : number + 3] == [b"R"] else 1)
    raise ValueError("a dictionary does not end")


def page_content(contents: Mapping[int, bytes], page: int) -> bytes:
    """Drawing of a page with one stream."""
    head, _, drawn = contents[reference_in(contents[page], b"Contents")].partition(b"\nstream\n")
    drawn = drawn.removesuffix(b"\nendstream")
    return zlib.decompress(drawn) if b"/FlateDecode" in head else drawn


_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class PlateObject:
    """One object of the page's PDF. `compressible` ones may lie in an object stream."""

    number: int
    content: bytes
    compressible: bool


@dataclass(frozen=True, slots=True)
class FieldFont:
    """The font that the layout engine chose for a field.

    `file` counts into the plate's font files. `widths` holds the advance of every glyph in the
    subset, in thousandths of the font's size; other glyphs are not there to be set.
    """

    resource: str
    file: int
    index: int
    variations: Mapping[str, float]
    features: Mapping[str, int]
    language: str
    widths: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class PlateField:
    """A line to be set: lengths in points, from the lower left corner of the page.

    `units` is the font's size as the layout engine counts it, in 1024ths of a CSS pixel, and so is
    `letter_spacing`; `scale` is how many points a CSS pixel is. `settable` says whether the shaper
    sets the sample just as the layout engine did. `mark` opens the field's marked content.
    """

    name: str
    left: float
    baseline: float
    width: float
    align: str
    colour: str
    units: int
    letter_spacing: int
    scale: float
    mark: str
    settable: bool
    font: FieldFont


@dataclass(frozen=True, slots=True)
class PictureField:
    """A box to be filled with a code, in points from the lower left corner of the page."""

    name: str
    left: float
    bottom: float
    width: float
    height: float
    mark: str


@dataclass(frozen=True, slots=True)
class Plate:
    """A page that was laid out once. The numbers are those of its objects."""

    objects: tuple[PlateObject, ...]
    page: int
    catalogue: int
    information: int
    texts: tuple[PlateField, ...]
    pictures: tuple[PictureField, ...]
    font_files: tuple[bytes, ...]


def packed(plate: Plate) -> bytes:
    """The plate as bytes, for the pipe."""
    # A register has one font for hundreds of fields: each is told once, and held once.
    fonts: dict[str, int] = {}
    texts = [asdict(text) for text in plate.texts]
    for text in texts:
        text["font"] = fonts.setdefault(json.dumps(text["font"]), len(fonts))
    head: dict[str, Any] = {
        "objects": [[part.number, len(part.content), part.compressible] for part in plate.objects],
        "font_files": [len(content) for content in plate.font_files],
        "texts": texts,
        "fonts": list(fonts),
        "pictures": [asdict(picture) for picture in plate.pictures],
        "numbers": [plate.page, plate.catalogue, plate.information],
    }
    described = json.dumps(head).encode("ascii")
    return b"".join(
        (
            _LENGTH.pack(len(described)),
            described,
            *(part.content for part in plate.objects),
            *plate.font_files,
        )
    )


def unpacked(content: bytes) -> Plate:
    """The plate that these bytes are. Raises ValueError, LookupError or struct.error."""
    (length,) = _LENGTH.unpack_from(content)
    at = _LENGTH.size + length
    head = json.loads(content[_LENGTH.size : at])
    objects = []
    for number, size, compressible in head["objects"]:
        objects.append(PlateObject(number, content[at : at + size], compressible))
        at += size
    files = []
    for size in head["font_files"]:
        files.append(content[at : at + size])
        at += size
    page, catalogue, information = head["numbers"]
    fonts = [_font(json.loads(described)) for described in head["fonts"]]
    return Plate(
        tuple(objects),
        page,
        catalogue,
        information,
        tuple(PlateField(**{**text, "font": fonts[text["font"]]}) for text in head["texts"]),
        tuple(PictureField(**picture) for picture in head["pictures"]),
        _shared(files),
    )


def _font(described: dict[str, Any]) -> FieldFont:
    widths = {int(glyph): width for glyph, width in described["widths"].items()}
    return FieldFont(**{**described, "widths": widths})


_FONT_FILES: dict[bytes, bytes] = {}


def _shared(files: Sequence[bytes]) -> tuple[bytes, ...]:
    """Equal font files of all plates are kept once; there are as many as the designs have faces."""
    return tuple(_FONT_FILES.setdefault(content, content) for content in files)


_PAGES_A_NODE = 64
# Between objects, where no object can have it.
BETWEEN = b"\nendobj\n"


@dataclass(frozen=True, slots=True)
class PageTemplate:
    """Template of each page of a plate: its objects, with "%d" for what differs.

    The page's own numbers are those of the `elements` of its structure in order, and its page.
    `filled` gives the numbers that the template takes; `top` counts the elements
    below the document, `marked` those that its content belongs to.
    """

    objects: bytes
    filled: Callable[[Sequence[int]], tuple[int, ...]]
    elements: int
    top: tuple[int, ...]
    marked: tuple[int, ...]
    page: bytes


class PrintWriter:
    """Writes pages of several plates into one file. The first plate gives title and language."""

    def __init__(self, first: Plate) -> None:
        self._first = first
        self._pieces: list[bytes] = [HEADER]
        self._at = len(HEADER)
        # A row for each object: ten thousand pages have half a million.
        self._rows = bytearray()
        self._waiting: list[tuple[int, bytes]] = []
        self._templates: dict[int, PageTemplate] = {}
        self._plates: list[Plate] = []  # kept, so that their ids stay theirs
        self._next = max(part.number for part in first.objects) + 1
        contents = {part.number: part.content for part in first.objects}
        catalogue = contents[first.catalogue]
        self._pages = reference_in(catalogue, b"Pages")
        self._root = reference_in(catalogue, b"StructTreeRoot")
        self._parents = reference_in(contents[self._root], b"ParentTree")
        self._document = reference_in(contents[self._root], b"K")
        self._node = 0
        self._kids: list[int] = []
        self._nodes: list[tuple[int, int]] = []
        self._top: list[int] = []
        self._marked: list[bytes] = []
        self._digest = hashlib.blake2b(digest_size=16)
        self._write_constants(first, self._fixed(first, contents))

    def _fixed(self, plate: Plate, contents: dict[int, bytes]) -> dict[int, int]:
        """All constant objects of the first plate, which keep their numbers."""
        changing = {plate.page, self._pages, self._parents, *_elements_of(contents)}
        return {number: number for number in contents if number not in changing}

    def add(self, plate: Plate, drawing: bytes) -> list[bytes]:
        """Add a page with this drawing on it; pieces of the file, as far as they are ready."""
        template = self._templates.get(id(plate)) or self._new_template(plate)
        if not self._node:
            self._node = self._number()
        page, drawn = self._number(), self._number()
        base = self._next
        self._next += template.elements
        count = len(self._marked)
        numbers = [*range(base, base + template.elements), page]
        objects = template.objects % template.filled(numbers)
        self._waiting += zip(numbers, objects.split(BETWEEN), strict=False)
        self._marked.append(
            b"%d[%b]"
            % (count, b" ".join([b"%d 0 R" % (base + offset) for offset in template.marked]))
        )
        self._top += [base + offset for offset in template.top]
        self._waiting.append((page, template.page % (self._node, drawn, count)))
        self._kids.append(page)
        self._digest.update(drawing)
        self._put(drawn, stream(drawn, drawing))
        self._end_page()
        return self._taken()

    def end(self) -> list[bytes]:
        """The rest of the file."""
        if self._kids:
            self._end_node()
        kids = b" ".join(b"%d 0 R" % node for node, _ in self._nodes)
        total = sum(count for _, count in self._nodes)
        tops = b" ".join(b"%d 0 R" % number for number in self._top)
        self._waiting += [
            (self._pages, b"<</Type/Pages/Count %d/Kids[%b]>>" % (total, kids)),
            (self._parents, b"<</Nums[%b]>>" % b" ".join(self._marked)),
            (
                self._document,
                b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (self._root, tops),
            ),
        ]
        self._flush()
        number = self._number()
        offset = self._at
        self._place([(number, at_place(offset))])
        rows = bytes(self._rows)
        self._pieces.append(
            closing(
                number,
                rows,
                offset,
                self._first.catalogue,
                self._first.information,
                self._digest.digest(),
            )
        )
        return self._taken()

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _place(self, places: Iterable[tuple[int, Place]]) -> None:
        """Note where objects are; there is a row for each number that was given."""
        size = CROSS_REFERENCE.size
        self._rows.extend(bytes(max(0, self._next * size - len(self._rows))))
        for number, place in places:
            CROSS_REFERENCE.pack_into(self._rows, number * size, *place)

    def _put(self, number: int, content: bytes) -> None:
        self._place([(number, at_place(self._at))])
        self._pieces.append(content)
        self._at += len(content)

    def _taken(self) -> list[bytes]:
        taken, self._pieces = self._pieces, []
        return taken

    def _end_page(self) -> None:
        if len(self._kids) == _PAGES_A_NODE:
            self._end_node()

    def _end_node(self) -> None:
        """Write a node with the pages since the last one, and begin another."""
        kids = b" ".join(b"%d 0 R" % page for page in self._kids)
        described = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (
            self._pages,
            len(self._kids),
            kids,
        )
        self._waiting.append((self._node, described))
        self._nodes.append((self._node, len(self._kids)))
        self._node, self._kids = 0, []
        self._flush()

    def _flush(self) -> None:
        """Pack what waits. A stream holds no more objects than readers like to unpack at once."""
        for start in range(0, len(self._waiting), 4000):
            packed = self._waiting[start : start + 4000]
            number = self._number()
            self._place(
                (number_placed, (2, number, place))
                for place, (number_placed, _) in enumerate(packed)
            )
            self._put(number, object_stream(number, packed))
        self._waiting = []

    def _write_constants(self, plate: Plate, numbers: dict[int, int]) -> None:
        for part in plate.objects:
            if part.number not in numbers:
                continue
            number, content = numbers[part.number], part.content
            if number != part.number:
                content = renumbered(content, lambda old: b"%d 0 R" % numbers[old])
            self._digest.update(content)
            if part.compressible:
                self._waiting.append((number, content))
            else:
                self._put(number, indirect(number, content))

    def _new_template(self, plate: Plate) -> PageTemplate:
        contents = {part.number: part.content for part in plate.objects}
        page = dictionary_of(contents[plate.page])
        constant = {number: number for number in contents}
        if plate is not self._first:
            # Of any other plate only what its page shows is needed, under new numbers.
            shown = [reference_in(page, b"Contents"), reference_in(page, b"Resources")]
            constant = {number: self._number() for number in sorted(reached(contents, shown))}
            self._write_constants(plate, constant)
        template = page_template(
            plate, contents, self._document, self._page_template(page, constant)
        )
        self._templates[id(plate)] = template
        self._plates.append(plate)
        return template

    def _page_template(self, page: bytes, constant: dict[int, int]) -> bytes:
        boxes = b"".join(
            b"/%b%b" % (name, entry(page, name)) for name in (b"MediaBox", b"TrimBox", b"BleedBox")
        )
        return (
            b"<</Type/Page/Parent %%d 0 R%b/Resources %d 0 R/Contents[%d 0 R %%d 0 R]"
            b"/Tabs/S/StructParents %%d>>"
        ) % (
            boxes.replace(b"%", b"%%"),
            constant[reference_in(page, b"Resources")],
            constant[reference_in(page, b"Contents")],
        )


def page_template(
    plate: Plate, contents: dict[int, bytes], document: int, page: bytes
) -> PageTemplate:
    """The structure of a page as a template."""
    root = contents[reference_in(contents[plate.catalogue], b"StructTreeRoot")]
    own_document = reference_in(root, b"K")
    order = [number for number in _elements_of(contents) if number != own_document]
    index = {number: place for place, number in enumerate(order)}
    own = index | {plate.page: len(order)}
    filled: list[int] = []

    def reference(old: int) -> bytes:
        if old == own_document:
            return b"%d 0 R" % document
        filled.append(own[old])
        return b"%d 0 R"

    templates = [renumbered(contents[number].replace(b"%", b"%%"), reference) for number in order]
    return PageTemplate(
        objects=BETWEEN.join(templates),
        filled=itemgetter(*filled),
        elements=len(order),
        top=tuple(index[target] for target in referred(entry(contents[own_document], b"K"))),
        marked=tuple(
            index[target] for target in referred(contents[reference_in(root, b"ParentTree")])
        ),
        page=page,
    )


def _elements_of(contents: dict[int, bytes]) -> list[int]:
    """All elements of the structure."""
    return [
        number for number, content in contents.items() if entry(content, b"Type") == b"/StructElem"
    ]


_KINDS = (b"ExtGState", b"XObject", b"Pattern", b"Shading", b"Font")
_TEXT = rb"\((?:[^\\()]|\\.)*\)"
_NAMED = re.compile(_TEXT + rb"|/MCID (\d+)|/([^\s/<>\[\]()]+)", re.DOTALL)
_OWN = re.compile(
    rb"/K\s*(?P<kids>\[[^\]]*\]|\d+ 0 R|\d+)|/BBox\s*\[(?P<box>[^\]]*)\]|"
    rb"/Alt\s*(?P<alternative>" + _TEXT + rb")|" + _TEXT,
    re.DOTALL,
)
_KID = re.compile(rb"\d+ 0 R|(\d+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A plate, all that is drawn on it, and what its picture is called; empty if as its plate says.

    `corner` is its lower left one, in points from that of the sheet.
    """

    plate: Plate
    content: bytes
    corner: tuple[float, float]
    alternative: str = ""


@dataclass(frozen=True, slots=True)
class _Included:
    """A plate whose constants are in the file. `names` is what its content calls them by."""

    plate: Plate
    prefix: bytes
    names: frozenset[bytes]
    contents: Mapping[int, bytes]


class SheetWriter(PrintWriter):
    """Writes sheets into one file. The first plate, a sheet's, gives title and language."""

    def __init__(self, first: Plate) -> None:
        super().__init__(first)
        self._resources = self._number()
        self._named: dict[bytes, dict[bytes, bytes]] = {kind: {} for kind in _KINDS}
        self._included: dict[int, _Included] = {}

    def add_sheet(self, sheet: Plate, pieces: Sequence[Piece]) -> list[bytes]:
        """Add a sheet with these pieces on it; parts of the file, as far as they are ready."""
        under = self._include(sheet)
        if not self._node:
            self._node = self._number()
        page, drawn = self._number(), self._number()
        drawing = [_renamed(page_content(under.contents, sheet.page), under, 0)]
        marked: list[int] = []
        for piece in pieces:
            on = self._include(piece.plate)
            left, bottom = piece.corner
            drawing.append(b"q 1 0 0 1 %.4f %.4f cm" % (left, bottom))
            drawing.append(_renamed(piece.content, on, len(marked)))
            drawing.append(b"Q")
            marked += self._add_elements(piece, on, page, len(marked))
        content = b"\n".join(drawing)
        self._digest.update(content)
        packed = zlib.compress(content, 6)
        self._put(drawn, stream(drawn, packed, b"/Filter/FlateDecode"))
        count = len(self._marked)
        self._marked.append(
            b"%d[%b]" % (count, b" ".join([b"%d 0 R" % reference for reference in marked]))
        )
        described = (
            b"<</Type/Page/Parent %d 0 R/MediaBox%b/Resources %d 0 R/Contents %d 0 R%b%d>>"
            % (
                self._node,
                entry(under.contents[sheet.page], b"MediaBox"),
                self._resources,
                drawn,
                b"/Tabs/S/StructParents ",
                count,
            )
        )
        self._waiting.append((page, described))
        self._kids.append(page)
        self._end_page()
        return self._taken()

    def end(self) -> list[bytes]:
        """The rest of the file."""
        named = b"".join(
            b"/%b<<%b>>" % (kind, b"".join(b"/%b %b" % item for item in of_kind.items()))
            for kind, of_kind in self._named.items()
        )
        first = _contents(self._first)
        resources = first[reference_in(first[self._first.page], b"Resources")]
        colours = entry(resources, b"ColorSpace")
        self._waiting.append((self._resources, b"<<%b/ColorSpace %b>>" % (named, colours)))
        return super().end()

    def _fixed(self, plate: Plate, contents: dict[int, bytes]) -> dict[int, int]:
        page = contents[plate.page]
        own = {reference_in(page, b"Contents"), reference_in(page, b"Resources")}
        fixed = super()._fixed(plate, contents)
        return {number: given for number, given in fixed.items() if number not in own}

    def _add_elements(self, piece: Piece, on: _Included, page: int, marked: int) -> list[int]:
        """Note the structure of a piece; the numbers of the elements that hold its content."""
        template = self._templates.get(id(piece.plate))
        if template is None:
            template = page_template(piece.plate, dict(on.contents), self._document, b"")
            self._templates[id(piece.plate)] = template
        base = self._next
        self._next += template.elements
        numbers = [*range(base, base + template.elements), page]
        left, bottom = piece.corner

        def counted_on(kid: re.Match[bytes]) -> bytes:
            return b"%d" % (marked + int(kid[1])) if kid[1] else kid[0]

        def own(found: re.Match[bytes]) -> bytes:
            if found["kids"]:
                return b"/K " + _KID.sub(counted_on, found["kids"])
            if found["box"]:
                # The only picture of a piece is its code.
                (code,) = piece.plate.pictures
                x, y = left + code.left, bottom + code.bottom
                return b"/BBox [%.3f %.3f %.3f %.3f]" % (x, y, x + code.width, y + code.height)
            if found["alternative"] and piece.alternative:
                return b"/Alt " + _string(piece.alternative)
            return found[0]

        objects = template.objects % template.filled(numbers)
        self._waiting += zip(numbers, _OWN.sub(own, objects).split(BETWEEN), strict=False)
        self._top += [base + offset for offset in template.top]
        return [base + offset for offset in template.marked]

    def _include(self, plate: Plate) -> _Included:
        first = self._included.get(id(plate))
        if first is not None:
            return first
        contents = _contents(plate)
        root = reference_in(contents[plate.page], b"Resources")
        numbers = {number: number for number in contents}
        if plate is not self._first:
            shown = sorted(reached(contents, [root]) - {root})
            numbers = {number: self._number() for number in shown}
            self._write_constants(plate, numbers)
        digest = hashlib.blake2b(b"".join(contents.values()), digest_size=4)
        prefix = b"k%b-" % digest.hexdigest().encode("ascii")
        names = self._name_resources(contents, contents[root], prefix, numbers)
        included = _Included(plate, prefix, names, contents)
        self._included[id(plate)] = included
        return included

    def _name_resources(
        self,
        contents: Mapping[int, bytes],
        resources: bytes,
        prefix: bytes,
        numbers: Mapping[int, int],
    ) -> frozenset[bytes]:
        """Note all that a plate's content uses, under names of its own."""
        names = set()
        for kind, resource in entries(resources).items():
            if kind not in self._named:
                continue
            inside = resource if resource.startswith(b"<<") else contents[int(resource.split()[0])]
            for name, value in entries(inside).items():
                given = renumbered(value, lambda old: b"%d 0 R" % numbers[old])
                self._named[kind][prefix + name] = given
                names.add(name)
        return frozenset(names)


def _contents(plate: Plate) -> dict[int, bytes]:
    return {part.number: part.content for part in plate.objects}


def _renamed(content: bytes, on: _Included, marked: int) -> bytes:
    """Drawing by the names of the file, its marks counted on from those of the sheet."""

    def written(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return b"/MCID %d" % (marked + int(found[1]))
        if found[2] in on.names:
            return b"/%b%b" % (on.prefix, found[2])
        return found[0]

    return _NAMED.sub(written, content)


def _string(text: str) -> bytes:
    if text.isascii():
        return b"(" + re.sub(rb"([\\()])", rb"\\\1", text.encode("ascii")) + b")"
    return b"<" + b"\xfe\xff".hex().encode() + text.encode("utf-16-be").hex().encode() + b">"
