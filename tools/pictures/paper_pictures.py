"""The pages of a PDF as pictures."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

DOTS_PER_INCH = 80


def picture_pdf(content: bytes, folder: Path, name: str) -> None:
    """Write each page of a PDF as `name-1.png`, `name-2.png`, … into a folder."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        subprocess.run(
            ["pdftoppm", "-r", str(DOTS_PER_INCH), "-png", file.name, str(folder / name)],
            check=True,
        )
