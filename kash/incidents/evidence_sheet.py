"""The custody sheet: hashes and steps of one piece of evidence on paper, with lines to sign.

It is made in the request. Typed words and names of people stand on it only if they were asked for;
else it has lines to write them on by hand. Label and notes stand on it only where everybody in the
case agreed that a paper for a court speaks of health.
"""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from flask_babel import gettext as _

from kash.incidents.names import CUSTODY_NAMES, FILE_FAMILY_NAMES
from kash.incidents.queries.evidence import OpenEvidence
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.rules.health import everybody_may_be_told_of
from kash.platform.cleaning import KINDS
from kash.platform.press import PagedDocument, document
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import date_text, moment_text
from kash.platform.web.language import language_code
from kash.platform.web.programme import brand, paper_wording
from kash.policy import Actor

# Lines for steps that are still to come, written by hand.
BLANK_STEPS = 6


def custody_sheet(found: OpenEvidence, by: Actor, now: datetime, *, words: bool) -> bytes:
    """The sheet as PDF. Raises RenderError."""
    members = account_names({event.by for event in found.file.custody} | {by.public_id})
    number = f"{code_as_shown(found.case.record.paper_reference)} – {found.listed.number}"
    markup = render_template(
        "incidents/paper/custody.html",
        number=number,
        listed=found.listed,
        file=found.file,
        kinds=KINDS,
        families=FILE_FAMILY_NAMES,
        custody_names=CUSTODY_NAMES,
        members=members,
        words=words,
        # It goes to a court as the case file does: label and notes may tell of somebody's health.
        described=words and everybody_may_be_told_of(found.case.record),
        blank_steps=BLANK_STEPS,
        organisation=brand(),
        wording=paper_wording(),
    )
    printed = moment_text(now)
    if words:
        printed = _("Printed by %(name)s, %(time)s", name=members[by.public_id], time=printed)
    return document(
        PagedDocument(
            html=markup,
            title=_("Sheet, printed on %(day)s", day=date_text(now)),
            language=language_code(),
            header_right=number,
            footer_left=printed,
            page_count=_("Page {page} of {pages}"),
        )
    )
