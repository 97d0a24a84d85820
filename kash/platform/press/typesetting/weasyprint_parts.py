"""The parts of WeasyPrint that it promises nobody. Only this module touches them.

Written for WeasyPrint 70.0. `tests/platform/press/test_weasyprint_parts.py` fails when
another version moves something that is read here.
"""

from __future__ import annotations

import contextlib
import logging
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pydyf
import weasyprint.pdf
from weasyprint.document import Page
from weasyprint.formatting_structure import boxes
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import ffi
from weasyprint.text.fonts import font_features

from kash.platform.press.shaping import Glyph, is_latin
from kash.platform.press.typesetting.limits import PageOverflowError

VERSION = "70.0"
_LEVEL = 6
_LENGTH = re.compile(rb"/Length \d+")
_marked = Stream.marked
_build_fonts = weasyprint.pdf.build_fonts_dictionary
UNITS_PER_PIXEL = 1024
# Kinds of boxes that were laid out.
TextBox, PictureBox, MarginBox = boxes.TextBox, boxes.ReplacedBox, boxes.MarginBox
LineBox, InlineBox = boxes.LineBox, boxes.InlineBox


@dataclass(slots=True)
class MarkedBox:
    """A marked element as it was laid out, in CSS pixels from the upper left corner of the page.

    `block` is the box whose width a line of text may fill; None for a picture. `alone` tells
    whether nothing else stands in the block, `last` whether nothing follows.
    """

    box: Any
    block: Any = None
    alone: bool = True
    last: bool = True

    @property
    def is_picture(self) -> bool:
        """True if it is a box to be filled, rather than a line."""
        return self.block is None


def marked_boxes(page: Page, margin: str = "") -> dict[str, list[MarkedBox]]:
    """The boxes of each element marked `data-field`, by name; a line each for a text.

    `margin` is the name of a margin box (as "@bottom-right") whose text is found under that name.
    """
    by_name: dict[str, list[MarkedBox]] = {}
    _find_marked(page._page_box, None, margin, by_name)
    return by_name


def _find_marked(
    box: Any, block: Any, margin: str, found: dict[str, list[MarkedBox]], name: str = ""
) -> None:
    box = behind_placeholder(box)
    if margin and isinstance(box, boxes.MarginBox) and box.at_keyword == margin:
        name = margin
    element = box.element
    if element is not None and hasattr(element, "get"):
        name = element.get("data-field") or name
    if isinstance(box, boxes.BlockContainerBox):
        block = box
    if name and isinstance(box, boxes.ReplacedBox):
        found.setdefault(name, []).append(MarkedBox(box))
    elif name and isinstance(box, boxes.TextBox):
        inside = list(contents_of(block))
        marked = MarkedBox(box, block, len(inside) == 1, inside[-1] is box)
        found.setdefault(name, []).append(marked)
    for child in getattr(box, "children", ()):
        _find_marked(child, block, margin, found, name)


def behind_placeholder(box: Any) -> Any:
    """The box itself: what is positioned absolutely stands behind a placeholder."""
    return getattr(box, "_box", box)


def contents_of(box: Any) -> Iterator[Any]:
    """All texts and pictures in a box."""
    box = behind_placeholder(box)
    if isinstance(box, boxes.TextBox | boxes.ReplacedBox):
        yield box
    for child in getattr(box, "children", ()):
        yield from contents_of(child)


def children_of(page: Page) -> list[Any]:
    """The boxes right below a page: its margins, and what stands between them."""
    return list(page._page_box.children)


def comes_again(box: Any) -> bool:
    """True for the head or foot of a table, which each of its pages shows."""
    return isinstance(box, boxes.TableRowGroupBox) and (box.is_header or box.is_footer)


def marks_of(stream: Any) -> dict[Any, dict[str, Any]]:
    """Marked content of a page that was drawn, by its box: its `mcid` and `tag`."""
    return dict(stream._tags)


@contextlib.contextmanager
def _marked_or_apart(stream: Any, box: Any, tag: str) -> Iterator[None]:
    """Takes the place of `Stream.marked`. What opens a decoration is kept with its box."""
    kind = getattr(box, "decorates", "")
    if stream._tags is None or not kind:
        with _marked(stream, box, tag):
            yield
        return
    box.opened = pydyf.Dictionary({"Type": f"/{kind}"})
    stream.begin_marked_content("Artifact", box.opened)
    try:
        yield
    finally:
        stream.end_marked_content()


def tag_with(
    add_tags: Callable[[Any, Any, list[Any]], None], name_characters: Callable[[Any], None]
) -> None:
    """Have `add_tags` write the tree of a PDF, told it, its document and its streams;
    `name_characters` called with each font before it is written; and boxes whose `decorates` is
    set drawn apart from what is read aloud. For this process and for good."""

    def add(pdf: Any, document: Any, _version: Any, streams: list[Any]) -> None:
        add_tags(pdf, document, streams)

    def build_fonts(pdf: Any, fonts: Any, *others: Any) -> Any:
        for font in fonts.values():
            name_characters(font)
        return _build_fonts(pdf, fonts, *others)

    Stream.marked = _marked_or_apart
    weasyprint.pdf.add_tags = add
    weasyprint.pdf.build_fonts_dictionary = build_fonts


def page_height(page: Page) -> float:
    """In CSS pixels."""
    return float(page.height)


def size_of(text_box: Any) -> float:
    """The size of the font of a text, in CSS pixels."""
    return float(text_box.style["font_size"])


def features_of(text_box: Any) -> dict[str, int]:
    """The OpenType features that a text is shaped with."""
    style = text_box.style
    features: dict[str, int] = font_features(
        style["font_kerning"],
        style["font_variant_ligatures"],
        style["font_variant_position"],
        style["font_variant_caps"],
        style["font_variant_numeric"],
        style["font_variant_alternates"],
        style["font_variant_east_asian"],
        style["font_feature_settings"],
    )
    return {str(key): int(value) for key, value in features.items()}


def letter_spacing_of(text_box: Any) -> int:
    """In 1024ths of a CSS pixel."""
    spacing = text_box.style["letter_spacing"]
    return 0 if spacing == "normal" else int(spacing * UNITS_PER_PIXEL)


def alignment_of(text_box: Any) -> str:
    """left, center or right; empty if a line stands in another way."""
    style = text_box.style
    if style["direction"] == "rtl":
        return ""
    aligned, last = style["text_align_all"], style["text_align_last"]
    shown = str(aligned if last == "auto" else last)
    shown = {"start": "left", "end": "right"}.get(shown, shown)
    return shown if shown in ("left", "center", "right") else ""


def colour_of(text_box: Any) -> str:
    """The operator that sets the colour of a text; empty if it isn't a plain one."""
    colour = text_box.style["color"]
    if colour.alpha != 1 or colour.space not in ("srgb", "hsl", "hwb"):
        return ""
    return " ".join(f"{part:g}" for part in colour.to("srgb").coordinates) + " rg"


def glyphs_of(text_box: Any) -> list[Glyph] | None:
    """The glyphs that the engine set on a line, or None if they come from several fonts."""
    text_box.pango_layout.reactivate(text_box.style)
    try:
        line, _ = text_box.pango_layout.get_first_line()
        run = line.runs[0]
        if run.next != ffi.NULL:
            return None
        string = run.data.glyphs
        return [
            (
                glyph.glyph,
                glyph.geometry.width,
                glyph.geometry.x_offset,
                string.log_clusters[number],
            )
            for number, glyph in enumerate(string.glyphs[0 : string.num_glyphs])
        ]
    finally:
        text_box.pango_layout.deactivate()


@dataclass(frozen=True, slots=True)
class PlacedGlyph:
    """A glyph's offset from where it would stand by itself, and the character it begins with."""

    x: int
    y: int
    start: int


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line that is set in one font; fonts are told apart by their numbers."""

    text: str
    font: int
    glyphs: tuple[PlacedGlyph, ...]


def runs_of(text_box: Any) -> list[Run]:
    """The parts of a line, each in its font."""
    text_box.pango_layout.reactivate(text_box.style)
    try:
        line, _ = text_box.pango_layout.get_first_line()
        written = text_box.pango_layout.text.encode()
        runs = []
        run = line.runs[0]
        while run != ffi.NULL:
            item, string = run.data.item, run.data.glyphs
            inside = written[item.offset : item.offset + item.length]
            glyphs = tuple(
                PlacedGlyph(
                    string.glyphs[number].geometry.x_offset,
                    string.glyphs[number].geometry.y_offset,
                    len(inside[: string.log_clusters[number]].decode()),
                )
                for number in range(string.num_glyphs)
            )
            font = int(ffi.cast("uintptr_t", item.analysis.font))
            runs.append(Run(inside.decode(), font, glyphs))
            run = run.next
        return runs
    finally:
        text_box.pango_layout.deactivate()


def text_boxes(document: Any) -> Iterator[Any]:
    """All lines of text of a document that was laid out."""
    for page in document.pages:
        for box in contents_of(page._page_box):
            if isinstance(box, boxes.TextBox):
                yield box


def is_serif(text_box: Any) -> bool:
    """True if a text asks for a font with serifs where none of those it names is there."""
    return text_box.style["font_family"][-1:] == ("serif",)


def font_of(stream: Any, text_box: Any) -> tuple[Any, float]:
    """The engine's record of the font of a text, and the font's size in CSS pixels."""
    text_box.pango_layout.reactivate(text_box.style)
    try:
        line, _ = text_box.pango_layout.get_first_line()
        font, size = stream.add_font(line.runs[0].data.item.analysis.font)
        return font, float(size)
    finally:
        text_box.pango_layout.deactivate()


def paint_with(page: Page, painted: Callable[[Any], None]) -> None:
    """Have `painted` called with the page's stream when it was drawn; it may still change it.

    What the page draws is put in brackets, so that what comes after begins anew.
    """

    def paint(stream: Any, scale: float = 1) -> None:
        Page.paint(page, stream, scale)
        painted(stream)
        stream.stream.insert(0, b"q")
        stream.stream.append(b"Q")

    page.paint = paint


def take_out_mark(stream: Any, box: Any) -> str:
    """Take the empty marked content of a hidden box out of the stream; what opens it."""
    place, properties = _properties_of(stream, box)
    operations = stream.stream
    # The tag, its properties, and nothing between the beginning and the end.
    if operations[place + 1 : place + 3] != [b"BDC", b"EMC"]:
        raise RuntimeError("a hidden field was drawn")
    del operations[place - 1 : place + 3]
    tag = stream._tags[box]["tag"] if box in stream._tags else "Artifact"
    return f"/{tag} {properties.data.decode('ascii')} BDC"


def say_as_written(stream: Any, box: Any) -> None:
    """Have a drawn text read back as it was written, whichever glyphs it took.

    Readers put right-to-left glyphs in order by themselves, and would turn such a text round.
    """
    if is_latin(box.text) or any(
        unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in box.text
    ):
        return
    _, properties = _properties_of(stream, box)
    properties["ActualText"] = pydyf.String(box.text)


def _properties_of(stream: Any, box: Any) -> tuple[int, Any]:
    number = stream._tags[box]["mcid"] if box in stream._tags else None
    # What decorates has no number.
    opened = getattr(box, "opened", None)
    for place, operation in enumerate(stream.stream):
        if isinstance(operation, pydyf.Dictionary) and (
            operation is opened if number is None else operation.get("MCID") == number
        ):
            return place, operation
    raise RuntimeError("a box has no marked content")


def objects_of(pdf: pydyf.PDF) -> list[tuple[int, bytes, bool]]:
    """Number, content and whether it may lie in an object stream, of everything in a PDF.

    The last is what the file says of itself, which gets its number only when a file is written.
    """
    objects = [
        (part.number, _content_of(part), part.compressible)
        for part in pdf.objects
        if part.free != "f"
    ]
    return [*objects, (len(pdf.objects), pdf.info.data, True)]


def _content_of(one: pydyf.Object) -> bytes:
    if not isinstance(one, pydyf.Stream) or not one.compress:
        return bytes(one.data)
    # The same as the engine's own, at a third of the time and a hundredth more of size.
    one.compress = False
    bare = one.data
    one.compress = True
    head, _, rest = bare.partition(b"\nstream\n")
    packed = zlib.compress(rest.removesuffix(b"\nendstream"), _LEVEL)
    described = _LENGTH.sub(b"/Filter /FlateDecode /Length %d" % len(packed), head)
    return described + b"\nstream\n" + packed + b"\nendstream"


def first_page_of(pdf: pydyf.PDF) -> int:
    """The number of the object of the first page."""
    return int(pdf.page_references[0].split()[0])


@contextlib.contextmanager
def no_more_pages_than(most: int) -> Iterator[None]:
    """Raises PageOverflowError as soon as a page too many is laid out.

    WeasyPrint tells of each page by a log record, and in no other way.
    """

    class PageCounter(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.args and isinstance(record.args, tuple) and "Page %d" in str(record.msg):
                number = record.args[0]
                if isinstance(number, int) and number > most:
                    raise PageOverflowError

    handler = PageCounter(logging.INFO)
    logger = logging.getLogger("weasyprint.progress")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
