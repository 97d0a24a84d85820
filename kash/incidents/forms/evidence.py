"""Forms in which members tell of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms.validators import ValidationError

from kash.incidents.forms.following_up import CourtPaperForm
from kash.incidents.names import CUSTODY_NAMES
from kash.incidents.rules.evidence import NOTED_BY_HAND
from kash.incidents.services.evidence import Received
from kash.platform.web import KashForm
from kash.platform.web.fields import SeveralField
from kash.platform.web.forms import (
    BooleanField,
    HiddenField,
    MomentField,
    choice_field,
    clean_text,
    long_text_field,
    text_field,
)
from kash.platform.web.row_versions import LockedForm

_MOST_NAME = 200


class LabelForm(KashForm):
    """Label of a piece of evidence: what it shows."""

    label = text_field(_l("Label"), required=False)
    note = long_text_field(_l("Note"), required=False, rows=3)


class ChangedLabelForm(LabelForm, LockedForm):
    """Label and note that are there already. `seen` is what the page showed of them."""

    seen = HiddenField()
    shows = SeveralField(_l("Who it shows or names"))

    def offer(self, persons: Sequence[tuple[str, str]], shows: Sequence[str]) -> None:
        """Offer the persons of the case, by id and code; ticked are those whom it shows."""
        self.shows.choices = list(persons)
        if not self.is_submitted():
            self.shows.data = list(shows)


class EvidenceForm(LabelForm):
    """A file that is added: from whom it was received, and when."""

    received_from = text_field(_l("Received from"), most=200, required=False)
    received_on = MomentField(_l("Received on"))

    def received(self, uploaded_name: str) -> Received:
        """Receipt of the file as it was told, with the name that it had."""
        return Received(
            label=self.label.data,
            note=self.note.data,
            received_from=self.received_from.data,
            received_on=self.received_on.data,
            uploaded_name=clean_text(uploaded_name)[:_MOST_NAME],
        )


class SmallFileForm(EvidenceForm):
    """The same with a small file in the form itself, for browsers that run no script."""

    file = FileField(_l("File"))

    def validate_file(self, field: FileField) -> None:
        """A file is needed."""
        if not field.data or not field.data.filename:
            raise ValidationError(_("Choose a file."))

    def content(self) -> tuple[BinaryIO, str]:
        """The file, which lies in memory only, and its name."""
        return self.file.data.stream, self.file.data.filename or ""


class CustodyForm(KashForm):
    """A step of custody that happened outside Kash."""

    what = choice_field(_l("What happened"))
    who = text_field(_l("From or to whom"), most=200, required=False)
    on = MomentField(_l("When"))
    more = long_text_field(_l("Anything else"), most=2000, required=False, rows=2)

    def offer(self) -> None:
        """Set what can be chosen."""
        names = [(what, CUSTODY_NAMES[what]) for what in NOTED_BY_HAND]
        self.what.choices = [("", _("Choose")), *names]


class ExportForm(CourtPaperForm):
    """To whom an original goes, and why."""

    more = long_text_field(_l("What for"), most=2000, required=False, rows=2)


class AccountForm(CourtPaperForm):
    """To whom a first account is given, and why, which its sheet says."""

    more = long_text_field(_l("What for"), most=2000, required=True, rows=2)


class CustodySheetForm(CourtPaperForm):
    """Custody sheet."""

    words = BooleanField(_l("Print the label, the notes and the names of people too"))
