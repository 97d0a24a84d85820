"""One file of many pages: what the plates share is written once, with one structure of tags."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter

from kash.platform.press.pdf_parts import (
    CROSS_REFERENCE,
    HEADER,
    Place,
    at_place,
    closing,
    dictionary_of,
    entry,
    indirect,
    object_stream,
    reached,
    reference_in,
    referred,
    renumbered,
    stream,
)
from kash.platform.press.plates import Plate

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
        self._next = max(one.number for one in first.objects) + 1
        contents = {one.number: one.content for one in first.objects}
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
            b"%d[%b]" % (count, b" ".join([b"%d 0 R" % (base + one) for one in template.marked]))
        )
        self._top += [base + one for one in template.top]
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
            self._place((one, (2, number, place)) for place, (one, _) in enumerate(packed))
            self._put(number, object_stream(number, packed))
        self._waiting = []

    def _write_constants(self, plate: Plate, numbers: dict[int, int]) -> None:
        for one in plate.objects:
            if one.number not in numbers:
                continue
            number, content = numbers[one.number], one.content
            if number != one.number:
                content = renumbered(content, lambda old: b"%d 0 R" % numbers[old])
            self._digest.update(content)
            if one.compressible:
                self._waiting.append((number, content))
            else:
                self._put(number, indirect(number, content))

    def _new_template(self, plate: Plate) -> PageTemplate:
        contents = {one.number: one.content for one in plate.objects}
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
        top=tuple(index[one] for one in referred(entry(contents[own_document], b"K"))),
        marked=tuple(index[one] for one in referred(contents[reference_in(root, b"ParentTree")])),
        page=page,
    )


def _elements_of(contents: dict[int, bytes]) -> list[int]:
    """All elements of the structure."""
    return [
        number for number, content in contents.items() if entry(content, b"Type") == b"/StructElem"
    ]
