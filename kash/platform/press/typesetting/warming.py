"""Warming of a child while it waits: it sets a certificate of nobody.

Afterwards fonts are found, rules are read and the engine has done all of it once, so that the page
that is asked for takes half the time.
"""

from __future__ import annotations

from kash.platform.press.certificate_values import (
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    Signatory,
)
from kash.platform.press.designs import plate_markup
from kash.platform.press.requests import PageRequest
from kash.platform.press.typesetting.plate_making import make_plate
from kash.platform.press.typesetting.typesetter import Typesetter

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
