"""The checklist of a track on paper: one page to fill in by hand on a visit."""

from __future__ import annotations

from flask import current_app
from flask_babel import gettext as _

from kash.certificates.tracks.forms import VISITS, checklist_line, language, track_name
from kash.certificates.tracks.models import Track, TrackVersion
from kash.certificates.tracks.rules.standing import checklist_from_json
from kash.platform.press import PagedDocument, document
from kash.platform.web.paper import logo_address
from kash.platform.web.programme import brand, paper_wording


def checklist_sheet(track: Track, version: TrackVersion) -> bytes:
    """The page as PDF, in the reader's language; nobody's name is on it. Raises RenderError."""
    html = current_app.jinja_env.get_template("tracks/paper/checklist.html").render(
        organisation=brand(),
        logo=logo_address(paper_wording(), "consents"),
        track=track_name(track.name, track.name_sw),
        version=version.number,
        kinds=VISITS,
        items=[checklist_line(item) for item in checklist_from_json(version.checklist)],
    )
    return document(
        PagedDocument(
            html=html,
            title=_("Checklist for a visit"),
            language=language(),
            footer_left=_("Keep this sheet locked away once it is filled in."),
        )
    )
