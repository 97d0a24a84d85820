"""Why a file is not read, as the words that child and parent agree on."""

from __future__ import annotations

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
