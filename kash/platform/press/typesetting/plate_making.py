"""Plates: a page laid out once, with the places of what is stamped; the first is made ahead."""

from __future__ import annotations

import contextlib
import string
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from kash.platform.press.certificate_values import (
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    Signatory,
)
from kash.platform.press.designs import plate_markup
from kash.platform.press.markup import PageRequest
from kash.platform.press.pdf_parts import FieldFont, PictureField, Plate, PlateField, PlateObject
from kash.platform.press.shaping import Shaper, balanced_width, fitted_points, normal
from kash.platform.press.typesetting import weasyprint_parts as engine
from kash.platform.press.typesetting.typesetter import Typesetter

_POINTS_PER_PIXEL = 0.75
# Layout counts in floats; a hundredth of a pixel is nothing on paper.
_NEARLY = 0.01
_PAIRS = [
    " ".join(first + second for second in string.ascii_letters) for first in string.ascii_letters
]


class _PlateTakenError(Exception):
    """The objects of a page were taken; there is no need to write a file."""


def make_plate(typesetter: Typesetter, request: PageRequest) -> Plate:
    """The page as a plate. Raises PageOverflowError if it takes more than one page."""
    page = typesetter.page(request["markup"])
    elements = list(_marked(page.etree_element))
    for element in elements:
        name = element.get("data-field")
        if name in request["hidden"]:
            _hide(element, request["hidden"][name])
        elif name in request["drawn"]:
            _say(element, request["drawn"][name])
    with engine.no_more_pages_than(1):
        if "name" in request["drawn"]:
            _fit_names(typesetter, page, [e for e in elements if e.get("data-field") == "name"])
        document = typesetter.lay_out(page)
    return _Engraver(document, request, elements).plate()


def _marked(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if element.get("data-field"))


def _hide(element: Any, sample: str) -> None:
    hidden = "visibility: hidden"
    if element.tag == "img":
        element.set("style", f"{element.get('style', '')}; {hidden}")
        return
    # Its own borders and backgrounds stay.
    _say(element, "")
    inside = element.makeelement("span", {"style": hidden})
    inside.text = sample
    element.append(inside)


def _say(element: Any, text: str) -> None:
    for child in list(element):
        element.remove(child)
    element.text = text


def _fit_names(typesetter: Typesetter, page: Any, elements: Sequence[Any]) -> None:
    """Give a drawn name that is too long for its line a smaller size, and then a second line."""
    one_line = typesetter.stylesheet("[data-field=name] { white-space: nowrap !important }")
    boxes = engine.marked_boxes(typesetter.lay_out(page, one_line).pages[0]).get("name", [])
    if not boxes:
        return
    natural = sum(marked.box.width for marked in boxes) / max(len(elements), 1)
    first = boxes[0]
    room, full = first.block.width, engine.size_of(first.box) * _POINTS_PER_PIXEL
    points = fitted_points(natural, room, full)
    if points == full:
        return
    width = natural * points / full
    for element in elements:
        name = "".join(element.itertext())
        _say(element, "")
        inside = element.makeelement("span", {})
        inside.text = name
        element.append(inside)
        if width <= room:
            # The line itself keeps its height, so that the name keeps its place.
            inside.set("style", f"font-size: {points}pt")
        else:
            widest = min(room, balanced_width(name, width) * 1.04)
            inside.set("style", f"display: inline-block; max-width: {widest:.1f}px")
            style = f"{element.get('style', '')}; font-size: {points}pt; overflow-wrap: anywhere"
            element.set("style", style)


class _Engraver:
    """Draws a page without its hidden fields, and notes where they would stand."""

    def __init__(self, document: Any, request: PageRequest, elements: Sequence[Any]) -> None:
        self._document = document
        self._request = request
        self._page = document.pages[0]
        self._scale = _POINTS_PER_PIXEL * request["zoom"]
        self._elements = [element.get("data-field") for element in elements]
        self._texts: list[tuple[PlateField, Any]] = []
        self._pictures: list[PictureField] = []
        self._files: list[bytes] = []
        self._known: set[tuple[str, str]] = set()

    def plate(self) -> Plate:
        engine.paint_with(self._page, self._painted)
        parts: list[Any] = []

        def keep(_document: Any, pdf: Any) -> None:
            parts[:] = [engine.objects_of(pdf), pdf]
            raise _PlateTakenError

        with contextlib.suppress(_PlateTakenError):
            self._document.write_pdf(
                finisher=keep,
                pdf_variant="pdf/ua-1",
                pdf_identifier=True,
                zoom=self._request["zoom"],
            )
        objects, pdf = parts
        return Plate(
            tuple(PlateObject(*values) for values in objects),
            engine.first_page_of(pdf),
            pdf.catalog.number,
            objects[-1][0],
            tuple(_with_widths(text, font) for text, font in self._texts),
            tuple(self._pictures),
            tuple(self._files),
        )

    def _painted(self, stream: Any) -> None:
        margin = self._request["margin"]
        for name, boxes in engine.marked_boxes(self._page, margin).items():
            if name in self._request["drawn"]:
                for marked in boxes:
                    engine.say_as_written(stream, marked.box)
            if name not in self._request["hidden"] and name != margin:
                continue
            whole = name == margin or len(boxes) == self._elements.count(name)
            for marked in boxes:
                mark = engine.take_out_mark(stream, marked.box)
                if marked.is_picture:
                    self._add_picture(name, marked, mark)
                else:
                    self._add_text(stream, name, marked, mark, whole)

    def _add_picture(self, name: str, marked: engine.MarkedBox, mark: str) -> None:
        box, scale = marked.box, self._scale
        bottom = engine.page_height(self._page) - box.content_box_y() - box.height
        self._pictures.append(
            PictureField(
                name,
                box.content_box_x() * scale,
                bottom * scale,
                box.width * scale,
                box.height * scale,
                mark,
            )
        )

    def _add_text(
        self, stream: Any, name: str, marked: engine.MarkedBox, mark: str, whole: bool
    ) -> None:
        box, block, scale = marked.box, marked.block, self._scale
        font, size = engine.font_of(stream, box)
        features, spacing = engine.features_of(box), engine.letter_spacing_of(box)
        file = self._file_number(bytes(font.file_content))
        shaper = Shaper(
            self._files[file],
            font.index,
            font.variations,
            features,
            self._request["language"],
            spacing,
        )
        units = round(size * engine.UNITS_PER_PIXEL)
        self._learn(name, font, shaper, units)
        left, align = block.content_box_x(), engine.alignment_of(box)
        if not marked.alone:
            left, align = box.position_x, align if align == "left" and marked.last else ""
        width = block.content_box_x() + block.width - left
        field = PlateField(
            name=name,
            left=left * scale,
            baseline=(engine.page_height(self._page) - box.position_y - box.baseline) * scale,
            width=width * scale,
            align=align or "left",
            colour=engine.colour_of(box),
            units=units,
            letter_spacing=spacing,
            scale=scale,
            mark=mark,
            settable=(
                whole
                and bool(align)
                and bool(engine.colour_of(box))
                and _same(engine.glyphs_of(box), shaper.glyphs(normal(box.text), units))
                and abs(box.position_x - _start(left, width, box.width, align)) < _NEARLY
            ),
            font=FieldFont(
                font.hash,
                file,
                font.index,
                dict(font.variations),
                features,
                self._request["language"],
                {},
            ),
        )
        self._texts.append((field, font))

    def _file_number(self, content: bytes) -> int:
        if content not in self._files:
            self._files.append(content)
        return self._files.index(content)

    def _learn(self, name: str, font: Any, shaper: Shaper, units: int) -> None:
        """Note the glyphs of the texts to come in the engine's record, which the subset follows."""
        texts: list[str] = list(self._request["learned"].get(name, ()))
        if name.partition("-")[0] in self._request["words"]:
            texts += _PAIRS
        for text in texts:
            if (font.hash, text) in self._known:
                continue
            self._known.add((font.hash, text))
            starts = shaper.glyphs(text, units) or ()
            for number, (glyph, _, _, start) in enumerate(starts):
                if glyph in font.to_unicode and glyph in font.widths:
                    continue
                end = starts[number + 1][3] if number + 1 < len(starts) else len(text)
                font.to_unicode.setdefault(glyph, text[start:end])
                advance = shaper.nominal_advance(glyph, units)
                font.widths.setdefault(glyph, round(advance * 1000 / units))


def _start(left: float, room: float, width: float, align: str) -> float:
    return left + {"left": 0.0, "center": (room - width) / 2}.get(align, room - width)


def _same(engraved: Any, shaped: Any) -> bool:
    return (
        bool(shaped)
        and engraved is not None
        and ([glyph[:3] for glyph in engraved] == [glyph[:3] for glyph in shaped])
    )


def _with_widths(field: PlateField, font: Any) -> PlateField:
    widths = {glyph: width for glyph, width in font.widths.items() if glyph in font.to_unicode}
    return replace(field, font=replace(field.font, widths=widths))


STYLESHEET = "certificates.css"
_SAMPLE = "Sample 1"
_WORDING = CertificateWording(_SAMPLE, _SAMPLE, _SAMPLE, _SAMPLE, _SAMPLE)


def warm_typesetter() -> Typesetter:
    """A typesetter of certificates that has set one."""
    typesetter = Typesetter(STYLESHEET)
    design = CertificateDesign("classic", "en", _WORDING, (Signatory(_SAMPLE, _SAMPLE),))
    entry = CertificateEntry(_SAMPLE, _SAMPLE, _SAMPLE, "", date_text=_SAMPLE)
    make_plate(
        typesetter,
        PageRequest(
            markup=plate_markup(design, entry, "press:cuts.svg"),
            hidden={"name": _SAMPLE, "serial": _SAMPLE, "date": _SAMPLE, "qr": ""},
            drawn={},
            learned={"name": [_SAMPLE]},
            words=["name"],
            language="en",
            zoom=1.0,
            margin="",
        ),
    )
    return typesetter
