"""A file's bytes as sheets of rows. What a file is, its content says, not its name."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from kash.people.lists.errors import FileUnreadable
from kash.people.lists.texts import read_text_table
from kash.people.lists.workbooks import locked, read_workbook
from kash.people.rules.lists.tables import Sheet

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 5_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)


@dataclass(frozen=True)
class ReadFile:
    """The sheets of a file. `encoding` is empty for a workbook; `mixed_rows` were written in
    another encoding than the rest."""

    sheets: tuple[Sheet, ...]
    encoding: str = ""
    mixed_rows: tuple[int, ...] = ()


def read_file(content: bytes) -> ReadFile:
    """All sheets that hold something. Raises FileUnreadable."""
    if len(content) > MOST_BYTES:
        raise FileUnreadable(_("This file is larger than 10 MB."))
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise locked()
        raise FileUnreadable(
            _("This is a file of an old kind. Open it and save it as XLSX or CSV.")
        )
    if content.startswith(b"PK"):
        sheets = read_workbook(content)
        read = ReadFile(tuple(sheets))
    elif any(content.startswith(start) for start in _OTHERS):
        raise FileUnreadable(_("This is not a list. Bring an XLSX or a CSV file."))
    else:
        table = read_text_table(content)
        read = ReadFile((Sheet("", table.rows),), table.encoding, table.mixed_rows)
    kept = tuple(sheet for sheet in read.sheets if sheet.rows)
    if not kept:
        raise FileUnreadable(_("This file is empty."))
    for sheet in kept:
        if len(sheet.rows) > MOST_ROWS + 50:
            raise FileUnreadable(_("This file has more than %(most)s rows.", most=MOST_ROWS))
    return ReadFile(kept, read.encoding, read.mixed_rows)
