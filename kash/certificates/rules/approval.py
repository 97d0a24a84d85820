"""Approval of certificates: it fixes all that will stand on them, part by part."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class PrintedPart(StrEnum):
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
class ApprovedBatch:
    """A batch as it will be printed. `design` is the version with its content, the name of the
    programme, and its logo and the marks of funders if they are printed; `signatories` are
    (name, role) in order."""

    papers: Sequence[Paper]
    months_valid: int | None
    design: str
    signatories: Sequence[tuple[str, str]]


def written_parts(batch: ApprovedBatch) -> dict[PrintedPart, str]:
    """The text of each part, of which the digest is made; the order of certificates is no part."""
    papers = sorted(batch.papers, key=lambda one: one.key)

    def each(*values: str) -> str:
        return json.dumps(
            [[one.key, *(str(getattr(one, value)) for value in values)] for one in papers]
        )

    return {
        PrintedPart.NAMES: each("holder", "name"),
        PrintedPart.TITLE: each("title"),
        PrintedPart.DAYS: each("first_day", "last_day"),
        PrintedPart.HOURS: each("minutes"),
        PrintedPart.VALIDITY: each("former") + str(batch.months_valid),
        PrintedPart.DESIGN: batch.design,
        PrintedPart.SIGNATORIES: json.dumps([list(line) for line in batch.signatories]),
    }


def changed_parts(
    approved: Mapping[str, str], now: Mapping[PrintedPart, str]
) -> tuple[PrintedPart, ...]:
    """The parts whose digests differ from those that were approved, in order. A batch that was
    approved before digests were kept has none, and nothing is told of it."""
    if not approved:
        return ()
    return tuple(part for part in PrintedPart if approved.get(part) != now[part])
