"""Readiness of a design: what it lacks before it may be used, and what of it a batch would leave
empty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from kash.certificates.rules.designs import (
    LEAST_CONTRAST,
    DesignContent,
    contrast,
    unknown_fields,
)
from kash.platform.press.certificate_values import OwnDesign
from kash.platform.press.own_designs import REQUIRED, examined

# What stands on every certificate, whatever the design and the batch.
_ALWAYS = frozenset(
    {
        *REQUIRED,
        *("body", "course_title", "date", "organisation", "check_line", "heading", "signatures"),
    }
)


@dataclass(frozen=True)
class Lack:
    """One thing that is missing or wrong: a flaw, "sentence", "contrast" or "empty"; and where."""

    kind: str
    what: str = ""


def own_design(content: DesignContent) -> OwnDesign:
    """The markup of a design of one's own; its pictures by their public ids."""
    return OwnDesign(html=content.html, css=content.css, images=dict(content.pictures))


def marked_fields(content: DesignContent) -> frozenset[str]:
    """The fields that a design of one's own marks."""
    return examined(own_design(content))[1]


def lacks_of(content: DesignContent) -> tuple[Lack, ...]:
    """All that keeps a design from being put into use."""
    lacks = [
        Lack("sentence", name)
        for words in content.words.values()
        for text in words.all
        for name in unknown_fields(text)
    ]
    if content.accent and contrast(content.accent) < LEAST_CONTRAST:
        lacks.append(Lack("contrast", content.accent))
    if content.base == "own":
        found, fields = examined(own_design(content))
        lacks += [Lack(finding.flaw.value, finding.what) for finding in found]
        lacks += [Lack("empty", name) for name in sorted(_never_filled(content) & fields)]
    return tuple(dict.fromkeys(lacks))


def _never_filled(content: DesignContent) -> frozenset[str]:
    """Fields that this design leaves empty on every certificate."""
    empty = {
        "seal": not content.seal,
        "logo": not content.logo,
        "marks": not content.marks,
        "hours": not content.hours,
        "body_second": not content.bilingual,
        "subheading": not content.bilingual,
    }
    return frozenset(name for name, never in empty.items() if never)


def left_empty(content: DesignContent, filled: Collection[str]) -> tuple[Lack, ...]:
    """Lacks that a design of one's own marks would have in a batch; each blocks issuing.

    `filled` names the fields for which the batch has something beside what is always there.
    """
    if content.base != "own":
        return ()
    missing = marked_fields(content) - _ALWAYS - frozenset(filled)
    return tuple(Lack("empty", name) for name in sorted(missing))
