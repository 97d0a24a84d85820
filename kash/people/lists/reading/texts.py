"""Lists as text: in whatever encoding, with whatever between the cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kash.people.lists.reading.aligned import aligned_rows
from kash.people.lists.reading.quotations import WrittenRow, written_rows
from kash.people.lists.reading.refusals import (
    DAMAGED,
    EMPTY,
    FAR_BELOW,
    LOWEST_ROW,
    MOST_COLUMNS,
    TOO_WIDE,
    Refused,
)
from kash.people.rules.lists.cells import MOST_CHARACTERS, Cell, clean

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


@dataclass(frozen=True)
class TextTable:
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
        number for number, row in enumerate(rows, 1) if row.first < row.last and any(row.cells)
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
        odd = [each for each in text if not each.isascii()]
        scored.append((sum(1 if each in _COMMON else -1 for each in odd) / max(1, len(odd)), name))
    best = max(scored, key=lambda each: each[0])
    if best[0] > 0:
        return best[1]
    # The last resort, and the slowest.
    from charset_normalizer import from_bytes

    found = from_bytes(content[:200_000]).best()
    return found.encoding if found is not None else best[1]


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
                row for row in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter) if row
            ]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, often = widths.most_common(1)[0]
        filled = sum(
            bool(cell.strip()) for row in rows[:_LOOKED_AT] if len(row) == width for cell in row
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
    found = aligned_rows(lines)
    if found is None:
        return None
    return [WrittenRow(number, number, cells) for number, cells in enumerate(found, 1)]


def _numbered(rows: Iterable[WrittenRow]) -> Iterable[tuple[int, list[Cell]]]:
    for number, written in enumerate(rows, 1):
        row = written.cells
        while row and not row[-1].strip():
            row.pop()
        if not row:
            continue
        if len(row) > MOST_COLUMNS:
            raise Refused(TOO_WIDE)
        if number > LOWEST_ROW:
            raise Refused(FAR_BELOW)
        yield number, [_clean(cell) for cell in row]


def _clean(cell: str) -> str:
    # Of one that is too long only the spaces are counted: whatever matches patterns in it later
    # must not meet tens of thousands.
    return clean(cell) if len(cell) <= MOST_CHARACTERS else " ".join(cell.split())
