"""The layout engine: addresses that it may load, names that need another font, and its pages."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from kash.platform.press.shaping import normal
from kash.platform.press.typesetting import tagging
from kash.platform.press.typesetting import weasyprint_parts as engine

ASSETS = Path(__file__).parents[1] / "assets"
# What an A3 page takes at 600 dots an inch is twice this; a phone's photo is a third of it.
MOST_PIXELS = 36_000_000
_ASSET = re.compile(r"press:([a-z]+\.(?:css|svg))")
_TYPES = {"css": "text/css", "svg": "image/svg+xml"}


class PictureTooLargeError(FatalURLFetchingError):
    """A picture has more pixels than may be unpacked. Other refusals leave a picture out."""


class OwnAssetsOnly(URLFetcher):
    """Serves `data:` and the press's own assets; refuses every other address."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        asset = _ASSET.fullmatch(url)
        if asset is None:
            return _measured(super().fetch(url, headers))
        content = (ASSETS / asset[1]).read_bytes()
        kind = _TYPES[asset[1].rpartition(".")[2]]
        return URLFetcherResponse(url, content, {"Content-Type": kind})


def _measured(response: Any) -> Any:
    content = response.read()
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except Image.DecompressionBombError:
        width = height = MOST_PIXELS
    except (OSError, ValueError, SyntaxError):
        width = height = 0
    if width * height > MOST_PIXELS:
        raise PictureTooLargeError
    return URLFetcherResponse(
        response.url, content, {"Content-Type": str(response.headers["Content-Type"])}
    )


# Their small letters are larger than those of the usual fonts at the same size.
_SERIF = 'font-family: "Noto Serif", "DejaVu Serif", serif; font-size: 86%; line-height: 1'
_SANS = 'font-family: "Noto Sans", "DejaVu Sans", sans-serif; font-size: 91%; line-height: 1'
# What is no longer than this and stands alone is a name or a line of its own.
_LONGEST_LINE = 80
_WORD = re.compile(r"\S+")


def set_in_other_fonts(document: Any) -> bool:
    """Change the elements of a document whose letters were set wrongly; whether there were any.

    It must be laid out again then.
    """
    changed = False
    done: set[Any] = set()
    for box in engine.text_boxes(document):
        if box.text.isascii() or box.element is None or box.element in done:
            continue
        if not _is_set_wrongly(box):
            continue
        done.add(box.element)
        changed = _change(box.element, _SERIF if engine.is_serif(box) else _SANS) or changed
    return changed


def _is_set_wrongly(box: Any) -> bool:
    if not any(unicodedata.combining(sign) for sign in normal(box.text)):
        return False
    runs = engine.runs_of(box)
    latin = {run.font for run in runs if any(_is_latin(sign) for sign in run.text)}
    return len(latin) > 1 or any(_has_loose_mark(run) for run in runs)


def _has_loose_mark(run: engine.Run) -> bool:
    """True if a mark on a Latin letter stands where the letter ends: no font says so of any."""
    ends = dict(pairwise(sorted({glyph.start for glyph in run.glyphs} | {len(run.text)})))
    before, base = -1, ""
    for glyph in run.glyphs:
        written = run.text[glyph.start : ends[glyph.start]]
        if not unicodedata.combining(written[:1] or " "):
            is_mark = glyph.start == before and any(map(unicodedata.combining, written))
            base = written[:1]
        else:
            is_mark = True
        if is_mark and _is_latin(base) and not glyph.x and not glyph.y:
            return True
        before = glyph.start
    return False


def _is_latin(letter: str) -> bool:
    return bool(letter) and unicodedata.name(letter, "").startswith("LATIN ")


def _change(element: Any, style: str) -> bool:
    if element.get("style") == style:
        return False
    if len(element) == 0 and len(element.text or "") <= _LONGEST_LINE:
        # The line itself keeps its height, so that the name keeps its place.
        inside = element.makeelement("span", {"style": style})
        element.text, inside.text = "", element.text
        element.append(inside)
        return True
    element.text, spans = _set_apart(element, element.text or "", style)
    at = 0
    for child in list(element):
        at = _insert(element, at, spans) + 1
        child.tail, spans = _set_apart(element, child.tail or "", style)
    _insert(element, at, spans)
    return True


def _insert(element: Any, at: int, spans: Iterable[Any]) -> int:
    for span in spans:
        element.insert(at, span)
        at += 1
    return at


def _set_apart(element: Any, text: str, style: str) -> tuple[str, list[Any]]:
    """A text up to the first word with such a letter, and these words as elements with what
    follows them."""
    before, end = text, 0
    spans: list[Any] = []
    for word in _WORD.finditer(text):
        if not any(unicodedata.combining(sign) for sign in normal(word[0])):
            continue
        span = element.makeelement("span", {"style": style})
        span.text = word[0]
        if spans:
            spans[-1].tail = text[end : word.start()]
        else:
            before = text[: word.start()]
        end = word.end()
        spans.append(span)
    if spans:
        spans[-1].tail = text[end:]
    return before, spans


_BACKGROUND = "/KashBackground"


class Typesetter:
    """Lays out markup by one stylesheet. `stylesheet` is the name of an asset, or empty."""

    def __init__(self, stylesheet: str) -> None:
        self.fonts = FontConfiguration()
        self._fetcher = OwnAssetsOnly()
        self._stylesheets = []
        if stylesheet:
            self._stylesheets.append(self.stylesheet((ASSETS / stylesheet).read_text("utf-8")))

    def stylesheet(self, rules: str) -> Any:
        """Rules of style for pages that are set here."""
        return CSS(
            string=rules, base_url="press:", url_fetcher=self._fetcher, font_config=self.fonts
        )

    def page(self, markup: str) -> HTML:
        """The markup as a tree, whose elements may be changed before it is laid out."""
        return HTML(string=markup, base_url="press:", url_fetcher=self._fetcher)

    def lay_out(self, page: HTML, *more: Any) -> Any:
        """The page or pages, laid out and not drawn."""
        document = self._rendered(page, more)
        if set_in_other_fonts(document):
            document = self._rendered(page, more)
        tagging.set_decoration_apart(document)
        return document

    def _rendered(self, page: HTML, more: Iterable[Any]) -> Any:
        # Tags are asked for here as well: layout keeps what they need only if it knows.
        return page.render(
            font_config=self.fonts, stylesheets=[*self._stylesheets, *more], pdf_tags=True
        )

    def document(self, markup: str, background: str = "") -> bytes:
        """A tagged document as PDF, over a picture of another page if there is one."""
        under = b""
        if background:
            under = self.lay_out(self.page(background)).write_pdf()
        digest = hashlib.sha256(markup.encode("utf-8") + under).digest()
        written: bytes = self.lay_out(self.page(markup)).write_pdf(
            pdf_identifier=digest[:16], pdf_variant="pdf/ua-1"
        )
        return _with_background(written, under) if under else written


def _with_background(content: bytes, background: bytes) -> bytes:
    """Each page over the same picture, which is kept once and is no part of what is read aloud."""
    import pikepdf

    with pikepdf.open(io.BytesIO(content)) as pdf, pikepdf.open(io.BytesIO(background)) as under:
        picture = pdf.copy_foreign(under.pages[0].as_form_xobject())
        for page in pdf.pages:
            name = page.add_resource(
                picture, pikepdf.Name.XObject, pikepdf.Name(_BACKGROUND), replace_existing=True
            )
            drawn = f"/Artifact BMC q {name} Do Q EMC\n".encode("ascii")
            page.contents_add(drawn, prepend=True)
        finished = io.BytesIO()
        pdf.save(
            finished,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            compress_streams=True,
        )
    return finished.getvalue()
