"""The certificates of the benchmark: the ornate design, signatures drawn, a code of 61 modules."""

from __future__ import annotations

import base64
import io
import math
import random
from dataclasses import replace
from datetime import UTC, datetime

from PIL import Image, ImageDraw

from kash.platform.press import (
    Badge,
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    Signatory,
)
from kash.platform.press.designs import guilloche

FIRST = ("Achieng", "Wanjikũ", "Zoë", "Amina", "Nyambura", "Fátima", "Kipchoge", "Mwangi", "Walter")
LAST = ("Otieno", "Ng'ang'a", "Wambui", "Diallo", "Odhiambo", "Kamau", "Wekesa", "Okoth", "Muthoni")
ADDRESS = "HTTPS://PROGRAMME.EXAMPLE/V#"
# As many characters as make a code of 61 modules at error correction M.
CODE_LENGTH = 310
HEADING = "Certificate of Participation"
SUBHEADING = "Cheti cha Ushiriki"
CERTIFY = "This is to certify that"
ORGANISATION = "Sample Organisation, Kisumu"
CHECK = "Check: programme.example/verify"
TITLE = "Working Together"
BODY = f"took part in {TITLE}, held on 17 and 18 November 2026."
DATE = "Issued on 20 November 2026"


def signature(seed: int) -> bytes:
    """A written line as PNG, with nothing behind it."""
    chosen = random.Random(seed)
    picture = Image.new("RGBA", (480, 140), (255, 255, 255, 0))
    points = [
        (
            20 + step * 4.4,
            70 + 45 * math.sin(step / 5 + seed) * math.cos(step / 9) + chosen.random() * 6,
        )
        for step in range(100)
    ]
    ImageDraw.Draw(picture).line(points, fill=(20, 30, 90, 255), width=4, joint="curve")
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def drawn_border() -> str:
    """The border of the ornate design alone, as SVG."""
    return guilloche(210)


def border() -> bytes:
    """The same as a page of a PDF."""
    from weasyprint import HTML

    style = "<style>@page { size: 297mm 210mm; margin: 0 } body { margin: 0 }</style>"
    page = style + drawn_border()
    made: bytes = HTML(string=page).write_pdf()
    return made


def design(accent: str | None = None) -> CertificateDesign:
    """The ornate design with two signatures."""
    addresses = [
        "data:image/png;base64," + base64.b64encode(signature(seed)).decode() for seed in (1, 2)
    ]
    return CertificateDesign(
        "classic",
        "en",
        CertificateWording(HEADING, CERTIFY, ORGANISATION, CHECK, SUBHEADING),
        (
            Signatory("Amani Mfano", "Lead trainer", addresses[0]),
            Signatory("Subira Mfano", "Programme coordinator", addresses[1]),
        ),
        accent=accent,
        dated=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    )


def entries(count: int) -> list[CertificateEntry]:
    """So many people, two in five of them with three names."""
    chosen = random.Random(11)
    people = []
    for number in range(count):
        names = [chosen.choice(FIRST), chosen.choice(LAST)]
        if chosen.random() < 0.4:
            names.insert(1, chosen.choice(FIRST))
        people.append(
            CertificateEntry(
                serial=f"7KM2-{number:05}-X",
                printed_name=" ".join(names),
                body=BODY,
                qr=ADDRESS
                + "".join(chosen.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=CODE_LENGTH)),
                course_title=TITLE,
                date_text=DATE,
            )
        )
    return people


def carried(count: int) -> list[CertificateEntry]:
    """The same people on cards, with hours of their own and a code for which a card has room."""
    return [
        replace(
            one,
            hours_text=f"Hours attended: {8 + number % 9} h {number % 2 * 30:02}",
            expires_text="Valid until 20 November 2028",
            qr=one.qr[:120],
        )
        for number, one in enumerate(entries(count))
    ]


def badges(count: int) -> list[Badge]:
    """The same people at the door: a hundred in each group, whose sheets are never shared."""
    return [
        Badge(
            one.printed_name,
            f"{TITLE} · 17–18 November 2026",
            f"{chr(65 + number // 100)}-{number % 100 + 1:02}",
            f"{number:04X}-7KM2-QX4T-0A1B",
            f"KASH:B:{number:04X}7KM2QX4T0A1B",
            chr(65 + number // 100),
        )
        for number, one in enumerate(entries(count))
    ]
