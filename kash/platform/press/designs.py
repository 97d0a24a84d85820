"""The markup of a certificate's page, in each of the designs.

What differs from person to person stands in elements marked `data-field`: name, serial, date,
hours, expires, and qr, a picture's box. Each of them but the qr is one block whose text is one
line, as wide as the design makes it and never as wide as its text: on the plate of a batch these
elements are laid out and not drawn, and each person's own text is set at their place.

Every page is laid out 297 mm wide; the press brings it to the size of its format as a whole.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from babel.dates import get_month_names

from kash.platform.press.certificate_values import (
    CertificateDesign,
    CertificateEntry,
    FunderPicture,
    Signatory,
)
from kash.platform.press.guilloche import guilloche
from kash.platform.press.markup import escaped, opening
from kash.platform.press.own_designs import filled_in, filled_style

ASSETS = Path(__file__).with_name("assets")
_LAKE = "#0a5463"
_CLOTH_HEIGHT, _CLOTH_MARGIN = 194, 8
_HEIGHTS = {"A4": 210.0, "A5": 210.0, "letter": 229.5}
# A sentence longer than this takes two lines, and what stands around it moves closer together.
_ONE_LINE = 84
_MONTHS = sorted(
    {get_month_names("wide", locale=one)[at] for one in ("en", "sw") for at in range(1, 13)}
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
    """One to four lines to sign on; a picture stands over the line of whoever allowed it."""
    signs = "".join(
        f'<div class="sign">{_signature(one)}<b>{escaped(one.name)}</b>'
        f"<span>{escaped(one.role)}</span></div>"
        for one in signatories
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
