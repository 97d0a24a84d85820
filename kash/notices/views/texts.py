"""Texts of messages: what is said in each language, and how it looks at its longest."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.notices import blueprint
from kash.notices.forms import TextForm
from kash.notices.kinds import UnknownMessageKind, message_kind, message_kinds
from kash.notices.queries.texts import (
    KeptText,
    changed_places,
    house_wording,
    kept_text,
)
from kash.notices.rules.texts import fault_of, filled, longest, sms_length
from kash.notices.services.texts import TextDetails, TextPlace, save_text, use_house_text
from kash.notices.words import CHANNEL
from kash.platform.messages.gsm7 import ONE_SMS
from kash.platform.messages.states import Channel
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.policy import allow

_TEXT = "/messages/texts/<kind>/<channel>/<language>"


@blueprint.get("/messages/texts")
@allow("messages.texts")
def texts() -> ResponseReturnValue:
    """Kinds of messages, each with its texts."""
    return render_template(
        "notices/texts.html",
        kinds=message_kinds(),
        channels=list(Channel),
        channel_words=CHANNEL,
        languages=programme_languages(),
        language_names=LANGUAGES,
        changed=changed_places(),
    )


@blueprint.get(_TEXT)
@allow("messages.texts")
def text(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """A text as it holds and as it looks."""
    place = _place(kind, channel, language)
    return _page(place, _form(place))


@blueprint.post(_TEXT)
@allow("messages.write")
def write_text(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Write another."""
    place = _place(kind, channel, language)
    form = _form(place)
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(TextDetails)
            save_text(place, details, row_version=form.row_version_shown, by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("notices.texts"))
        if form.changed_meanwhile:
            form.compare(_values(place))
    return _page(place, form)


def _form(place: TextPlace) -> TextForm:
    form = TextForm(data=_values(place))
    if place.channel is Channel.SMS:
        del form.subject
    return form


def _page(place: TextPlace, form: TextForm) -> ResponseReturnValue:
    subject = form.subject.data if "subject" in form else ""
    return page(
        "notices/text.html",
        form=form,
        place=place,
        house=house_wording(place.kind, place.channel, place.language),
        kept=_kept(place),
        may_write=current_actor().may("messages.write"),
        looks=_looks(place, form.text.data or "", subject or ""),
        channel_words=CHANNEL,
        language_names=LANGUAGES,
        one_sms=ONE_SMS,
    )


@blueprint.route(f"{_TEXT}/house", methods=["GET", "POST"])
@allow("messages.write")
def house_text(kind: str, channel: str, language: str) -> ResponseReturnValue:
    """Have the text of the house stand again, after a question: the programme's own is gone."""
    place = _place(kind, channel, language)
    if request.method == "GET":
        return render_template("notices/house_text.html", place=place)
    use_house_text(place, by=current_actor())
    flash(_("Saved."))
    return redirect(url_for("notices.text", kind=kind, channel=channel, language=language))


def _kept(place: TextPlace) -> KeptText | None:
    return kept_text(place.kind, place.channel, place.language)


def _place(kind: str, channel: str, language: str) -> TextPlace:
    try:
        place = TextPlace(message_kind(kind), Channel(channel), language)
    except (UnknownMessageKind, ValueError):
        raise NotFound from None
    if place.channel not in place.kind.channels or language not in programme_languages():
        raise NotFound
    return place


def _values(place: TextPlace) -> dict[str, object]:
    """The text that holds, as the form shows it, and its row version."""
    kept = _kept(place)
    wording = house_wording(place.kind, place.channel, place.language)
    if kept is not None:
        wording = kept.wording
    return {
        "text": wording.text,
        "subject": wording.subject,
        "row_version": kept.row_version if kept is not None else 0,
    }


def _looks(place: TextPlace, written: str, subject: str) -> dict[str, object]:
    """A text with the values of the sample, at its longest, and how long that is; nothing of one
    with a fault, which stands beside its field."""
    lengths = {each.name: each.longest for each in place.kind.fields}
    sms = place.channel is Channel.SMS
    wrong = fault_of(written, lengths, sms=False) or fault_of(subject, lengths, sms=False)
    if wrong is not None:
        return {}
    sample = {each.name: str(each.sample) for each in place.kind.fields}
    return {
        "sample": filled(written, sample),
        "subject": filled(subject, sample),
        "longest": longest(written, lengths) if sms else "",
        "length": sms_length(written, lengths) if sms else None,
    }
