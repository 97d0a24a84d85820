"""Evidence of the sample: a photo, a document and a sound, drawn and made here."""

from __future__ import annotations

import io
import math
import wave
from datetime import timedelta

from kash.demo.members import SampleMember
from kash.incidents.services import evidence
from kash.incidents.services.evidence import Received, note_custody
from kash.platform.database import utc_now

_MOST = 10 * 1024 * 1024
_RATE = 8000


def add_evidence(member: SampleMember, reference: str) -> list[str]:
    """Add one of each to a case; the public ids of their documents."""
    yesterday = utc_now() - timedelta(days=1)
    pieces = (
        (
            _photo(),
            Received("A torn sleeve", "Held up by the window.", "P1", yesterday, "IMG_1.jpg"),
        ),
        (_paper(), Received("Treatment form", "", "Kliniki ya Mfano", yesterday, "form.pdf")),
        (_sound(), Received("Voice message", "", "P1", yesterday, "audio.wav")),
    )
    made = [
        evidence.add_evidence(
            member.actor, member.vault, reference, said, io.BytesIO(content), _MOST
        )
        for content, said in pieces
    ]
    note_custody(
        member.actor,
        member.vault,
        reference,
        made[0],
        "handed_over",
        who="Wakili Kielelezo",
        note="On a stick, with its custody sheet.",
    )
    return made


def add_scan(member: SampleMember, reference: str) -> str:
    """Add a scanned paper to a case; the public id of its document."""
    received = Received("Note in her own hand", "", "P1", utc_now() - timedelta(days=1), "scan.png")
    return evidence.add_evidence(
        member.actor, member.vault, reference, received, io.BytesIO(_scan()), _MOST
    )


def _scan() -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("L", (420, 594), 250)
    draw = ImageDraw.Draw(image)
    for line in range(9):
        draw.line((48, 90 + 42 * line, 372 - 37 * (line % 3), 90 + 42 * line), fill=110, width=5)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _photo() -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (960, 640), "#c9b79c")
    draw = ImageDraw.Draw(image)
    draw.rectangle((600, 0, 960, 640), fill="#8fa9a6")
    draw.polygon([(180, 90), (520, 150), (560, 640), (120, 640)], fill="#3f6f74")
    draw.polygon([(430, 300), (560, 250), (600, 420), (470, 470)], fill="#c9b79c")
    said = Image.Exif()
    said[0x010F] = "Kamera ya Mfano"
    said.get_ifd(0x8825).update({1: "S", 2: (0.0, 5.0, 30.0), 3: "E", 4: (34.0, 45.0, 15.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=said)
    return out.getvalue()


def _paper() -> bytes:
    import pikepdf

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    page.Contents = made.make_stream(b"0.8 g 60 700 300 24 re f 60 640 475 10 re f")
    made.docinfo["/Author"] = "Kliniki ya Mfano"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(_RATE)
        tone = (int(9000 * math.sin(at / 6)) for at in range(2 * _RATE))
        made.writeframes(b"".join(each.to_bytes(2, "little", signed=True) for each in tone))
    return out.getvalue()
