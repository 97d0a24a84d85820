"""Paper for the press's tests, and the reading of it by programs that are not ours."""

import io
import re
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

import kash.platform.press
from kash.platform.press import (
    CertificateDesign,
    CertificateEntry,
    CertificateWording,
    RenderLimits,
    Signatory,
)
from kash.platform.press import certificates as certificate_pages
from kash.platform.press.certificate_values import DesignName
from kash.platform.press.pdf_parts import PrintWriter

WORDING = CertificateWording(
    heading="Certificate of Participation",
    subheading="Cheti cha Ushiriki",
    certify_line="This is to certify that",
    organisation="Sample Organisation, Kisumu",
    check_line="Check: programme.example/verify",
)
SIGNATORIES = (
    Signatory("Amani Mfano", "Lead trainer"),
    Signatory("Subira Mfano", "Programme coordinator"),
    Signatory("Heri Mazoezi", "Host of the workshop"),
    Signatory("Neema Jaribio", "Chair"),
)
DATED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def design(name: DesignName = "plain", signatories: int = 2) -> CertificateDesign:
    return CertificateDesign(name, "en", WORDING, SIGNATORIES[:signatories], dated=DATED)


def entry(number: int = 1, name: str = "Zawadi Kielelezo") -> CertificateEntry:
    return CertificateEntry(
        serial=f"7KM2-QX4T-{number:03}",
        printed_name=name,
        body="took part in Working Together, held on 17 and 18 November 2026.",
        course_title="Working Together",
        date_text="Issued on 20 November 2026",
        qr=f"https://programme.example/verify/7KM2QX4T{number:03}",
    )


def samples() -> dict[str, str]:
    """The markup that README.md shows, by kind of document."""
    readme = Path(kash.platform.press.__file__).with_name("README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"### (\w+)\n.*?```html\n(.*?)```", readme, re.DOTALL))


def _read(command: list[str], content: bytes) -> bytes:
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout


@pytest.fixture
def text_of():
    """The words of each page as poppler reads them, white space made single."""

    def read(pdf: bytes) -> list[str]:
        pages = _read(["pdftotext", "-", "-"], pdf).decode("utf-8").split("\f")
        return [" ".join(page.split()) for page in pages[:-1]]

    return read


@pytest.fixture
def picture_of(tmp_path):
    """The first page as PNG at so many dots per inch."""

    def draw(pdf: bytes, resolution: int) -> bytes:
        return _read(["pdftoppm", "-png", "-singlefile", "-r", str(resolution), "-"], pdf)

    return draw


@pytest.fixture
def checked(tmp_path):
    """Fails if qpdf finds anything wrong."""

    def check(pdf: bytes) -> None:
        file = tmp_path / "checked.pdf"
        file.write_bytes(pdf)
        found = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True)
        assert (found.returncode, found.stderr) == (0, "")

    return check


@pytest.fixture
def properties_of():
    """The document information dictionary, and the language and tags of the catalogue."""
    import pikepdf

    def read(pdf: bytes) -> dict[str, str]:
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            found = {str(key): str(value) for key, value in opened.docinfo.items()}
            found["lang"] = str(opened.Root.Lang)
            found["marked"] = str(opened.Root.MarkInfo.Marked)
            found["pdfua"] = str(opened.open_metadata().get("pdfuaid:part"))
            return found

    return read


def whole_pages(wanted: CertificateDesign, entries: Sequence[CertificateEntry]) -> bytes:
    """What the layout engine makes of these entries by itself, with nothing stamped but codes."""
    writer: PrintWriter | None = None
    pieces = []
    for page in certificate_pages._set_whole(wanted, entries, RenderLimits()):
        writer = writer or PrintWriter(page.stamper.plate)
        pieces += writer.add(page.stamper.plate, page.drawing)
    return b"".join(pieces + (writer.end() if writer else []))
