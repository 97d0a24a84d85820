"""The errors of stories, each with a sentence for the person who meets it."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.errors import ChangedMeanwhile, Problem


class NobodyAgreedToIt(Problem):
    """Not everybody in the case agrees that it is told, or not any more."""

    field = "audiences"
    sentence = _l(
        "Not everybody in this case has agreed that it is told as a story to these. Read the words"
        " of the consent out first, or tell it to others only."
    )


class NobodyHearsIt(Problem):
    """No audience was chosen."""

    field = "audiences"
    sentence = _l("Choose who hears it.")


class TellsWhoItWas(Problem):
    """The text holds words by which somebody may be known again."""

    field = "text"

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(
            _(
                "Take this out of the title or the text, it may tell who it was: %(words)s. Write"
                " small numbers as words, and no days, ages, sums or names.",
                words=", ".join(words),
            )
        )


class StandsAlone(Problem):
    """A printed line says "few" of what the story tells."""

    field = "case"

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(
            _(
                "This cannot be told now. Printed numbers say “few” of it (%(lines)s), so"
                " anybody who reads both may guess who it was.",
                lines="; ".join(lines),
            )
        )


class NotLookedThrough(Problem):
    """Not everything on the list was ticked."""

    field = "checks"
    sentence = _l("Look for each of these in the text, and tick it. Only then can it go on.")


class OwnStory(Problem):
    """The writer of a story is not its second reader."""

    sentence = _l("You wrote this story. Somebody else reads it before it is told.")


class StoryChangedMeanwhile(ChangedMeanwhile):
    """The story was changed since this page was opened."""

    sentence = _l("Somebody else changed this story meanwhile.")
