"""Empty lists to fill in: a workbook with a group's words and with what can be chosen.

It is written by hand, as a zip of a few small parts: the library that writes sheets would stay in
the server's memory for this alone.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from flask_babel import gettext as _

from kash.people import words
from kash.people.facts import LISTED
from kash.people.lists.files import MOST_ROWS
from kash.people.lists.pages import FIELD
from kash.people.models import Group, Organisation
from kash.people.rules.persons import AGE_BANDS

_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FIRST = (
    *("name", "reference", "cadre", "organisation", "ward", "phone"),
    *("sex", "birth", "language"),
)


def template_of(group: Group, organisations: Sequence[Organisation]) -> bytes:
    """An XLSX file whose headings read back without a question."""
    fields = _fields(police=group.is_police)
    fitting = [
        organisation.name
        for organisation in organisations
        if organisation.group_id in (None, group.id)
    ]
    chosen: dict[str, list[str]] = {
        **{
            fact.name: [words.said(fact.name, choice) for choice in fact.choices] for fact in LISTED
        },
        "birth": [choice_ for choice_ in AGE_BANDS if choice_[0].isdigit()],
        "organisation": fitting,
    }
    headings = [_("Age") if name == "birth" else str(FIELD[name]) for name in fields]
    lists = [(name, chosen[name]) for name in fields if chosen.get(name)]
    return _workbook(group.name, headings, fields, lists)


def _fields(*, police: bool) -> tuple[str, ...]:
    """The columns of the list of a group."""
    fields_asked = {fact.name: fact.asked.of(police=police) for fact in LISTED}
    every = (*_FIRST, *(name for name in fields_asked if name not in _FIRST))
    return tuple(name for name in every if fields_asked.get(name, True))


def _workbook(
    title: str,
    headings: Sequence[str],
    fields: Sequence[str],
    lists: Sequence[tuple[str, Sequence[str]]],
) -> bytes:
    parts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(title),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": _styles(),
        "xl/worksheets/sheet1.xml": _form(headings, fields, lists),
        "xl/worksheets/sheet2.xml": _choices(lists),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as workbook:
        for name, body in parts.items():
            workbook.writestr(zipfile.ZipInfo(name), _HEAD + body)
    return buffer.getvalue()


def _types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{kind}.worksheet+xml"/>'
        for number in (1, 2)
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f"{sheets}"
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _book(title: str) -> str:
    plain = "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31].strip() or "List"
    return (
        f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{escape(plain, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/>'
        '<sheet name="choices" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>'
    )


def _styles() -> str:
    # Plain, bold, and text: a phone keeps its zero only in a cell of text.
    return (
        f'<styleSheet xmlns="{_NAMESPACE}">'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/>'
        '<xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )


def _form(
    headings: Sequence[str], fields: Sequence[str], lists: Sequence[tuple[str, Sequence[str]]]
) -> str:
    cells = "".join(_cell(_letter(at), 1, text, 1) for at, text in enumerate(headings))
    rules_ = "".join(
        '<dataValidation type="list" errorStyle="warning" allowBlank="1" '
        f'sqref="{_letter(fields.index(name))}2:{_letter(fields.index(name))}{MOST_ROWS}">'
        f"<formula1>choices!${_letter(at)}$1:${_letter(at)}${len(some)}</formula1></dataValidation>"
        for at, (name, some) in enumerate(lists)
    )
    return (
        f'<worksheet xmlns="{_NAMESPACE}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        "</sheetView></sheetViews>"
        f'<cols><col min="1" max="{len(headings)}" width="24" style="2" customWidth="1"/></cols>'
        f'<sheetData><row r="1">{cells}</row></sheetData>'
        f'<dataValidations count="{len(lists)}">{rules_}</dataValidations></worksheet>'
    )


def _choices(lists: Sequence[tuple[str, Sequence[str]]]) -> str:
    longest = max((len(some) for _name, some in lists), default=0)
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            _cell(_letter(at), number, some[number - 1], 0)
            for at, (_name, some) in enumerate(lists)
            if number <= len(some)
        )
        + "</row>"
        for number in range(1, longest + 1)
    )
    return f'<worksheet xmlns="{_NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'


def _cell(letter: str, number: int, text: str, style: int) -> str:
    return (
        f'<c r="{letter}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
    )


def _letter(at: int) -> str:
    return chr(65 + at)
