"""The page of a list that waits, rows with questions first; how all that is thought of it is said
to a person; the report of what was done, in which no phone and no e-mail stands; and empty lists to
fill in, written by hand as a zip of a few small parts: the library that writes sheets would stay in
the server's memory for this alone."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people import words
from kash.people.facts import LISTED
from kash.people.lists.files import MOST_ROWS
from kash.people.lists.previews import ListRow, Preview
from kash.people.lists.queries import kept_facts
from kash.people.lists.rules.cells import Born, Remark
from kash.people.lists.rules.classing import Facts, Outcome, State, is_child, row_number
from kash.people.lists.rules.rows import EDITABLE, ReadRow, place_of
from kash.people.models import Group, Organisation
from kash.people.rules.duplicates import Reason
from kash.people.rules.persons import AGE_BANDS
from kash.platform.web import Listing, paged
from kash.platform.web.formats import local_today
from kash.policy import Actor

STATE: dict[str, Any] = {
    State.NEW: _l("New"),
    State.SAME: _l("Same"),
    State.DOUBTFUL: _l("Doubtful"),
    State.WRONG: _l("Wrong"),
    State.OUT: _l("Left out"),
}
TONE: dict[str, str] = {
    State.NEW: "live",
    State.SAME: "good",
    State.DOUBTFUL: "warn",
    State.WRONG: "bad",
    State.OUT: "",
}
DONE: dict[str, Any] = {
    State.NEW: _l("Added"),
    State.SAME: _l("Was here already"),
    State.DOUBTFUL: _l("Left out: nobody decided"),
    State.WRONG: _l("Left out: wrong"),
    State.OUT: _l("Left out"),
}
FIELD: dict[str, Any] = {
    "": _l("Leave out"),
    **words.LABEL,
    "name": _l("Name"),
    "birth": _l("Age or birth day"),
    "organisation": _l("Station or collective"),
    "since": _l("There since"),
}
SURE: dict[str, tuple[str, Any]] = {
    "remembered": ("good", _l("Same as last time")),
    "certain": ("good", _l("Certain")),
    "guess": ("warn", _l("A guess, please check")),
    "left_out": ("", _l("Left out")),
    "chosen": ("good", _l("Chosen by you")),
    "new": ("warn", _l("Not known yet")),
}
SKIPPED: dict[str, Any] = {
    "totals": _l("a line of totals"),
    "headings": _l("the headings once more"),
    "section": _l("the title of a part"),
    "note": _l("a note, no person"),
    "again": _l("the same person with one more training"),
}
REASON: dict[str, Any] = {
    Reason.SAME_REFERENCE: _l("same number"),
    Reason.SAME_PHONE: _l("same phone"),
    Reason.SAME_NAME_SAME_STATION: _l("same name at the same place"),
    Reason.SIMILAR_NAME_SAME_STATION: _l("similar name at the same place"),
    Reason.SAME_NAME: _l("same name"),
    Reason.SIMILAR_NAME: _l("similar name"),
    Reason.SAME_BIRTH_YEAR: _l("same birth year"),
    Reason.SAME_WARD: _l("same ward"),
    Reason.SAME_ROW: _l("the same row, as it was brought in before"),
    Reason.OTHER_REFERENCE: _l("another number"),
    Reason.OTHER_NAME: _l("another name"),
    Reason.OTHER_SEX: _l("another sex"),
    Reason.OTHER_BIRTH_YEAR: _l("another birth year"),
    Reason.OTHER_GROUP: _l("another group"),
}
_REMARK: dict[str, Any] = {
    "control": _l("A cell holds characters that cannot be shown."),
    "too_long": _l("A cell holds far more than fits."),
    "formula": _l("A cell holds a formula instead of a text."),
    "no_name": _l("A person needs a name."),
    "name_formula": _l("This is a formula, not a name."),
    "name_no_letter": _l("A name needs at least one letter."),
    "phone_wrong": _l("This is not a phone number."),
    "phone_letters": _l("Letters in the phone number were read as digits."),
    "phone_day": _l("This is a day, not a phone number."),
    "phone_digits_lost": _l("The sheet has shortened this number. Ask for it, and type it anew."),
    "phone_second": _l("The first good phone number is taken."),
    "name_phone": _l("The phone number beside the name is taken."),
    "name_more": _l("More than a name stands here. Type the name alone."),
    "name_alone": _l(
        "If this is a title in the list, leave it out; if it is a person, check it again."
    ),
    "name_title": _l(
        "If this is a title in the list, leave it out; if it is a person, check it again."
    ),
    "email_wrong": _l("This is not an e-mail address."),
    "birth_month_first": _l("The month was read first; only the year is kept."),
    "birth_maybe_minor": _l("This may be under 18. Ask, and enter the age."),
    "birth_disagrees": _l("Age and birth year do not fit together."),
    "group_missing": _l("Choose the group of this list above."),
    "number_taken": _l("Someone in this group has this number already."),
    "station_unknown": _l("There is no such station or collective. Add it first."),
}


def remark_text(remark: Remark) -> str:
    """A remark as a sentence. None quotes a phone number."""
    if remark.code in _REMARK:
        return str(_REMARK[remark.code])
    given, taken = remark.given, remark.taken
    band = str(words.AGE_BAND.get(taken, taken))
    sentences = {
        "birth_wrong": lambda: _("“%(given)s” is no age and no birth day.", given=given),
        "birth_out_of_range": lambda: _(
            "“%(given)s” is not the birth day of someone alive.", given=given
        ),
        "birth_no_such_day": lambda: _("There is no day “%(given)s”.", given=given),
        "birth_century": lambda: _("Of “%(given)s” the century is not clear.", given=given),
        "birth_two_digits": lambda: _(
            "“%(given)s” is read as born in %(year)s.", given=given, year=taken
        ),
        "birth_number_as_day": lambda: _(
            "The number %(given)s is a day without its format: born in %(year)s.",
            given=given,
            year=taken,
        ),
        "birth_age": lambda: _("Age “%(given)s” is kept as %(band)s.", given=given, band=band),
        "birth_bracket": lambda: _("“%(given)s” is kept as %(band)s.", given=given, band=band),
        "birth_bracket_open": lambda: _(
            "“%(given)s” spans several age groups: the age stays open.", given=given
        ),
        "birth_code": lambda: _(
            "“%(given)s” often stands for “not said”. Enter the age, or nothing.", given=given
        ),
        "name_number": lambda: _("The number %(given)s before the name is left out.", given=given),
        "phone_note": lambda: _(
            "“%(given)s” stands beside the phone number and is not kept.", given=given
        ),
        "not_said": lambda: _("“%(given)s” is kept as: not said.", given=given),
        "sex_x": lambda: _("“%(given)s” is read as: other.", given=given),
        "two_answers": lambda: _("Two answers are given: “%(given)s”. Type one.", given=given),
        "sex_wrong": lambda: _("“%(given)s” is not a sex that is known here.", given=given),
        "language_unknown": lambda: _(
            "“%(given)s” is not on the list of languages: it stays open.", given=given
        ),
        "language_first": lambda: _(
            "Of “%(given)s” only %(language)s is kept.",
            given=given,
            language=words.LANGUAGE.get(taken, taken),
        ),
        "since_wrong": lambda: _("“%(given)s” is not a day in the past.", given=given),
        "group_unknown": lambda: _("There is no group “%(given)s”.", given=given),
    }
    return str(sentences[remark.code]())


def row_text(number: int) -> str:
    """A row's number as it is said: the sheet's, and which of several lists side by side."""
    person_row, aside = place_of(number)
    return (
        str(person_row) if aside == 1 else _("%(row)s (list %(list)s)", row=person_row, list=aside)
    )


def row_name(number: int, name: str) -> str:
    """Someone in a row above."""
    return _("Row %(row)s: %(name)s", row=row_text(number), name=name)


def reasons_text(reasons: tuple[Reason, ...]) -> str:
    """Why two may be one person, what speaks for it and what against."""
    for_it = ", ".join(str(REASON[reason]) for reason in reasons if not reason.against)
    against = ", ".join(str(REASON[reason]) for reason in reasons if reason.against)
    if for_it and against:
        return _("%(reasons)s; but %(against)s", reasons=for_it, against=against)
    return for_it or against


def same_text(outcome: Outcome, preview: Preview) -> str:
    """The person or row with which a row is the same, and what that changes."""
    if outcome.same_row:
        return _("Same as row %(row)s.", row=row_text(outcome.same_row))
    fills = preview.fills(outcome)
    if not fills:
        return _("Nothing changes.")
    names = ", ".join(str(FIELD[name]) for name in fills)
    return _("Filled in: %(fields)s.", fields=names)


_OF_NAMES = frozenset({Reason.SAME_NAME, Reason.SIMILAR_NAME, Reason.OTHER_NAME})
_ORDER = [State.WRONG, State.DOUBTFUL, State.SAME, State.NEW, State.OUT]


class Side(NamedTuple):
    """Somebody beside the row: its key as a decision, her name, and a line about her. `person` is
    the public id of who is here already, empty for another row."""

    key: str
    name: str
    line: str
    reasons: str
    person: str = ""


class Difference(NamedTuple):
    """A field in which a row says something else than what is kept; `kept` is empty if sealed."""

    field: str
    label: str
    kept: str
    given: str
    taken: bool


@dataclass(frozen=True)
class RowShown:
    """One row of the page. `was` is the state that it had before others changed it."""

    outcome: Outcome
    line: str
    remarks: Sequence[str]
    wrong: Sequence[str]
    sides: Sequence[Side] = ()
    differences: Sequence[Difference] = ()
    same: str = ""
    child: bool = False
    was: str = ""
    edits: Sequence[tuple[str, str, str]] = field(default=())


class ColumnsShown(NamedTuple):
    """The places of the columns of a list: those that are shown, and, where these would be many,
    those apart that go nowhere. What is empty with its heading is none."""

    shown: Sequence[int]
    left: Sequence[int] = ()


# The rows that others changed since they were shown, as a choice beside the states.
CHANGED = "changed"
_SIDES = 3
# Each row may ask something and be corrected: fewer fit on a page than in a plain list.
ROWS_SHOWN = 25
# A form's export has two hundred columns, of which a few are about the person.
_MOST_LEFT = 8
# What a row's line tells beside the name, in this order.
_FIRST = ("reference", "phone", "cadre", "organisation", "ward", "sex", "birth", "language")
_LINE = (*_FIRST, *(fact.name for fact in LISTED if fact.name not in (*_FIRST, "printed_name")))


class ListPage:
    """The rows of one state, or all with those that ask something first; `CHANGED` shows those that
    others changed. The facts of people beside them are read now, as far as the actor sees them."""

    def __init__(
        self,
        preview: Preview,
        state: str,
        actor: Actor,
        organisations: Sequence[Organisation],
        groups: Sequence[Group],
    ) -> None:
        self.state = state if state in {*State, CHANGED} else ""
        self._preview = preview
        self._places = {organisation.public_id: organisation.name for organisation in organisations}
        self._groups = {group.public_id: group.name for group in groups}
        chosen = [state for state in preview.states if self._is_chosen(*state)]
        chosen.sort(key=lambda each: (_ORDER.index(each[1]), each[0]))
        self.listing: Listing[tuple[int, State]] = paged(chosen, per_page=ROWS_SHOWN)
        shown = [listed for number, _state in self.listing if (listed := preview.row(number))]
        keys = {key for listed in shown for key in _beside(listed.outcome) if not row_number(key)}
        self._people = kept_facts(sorted(keys), actor)
        self.rows = [self._row(listed) for listed in shown]

    @property
    def columns(self) -> ColumnsShown:
        """The columns of the file, those that are kept first in sight."""
        preview = self._preview
        used = [
            at
            for at, heading in enumerate(preview.table.headings)
            if heading or preview.first_values(at)
        ]
        guessed = [at for at in used if preview.guesses[at].field]
        left = [at for at in used if not preview.guesses[at].field]
        if not guessed or len(left) <= _MOST_LEFT:
            return ColumnsShown(used)
        return ColumnsShown(guessed, left)

    def _is_chosen(self, number: int, state: State) -> bool:
        if self.state == CHANGED:
            return number in self._preview.changed
        return not self.state or state == self.state

    def _row(self, listed: ListRow) -> RowShown:
        preview, outcome = self._preview, listed.outcome
        person_row = outcome.placed.row
        remarks = [*person_row.remarks, *outcome.placed.wrong]
        same = outcome.state is State.SAME
        sides = []
        if outcome.state is State.DOUBTFUL:
            sides = [
                self._side(match.key, match.reasons)
                for match in outcome.matches[:_SIDES]
                if row_number(match.key) or match.key in self._people
            ]
        elif same:
            reasons = next(
                (match.reasons for match in outcome.matches if match.key == outcome.same_as), ()
            )
            if row_number(outcome.same_as) or outcome.same_as in self._people:
                sides = [self._side(outcome.same_as, reasons)]
        return RowShown(
            outcome,
            line=self._line(outcome),
            remarks=[remark_text(remark) for remark in remarks if not remark.wrong],
            wrong=[remark_text(remark) for remark in remarks if remark.wrong],
            sides=sides,
            differences=self._differences(listed) if same else (),
            same=same_text(outcome, preview) if same else "",
            child=is_child(person_row, local_today().year),
            was=str(STATE[preview.changed[outcome.number]])
            if outcome.number in preview.changed
            else "",
            edits=_edits(outcome) if outcome.state is State.WRONG else (),
        )

    def _line(self, outcome: Outcome) -> str:
        """Line of a row, with its group where that is not the whole list's."""
        placed = outcome.placed
        other = self._groups.get(placed.group, "") if placed.group != self._preview.group else ""
        line = _row_line(placed.row, placed.organisation, self._places)
        return " · ".join(part for part in (other, line) if part)

    def _side(self, key: str, reasons: tuple[Reason, ...]) -> Side:
        told = reasons_text(reasons)
        if number := row_number(key):
            other = self._preview.row(number)
            if other is None:
                return Side(key, row_name(number, ""), "", told)
            named = row_name(number, other.outcome.placed.row.name)
            return Side(key, named, self._line(other.outcome), told)
        name, group, facts = self._people[key]
        if facts is None:
            # Of someone out of reach nothing is told but what the name tells.
            named = reasons_text(tuple(reason for reason in reasons if reason in _OF_NAMES))
            told = _("%(reasons)s. You see no more of this person: ask who does.", reasons=named)
        return Side(key, name, " · ".join([group, *_facts_line(facts)]), told, key)

    def _differences(self, listed: ListRow) -> list[Difference]:
        outcome, comparison = listed.outcome, listed.comparison
        facts = self._people.get(outcome.same_as, ("", "", None))[2]
        if comparison is None or facts is None:
            return []
        taken = self._preview.takes.get(outcome.number, ())
        return [
            Difference(
                name,
                str(FIELD[name]),
                "" if name in ("phone", "email") else self._kept(facts, name),
                self._given(outcome, name),
                name in taken,
            )
            for name in comparison.differs
        ]

    def _kept(self, facts: Facts, name: str) -> str:
        if name == "birth":
            return _born(Born(facts.birth_year, facts.age_band))
        if name == "organisation":
            return self._places.get(facts.organisation, "")
        return words.said(name, facts.plain[name])

    def _given(self, outcome: Outcome, name: str) -> str:
        person_row = outcome.placed.row
        if name == "birth":
            return _born(person_row.birth)
        if name == "organisation":
            place = outcome.placed
            return self._places.get(place.organisation, place.new_station)
        if name in ("phone", "email"):
            return str(getattr(person_row, name))
        return words.said(name, person_row.fact(name))


def _born(born: Born) -> str:
    if born.year:
        return str(born.year)
    return str(words.AGE_BAND[born.band]) if born.band else ""


def _beside(outcome: Outcome) -> list[str]:
    """The keys of the people that stand beside a row."""
    if outcome.state is State.DOUBTFUL:
        return [match.key for match in outcome.matches[:_SIDES]]
    return [outcome.same_as] if outcome.same_as else []


def _row_line(row: ReadRow, organisation: str, places: Mapping[str, str]) -> str:
    place = places.get(organisation, row.organisation)
    facts = {"phone": row.phone, "organisation": place, "birth": _born(row.birth)}
    facts |= {name: words.said(name, value) for name, value in row.facts.items() if value}
    return " · ".join(facts[name] for name in _LINE if facts.get(name))


def _facts_line(facts: Facts | None) -> list[str]:
    if facts is None:
        return []
    born = _born(Born(facts.birth_year, facts.age_band))
    plain = facts.plain
    return [fact for fact in (plain["reference"], plain["cadre"], plain["ward"], born) if fact]


def _edits(outcome: Outcome) -> list[tuple[str, str, str]]:
    """(field, label, what is typed) of the cells that can be typed anew: those that are wrong, and
    the name."""
    person_row = outcome.placed.row
    remarks = (*person_row.remarks, *outcome.placed.wrong)
    wrong = {remark.field for remark in remarks if remark.wrong}
    names = [name for name in EDITABLE if name in wrong]
    return [(name, str(FIELD[name]), person_row.typed.get(name, "")[:200]) for name in names]


_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def quoted(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def report_of(preview: Preview) -> bytes:
    """A CSV file in UTF-8 with its mark, so that spreadsheets read it rightly."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([_("Row"), _("Name"), _("Number"), _("What was done"), _("Why")])
    for outcome in preview.outcomes:
        person_row = outcome.placed.row
        told = [remark_text(remark) for remark in (*person_row.remarks, *outcome.placed.wrong)]
        if outcome.state is State.SAME:
            told = [same_text(outcome, preview), *told]
        writer.writerow(
            [
                row_text(outcome.number),
                quoted(person_row.name),
                quoted(person_row.fact("reference")),
                str(DONE[outcome.state]),
                quoted(" ".join(told)),
            ]
        )
    return "\ufeff".encode() + written.getvalue().encode("utf-8", "replace")


_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_IN_TEMPLATES = (
    *("name", "reference", "cadre", "organisation", "ward", "phone"),
    *("sex", "birth", "language"),
)


def template_of(group: Group, organisations: Sequence[Organisation]) -> bytes:
    """An XLSX file whose headings read back without a question."""
    fields = _fields(police=group.is_police)
    fitting = [
        organisation.name
        for organisation in organisations
        if organisation.group_id in (None, group.id)
    ]
    chosen: dict[str, list[str]] = {
        **{
            fact.name: [words.said(fact.name, choice) for choice in fact.choices] for fact in LISTED
        },
        "birth": [choice_ for choice_ in AGE_BANDS if choice_[0].isdigit()],
        "organisation": fitting,
    }
    headings = [_("Age") if name == "birth" else str(FIELD[name]) for name in fields]
    lists = [(name, chosen[name]) for name in fields if chosen.get(name)]
    return _workbook(group.name, headings, fields, lists)


def _fields(*, police: bool) -> tuple[str, ...]:
    """The columns of the list of a group."""
    fields_asked = {fact.name: fact.asked.of(police=police) for fact in LISTED}
    every = (*_IN_TEMPLATES, *(name for name in fields_asked if name not in _IN_TEMPLATES))
    return tuple(name for name in every if fields_asked.get(name, True))


def _workbook(
    title: str,
    headings: Sequence[str],
    fields: Sequence[str],
    lists: Sequence[tuple[str, Sequence[str]]],
) -> bytes:
    parts = {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _book(title),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                ("worksheet", "worksheets/sheet1.xml"),
                ("worksheet", "worksheets/sheet2.xml"),
                ("styles", "styles.xml"),
            ]
        ),
        "xl/styles.xml": _styles(),
        "xl/worksheets/sheet1.xml": _form(headings, fields, lists),
        "xl/worksheets/sheet2.xml": _choices(lists),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as workbook:
        for name, body in parts.items():
            workbook.writestr(zipfile.ZipInfo(name), _HEAD + body)
    return buffer.getvalue()


def _types() -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    sheets = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" '
        f'ContentType="{kind}.worksheet+xml"/>'
        for number in (1, 2)
    )
    return (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f"{sheets}"
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _book(title: str) -> str:
    plain = "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31].strip() or "List"
    return (
        f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{escape(plain, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/>'
        '<sheet name="choices" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>'
    )


def _styles() -> str:
    # Plain, bold, and text: a phone keeps its zero only in a cell of text.
    return (
        f'<styleSheet xmlns="{_NAMESPACE}">'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
        '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="3"><xf/><xf fontId="1" applyFont="1"/>'
        '<xf numFmtId="49" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )


def _form(
    headings: Sequence[str], fields: Sequence[str], lists: Sequence[tuple[str, Sequence[str]]]
) -> str:
    cells = "".join(_cell(_letter(at), 1, text, 1) for at, text in enumerate(headings))
    rules_ = "".join(
        '<dataValidation type="list" errorStyle="warning" allowBlank="1" '
        f'sqref="{_letter(fields.index(name))}2:{_letter(fields.index(name))}{MOST_ROWS}">'
        f"<formula1>choices!${_letter(at)}$1:${_letter(at)}${len(some)}</formula1></dataValidation>"
        for at, (name, some) in enumerate(lists)
    )
    return (
        f'<worksheet xmlns="{_NAMESPACE}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        "</sheetView></sheetViews>"
        f'<cols><col min="1" max="{len(headings)}" width="24" style="2" customWidth="1"/></cols>'
        f'<sheetData><row r="1">{cells}</row></sheetData>'
        f'<dataValidations count="{len(lists)}">{rules_}</dataValidations></worksheet>'
    )


def _choices(lists: Sequence[tuple[str, Sequence[str]]]) -> str:
    longest = max((len(some) for _name, some in lists), default=0)
    rows = "".join(
        f'<row r="{number}">'
        + "".join(
            _cell(_letter(at), number, some[number - 1], 0)
            for at, (_name, some) in enumerate(lists)
            if number <= len(some)
        )
        + "</row>"
        for number in range(1, longest + 1)
    )
    return f'<worksheet xmlns="{_NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'


def _cell(letter: str, number: int, text: str, style: int) -> str:
    return (
        f'<c r="{letter}{number}" s="{style}" t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(text)}</t></is></c>'
    )


def _letter(at: int) -> str:
    return chr(65 + at)
