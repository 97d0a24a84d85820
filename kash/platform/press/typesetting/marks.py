"""Letters with marks that a font can't set: they are set in another that can.

EB Garamond has ẹ and an acute, and does not know where on ẹ the acute stands; it would be printed
beside the letter. What a font can't set is seen when a page was laid out, and then the name, or in
a longer text the word, is set in a font that can, so that it looks even.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from kash.platform.press.shaping import normal
from kash.platform.press.typesetting import weasyprint_parts as engine

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
    if not any(unicodedata.combining(one) for one in normal(box.text)):
        return False
    runs = engine.runs_of(box)
    latin = {run.font for run in runs if any(_is_latin(one) for one in run.text)}
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
        if not any(unicodedata.combining(one) for one in normal(word[0])):
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
