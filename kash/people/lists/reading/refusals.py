"""Why a file is not read, as the words that child and parent agree on."""

from __future__ import annotations

LOCKED, UNCLEAN_WORKBOOK, UNCLEAN_TEXT = "locked", "unclean workbook", "unclean text"
UNPACKS_TOO_FAR, FAR_BELOW = "unpacks too far", "far below"
EMPTY, DAMAGED, TOO_WIDE, TOO_LONG = "empty", "damaged", "too wide", "too long"

MOST_COLUMNS = 200
MOST_ROWS = 5_000
# Notes below a list are no rows of it.
SPARE_ROWS = 50


class Refused(Exception):
    """This file is not read; `why` is one of the words above."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
