"""A certificate with as much on it as a design can ask for: nothing lies on anything else."""

import base64
import io
import re
import subprocess
from itertools import pairwise
from typing import get_args

import pytest
from PIL import Image

from kash.platform.press import (
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    Signatory,
    print_file,
)
from kash.platform.press.certificate_values import CertificatePage, FunderPicture

_TITLE = "Working Together for the Rights and Safety of Everyone in Kisumu"
_WORD = re.compile(r'xMin="[\d.]+" yMin="([\d.]+)" xMax="[\d.]+" yMax="([\d.]+)">([^<]*)<')
# Of a signature's picture and the room between it and the name, on a page 297 mm wide.
_INK = 14 + 1.2
_WIDTH = 297


def _picture() -> str:
    content = io.BytesIO()
    Image.new("RGB", (120, 60), "#0a5463").save(content, "PNG")
    return "data:image/png;base64," + base64.b64encode(content.getvalue()).decode()


def _crowded(name: str, page: str) -> CertificateDesign:
    picture = _picture()
    return CertificateDesign(
        name,  # type: ignore[arg-type]
        "en",
        CertificateWording(
            heading="Certificate of Participation",
            subheading="Cheti cha Ushiriki",
            certify_line="This is to certify that",
            certify_line_second="Hii ni kuthibitisha kwamba",
            organisation="Sample Organisation for the Rights of Everyone, Kisumu",
            check_line="Check: certificates.programme.example/verify",
        ),
        (
            Signatory("Amani Mfano", "Lead trainer", picture),
            Signatory(
                "Mwanaidi Kielelezo", "Coordinator and secretary of the review forum", picture
            ),
            Signatory("Heri Mazoezi", "Host of the workshop"),
            Signatory("Neema Jaribio", "Chair, review forum", picture),
        ),
        logo=picture,
        seal=picture,
        marks=(FunderPicture("A fund", picture), FunderPicture("Another fund", picture)),
        page=page,  # type: ignore[arg-type]
    )


_ENTRY = CertificateEntry(
    serial="7KM2-QX4T-9",
    printed_name="Mwanaidi Tumaini Rehema wa Kielelezo Sampuli",
    body=f"took part in {_TITLE}, held from 30 November to 2 December 2026.",
    body_second=f"alishiriki katika {_TITLE}, iliyofanyika 30 Novemba hadi 2 Desemba 2026.",
    course_title=_TITLE,
    hours_text="Hours attended: 16 h 30",
    date_text="Issued on 20 December 2026",
    expires_text="Valid until 31 December 2028",
    qr="https://programme.example/verify/7KM2QX4T9",
)


@pytest.mark.parametrize("paper", get_args(CertificatePage))
@pytest.mark.parametrize("name", ["classic", "modern", "plain"])
def test_what_is_said_ends_above_the_signatures(name, paper):
    made = print_file(_crowded(name, paper), [_ENTRY])

    read = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=made, capture_output=True, check=True
    ).stdout.decode()
    width = float(re.findall(r'<page width="([\d.]+)"', read)[0])
    words = [(float(top), float(bottom), word) for top, bottom, word in _WORD.findall(read)]
    lines_end = next(bottom for _top, bottom, word in words if word == "Valid")
    name_begins = next(top for top, _bottom, word in words if word == "Heri")
    assert lines_end <= name_begins - _INK * width / _WIDTH
    # And no day is torn from its month.
    shown = [word for _top, _bottom, word in words]
    for day, month in (("30", "November"), ("2", "December"), ("30", "Novemba"), ("2", "Desemba")):
        at = next(n for n, pair in enumerate(pairwise(shown)) if pair == (day, month))
        assert words[at][1] == words[at + 1][1]
