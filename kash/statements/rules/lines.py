"""The lines of a statement: all that may leave to a funder, and nothing else.

Police officers are public servants on duty and are told exactly. Of everybody else the programme
tells those who completed by sex and age, of all its workshops together, and each funder how many of
them its own workshops brought.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kash.statements.rules.names import COMPLETED, HEADCOUNT, Name, Place

WORKSHOPS = "workshops_held"


class Who(StrEnum):
    """People who are counted: officers, all others, or nobody, where workshops are."""

    POLICE = "police"
    COMMUNITY = "community"
    NOBODY = "nobody"


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement. `supported` counts the funder's own workshops, else the whole
    programme's; `weighted` is the funder's share of the people. `by` are the ways in which people
    are told apart beside the total."""

    key: str
    who: Who
    supported: bool
    weighted: bool = False
    by: tuple[tuple[str, ...], ...] = ()

    @property
    def starred(self) -> bool:
        """True if people must not be found in it."""
        return self.who is Who.COMMUNITY

    @property
    def code(self) -> str:
        """The line as one word, for a page."""
        whose = "supported" if self.supported else "programme"
        return "-".join((self.key, self.who, whose, *(["weighted"] if self.weighted else [])))

    def name(self, funder: str, place: Place = ()) -> Name:
        """The name of a figure of it, in what was told of a period."""
        return Name(self.key, funder if self.supported else "", place)


_POLICE, _COMMUNITY = Who.POLICE, Who.COMMUNITY
SUPPORTED = (
    StatementLine(WORKSHOPS, Who.NOBODY, supported=True),
    StatementLine(COMPLETED, _POLICE, supported=True, by=(("sex",), ("cadre",), ("station",))),
    StatementLine(COMPLETED, _POLICE, supported=True, weighted=True),
    StatementLine("people_reached", _POLICE, supported=True),
    StatementLine("certified", _POLICE, supported=True),
    StatementLine("refreshed", _POLICE, supported=True),
    StatementLine(COMPLETED, _COMMUNITY, supported=True),
    StatementLine(COMPLETED, _COMMUNITY, supported=True, weighted=True),
    StatementLine(HEADCOUNT, _COMMUNITY, supported=True),
)
PROGRAMME = (
    StatementLine(WORKSHOPS, Who.NOBODY, supported=False),
    StatementLine(COMPLETED, _POLICE, supported=False, by=(("sex",),)),
    StatementLine(
        COMPLETED, _COMMUNITY, supported=False, by=(("sex",), ("age_band",), ("sex", "age_band"))
    ),
)
LINES = SUPPORTED + PROGRAMME
BY_CODE = {line.code: line for line in LINES}
