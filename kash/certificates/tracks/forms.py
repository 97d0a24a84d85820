"""Forms of a track itself, and of what is done with its versions and people. The page on which
requirements are written: sentences with fields in them, without a script. Each has a place, as
"t.0.2": the track's list ("t") or that of the renewal ("r"), then the numbers of the group and of
the requirement in it. A field is named place and parameter, as "t.0.2:share". A button that adds or
removes sends everything and saves nothing. Requirements as sentences, and other words of tracks, in
the reader's language. Forms of a visit, and of the checklist that is looked at on visits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from kash.certificates.tracks.leaf_kinds import LeafKind, kind_rules, leaf_kinds
from kash.certificates.tracks.models import TrackVersion
from kash.certificates.tracks.queries.tracks import Names
from kash.certificates.tracks.rules import standing as standing_rules
from kash.certificates.tracks.rules import tree as trees
from kash.platform.web import KashForm
from kash.platform.web.bodies import CONTROL_CHARACTERS
from kash.platform.web.fields import DayField, clean_text
from kash.platform.web.forms import choice_field, long_text_field, radio_field, required, text_field


class TrackForm(KashForm):
    """A track, apart from its requirements."""

    name = text_field(_l("Name"), most=120)
    name_sw = text_field(_l("Name in Kiswahili"), most=120, required=False)
    purpose = text_field(_l("What it leads to, in a sentence"), most=300, required=False)
    course = choice_field(_l("Its certificate is that of the course"), required=False)


class ReturnTrackForm(KashForm):
    """Reason for which a proposal goes back."""

    because = text_field(_l("What should be changed"), most=500)


class MoveForm(KashForm):
    """Version to which somebody is moved, and why."""

    version = choice_field(_l("Version"))
    reason = long_text_field(_l("Why"), most=500, required=True)


class WithdrawForm(KashForm):
    """Reason for which a fact is withdrawn."""

    because = text_field(_l("What was wrong"), most=300)


class EndForm(KashForm):
    """Day on which somebody held a role last."""

    until = DayField(_l("Last day"), validators=[required()])


TREE, RENEWAL = "t", "r"


@dataclass
class TreeSheet:
    """Content of the page: the tree, that of the renewal, its months and days as typed, and
    sentences by place and parameter."""

    tree: trees.Requirements
    renews: bool = False
    renewal_tree: trees.Requirements = ()
    months: str = "24"
    grace_days: str = "60"
    row_version: int = 0
    flaws: dict[str, trees.TreeFlaw] = field(default_factory=dict)

    @classmethod
    def of(cls, version: TrackVersion) -> TreeSheet:
        """Content that is stored."""
        sheet = cls(trees.tree_from_json(version.tree), row_version=version.row_version)
        if version.renewal:
            renewal = trees.renewal_from_json(version.renewal)
            sheet.renews, sheet.renewal_tree = True, renewal.tree
            sheet.months, sheet.grace_days = str(renewal.months), str(renewal.grace_days)
        return sheet

    @classmethod
    def posted(cls, form: MultiDict[str, str], row_version: int) -> TreeSheet:
        """Content that was sent, with the button's change of the tree done."""
        sheet = cls(
            _read(form, TREE),
            renews=form.get("renews") == "yes",
            renewal_tree=_read(form, RENEWAL),
            months=form.get("months", "")[:8].strip(),
            grace_days=form.get("grace_days", "")[:8].strip(),
            row_version=row_version,
        )
        what, _colon, place = form.get("do", "").partition(":")
        if what in ("add", "remove"):
            top, *numbers = place.split(".")
            at = tuple(int(number) for number in numbers if number.isdigit() and len(number) < 4)
            rule = kind_rules().get(form.get(f"{place}:new", "")) if what == "add" else None
            added = (trees.read_leaf(rule, {}),) if rule is not None else ()
            if top == TREE:
                sheet.tree = _changed(sheet.tree, at, added)
            elif top == RENEWAL:
                sheet.renewal_tree = _changed(sheet.renewal_tree, at, added)
        return sheet

    @property
    def renewal(self) -> trees.Renewal | None:
        """The renewal as it would be saved; numbers that are none are out of bounds."""
        if not self.renews:
            return None
        return trees.Renewal(self.renewal_tree, _whole(self.months), _whole(self.grace_days))

    def show(
        self,
        tree: list[trees.FlawAt],
        renewal_tree: list[trees.FlawAt],
        renewal: list[trees.FlawAt],
    ) -> None:
        """Note what is wrong, each at its place."""
        self.flaws = {_key(TREE, flaw): flaw.flaw for flaw in tree}
        self.flaws |= {_key(RENEWAL, flaw): flaw.flaw for flaw in renewal_tree}
        self.flaws |= {
            "grace_days" if flaw.flaw is trees.TreeFlaw.GRACE else "months": flaw.flaw
            for flaw in renewal
        }


def _changed(
    tree: trees.Requirements, at: tuple[int, ...], added: tuple[trees.Leaf, ...]
) -> trees.Requirements:
    """A list with a requirement added: to the group at a place, or as the last. With none to add,
    the requirement at the place is left out."""
    if not at:
        return (*tree, *trees.all_of(*added))
    groups = []
    for number, group in enumerate(tree):
        leaves = [leaf for place, leaf in enumerate(group.leaves) if added or (number, place) != at]
        leaves += added if at == (number,) else ()
        if leaves:
            groups.append(trees.SomeOf(tuple(leaves), group.count if len(leaves) > 1 else 1))
    return tuple(groups)


def _key(top: str, flaw: trees.FlawAt) -> str:
    return ".".join([top, *map(str, flaw.place)])


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1


def _read(form: MultiDict[str, str], top: str) -> trees.Requirements:
    """The list whose fields begin so."""
    groups = []
    for number in range(trees.MOST_LEAVES + 1):
        leaves: list[trees.Leaf] = []
        while len(leaves) <= trees.MOST_LEAVES and (
            kind := form.get(f"{(place := f'{top}.{number}.{len(leaves)}')}:is")
        ):
            rule = kind_rules().get(kind)
            leaves.append(
                trees.read_leaf(rule, _fields(form, place)) if rule else trees.Leaf(kind[:40])
            )
        if not leaves:
            break
        count = _whole(form.get(f"{top}.{number}:count", "")) if len(leaves) > 1 else 1
        groups.append(trees.SomeOf(tuple(leaves), max(count, 0)))
    return tuple(groups)


def _fields(form: MultiDict[str, str], place: str) -> Mapping[str, list[str]]:
    start = f"{place}:"
    return {
        name.removeprefix(start): [CONTROL_CHARACTERS.sub("", text) for text in form.getlist(name)]
        for name in form
        if name.startswith(start)
    }


_BRACES = re.compile(r"\{([a-z]+)\}")

FLAWS = {
    trees.TreeFlaw.EMPTY: _l("Nothing stands here yet. Add a requirement."),
    trees.TreeFlaw.COUNT: _l("Write a number from 1 to the number of requirements below."),
    trees.TreeFlaw.PARAMETER: _l("Something in this sentence is missing, or out of bounds."),
    trees.TreeFlaw.UNKNOWN_KIND: _l("This requirement is not known any more. Remove it."),
    trees.TreeFlaw.UNPUBLISHED: _l("This course has no published version."),
    trees.TreeFlaw.OTHER_COURSE: _l("These versions are of another course. Tick them again."),
    trees.TreeFlaw.NO_SUCH_TRACK: _l("Choose a track from the list."),
    trees.TreeFlaw.LOOP: _l("That track asks for this one: nobody could complete either."),
    trees.TreeFlaw.TOO_MUCH: _l("A track has at most 40 requirements."),
    trees.TreeFlaw.WINDOW: _l("Enter a number of months from 1 to 120."),
    trees.TreeFlaw.SHORT_WINDOW: _l("What is asked takes longer than this. Lengthen it."),
    trees.TreeFlaw.GRACE: _l("Enter a number of days from 0 to 366."),
    trees.TreeFlaw.RENEWS_NOTHING: _l(
        "Choose this track's certificate first, on “Change the name”."
    ),
}
WORDS_RENEWAL = {
    standing_rules.RenewalState.HOLDS: _l("valid, cannot be renewed yet"),
    standing_rules.RenewalState.OPEN: _l("valid, can be renewed now"),
    standing_rules.RenewalState.GRACE: _l("has expired, can still be renewed"),
    standing_rules.RenewalState.LAPSED: _l("has expired"),
}
RENEWAL_TONE = {
    standing_rules.RenewalState.HOLDS: "good",
    standing_rules.RenewalState.OPEN: "live",
    standing_rules.RenewalState.GRACE: "warn",
    standing_rules.RenewalState.LAPSED: "bad",
}
STANDING = {
    standing_rules.Standing.ON_THE_WAY: _l("Not all done yet"),
    standing_rules.Standing.EARNED: _l("All done, no valid certificate"),
    standing_rules.Standing.ACTIVE: _l("Active"),
    standing_rules.Standing.RENEWABLE: _l("Active, can be renewed now"),
    standing_rules.Standing.GRACE: _l("Expired, can still be renewed"),
    standing_rules.Standing.LAPSED: _l("Expired"),
}
STANDING_TONE = {
    standing_rules.Standing.ON_THE_WAY: "",
    standing_rules.Standing.EARNED: "warn",
    standing_rules.Standing.ACTIVE: "good",
    standing_rules.Standing.RENEWABLE: "live",
    standing_rules.Standing.GRACE: "warn",
    standing_rules.Standing.LAPSED: "bad",
}
TURNS = {
    standing_rules.StandingEvent.EARNED: _l("All done: the badge stays for good"),
    standing_rules.StandingEvent.BEGAN: _l("A certificate was issued: active"),
    standing_rules.StandingEvent.RENEWED: _l("The certificate was renewed"),
    standing_rules.StandingEvent.RAN_OUT: _l("The certificate expired"),
    standing_rules.StandingEvent.LAPSED: _l("It could no longer be renewed"),
    standing_rules.StandingEvent.TAKEN_BACK: _l("The certificate was revoked"),
}
PARAMETERS = {
    "share": _l("per cent"),
    "score": _l("score of 100"),
    "count": _l("how often"),
    "months": _l("months"),
    "course": _l("course"),
    "versions": _l("versions"),
    "document": _l("document"),
    "version": _l("version"),
    "role": _l("role"),
    "track": _l("track"),
}
VISITS = {
    standing_rules.VisitKind.OUTREACH: _l("Outreach"),
    standing_rules.VisitKind.PRACTICUM: _l("Practice"),
    standing_rules.VisitKind.VISIT: _l("Visit at work"),
}
OBSERVED = {
    str(standing_rules.Observed.YES): _l("Yes"),
    str(standing_rules.Observed.NOT_YET): _l("Not yet"),
    "": _l("Not seen"),
}
LINE_FAULTS = {
    standing_rules.LineFault.NOBODY: _l("None of your people is found by this."),
    standing_rules.LineFault.SEVERAL: _l(
        "Several of your people are found. Use the number of the right one."
    ),
}
SEEN = {
    "practicum": _l("Practice that was seen"),
    "outreach": _l("Supervised outreach"),
    "oral_test": _l("Oral test"),
    "document": _l("Signed document"),
    "role": _l("Role"),
}


@dataclass(frozen=True)
class SentencePiece:
    """A piece of a sentence: plain text, or a parameter with its word."""

    text: str
    parameter: trees.Parameter | None = None


def pieces(kind: LeafKind, leaf: trees.Leaf, names: Names) -> list[SentencePiece]:
    """A requirement's sentence, taken apart at its parameters."""
    parameters = {parameter.name: parameter for parameter in kind.rule.parameters}
    parts = []
    for number, text in enumerate(_BRACES.split(str(kind.sentence))):
        parameter = parameters.get(text) if number % 2 else None
        if parameter is not None:
            parts.append(SentencePiece(word_of(kind, parameter, leaf, names), parameter))
        elif text:
            parts.append(SentencePiece(text))
    return parts


def sentence(leaf: trees.Leaf, names: Names) -> str:
    """A requirement as a sentence."""
    kind = leaf_kinds().get(leaf.kind)
    if kind is None:
        return _("A requirement that is not known any more")
    return "".join(piece.text for piece in pieces(kind, leaf, names))


def word_of(kind: LeafKind, parameter: trees.Parameter, leaf: trees.Leaf, names: Names) -> str:
    """A parameter of a requirement in words."""
    value = leaf.text(parameter.name)
    if parameter.kind is trees.ParameterKind.COURSE:
        return names.courses.get(value) or _("a course")
    if parameter.kind is trees.ParameterKind.TRACK:
        return names.track(value, language()) or _("a track")
    if parameter.kind is trees.ParameterKind.CHOICE:
        return str((kind.choices or {}).get(value, "–"))
    if parameter.kind is trees.ParameterKind.VERSIONS:
        return _versions(leaf, names)
    return value or "–"


def _versions(leaf: trees.Leaf, names: Names) -> str:
    chosen = leaf.texts("versions")
    numbers = [
        number
        for version, number, _language in names.versions.get(leaf.text("course"), ())
        if version in chosen
    ]
    if not chosen:
        return _("any version")
    return ", ".join(_("version %(number)s", number=number) for number in numbers) or "–"


def checklist_line(item: standing_rules.ChecklistItem) -> str:
    """A line of a checklist in the reader's language."""
    return item.words(language())


def group_word(group: trees.SomeOf) -> str:
    """Words of how many requirements of a group are needed."""
    if group.count == 1:
        return _("Any one of these")
    return _("At least %(count)s of these", count=group.count)


def track_name(name: str, name_sw: str) -> str:
    """The name of a track in the reader's language."""
    return (name_sw or name) if language() == "sw" else name


def language() -> str:
    """The code of the reader's language."""
    return str(get_locale() or "en").split("_")[0]


_SEEN, _ITEM = "seen-", "item-"
_ROWS_MORE = 3


class VisitForm(KashForm):
    """A visit to somebody: occasion, day, who was there, where, what was seen, and the next one."""

    kind = radio_field(_l("Occasion"), [(str(key), word) for key, word in VISITS.items()])
    day = DayField(_l("Day"), validators=[required()])
    seen_by = choice_field(_l("Who was there"))
    place = choice_field(_l("Where"), required=False)
    note = long_text_field(_l("Note"), most=1_000, required=False)
    next_on = DayField(_l("Next visit"))


def observed_in(
    form: MultiDict[str, str], items: Sequence[standing_rules.ChecklistItem]
) -> dict[str, str]:
    """Observations that were sent, of items of a checklist; what was not seen is left out."""
    sent = {item.key: form.get(f"{_SEEN}{item.key}", "") for item in items}
    return {key: value for key, value in sent.items() if value in set(standing_rules.Observed)}


def rows_to_write(
    items: Sequence[standing_rules.ChecklistItem],
) -> list[standing_rules.ChecklistItem]:
    """The lines of a checklist to be written, with a few empty ones below."""
    empty = max(min(_ROWS_MORE, standing_rules.MOST_ITEMS - len(items)), 0)
    return [*items, *(standing_rules.ChecklistItem("", "") for _number in range(empty))]


def rows_sent(form: MultiDict[str, str]) -> list[standing_rules.ChecklistItem]:
    """The lines of a checklist as they were sent, empty ones too."""
    items = []
    for number in range(standing_rules.MOST_ITEMS + _ROWS_MORE):
        if f"{_ITEM}{number}" not in form:
            break
        texts = (_line(form.get(f"{_ITEM}{number}{part}", "")) for part in ("", "-sw"))
        key = form.get(f"{_ITEM}{number}-key", "")[:16]
        items.append(standing_rules.ChecklistItem(key, *texts))
    return items


def too_long(rows: Sequence[standing_rules.ChecklistItem]) -> dict[int, str]:
    """Sentences by line, for lines that are too long, or have no words but in Kiswahili."""
    sentences = {}
    for number, item in enumerate(rows):
        if max(len(item.text), len(item.text_sw)) > standing_rules.LONGEST_ITEM:
            sentences[number] = _("Shorten this line: it must fit on the sheet.")
        elif item.text_sw and not item.text:
            sentences[number] = _("Write this line in English too.")
    return sentences


def _line(text: str) -> str:
    return " ".join(str(clean_text(CONTROL_CHARACTERS.sub("", text[:2_000]))).split())
