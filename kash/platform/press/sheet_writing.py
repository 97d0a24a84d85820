"""One file of sheets, each with several stamped pieces: badges, or cards.

The pieces of a sheet are drawn one after the other into one stream, and keep their own tags. What
their plates call their fonts and pictures is written with the plate before it, so that pieces of
several plates lie on one sheet.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kash.platform.press.pdf_parts import (
    entries,
    entry,
    page_content,
    reached,
    reference_in,
    renumbered,
    stream,
)
from kash.platform.press.plates import Plate
from kash.platform.press.print_writing import BETWEEN, PrintWriter, page_template

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
        self._marked.append(b"%d[%b]" % (count, b" ".join([b"%d 0 R" % one for one in marked])))
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
            b"/%b<<%b>>" % (kind, b"".join(b"/%b %b" % one for one in found.items()))
            for kind, found in self._named.items()
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
        self._top += [base + one for one in template.top]
        return [base + one for one in template.marked]

    def _include(self, plate: Plate) -> _Included:
        known = self._included.get(id(plate))
        if known is not None:
            return known
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
        for kind, found in entries(resources).items():
            if kind not in self._named:
                continue
            inside = found if found.startswith(b"<<") else contents[int(found.split()[0])]
            for name, value in entries(inside).items():
                given = renumbered(value, lambda old: b"%d 0 R" % numbers[old])
                self._named[kind][prefix + name] = given
                names.add(name)
        return frozenset(names)


def _contents(plate: Plate) -> dict[int, bytes]:
    return {one.number: one.content for one in plate.objects}


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
