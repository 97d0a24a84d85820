"""ODS files as LibreOffice writes them, made by hand."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{short}="{_NAMES}:{long}:1.0"'
    for short, long in (
        *(("office", "office"), ("table", "table"), ("text", "text"), ("style", "style")),
        ("draw", "drawing"),
    )
)
MOST_COLUMNS, MOST_ROWS = 16_384, 1_048_576


def packed(content: bytes, **more: bytes) -> bytes:
    """The zip around `content.xml`, with further parts (`manifest` is the list of parts)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        parts.writestr("content.xml", content)
        for name, body in more.items():
            parts.writestr({"manifest": "META-INF/manifest.xml"}.get(name, name), body)
    return made.getvalue()


def content(inside: str, styles: str = "") -> bytes:
    """`content.xml` around what stands in the spreadsheet."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{inside}</office:spreadsheet></office:body>"
        "</office:document-content>"
    ).encode()


def sheet(rows: str, name: str = "Sheet1", style: str = "ta1") -> str:
    """A sheet around its rows."""
    named = f'table:name={quoteattr(name)} table:style-name="{style}"'
    return f"<table:table {named}>{rows}</table:table>"


def cell(given: object, attributes: str = "", kind: str = "table-cell") -> str:
    """A cell; an empty one has neither type nor text."""
    if given == "" or given is None:
        return f"<table:{kind} {attributes}/>"
    shown = escape(str(given))
    if isinstance(given, bool):
        typed = f'office:value-type="boolean" office:boolean-value="{shown.lower()}"'
    elif isinstance(given, (int, float)):
        typed = f'office:value-type="float" office:value="{given}"'
    elif isinstance(given, date):
        typed = f'office:value-type="date" office:date-value="{given.isoformat()}"'
        # As the sheet shows it, which is not what it says.
        shown = f"{given:%d/%m/%y}"
    else:
        typed = 'office:value-type="string"'
        shown = "</text:p><text:p>".join(escape(line) for line in str(given).split("\n"))
    return f"<table:{kind} {typed} {attributes}><text:p>{shown}</text:p></table:{kind}>"


def row(cells: Sequence[object], attributes: str = "") -> str:
    """A row; cells that are the same are written once with how often they stand there, and it ends
    with the empty rest of the sheet."""
    made = []
    for _same, alike in groupby(cells, lambda given: (type(given), given)):
        given = list(alike)
        repeated = f'table:number-columns-repeated="{len(given)}"' if len(given) > 1 else ""
        made.append(cell(given[0], repeated))
    rest = f'table:number-columns-repeated="{MOST_COLUMNS - len(cells)}"'
    return f"<table:table-row {attributes}>{''.join(made)}{cell('', rest)}</table:table-row>"


def ods(rows: Iterable[Sequence[object]]) -> bytes:
    """A file of one sheet."""
    below = row([], f'table:number-rows-repeated="{MOST_ROWS - 9}"')
    return packed(content(sheet("".join(row(each) for each in rows) + below)))
