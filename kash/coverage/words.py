"""Words of coverage in the reader's language, and lines as a drawing takes them."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.coverage.queries.subjects import Subject
from kash.coverage.rules.pace import Forecast, Outlook
from kash.coverage.rules.spells import Training
from kash.platform.web.formats import month_text
from kash.tracks.words import track_name

TRAINING = {
    Training.HOLDS: _l("Trained"),
    Training.DUE: _l("Refresher due"),
    Training.RAN_OUT: _l("Training ran out"),
    Training.ON_THE_WAY: _l("On the way"),
    Training.NONE: _l("No training"),
}
TRAINING_TONE = {
    Training.HOLDS: "good",
    Training.DUE: "warn",
    Training.RAN_OUT: "bad",
    Training.ON_THE_WAY: "live",
    Training.NONE: "",
}


def subject_name(subject: Subject) -> str:
    """The name of a track or course in the reader's language."""
    return track_name(subject.name, subject.name_sw)


def subject_word(subject: Subject) -> str:
    """A subject as a list of choices names it: a track and its course may share a name."""
    name = subject_name(subject)
    return (
        _("Track: %(name)s", name=name)
        if subject.kind == "track"
        else _("Certificate: %(name)s", name=name)
    )


def outlook_sentence(forecast: Forecast, wanted: int) -> str:
    """When a station falls under the wanted number, with the interval."""
    if forecast.outlook is Outlook.UNDER:
        return _("Under %(wanted)s now.", wanted=wanted)
    if forecast.outlook is Outlook.UNKNOWN:
        return _("Too little is known of how people leave to say when.")
    if forecast.by is None or forecast.early is None:
        return _("At this pace not under %(wanted)s within two years.", wanted=wanted)
    by, early = month_text(forecast.by), month_text(forecast.early)
    if forecast.late is None:
        return _(
            "At this pace under %(wanted)s in %(by)s; nine times in ten not before %(early)s.",
            wanted=wanted,
            by=by,
            early=early,
        )
    return _(
        "At this pace under %(wanted)s in %(by)s; eight times in ten between %(early)s and"
        " %(late)s.",
        wanted=wanted,
        by=by,
        early=early,
        late=month_text(forecast.late),
    )


def line_points(counts: Sequence[int], top: int) -> str:
    """A line as the points of a drawing that is a hundred high and as wide as it has steps."""
    scale = 100 / top if top else 0
    return " ".join(f"{step},{100 - count * scale:.1f}" for step, count in enumerate(counts))
