"""Designs that a programme wrote itself: which markup they may hold, and how it is filled in.

What differs, and what the programme says elsewhere, stands in elements marked `data-field`. There
is no template language: what a field holds is put in as text, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from html.parser import HTMLParser

from kash.platform.press.certificate_values import OwnDesign
from kash.platform.press.markup import escaped

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
        kept = "".join(
            f' {key}="{escaped(value)}"'
            for key, value in given.items()
            if key in _ATTRIBUTES and not (name in PICTURES and key in ("src", "alt"))
        )
        if not self._within and tag in _ELEMENTS:
            more = (self._fill(name) or "") if name in PICTURES else ""
            self.out.append(f"<{tag}{kept}{more}>")
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
    found = [*walk.found, *missing, *_style_findings(own)]
    return list(dict.fromkeys(found)), frozenset(walk.fields) & frozenset(FIELDS)


def _style_findings(own: OwnDesign) -> list[Finding]:
    found = [Finding(Flaw.STYLE, "<")] if "<" in own.css else []
    # A backslash could spell an address or a rule in another way.
    found += [Finding(Flaw.STYLE, "\\")] if "\\" in own.css else []
    found += [Finding(Flaw.STYLE, f"@{rule[1]}") for rule in _RULE_THAT_LOADS.finditer(own.css)]
    for address in _ADDRESS.finditer(own.css):
        image = _IMAGE.fullmatch(address[2])
        if image is None:
            found.append(Finding(Flaw.ADDRESS, address[2][:60]))
        elif image[1] not in own.images:
            found.append(Finding(Flaw.UNKNOWN_IMAGE, image[1]))
    return found


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
