"""Pure decisions about titles, time and the order of things."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

LEAST_MINUTES, MOST_MINUTES = 5, 600
MOST_MODULES, MOST_PLANS = 40, 200

Step = Literal["propose", "take_back", "publish", "return"]

# Beginnings of words that say on paper what a workshop was about, English and Kiswahili.
_TELLING = (
    "abuse",
    "arrest",
    "bribe",
    "brothel",
    "cop",
    "crime",
    "gbv",
    "hiv",
    "human rights",
    "kahaba",
    "key population",
    "makahaba",
    "mapolisi",
    "police",
    "policing",
    "polisi",
    "prostitut",
    "rape",
    "sex",
    "trafficking",
    "ubakaji",
    "ukahaba",
    "ukatili",
    "ukimwi",
    "violat",
    "violen",
)
_WHOLE = frozenset({"cop", "rape", "sex", "gbv", "hiv"})


def telling_words(title: str) -> tuple[str, ...]:
    """Words in a title that would tell a stranger what the course is about, each as it stands."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", title.casefold())
        if not unicodedata.combining(character)
    )
    # Letters of mathematics and the like are capitals again once they are taken apart.
    spaced = " ".join(re.findall(r"\w+", plain.casefold()))
    found: dict[str, None] = {}
    for telling in _TELLING:
        end = r"(?:s|es|ual\w*)?\b" if telling in _WHOLE else r"\w*"
        for match in re.finditer(rf"\b{telling}{end}", spaced):
            found[match.group()] = None
    return tuple(found)


def total_minutes(minutes: Iterable[int]) -> int:
    """How long everything takes together."""
    return sum(minutes)


def next_state(state: str, step: Step, *, plans: int) -> str | None:
    """The state after a step, None if the step is not possible.

    Only a version with at least one session plan can be proposed or published. What is published
    stays so for ever.
    """
    if step == "propose" and state == "draft" and plans > 0:
        return "proposed"
    if step in ("take_back", "return") and state == "proposed":
        return "draft"
    if step == "publish" and state == "proposed" and plans > 0:
        return "published"
    return None


def lines(text: str) -> list[str]:
    """The lines of a text that hold something, without marks of a list before them."""
    stripped = (re.sub(r"^[\s•*–—-]+", "", line).strip() for line in text.splitlines())
    return [line for line in stripped if line]


@dataclass(frozen=True)
class PlanText:
    """A session plan as written. A new one brings its id, so that sending twice adds one."""

    public_id: str
    module: str
    title: str
    minutes: int
    objectives: str = ""
    method: str = ""
    materials: str = ""
    notes: str = ""
    new: bool = False


@dataclass(frozen=True)
class ModuleText:
    """A module as written. A new one brings the id it gets."""

    public_id: str
    title: str
    new: bool = False


@dataclass(frozen=True)
class VersionText:
    """A whole version as written on one page."""

    public_title: str
    language: str
    summary: str
    modules: tuple[ModuleText, ...] = ()
    plans: tuple[PlanText, ...] = ()
