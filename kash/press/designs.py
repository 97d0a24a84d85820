"""The markup of a certificate's page, in each of the designs.

What differs from person to person stands in elements marked `data-field`: name, serial, date,
hours, expires, and qr, a picture's box. Each of them but the qr is one block whose text is one
line, as wide as the design makes it and never as wide as its text: on the plate of a batch these
elements are laid out and not drawn, and each person's own text is set at their place.
"""

from __future__ import annotations

from pathlib import Path

from kash.press.certificate_values import CertificateDesign, CertificateEntry, Signatory
from kash.press.markup import escaped, opening

ASSETS = Path(__file__).with_name("assets")
_LAKE = "#0a5463"
_BACKGROUNDS = {"classic": "guilloche.svg", "modern": "cloth.svg"}


def plate_markup(design: CertificateDesign, entry: CertificateEntry, qr: str) -> str:
    """One page as a whole document. `qr` is the address of the picture in the box of the code.

    The sentences of `entry` are constant text of the page; its other texts stand in the marked
    elements, and a line that is empty is left out.
    """
    start = opening(
        title=design.wording.heading,
        language=design.language,
        dated=design.dated,
        style=f":root {{ --lake: {design.accent}; }}" if design.accent else "",
        body="certificates",
    )
    return (
        f'{start}<section class="cert {design.name}" lang="{escaped(design.language)}">'
        f'<div class="back">{_background(design)}</div>'
        f'<div class="body">{_head(design)}{_field("p", "name", entry.printed_name)}'
        f'<p class="for">{_emphasised(entry.body, entry.course_title)}</p>'
        f"{_lines(entry)}{_signs(design.signatories)}"
        f"{_verification(design, entry, qr)}</div></section>"
    )


def _background(design: CertificateDesign) -> str:
    file = _BACKGROUNDS.get(design.name)
    if file is None:
        return ""
    picture = (ASSETS / file).read_text(encoding="utf-8")
    return picture.replace(_LAKE, design.accent or _LAKE)


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
    return (
        f"{logo}{_optional('p', 'org', words.organisation)}<h1>{escaped(words.heading)}</h1>"
        f"{second}{_optional('p', 'to', words.certify_line)}"
    )


def _lines(entry: CertificateEntry) -> str:
    lines = {"date": entry.date_text, "hours": entry.hours_text, "expires": entry.expires_text}
    return "".join(
        f'<p class="dated" data-field="{name}">{escaped(text)}</p>'
        for name, text in lines.items()
        if text.strip()
    )


def _signs(signatories: tuple[Signatory, ...]) -> str:
    signs = "".join(
        f'<div class="sign">{_signature(one)}<b>{escaped(one.name)}</b>'
        f"<span>{escaped(one.role)}</span></div>"
        for one in signatories
    )
    return f'<div class="signs of{len(signatories)}">{signs}</div>'


def _signature(signatory: Signatory) -> str:
    if not signatory.image:
        return ""
    alternative = escaped(signatory.name)
    return f'<img class="signature" src="{escaped(signatory.image)}" alt="{alternative}">'


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


def _emphasised(sentence: str, part: str) -> str:
    whole, marked = escaped(sentence), escaped(part)
    return whole.replace(marked, f"<em>{marked}</em>", 1) if marked else whole
