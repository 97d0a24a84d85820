"""Sections that features above have on the page of an account, a course or what else is one's own,
or on a list.

A section says for itself who sees it: its `find` answers None to whom it shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kash.feature import Part, declared
from kash.platform.web.current_actor import current_actor
from kash.policy import Actor


@dataclass(frozen=True)
class PageSection(Part):
    """A section of a kind of page ("account", "course", "session", "station", "service",
    "workshop", "forum", "attendance" and "registers" on top and below of a workshop's attendance,
    or "workshops", "people_lists" and "figures", which are lists): what `find` answers for the
    public id of what the page is about, empty for a list, stands in the template as `found`."""

    page: str
    template: str
    find: Callable[[str, Actor], Any]


@dataclass(frozen=True)
class SectionOnPage:
    """A section with what its template shows."""

    template: str
    found: Any


def page_sections(page: str, public_id: str) -> list[SectionOnPage]:
    """The sections of a page that the present actor sees."""
    actor = current_actor()
    shown = []
    for section in declared(PageSection):
        if section.page == page and (found := section.find(public_id, actor)) is not None:
            shown.append(SectionOnPage(section.template, found))
    return shown
