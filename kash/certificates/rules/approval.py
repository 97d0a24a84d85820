"""Approval of certificates: it fixes all that will stand on them, part by part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Part(StrEnum):
    """A part of what is printed, by which a difference is told."""

    NAMES = "names"
    TITLE = "title"
    DAYS = "days"
    HOURS = "hours"
    VALIDITY = "validity"
    DESIGN = "design"
    SIGNATORIES = "signatories"


@dataclass(frozen=True)
class Paper:
    """One certificate as it will be printed. `holder` is the public id of whose it is; `former`
    that of the certificate which it corrects or renews."""

    key: str
    holder: str
    name: str
    title: str
    minutes: int
    first_day: date
    last_day: date
    former: str = ""


@dataclass(frozen=True)
class Approved:
    """A batch as it will be printed. `design` is the version with its content, the name of the
    programme, and its logo and the marks of funders if they are printed; `signatories` are
    (name, role) in order."""

    papers: Sequence[Paper]
    months_valid: int | None
    design: str
    signatories: Sequence[tuple[str, str]]


def written_parts(batch: Approved) -> dict[Part, str]:
    """The text of each part, of which the digest is made; the order of certificates is no part."""
    papers = sorted(batch.papers, key=lambda one: one.key)

    def each(*values: str) -> str:
        return json.dumps(
            [[one.key, *(str(getattr(one, value)) for value in values)] for one in papers]
        )

    return {
        Part.NAMES: each("holder", "name"),
        Part.TITLE: each("title"),
        Part.DAYS: each("first_day", "last_day"),
        Part.HOURS: each("minutes"),
        Part.VALIDITY: each("former") + str(batch.months_valid),
        Part.DESIGN: batch.design,
        Part.SIGNATORIES: json.dumps([list(line) for line in batch.signatories]),
    }


def changed_parts(approved: Mapping[str, str], now: Mapping[Part, str]) -> tuple[Part, ...]:
    """The parts whose digests differ from those that were approved, in order. A batch that was
    approved before digests were kept has none, and nothing is told of it."""
    if not approved:
        return ()
    return tuple(part for part in Part if approved.get(part) != now[part])
