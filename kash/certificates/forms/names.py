"""Reads the page on which printed names are corrected and confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from kash.certificates.queries.issuing import Candidate
from kash.platform.press import joined_signs
from kash.platform.web.input import CONTROL_CHARACTERS

LONGEST_NAME = 200


@dataclass(frozen=True)
class NameRow:
    """A name as it stands in its field, and whether it is ticked as read and right."""

    name: str
    confirmed: bool

    @property
    def said(self) -> str:
        """The name that a page showed, as the page says it back."""
        return f"{int(self.confirmed)}:{self.name}"


def rows_stored(people: Iterable[Candidate]) -> dict[str, NameRow]:
    """The rows of these people as they are stored, by their public ids."""
    return {one.person_public_id: NameRow(one.printed_name, one.name_confirmed) for one in people}


def rows_typed(
    stored: Mapping[str, NameRow], form: Mapping[str, str], *, all_right: bool = False
) -> dict[str, NameRow]:
    """The rows that were sent, of those that the page may show: `name-<id>` and `confirmed-<id>`.

    `all_right` ticks every one of them.
    """
    return {
        key: NameRow(_one_space(form[f"name-{key}"]), all_right or f"confirmed-{key}" in form)
        for key in stored
        if f"name-{key}" in form
    }


def _one_space(name: str) -> str:
    """A name with one space where there are several. A sign that cannot be printed stays, so that
    it is told and nothing typed is lost; Python's own splitting takes some for spaces."""
    return " ".join(part for part in name.split(" ") if part)


def rows_changed(
    stored: Mapping[str, NameRow], typed: Mapping[str, NameRow], form: Mapping[str, str]
) -> dict[str, NameRow]:
    """Of the rows that were sent those that differ from what the page showed (`shown-<id>`).

    So a page that was opened earlier takes back nothing that was confirmed elsewhere meanwhile.
    """
    return {
        key: row
        for key, row in typed.items()
        if row.said != form.get(f"shown-{key}", NameRow(stored[key].name, confirmed=False).said)
    }


def rows_met(
    stored: Mapping[str, NameRow], changed: Mapping[str, NameRow], form: Mapping[str, str]
) -> dict[str, NameRow]:
    """Of the rows that were changed those that somebody else changed otherwise, as they are stored.

    Nobody who typed one has seen what stands there now.
    """
    return {
        key: stored[key]
        for key, row in changed.items()
        if row != stored[key] and form.get(f"shown-{key}", stored[key].said) != stored[key].said
    }


def met_name(stored: NameRow) -> str:
    """Sentence with the name that stands instead of one that was typed."""
    if stored.confirmed:
        return _(
            "Saved here meanwhile, read and right: “%(name)s”. Yours is not saved yet: correct "
            "it, or press Save to put it in its place.",
            name=stored.name,
        )
    return _(
        "Saved here meanwhile: “%(name)s”. Yours is not saved yet: correct it, or press Save to "
        "put it in its place.",
        name=stored.name,
    )


def wrong_name(name: str) -> str:
    """Sentence on what keeps a name from paper; empty if nothing does."""
    if not name:
        return _("A certificate needs a name.")
    if len(name) > LONGEST_NAME:
        return _("At most %(most)s characters fit.", most=LONGEST_NAME)
    if CONTROL_CHARACTERS.search(name):
        return _("This holds a sign that can't be printed.")
    if joined := " ".join(joined_signs(name)):
        return _("This can't be printed as one sign, leave it out: %(signs)s", signs=joined)
    return ""
