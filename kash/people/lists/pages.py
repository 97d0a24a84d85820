"""What one page of a preview shows: rows with questions first, with what there is to choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _

from kash.database import utc_now
from kash.people import words as people_words
from kash.people.lists import words
from kash.people.lists.previews import Preview
from kash.people.rules.lists.births import Born
from kash.people.rules.lists.classing import Facts, Outcome, State, is_child, row_number
from kash.people.rules.lists.rows import EDITABLE, ReadRow
from kash.people.rules.matching import Reason
from kash.web import Listing, paged

_OF_NAMES = frozenset({Reason.SAME_NAME, Reason.SIMILAR_NAME, Reason.OTHER_NAME})
_ORDER = [State.WRONG, State.DOUBTFUL, State.SAME, State.NEW, State.OUT]


@dataclass(frozen=True)
class Side:
    """Somebody beside the row: its key as a decision, her name, and a line about her."""

    key: str
    name: str
    line: str
    reasons: str


@dataclass(frozen=True)
class Difference:
    """A field in which a row says something else than what is kept; `kept` is empty if sealed."""

    field: str
    label: str
    kept: str
    given: str
    taken: bool


@dataclass(frozen=True)
class RowShown:
    """One row of the page."""

    outcome: Outcome
    line: str
    remarks: Sequence[str]
    wrong: Sequence[str]
    sides: Sequence[Side] = ()
    differences: Sequence[Difference] = ()
    same: str = ""
    child: bool = False
    edits: Sequence[tuple[str, str, str]] = field(default=())


# Each row may ask something and be corrected: fewer fit on a page than in a plain list.
ROWS_SHOWN = 25


class ListPage:
    """The rows of one state, or all with those that ask something first."""

    def __init__(self, preview: Preview, state: str) -> None:
        self.state = state if state in set(State) else ""
        self._preview = preview
        chosen = [each for each in preview.outcomes if not self.state or each.state == self.state]
        chosen.sort(key=lambda each: (_ORDER.index(each.state), each.number))
        self.listing: Listing[Outcome] = paged(chosen, per_page=ROWS_SHOWN)
        self.rows = [self._row(each) for each in self.listing]

    def _row(self, outcome: Outcome) -> RowShown:
        preview, row = self._preview, outcome.placed.row
        remarks = [*row.remarks, *outcome.placed.wrong]
        same = outcome.state is State.SAME
        sides = []
        if outcome.state is State.DOUBTFUL:
            sides = [self._side(match.key, match.reasons) for match in outcome.matches[:3]]
        elif same:
            reasons = next(
                (match.reasons for match in outcome.matches if match.key == outcome.same_as), ()
            )
            sides = [self._side(outcome.same_as, reasons)]
        return RowShown(
            outcome,
            line=_row_line(row, outcome.placed.organisation, preview),
            remarks=[words.remark_text(each) for each in remarks if not each.wrong],
            wrong=[words.remark_text(each) for each in remarks if each.wrong],
            sides=sides,
            differences=self._differences(outcome) if same else (),
            same=words.same_text(outcome, preview) if same else "",
            child=is_child(row, utc_now().year),
            edits=_edits(outcome) if outcome.state is State.WRONG else (),
        )

    def _side(self, key: str, reasons: tuple[Reason, ...]) -> Side:
        told = words.reasons_text(reasons)
        if number := row_number(key):
            other = next(each for each in self._preview.outcomes if each.number == number)
            row = other.placed.row
            line = _row_line(row, other.placed.organisation, self._preview)
            return Side(key, words.row_name(number, row.name), line, told)
        name, group, facts = self._preview.people[key]
        if facts is None:
            # Of someone out of reach nothing is told but what the name tells.
            named = words.reasons_text(tuple(each for each in reasons if each in _OF_NAMES))
            told = _("%(reasons)s. You see no more of this person: ask who does.", reasons=named)
        return Side(key, name, " · ".join([group, *_facts_line(facts)]), told)

    def _differences(self, outcome: Outcome) -> list[Difference]:
        found = self._preview.comparisons.get(outcome.number)
        facts = self._preview.people.get(outcome.same_as, ("", "", None))[2]
        if found is None or facts is None:
            return []
        taken = self._preview.takes.get(outcome.number, ())
        return [
            Difference(
                name,
                str(words.FIELD[name]),
                "" if name in ("phone", "email") else self._kept(facts, name),
                self._given(outcome, name),
                name in taken,
            )
            for name in found.differs
        ]

    def _kept(self, facts: Facts, name: str) -> str:
        if name == "birth":
            return _born(Born(facts.birth_year, facts.age_band))
        if name == "organisation":
            return self._preview.organisation_names.get(facts.organisation, "")
        return _said(name, str(getattr(facts, name)))

    def _given(self, outcome: Outcome, name: str) -> str:
        row = outcome.placed.row
        if name == "birth":
            return _born(row.birth)
        if name == "organisation":
            place = outcome.placed
            return self._preview.organisation_names.get(place.organisation, place.new_station)
        return _said(name, str(getattr(row, name)))


def _said(name: str, value: str) -> str:
    if name == "sex":
        return str(people_words.SEX.get(value, value))
    if name == "language":
        return str(people_words.LANGUAGE.get(value, value))
    return value


def _born(born: Born) -> str:
    if born.year:
        return str(born.year)
    return str(people_words.AGE_BAND[born.band]) if born.band else ""


def _row_line(row: ReadRow, organisation: str, preview: Preview) -> str:
    place = preview.organisation_names.get(organisation, row.organisation)
    sex = str(people_words.SEX[row.sex]) if row.sex else ""
    language = _said("language", row.language)
    facts = (row.reference, row.phone, row.cadre, place, row.ward, sex, _born(row.birth), language)
    return " · ".join(each for each in facts if each)


def _facts_line(facts: Facts | None) -> list[str]:
    if facts is None:
        return []
    born = _born(Born(facts.birth_year, facts.age_band))
    return [each for each in (facts.reference, facts.cadre, facts.ward, born) if each]


def _edits(outcome: Outcome) -> list[tuple[str, str, str]]:
    """(field, label, what is typed) of the cells that can be typed anew: those that are wrong, and
    the name."""
    row = outcome.placed.row
    remarks = (*row.remarks, *outcome.placed.wrong)
    wrong = {remark.field for remark in remarks if remark.wrong}
    names = [name for name in EDITABLE if name in wrong]
    return [(name, str(words.FIELD[name]), row.typed.get(name, "")[:200]) for name in names]
