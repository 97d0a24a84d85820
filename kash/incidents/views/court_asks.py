"""Asking again before a paper goes to a court: the words, the answers, and which papers may go."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import blueprint
from kash.incidents.consent_texts import VERSION, text_of, unread
from kash.incidents.forms.consents import SPOKEN, AskedAgainForm
from kash.incidents.rules.asked_again import counts, may_be_asked
from kash.incidents.services.cases import note_opening
from kash.incidents.services.court_asks import note_asked_again
from kash.incidents.views.case_context import load_case, require_vault
from kash.incidents.views.consents import language_chosen
from kash.platform.web import page
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import local_today
from kash.platform.web.language import language_code
from kash.platform.web.programme import reporting_languages
from kash.policy import allow


@blueprint.route("/<reference>/c/f", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def court_asks(reference: str) -> ResponseReturnValue:
    """Ask again for one paper, and note what each said."""
    actor, vault, case = load_case(reference)
    able = may_be_asked(case.record)
    codes = {one.id: one.code for one in case.record.persons}
    form = AskedAgainForm()
    chosen = language_chosen()
    shown_in = chosen or language_code()
    form.offer([(one, codes[one]) for one in able if one], local_today(), chosen)
    if not form.is_submitted():
        note_opening(actor, vault, case)
    elif form.validate():
        with form.showing_problems():
            note_asked_again(actor, vault, reference, form.version_shown(), form.said())
            flash(_("Saved."))
            return redirect(url_for("incidents.court_asks", reference=reference), 303)
        if form.changed_meanwhile:
            _actor, _vault, case = load_case(reference)
    form.version.data, form.version.raw_data = str(form.version_to_send(case.version)), None
    asked = sorted(case.record.court_asks, key=lambda one: (one.on, one.at), reverse=True)
    return page(
        "incidents/court_asks.html",
        form=form,
        case=case,
        able=able,
        text=text_of("court", VERSION, shown_in),
        shown_in=shown_in,
        offered=reporting_languages(),
        unread=unread(shown_in),
        asked=[(one, counts(one, local_today())) for one in asked],
        codes=codes,
        spoken=SPOKEN,
        by=account_names({one.by for one in asked}),
    )
