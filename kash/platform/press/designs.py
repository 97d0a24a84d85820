"""Designs of certificates as markup: the house's, their ornate border, and designs of one's own."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from babel.dates import get_month_names

from kash.platform.press.certificate_values import (
    CertificateDesign,
    CertificateEntry,
    FunderPicture,
    OwnDesign,
    Signatory,
)
from kash.platform.press.markup import escaped, opening

UNITS_A_MILLIMETRE = 50
_WIDTH = 297 * UNITS_A_MILLIMETRE
_INK, _GOLD, _PALE = "#0a5463", "#c98a1c", "#dfe9e6"
# Where the middle of a band runs, and the centres of the rosettes, below which it ends.
_MIDDLE, _CORNER = 727.5, 885
# The rounded lines along the bands: distance from the edge, radius, colour and width.
_LINES = ((465, 775, _INK, 14), (420, 820, _INK, 5), (990, 425, _INK, 14), (1035, 380, _GOLD, 5))
# How far and how high the handles of a wave reach: it then is a sine to the eye.
_FAR, _HIGH = 0.5, math.sqrt(12)
# A band swells and narrows once on about this length.
_SWELLING = 1830

Point = tuple[float, float]
# A point from its distance along a line and its height over it.
Placed = Callable[[float, float], Point]


@dataclass(frozen=True, slots=True)
class _Weave:
    """So many strands with so many waves to a swelling; a wave is `mean` high, give or take."""

    strands: int
    waves: int
    mean: float
    swelling: float


_GOLDEN_WEAVE = _Weave(3, 3, 134, 42)
_INKED_WEAVE = _Weave(6, 4, 126, -66)


@lru_cache(maxsize=4)
def guilloche(height: float) -> str:
    """The picture for a page 297 mm wide and so many millimetres high, as SVG."""
    tall = round(height * UNITS_A_MILLIMETRE)
    rosette = _petals((0, 0), 171, 369, 48, 4) + _petals((0, 0), 74, 190, 30, 4)
    # Somewhat over the middle, behind the name.
    middle = (_WIDTH / 2, tall / 2 - 325)
    medallion = (
        _petals(middle, 2019, 3180, 144, 5)
        + _petals(middle, 1212, 2088, 96, 5)
        + _petals(middle, 409, 1191, 48, 4)
    )
    corners = itertools.product((_CORNER, _WIDTH - _CORNER), (_CORNER, tall - _CORNER))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="{height:g}mm" '
            f'viewBox="0 0 {_WIDTH} {tall}" fill="none">',
            '<defs><g id="rosette"><circle r="410" fill="#fff"/>'
            f'<circle r="410" stroke="{_INK}" stroke-width="14"/>{_drawn(rosette, _INK, 8)}'
            "</g></defs>",
            _drawn(medallion, _PALE, 9),
            _drawn(_bands(tall, _GOLDEN_WEAVE), _GOLD, 7),
            _drawn(_bands(tall, _INKED_WEAVE), _INK, 8),
            *(_line(tall, *line) for line in _LINES),
            *(f'<use href="#rosette" x="{x}" y="{y}"/>' for x, y in corners),
            "</svg>",
        )
    )


def _drawn(path: str, colour: str, width: int) -> str:
    return f'<path d="{path}" stroke="{colour}" stroke-width="{width}"/>'


def _line(tall: int, distance: int, radius: int, colour: str, width: int) -> str:
    return (
        f'<rect x="{distance}" y="{distance}" width="{_WIDTH - 2 * distance}" '
        f'height="{tall - 2 * distance}" rx="{radius}" stroke="{colour}" stroke-width="{width}"/>'
    )


def _bands(tall: int, weave: _Weave) -> str:
    """The path of a weave on all four sides."""
    wide, high = _WIDTH - 2 * _CORNER, tall - 2 * _CORNER
    sides: tuple[tuple[float, Placed], ...] = (
        (wide, lambda along, over: (_CORNER + along, _MIDDLE - over)),
        (wide, lambda along, over: (_CORNER + along, tall - _MIDDLE + over)),
        (high, lambda along, over: (_MIDDLE - over, _CORNER + along)),
        (high, lambda along, over: (_WIDTH - _MIDDLE + over, _CORNER + along)),
    )
    return "".join(
        _wave(placed, length, weave, strand / weave.strands - 0.5)
        for length, placed in sides
        for strand in range(weave.strands)
    )


def _wave(placed: Placed, length: float, weave: _Weave, phase: float) -> str:
    """The path of one strand along a side, from below one rosette to below the next."""
    swellings = round(length / _SWELLING)
    count = swellings * weave.waves
    wave = length / count
    turn = 2 * math.pi / weave.waves
    # By how much the handles grow from one joint to the next, at most.
    growth = 2 * weave.swelling * _HIGH * math.sin(turn / 2)

    def joints() -> Iterator[tuple[Point, Point]]:
        for number in range(count + 1):
            at = number + phase
            height = weave.mean - weave.swelling * math.cos(turn * at)
            # A wave that grows would lean to the side to which it grows.
            middle = growth * math.sin(turn * at) / 4
            yield (placed(at * wave, middle), placed((at - _FAR) * wave, middle - _HIGH * height))

    return _smooth(joints())


def _smooth(joints: Iterator[tuple[Point, Point]]) -> str:
    """A path through points, each given with the end of the handle that leads to it."""
    (x, y), (handle_x, handle_y) = _rounded(next(joints))
    # The first curve leaves its beginning as all others leave theirs.
    path = [f"M{x} {y}c{x - handle_x} {y - handle_y} "]
    for joint in joints:
        (to_x, to_y), (handle_x, handle_y) = _rounded(joint)
        path.append(f"{handle_x - x} {handle_y - y} {to_x - x} {to_y - y}s")
        x, y = to_x, to_y
    return "".join(path).removesuffix("s").replace(" -", "-")


def _petals(centre: Point, inner: float, outer: float, count: int, spread: int) -> str:
    """A ring of petals, each of which overlaps `spread` others on either side."""
    step = 2 * math.pi / count
    reach = (outer * 4 - inner * math.cos(step / 2)) / 3 / math.cos(spread * step)

    def place(distance: float, steps: float) -> Point:
        return (
            centre[0] + distance * math.cos(steps * step),
            centre[1] + distance * math.sin(steps * step),
        )

    ((x, y),) = _rounded((place(inner, 0),))
    path = [f"M{x} {y}"]
    for number in range(count):
        middle = number + 0.5
        (ax, ay), (bx, by), (to_x, to_y) = _rounded(
            (place(reach, middle + spread), place(reach, middle - spread), place(inner, number + 1))
        )
        path.append(f"c{ax - x} {ay - y} {bx - x} {by - y} {to_x - x} {to_y - y}")
        x, y = to_x, to_y
    return "".join(path).replace(" -", "-") + "z"


def _rounded(points: tuple[Point, ...]) -> list[tuple[int, int]]:
    return [(round(x), round(y)) for x, y in points]


# Fields whose text differs from person to person: one line in a block of its own.
LINES = frozenset({"name", "serial", "date", "hours", "expires"})
PICTURES = frozenset({"qr", "logo", "seal"})
FIELDS = (
    *("name", "body", "body_second", "course_title", "date", "hours", "expires", "serial", "qr"),
    *("organisation", "check_line", "heading", "subheading", "signatures", "logo", "seal"),
    "marks",
)
REQUIRED = ("name", "serial", "qr")

MOST_MARKUP = 60_000
MOST_ELEMENTS = 600
_VOID_ELEMENTS = frozenset({"br", "hr", "img"})
_BLOCKS = frozenset({"article", "aside", "div", "footer", "header", "main", "section"})
_WORDS = frozenset({"b", "em", "i", "small", "span", "strong", "sub", "sup", "u"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_TABLES = frozenset({"table", "tbody", "td", "tfoot", "th", "thead", "tr"})
_TEXTS = frozenset({"blockquote", "li", "ol", "p", "ul"})
_ELEMENTS = _VOID_ELEMENTS | _BLOCKS | _WORDS | _HEADINGS | _TABLES | _TEXTS
# Fields that are filled in with more than a line, and need a place that holds it.
_LARGE_FIELDS = frozenset({"signatures", "marks"})
_ATTRIBUTES = frozenset({"alt", "class", "colspan", "data-field", "id", "lang", "rowspan", "src"})
_IMAGE = re.compile(r"image:([a-z0-9-]{1,32})")
_ADDRESS = re.compile(r"url\(\s*(['\"]?)(.*?)\1\s*\)", re.IGNORECASE | re.DOTALL)
_RULE_THAT_LOADS = re.compile(r"@\s*(import|charset|namespace)\b", re.IGNORECASE)


class Flaw(StrEnum):
    """Flaw of a design."""

    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    FIELD_TWICE = "field_twice"
    NO_PICTURE = "no_picture"
    NO_BLOCK = "no_block"
    ELEMENT = "element"
    ATTRIBUTE = "attribute"
    ADDRESS = "address"
    UNKNOWN_IMAGE = "unknown_image"
    UNCLOSED = "unclosed"
    STYLE = "style"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw and what has it: the name of a field, element, attribute, address or picture."""

    flaw: Flaw
    what: str = ""


class _Walk(HTMLParser):
    """Walks the markup; findings and fields are gathered, and what is fine is written anew."""

    def __init__(self, images: Mapping[str, str], fill: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Finding] = []
        self.fields: list[str] = []
        self.out: list[str] = []
        self._images = images
        self._fill = fill
        self._open: list[str] = []
        # How deep the field lies whose sample text is left out, 0 if none is open.
        self._within = 0
        self._count = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._count += 1
        if self._count == MOST_ELEMENTS + 1:
            self.found.append(Finding(Flaw.TOO_LONG))
        if tag not in _ELEMENTS:
            self.found.append(Finding(Flaw.ELEMENT, tag))
        given = {name: value or "" for name, value in attrs}
        self.found += [Finding(Flaw.ATTRIBUTE, name) for name in given if name not in _ATTRIBUTES]
        name = given.get("data-field", "").strip()
        if "data-field" in given:
            self._note_field(tag, name)
        if tag == "img" and not name:
            self._address(given)
        written = "".join(
            f' {key}="{escaped(value)}"'
            for key, value in given.items()
            if key in _ATTRIBUTES and not (name in PICTURES and key in ("src", "alt"))
        )
        if not self._within and tag in _ELEMENTS:
            more = (self._fill(name) or "") if name in PICTURES else ""
            self.out.append(f"<{tag}{written}{more}>")
        if tag in _VOID_ELEMENTS:
            return
        self._open.append(tag)
        if not self._within and name and name in FIELDS:
            self._within = len(self._open)
            self.out.append(self._fill(name) or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID_ELEMENTS:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID_ELEMENTS:
            return
        if not self._open or self._open[-1] != tag:
            self.found.append(Finding(Flaw.UNCLOSED, tag))
            return
        if self._within == len(self._open):
            self._within = 0
        self._open.pop()
        if not self._within and tag in _ELEMENTS:
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.out.append(_text(data))

    def handle_decl(self, decl: str) -> None:
        self.found.append(Finding(Flaw.ELEMENT, f"!{decl.split()[0] if decl else ''}"))

    def unknown_decl(self, data: str) -> None:
        self.found.append(Finding(Flaw.ELEMENT, "!"))

    def handle_pi(self, data: str) -> None:
        self.found.append(Finding(Flaw.ELEMENT, "?"))

    def finish(self) -> None:
        """Say what was left open."""
        self.close()
        self.found += [Finding(Flaw.UNCLOSED, tag) for tag in self._open]

    def _note_field(self, tag: str, name: str) -> None:
        if name not in FIELDS:
            self.found.append(Finding(Flaw.UNKNOWN_FIELD, name))
        elif name in self.fields and name in (*LINES, *PICTURES):
            self.found.append(Finding(Flaw.FIELD_TWICE, name))
        elif (name in PICTURES) != (tag == "img"):
            self.found.append(Finding(Flaw.NO_PICTURE, name))
        elif name in _LARGE_FIELDS and tag not in _BLOCKS:
            self.found.append(Finding(Flaw.NO_BLOCK, name))
        self.fields.append(name)

    def _address(self, given: dict[str, str]) -> None:
        source = given.pop("src", "")
        image = _IMAGE.fullmatch(source)
        if image is None:
            self.found.append(Finding(Flaw.ADDRESS, source[:60]))
        elif image[1] not in self._images:
            self.found.append(Finding(Flaw.UNKNOWN_IMAGE, image[1]))
        else:
            given["src"] = self._images[image[1]]


def _text(data: str) -> str:
    return data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def examined(own: OwnDesign) -> tuple[list[Finding], frozenset[str]]:
    """Findings on a design, each thing once and in order, and the fields that it marks.

    A design with findings is never set. `own.images` need hold the names only.
    """
    if len(own.html) > MOST_MARKUP or len(own.css) > MOST_MARKUP:
        return [Finding(Flaw.TOO_LONG)], frozenset()
    walk = _Walk(own.images, lambda _name: "")
    walk.feed(own.html)
    walk.finish()
    missing = [Finding(Flaw.MISSING_FIELD, name) for name in REQUIRED if name not in walk.fields]
    findings = [*walk.found, *missing, *_style_findings(own)]
    return list(dict.fromkeys(findings)), frozenset(walk.fields) & frozenset(FIELDS)


def _style_findings(own: OwnDesign) -> list[Finding]:
    findings = [Finding(Flaw.STYLE, "<")] if "<" in own.css else []
    # A backslash could spell an address or a rule in another way.
    findings += [Finding(Flaw.STYLE, "\\")] if "\\" in own.css else []
    findings += [Finding(Flaw.STYLE, f"@{rule[1]}") for rule in _RULE_THAT_LOADS.finditer(own.css)]
    for address in _ADDRESS.finditer(own.css):
        image = _IMAGE.fullmatch(address[2])
        if image is None:
            findings.append(Finding(Flaw.ADDRESS, address[2][:60]))
        elif image[1] not in own.images:
            findings.append(Finding(Flaw.UNKNOWN_IMAGE, image[1]))
    return findings


def filled_in(
    own: OwnDesign,
    texts: Mapping[str, str],
    pictures: Mapping[str, str],
    alternatives: Mapping[str, str],
) -> str:
    """The markup with its fields filled in. `texts` are markup, `pictures` addresses.

    What `examined` finds fault with is left out, so that nothing of it ever reaches a page.
    """

    def fill(name: str) -> str | None:
        if name in PICTURES:
            address = pictures.get(name, "")
            source = f' src="{escaped(address)}"' if address else ""
            return f'{source} alt="{escaped(alternatives.get(name, ""))}"'
        return texts.get(name, "")

    walk = _Walk(own.images, fill)
    walk.feed(own.html)
    walk.finish()
    return "".join(walk.out)


def filled_style(own: OwnDesign) -> str:
    """The stylesheet with the addresses of its pictures; every other address is left out."""

    def address(found: re.Match[str]) -> str:
        image = _IMAGE.fullmatch(found[2])
        return f'url("{own.images.get(image[1], "")}")' if image else "url()"

    return _ADDRESS.sub(address, own.css).replace("<", "")


ASSETS = Path(__file__).with_name("assets")
_LAKE = "#0a5463"
_CLOTH_HEIGHT, _CLOTH_MARGIN = 194, 8
_HEIGHTS = {"A4": 210.0, "A5": 210.0, "letter": 229.5}
# A sentence longer than this takes two lines, and what stands around it moves closer together.
_ONE_LINE = 84
_MONTHS = sorted(
    {
        get_month_names("wide", locale=language)[at]
        for language in ("en", "sw")
        for at in range(1, 13)
    }
)
_DAY = re.compile(rf"\b\d{{1,2}} (?:{'|'.join(_MONTHS)})\b")


def plate_markup(design: CertificateDesign, entry: CertificateEntry, qr: str) -> str:
    """One page as a whole document. `qr` is the address of the picture in the box of the code.

    The sentences of `entry` are constant text of the page; its other texts stand in the marked
    elements, and a line that is empty is left out.
    """
    body = _own_page(design, entry, qr) if design.own else _page(design, entry, qr)
    return _opening(design, entry.course_title) + body


def _opening(design: CertificateDesign, course_title: str) -> str:
    style = f":root {{ --lake: {design.accent}; }}" if design.accent else ""
    if design.own is not None:
        size = f"@page {{ size: 297mm {_HEIGHTS[design.page]}mm; }}\n"
        style = f"{_asset('own.css')}{size}{filled_style(design.own)}"
    heading = design.wording.heading
    return opening(
        title=f"{heading} – {course_title}" if course_title.strip() else heading,
        language=design.language,
        dated=design.dated,
        style=style,
        body="certificates",
    )


def _page(design: CertificateDesign, entry: CertificateEntry, qr: str) -> str:
    classes = ["cert", design.name, design.page.lower()]
    has = {
        "pictured": design.logo,
        "sealed": design.seal,
        "marked": design.marks,
        "crowded": max(len(entry.body), len(entry.body_second)) > _ONE_LINE,
    }
    classes += [name for name, there in has.items() if there]
    return (
        f'<section class="{" ".join(classes)}" lang="{escaped(design.language)}">'
        f'<div class="back">{_background(design)}{_void(design)}</div>'
        f'<div class="body">{_head(design)}{_field("p", "name", entry.printed_name)}'
        f'<p class="for">{emphasised(entry.body, entry.course_title)}</p>'
        f"{_second_sentence(design, entry)}{_lines(entry)}"
        f"{signatures(design.signatories)}{_seal(design)}{funder_marks(design.marks)}"
        f"{_verification(design, entry, qr)}</div></section>"
    )


def _own_page(design: CertificateDesign, entry: CertificateEntry, qr: str) -> str:
    """A design of one's own, with what it marked filled in."""
    words = design.wording
    texts = {
        "name": escaped(entry.printed_name),
        "serial": escaped(entry.serial),
        "date": escaped(entry.date_text),
        "hours": escaped(entry.hours_text),
        "expires": escaped(entry.expires_text),
        "body": emphasised(entry.body, entry.course_title),
        "body_second": emphasised(entry.body_second, entry.course_title),
        "course_title": escaped(entry.course_title),
        "organisation": escaped(words.organisation),
        "check_line": escaped(words.check_line),
        "heading": escaped(words.heading),
        "subheading": escaped(words.subheading),
        "signatures": signatures(design.signatories),
        "marks": funder_marks(design.marks),
    }
    pictures = {"qr": qr, "logo": design.logo, "seal": design.seal}
    alternatives = {
        "qr": words.check_line or words.heading,
        "logo": words.organisation or words.heading,
        "seal": "",
    }
    watermark = _void(design)
    back = f'<div class="back">{watermark}</div>' if watermark else ""
    assert design.own is not None  # noqa: S101 - for the type: the caller asked
    inside = filled_in(design.own, texts, pictures, alternatives)
    return f'{back}<section class="page own" lang="{escaped(design.language)}">{inside}</section>'


def _background(design: CertificateDesign) -> str:
    if design.name == "classic":
        picture = guilloche(_HEIGHTS[design.page])
    elif design.name == "modern":
        picture = _cloth(_HEIGHTS[design.page])
    else:
        return ""
    return picture.replace(_LAKE, design.accent or _LAKE)


@lru_cache(maxsize=8)
def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def _cloth(height: float) -> str:
    """The woven band at the side, as large as the height of the page lets it be."""
    share = (height - 2 * _CLOTH_MARGIN) / _CLOTH_HEIGHT
    opened = f'<svg class="cloth" width="{60 * share:.2f}mm" height="{_CLOTH_HEIGHT * share:.2f}mm"'
    return _asset("cloth.svg").replace(
        '<svg xmlns="http://www.w3.org/2000/svg" width="60mm" height="194mm"',
        f'{opened} xmlns="http://www.w3.org/2000/svg"',
        1,
    )


def _void(design: CertificateDesign) -> str:
    """The watermark of a preview, across the whole page and below what stands on it."""
    if not design.void:
        return ""
    height = _HEIGHTS[design.page]
    size = min(110.0, 340.0 / len(design.void))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="297mm" height="{height}mm" '
        f'viewBox="0 0 297 {height}"><title>{escaped(design.void)}</title>'
        f'<text x="148.5" y="{height / 2 + size * 0.34:.1f}" '
        f'font-family="Source Sans 3, Liberation Sans, sans-serif" font-weight="700" '
        f'font-size="{size:.1f}" text-anchor="middle" fill="#b9482d" fill-opacity=".16" '
        f'transform="rotate(-24 148.5 {height / 2})">{escaped(design.void.upper())}</text></svg>'
    )


def _head(design: CertificateDesign) -> str:
    words = design.wording
    logo = ""
    if design.logo:
        alternative = escaped(words.organisation or words.heading)
        logo = f'<img class="logo" src="{escaped(design.logo)}" alt="{alternative}">'
    second = (
        f'<p class="second" lang="{escaped(words.subheading_language)}">'
        f"{escaped(words.subheading)}</p>"
        if words.subheading
        else ""
    )
    certify = escaped(words.certify_line)
    if words.certify_line_second:
        language = escaped(words.subheading_language)
        certify += f' · <i lang="{language}">{escaped(words.certify_line_second)}</i>'
    organisation = _optional("p", "org", words.organisation)
    if design.name == "modern" and not organisation:
        # What stands above the heading keeps its place.
        organisation = '<div class="org"></div>'
    return (
        f"{logo}{organisation}<h1>{escaped(words.heading)}</h1>{second}"
        f'{f"""<p class="to">{certify}</p>""" if certify else ""}'
    )


def _second_sentence(design: CertificateDesign, entry: CertificateEntry) -> str:
    if not entry.body_second.strip():
        return ""
    language = escaped(design.wording.subheading_language)
    sentence = emphasised(entry.body_second, entry.course_title)
    return f'<p class="for also" lang="{language}">{sentence}</p>'


def _lines(entry: CertificateEntry) -> str:
    lines = {"hours": entry.hours_text, "date": entry.date_text, "expires": entry.expires_text}
    marked = "".join(
        f'<p data-field="{name}">{escaped(text)}</p>'
        for name, text in lines.items()
        if text.strip()
    )
    return f'<div class="lines">{marked}</div>' if marked else ""


def signatures(signatories: tuple[Signatory, ...]) -> str:
    """One to four lines to sign on; a picture stands over the line of the person who allowed it."""
    signs = "".join(
        f'<div class="sign">{_signature(signatory)}<b>{escaped(signatory.name)}</b>'
        f"<span>{escaped(signatory.role)}</span></div>"
        for signatory in signatories
    )
    return f'<div class="signs of{len(signatories)}">{signs}</div>'


def _signature(signatory: Signatory) -> str:
    if not signatory.image:
        return '<div class="ink"></div>'
    alternative = escaped(signatory.name)
    return f'<img class="signature" src="{escaped(signatory.image)}" alt="{alternative}">'


def _seal(design: CertificateDesign) -> str:
    if not design.seal:
        return ""
    alternative = escaped(design.wording.organisation or design.wording.heading)
    return f'<img class="seal" src="{escaped(design.seal)}" alt="{alternative}">'


def funder_marks(marks: tuple[FunderPicture, ...]) -> str:
    """The marks of those who paid, beside each other; nothing if there are none."""
    pictures = "".join(
        f'<img src="{escaped(mark.image)}" alt="{escaped(mark.name)}">' for mark in marks
    )
    return f'<div class="marks">{pictures}</div>' if pictures else ""


def _verification(design: CertificateDesign, entry: CertificateEntry, qr: str) -> str:
    words = design.wording
    label = escaped(words.check_line or words.heading)
    check = escaped(words.check_line)
    return (
        f'<div class="verify"><img class="qr" data-field="qr" src="{escaped(qr)}" alt="{label}">'
        f'<p class="check"><b data-field="serial">{escaped(entry.serial)}</b>{check}</p></div>'
    )


def _field(element: str, name: str, text: str) -> str:
    return f'<{element} class="{name}" data-field="{name}">{escaped(text)}</{element}>'


def _optional(element: str, css_class: str, text: str) -> str:
    return f'<{element} class="{css_class}">{escaped(text)}</{element}>' if text.strip() else ""


def emphasised(sentence: str, part: str) -> str:
    """A sentence as markup, with the part of it emphasised where it first stands. A day and its
    month stay in one line."""
    whole, marked = escaped(sentence), escaped(part)
    if marked:
        whole = whole.replace(marked, f"<em>{marked}</em>", 1)
    return _DAY.sub(lambda day: f'<span class="day">{day[0]}</span>', whole)
