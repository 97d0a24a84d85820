"""Requirements as sentences, and other words of tracks, in the reader's language."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.tracks.leaf_kinds import LeafKind, leaf_kinds
from kash.tracks.queries.tracks import Names
from kash.tracks.rules.checks import TreeFlaw
from kash.tracks.rules.entering import LineFault
from kash.tracks.rules.kinds import Parameter, ParameterKind
from kash.tracks.rules.renewal import RenewalState
from kash.tracks.rules.standing import Standing, StandingEvent
from kash.tracks.rules.tree import Branch, Join, Leaf
from kash.tracks.rules.visits import ChecklistItem, Observed, VisitKind

_BRACES = re.compile(r"\{([a-z]+)\}")

JOINS = {
    Join.ALL: _l("All of these"),
    Join.ANY: _l("Any one of these"),
    Join.SOME: _l("At least so many of these"),
}
FLAWS = {
    TreeFlaw.EMPTY: _l("Nothing stands in this group yet. Add a requirement, or remove it."),
    TreeFlaw.COUNT: _l("This number must lie between 1 and the number of parts below."),
    TreeFlaw.PARAMETER: _l("Something in this sentence is missing, or out of its bounds."),
    TreeFlaw.UNKNOWN_KIND: _l("This kind of requirement is not known any more. Remove it."),
    TreeFlaw.UNPUBLISHED: _l("This course has no published version, so nobody could fulfil this."),
    TreeFlaw.OTHER_COURSE: _l("These versions are of another course. Tick them again."),
    TreeFlaw.NO_SUCH_TRACK: _l("Choose a track from the list."),
    TreeFlaw.LOOP: _l("That track asks for this one, so nobody could ever complete either."),
    TreeFlaw.TOO_MUCH: _l("A track has at most 40 requirements and groups, four deep."),
    TreeFlaw.WINDOW: _l("Enter a number of months from 1 to 120."),
    TreeFlaw.SHORT_WINDOW: _l("What is asked takes longer than this. Lengthen it."),
    TreeFlaw.GRACE: _l("Enter a number of days from 0 to 366."),
    TreeFlaw.RENEWS_NOTHING: _l("Choose this track's certificate first, on “Change the name”."),
}
RENEWAL = {
    RenewalState.HOLDS: _l("valid, cannot be renewed yet"),
    RenewalState.OPEN: _l("valid, can be renewed now"),
    RenewalState.GRACE: _l("has expired, can still be renewed"),
    RenewalState.LAPSED: _l("has expired"),
}
RENEWAL_TONE = {
    RenewalState.HOLDS: "good",
    RenewalState.OPEN: "live",
    RenewalState.GRACE: "warn",
    RenewalState.LAPSED: "bad",
}
STANDING = {
    Standing.ON_THE_WAY: _l("Not all done yet"),
    Standing.EARNED: _l("All done, no valid certificate"),
    Standing.ACTIVE: _l("Active"),
    Standing.RENEWABLE: _l("Active, can be renewed now"),
    Standing.GRACE: _l("Expired, can still be renewed"),
    Standing.LAPSED: _l("Expired"),
}
STANDING_TONE = {
    Standing.ON_THE_WAY: "",
    Standing.EARNED: "warn",
    Standing.ACTIVE: "good",
    Standing.RENEWABLE: "live",
    Standing.GRACE: "warn",
    Standing.LAPSED: "bad",
}
TURNS = {
    StandingEvent.EARNED: _l("All done: the badge stays for good"),
    StandingEvent.BEGAN: _l("A certificate was issued: active"),
    StandingEvent.RENEWED: _l("The certificate was renewed"),
    StandingEvent.RAN_OUT: _l("The certificate expired"),
    StandingEvent.LAPSED: _l("It could no longer be renewed"),
    StandingEvent.TAKEN_BACK: _l("The certificate was revoked"),
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
    VisitKind.OUTREACH: _l("Outreach"),
    VisitKind.PRACTICUM: _l("Practice"),
    VisitKind.VISIT: _l("Visit at work"),
}
OBSERVED = {
    str(Observed.YES): _l("Yes"),
    str(Observed.NOT_YET): _l("Not yet"),
    "": _l("Not seen"),
}
LINE_FAULTS = {
    LineFault.NOBODY: _l("None of your people is found by this."),
    LineFault.SEVERAL: _l(
        "Several of your people are found by this. Use the number of the one you mean."
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
    parameter: Parameter | None = None


def pieces(kind: LeafKind, leaf: Leaf, names: Names) -> list[SentencePiece]:
    """A requirement's sentence, taken apart at its parameters."""
    parameters = {one.name: one for one in kind.rule.parameters}
    found = []
    for number, text in enumerate(_BRACES.split(str(kind.sentence))):
        parameter = parameters.get(text) if number % 2 else None
        if parameter is not None:
            found.append(SentencePiece(word_of(kind, parameter, leaf, names), parameter))
        elif text:
            found.append(SentencePiece(text))
    return found


def sentence(leaf: Leaf, names: Names) -> str:
    """A requirement as a sentence."""
    kind = leaf_kinds().get(leaf.kind)
    if kind is None:
        return _("A requirement that is not known any more")
    return "".join(piece.text for piece in pieces(kind, leaf, names))


def word_of(kind: LeafKind, parameter: Parameter, leaf: Leaf, names: Names) -> str:
    """A parameter of a requirement in words."""
    said = leaf.text(parameter.name)
    if parameter.kind is ParameterKind.COURSE:
        return names.courses.get(said) or _("a course")
    if parameter.kind is ParameterKind.TRACK:
        return names.track(said, language()) or _("a track")
    if parameter.kind is ParameterKind.CHOICE:
        return str((kind.choices or {}).get(said, "–"))
    if parameter.kind is ParameterKind.VERSIONS:
        return _versions(leaf, names)
    return said or "–"


def _versions(leaf: Leaf, names: Names) -> str:
    chosen = leaf.texts("versions")
    numbers = [
        number
        for version, number, _language in names.versions.get(leaf.text("course"), ())
        if version in chosen
    ]
    if not chosen:
        return _("any version")
    return ", ".join(_("version %(number)s", number=number) for number in numbers) or "–"


def checklist_line(item: ChecklistItem) -> str:
    """A line of a checklist in the reader's language."""
    return item.words(language())


def join_word(group: Branch) -> str:
    """Words of how many parts of a group are needed."""
    if group.join is Join.SOME:
        return _("At least %(count)s of these", count=group.count)
    return str(JOINS[group.join])


def track_name(name: str, name_sw: str) -> str:
    """The name of a track in the reader's language."""
    return (name_sw or name) if language() == "sw" else name


def language() -> str:
    """The code of the reader's language."""
    return str(get_locale() or "en").split("_")[0]
