"""Forms of stories."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.forms import (
    HiddenField,
    SeveralField,
    choice_field,
    long_text_field,
    radio_field,
    text_field,
)
from kash.platform.web.programme import LANGUAGES, REPORTING_LANGUAGES
from kash.platform.web.row_versions import LockedForm, number_shown
from kash.stories.services.writing import WrittenStory
from kash.stories.words import AUDIENCE_NAMES, CHECK_NAMES

_LANGUAGES = LANGUAGES | REPORTING_LANGUAGES


def _checks() -> SeveralField:
    return SeveralField(_l("What to look for"), choices=list(CHECK_NAMES.items()))


class StoryForm(LockedForm):
    """A story as its writer types it."""

    version = HiddenField(default="0")
    language = radio_field(_l("Language"), list(_LANGUAGES.items()), default="en")
    title = text_field(_l("Title"), most=120)
    text = long_text_field(_l("Story"), most=3000, required=True, rows=12)
    audiences = SeveralField(_l("Who hears it"), choices=list(AUDIENCE_NAMES.items()))
    checks = _checks()
    ready = HiddenField()

    def written(self, case: str) -> WrittenStory:
        """The story, of a case."""
        return self.command(WrittenStory, case=case, ready=bool(self.ready.data))

    @property
    def version_shown(self) -> int:
        """The version that the page showed."""
        return number_shown(self.version.data)


class NewStoryForm(StoryForm):
    """A new story, of a case that is chosen."""

    case = choice_field(_l("Case"), [])

    def offer(self, cases: Sequence[tuple[str, str]]) -> None:
        """Let one of these cases be chosen."""
        self.case.choices = [("", _("Choose a case")), *cases]


class ReadingForm(LockedForm):
    """Ticks of the second reader, before the story is told."""

    version = HiddenField(default="0")
    checks = _checks()

    @property
    def version_shown(self) -> int:
        """The version that the page showed."""
        return number_shown(self.version.data)


class ReturnForm(LockedForm):
    """Reason for which a story is sent back."""

    version = HiddenField(default="0")
    reason = text_field(_l("What must be put right?"), most=300)

    @property
    def version_shown(self) -> int:
        """The version that the page showed."""
        return number_shown(self.version.data)
