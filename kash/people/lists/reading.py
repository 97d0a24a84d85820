"""Lists as text, in whatever encoding, with whatever between the cells; and the words by which
child and parent say why a file is not read.

A quotation mark that is not meant as such swallows all lines up to the next one, and everybody in
them would be lost. So a cell may hold several lines, but none that look like rows. Columns may also
be set apart by spaces alone, as a scan read by a machine gives them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kash.people.lists.rules.cells import MOST_CHARACTERS, Cell, clean

_GAP = re.compile(r"\S {2,}\S")
_APART = re.compile(r" {2,}")
_LEAST_LINES, _LEAST_SHARE = 3, 0.6
# What spaces cannot tell: a line that is cut otherwise than the others stays in one piece.
_WIDEST = 1_000


def aligned_rows(lines: Sequence[str]) -> list[list[str]] | None:
    """The cells of each line, or None if the lines are not aligned so.

    Where all lines are blank at the same places, these are the borders of the columns, and an empty
    cell stays empty. Else a line is cut at its own gaps, and one that then has another number of
    cells than most is not cut: nobody's cells move to another column.
    """
    filled = [line for line in lines if line.strip()]
    body = [line for line in filled if _GAP.search(line.strip())]
    if len(body) < _LEAST_LINES or len(body) < _LEAST_SHARE * len(filled):
        return None
    if max(len(line) for line in body) > _WIDEST:
        return None
    borders = _borders(body)
    cut = [_APART.split(line.strip()) for line in body]
    usual, often = Counter(len(cells) for cells in cut).most_common(1)[0]
    if len(borders) < usual:
        if often < _LEAST_SHARE * len(body):
            return None
        borders = []
    rows = []
    for line in lines:
        if not _GAP.search(line.strip()):
            rows.append([line.strip()])
        elif borders:
            ends = [*borders[1:], None]
            cells = zip(borders, ends, strict=True)
            rows.append([line[start:end].strip() for start, end in cells])
        else:
            cells_of_line = _APART.split(line.strip())
            rows.append(cells_of_line if len(cells_of_line) == usual else [line.strip()])
    return rows


def _borders(body: Sequence[str]) -> list[int]:
    """Where each column begins: after two places at least at which every line is blank."""
    width = max(len(line) for line in body)
    used = [any(at < len(line) and line[at] != " " for line in body) for at in range(width)]
    return [at for at in range(width) if used[at] and not any(used[max(0, at - 2) : at])]


LOCKED, UNCLEAN_WORKBOOK, UNCLEAN_TEXT = "locked", "unclean workbook", "unclean text"
UNCLEAN_ODS = "unclean ods"
UNPACKS_TOO_FAR, FAR_BELOW = "unpacks too far", "far below"
EMPTY, DAMAGED, TOO_WIDE, TOO_LONG = "empty", "damaged", "too wide", "too long"
# A quotation mark that is never closed, and one that joins lines which look like rows.
UNCLOSED, SWALLOWED = "unclosed", "swallowed"

MOST_COLUMNS = 200
# Of people. What else stands in a sheet (headings of each page, lines between, totals) is told
# apart only once it is read, so more lines than people are taken in.
MOST_ROWS = 5_000
MOST_LINES = 2 * MOST_ROWS
LOWEST_ROW = 100_000
# How a zip begins, as which workbooks come. A list that was pasted may well begin with "PK".
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")


class Refused(Exception):
    """This file is not read; `why` is one of the words above. `first` and `last` are the lines of
    the file that it is about, or 0."""

    def __init__(self, why: str, first: int = 0, last: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.first = first
        self.last = last


# A cell that swallows a file is as long as the file.
_LONGEST_CELL = 16 * 1024 * 1024
_END = "\x02end\x02"


class WrittenRow(NamedTuple):
    """A row as it is written, with the first and the last of the lines that it takes."""

    first: int
    last: int
    cells: list[str]


def written_rows(text: str, delimiter: str) -> list[WrittenRow]:
    """The rows of a text. Raises Refused where a quotation mark swallows lines, and names them."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows, clean = list(_parsed(text, delimiter, strict=True)), True
    except csv.Error:
        rows, clean = _loosely(text, delimiter), False
    _refuse_swallowed(rows, delimiter, clean)
    return rows


def _parsed(text: str, delimiter: str, *, strict: bool) -> Iterator[WrittenRow]:
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=strict)
    before = 0
    for cells in reader:
        yield WrittenRow(before + 1, reader.line_num, cells)
        before = reader.line_num


def _loosely(text: str, delimiter: str) -> list[WrittenRow]:
    """The rows as a spreadsheet would read them. Raises Refused if the last mark stays open."""
    lines = text if text.endswith(("\n", "\r")) else text + "\n"
    try:
        *rows, end = _parsed(lines + _END, delimiter, strict=False)
    except csv.Error:
        raise Refused(UNCLEAN_TEXT) from None
    if end.cells == [_END]:
        return rows
    _refuse_swallowed(rows, delimiter, clean=False)
    opened = end.first + sum(cell.count("\n") for cell in end.cells[:-1])
    raise Refused(UNCLOSED, opened, end.last - 1)


def _refuse_swallowed(rows: Sequence[WrittenRow], delimiter: str, clean: bool) -> None:
    """Refuse the first row of several lines that are more likely rows of their own.

    Between a mark and the next one in the same column stand as many delimiters as in a whole row.
    If marks stand where none can (`clean` is false), no cell of several lines is believed.
    """
    widths = Counter(len(line.cells) for line in rows if line.first == line.last and line.cells)
    usual = max(widths, key=lambda width: (widths[width], width), default=1)
    for line in rows:
        if line.first == line.last:
            continue
        most = max(cell.count(delimiter) for cell in line.cells if "\n" in cell)
        if not clean or usual == 1 or len(line.cells) > usual or most >= usual - 1:
            raise Refused(SWALLOWED, line.first, line.last)


_DELIMITERS = (",", ";", "\t", "|")
# Of lines that are not set apart each is one cell.
_NO_DELIMITER = "\x1f"
_LOOKED_AT = 60
# What a chat puts before each message: its time, and who sent it.
_SENDER = re.compile(
    r"^[\u200e\u202a]?\[?\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?[ \u202f]\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
    r"(?:[ \u202f]?[ap]\.?m\.?)?\]?(?: [-–])? [^:;,|\t\n]{1,40}: ?",
    re.IGNORECASE | re.MULTILINE,
)
_COMMON = frozenset("éèêëáàâäåãíìîïóòôöõúùûüñçÉÈÊÁÀÂÄÅÍÓÔÖÚÜÑÇĩũĨŨß–—‘’“”…•°£€©®·\xa0")


class TextTable(NamedTuple):
    """Numbered rows of cells, and how the bytes were read. `joined_rows` took several lines of the
    file each."""

    rows: list[tuple[int, list[Cell]]]
    encoding: str
    mixed_rows: tuple[int, ...] = ()
    joined_rows: tuple[int, ...] = ()


def read_text_table(content: bytes) -> TextTable:
    """A text file as a table. Raises Refused."""
    text, encoding, mixed = decoded(content)
    if not text.strip():
        raise Refused(EMPTY)
    text = without_senders(text)
    delimiter, text = _delimiter(text)
    if _is_apart(text, delimiter):
        rows = written_rows(text, delimiter)
    else:
        rows = _aligned(text) or written_rows(text, _NO_DELIMITER)
    joined = tuple(
        number
        for number, written in enumerate(rows, 1)
        if written.first < written.last and any(written.cells)
    )
    return TextTable(list(_numbered(rows)), encoding, mixed, joined)


def decoded(content: bytes) -> tuple[str, str, tuple[int, ...]]:
    """The text, the name of its encoding, and the numbers of lines in a second encoding."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            try:
                return content.decode(name), name.removesuffix("-sig"), ()
            except UnicodeDecodeError:
                if name != "utf-8-sig":
                    raise Refused(DAMAGED) from None
                content = content.removeprefix(mark)
    wide = _wide(content)
    if wide:
        return content.decode(wide, errors="replace"), wide, ()
    try:
        return content.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        pass
    return _by_lines(content)


def _wide(content: bytes) -> str:
    """UTF-16 without a mark: every other byte of plain text is zero."""
    some = content[:4000]
    if len(some) < 8 or b"\x00" not in some:
        return ""
    even, odd = some[::2].count(0), some[1::2].count(0)
    half = len(some) // 2
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.1 * half else ""


def _by_lines(content: bytes) -> tuple[str, str, tuple[int, ...]]:
    lines = content.splitlines(keepends=True)
    second = [at for at, line in enumerate(lines) if not _is_utf8(line)]
    single = _single_byte(b"".join(lines[at] for at in second))
    third = set(second)
    some_utf8 = any(not line.isascii() and at not in third for at, line in enumerate(lines))
    if not some_utf8:
        return content.decode(single, errors="replace"), single, ()
    text = "".join(
        line.decode(single if at in third else "utf-8", errors="replace")
        for at, line in enumerate(lines)
    )
    return text, "utf-8", tuple(at + 1 for at in second)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(content: bytes) -> str:
    """The encoding under which what is not ASCII reads most like names and signs."""
    scored = []
    for name in ("cp1252", "mac-roman", "latin-1"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        odd = [letter for letter in text if not letter.isascii()]
        scored.append(
            (sum(1 if letter in _COMMON else -1 for letter in odd) / max(1, len(odd)), name)
        )
    best = max(scored, key=lambda reading: reading[0])
    if best[0] > 0:
        return best[1]
    # The last resort, and the slowest.
    from charset_normalizer import from_bytes

    likeliest = from_bytes(content[:200_000]).best()
    return likeliest.encoding if likeliest is not None else best[1]


def without_senders(text: str) -> str:
    """The text of a chat without what stands before its messages; any other text as it is."""
    return _SENDER.sub("", text)


def _delimiter(text: str) -> tuple[str, str]:
    first, _end, rest = text.partition("\n")
    named = first.strip().strip('"').casefold()
    if named.startswith("sep=") and len(named) == 5:
        # The row still counts, as it does in a spreadsheet.
        return named[4], "\n" + rest
    head = text[:20_000]
    best, weight = ",", 0.0
    for delimiter in _DELIMITERS:
        try:
            rows = [
                cells
                for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
                if cells
            ]
        except csv.Error:
            continue
        widths = Counter(len(cells) for cells in rows if len(cells) > 1)
        if not widths:
            continue
        width, often = widths.most_common(1)[0]
        filled = sum(
            bool(cell.strip())
            for cells in rows[:_LOOKED_AT]
            if len(cells) == width
            for cell in cells
        )
        score = often + min(width, 20) / 100 + filled / 1000
        if score > weight:
            best, weight = delimiter, score
    return best, text


def _is_apart(text: str, delimiter: str) -> bool:
    """True if the delimiter sets cells apart, and is no comma of a sentence or two."""
    lines = [line for line in text.splitlines()[: 10 * _LOOKED_AT] if line.strip()]
    often = Counter(count for line in lines if (count := line.count(delimiter)))
    if delimiter != "," or 2 * often.total() >= len(lines):
        return bool(often)
    return any(count > 1 and rows > 1 for count, rows in often.items())


def _aligned(text: str) -> list[WrittenRow] | None:
    lines = io.StringIO(text, newline=None).read().split("\n")
    aligned = aligned_rows(lines)
    if aligned is None:
        return None
    return [WrittenRow(number, number, cells) for number, cells in enumerate(aligned, 1)]


def _numbered(rows: Iterable[WrittenRow]) -> Iterable[tuple[int, list[Cell]]]:
    for number, written in enumerate(rows, 1):
        cells = written.cells
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise Refused(TOO_WIDE)
        if number > LOWEST_ROW:
            raise Refused(FAR_BELOW)
        yield number, [_clean(cell) for cell in cells]


def _clean(cell: str) -> str:
    # Of one that is too long only the spaces are counted: whatever matches patterns in it later
    # must not meet tens of thousands.
    return clean(cell) if len(cell) <= MOST_CHARACTERS else " ".join(cell.split())
