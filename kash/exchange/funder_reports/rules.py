"""Sections of a report, and what of it fixes a digest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any


class ReportSection(StrEnum):
    """A section, in the order of the paper. The cover and the figures are always there."""

    SUMMARY = "summary"
    FIGURES = "figures"
    STORIES = "stories"
    WORKSHOPS = "workshops"
    MONEY = "money"
    PRINTED = "printed"
    NEXT = "next"
    ANNEX = "annex"


ALWAYS = frozenset({ReportSection.FIGURES})
# Those that hold nothing but what somebody wrote.
IN_WORDS = frozenset({ReportSection.SUMMARY, ReportSection.NEXT})
LONGEST_TEXT = 6000


def sections_told(chosen: Sequence[str], texts: Mapping[str, str]) -> list[ReportSection]:
    """The sections of a report that somebody reads: one of words alone that nobody wrote is left
    out, since its heading would stand over nothing."""
    sections = [ReportSection(code) for code in chosen]
    return [
        section for section in sections if section not in IN_WORDS or texts.get(section, "").strip()
    ]


def sections_in_order(chosen: Sequence[str]) -> list[ReportSection]:
    """The sections of a report in the order of the paper, those that are always there among them;
    what is none is left out."""
    wanted = {*ALWAYS, *chosen}
    return [section for section in ReportSection if section in wanted]


def canonical(content: Mapping[str, Any]) -> str:
    """Content as the text that is kept, the same for the same content."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def content_digest(content: str, texts: Mapping[str, str], stories: Sequence[str]) -> str:
    """The digest of all that somebody approves."""
    whole = canonical({"content": content, "texts": dict(texts), "stories": list(stories)})
    return sha256(whole.encode()).hexdigest()
