"""Reasons for which a photo is not read as a sheet."""

from __future__ import annotations

from enum import StrEnum


class UnreadReason(StrEnum):
    """The reason that nothing of a photo was taken."""

    TOO_DARK = "too dark"
    NO_CODE = "no code"
    OTHER_PAPER = "other paper"
    TWO_SHEETS = "two sheets"
    CORNERS_MISSING = "corners missing"
    MIRRORED = "mirrored"
    NO_SUCH_PAGE = "no such page"
    UNCLEAR = "unclear"
