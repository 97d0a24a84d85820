"""Forms about figures that may have been printed before the database was put back."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from kash.platform.web.forms import KashForm, long_text_field, radio_field, text_field
from kash.releases.services.recoveries import RecoveryDetails

KINDS = {
    "code": _l("Minutes that were printed since show that it was not printed yet"),
    "never": _l("It was never printed: nobody saw these figures"),
    "printed": _l("It was printed: the figures are on paper, or somebody saw them"),
}


class SayForm(KashForm):
    """All that one person says of the day that waits."""

    day = HiddenField()
    kind = radio_field(_l("What became of these figures?"), list(KINDS.items()))
    code = text_field(
        _l("Code of the audit trail on the last printed minutes"),
        most=24,
        required=False,
        description=_l("Only for the first answer: four times four characters, from the paper."),
    )
    reason = long_text_field(
        _l("How you know"),
        most=500,
        description=_l("For the second and the third answer. Name nobody."),
    )

    def details(self) -> RecoveryDetails:
        """All that is said."""
        return RecoveryDetails(self.kind.data, self.code.data, self.reason.data)

    def is_whole(self) -> bool:
        """True if it is valid, and the answer has what it needs; else the field says what is
        missing."""
        if not self.validate_on_submit():
            return False
        needed = self.code if self.kind.data == "code" else self.reason
        if not needed.data:
            self.mark_wrong(needed, _("This is needed for the answer that you chose."))
        return bool(needed.data)


class AgreeForm(KashForm):
    """Agreeing to what another said."""

    recovery = HiddenField()
    code = text_field(
        _l("Code of the audit trail on your own copy of the minutes"),
        most=24,
        required=False,
        description=_l("Only where the first person gave a code."),
    )
    sure = BooleanField(
        _l("I know this myself, or asked those who were there"), validators=[InputRequired()]
    )
