"""Columns of the list of messages, where it is taken away as a table. Choosing how somebody is told
things. Messages that went, wait or failed, and deciding on those of which nobody knows. News from
the gateway: delivery reports, and numbers that want no more. Whatever comes to the secret address
is answered with 200, whether or not it is known or comes twice. The ways by which messages go out,
and whether others can believe them. The page by which the person who gets mails ends them, without
an account. Looking changes nothing. Texts of messages: what is said in each language, and how it
looks at its longest. Forms of texts, of choices and of decisions. Words for messages: their states,
ways, and why one was not sent. Problems that stand in the way of what is done with messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hmac import compare_digest
from typing import Any

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.people.models import Person
from kash.people.notices import blueprint
from kash.people.notices import queries as notices_queries
from kash.people.notices import services as calls
from kash.people.notices import services as notices_services
from kash.people.notices.models import Notice, UnknownMessageKind, message_kind, message_kinds
from kash.people.notices.queries import MessageStanding
from kash.people.notices.rules import (
    FIRST_HOUR,
    LAST_HOUR,
    SayingResult,
    fault_of,
    filled,
    longest,
    sms_length,
)
from kash.people.rules.persons import OneGroup
from kash.platform.database import utc_now
from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.messages.outbox import Report, take_report
from kash.platform.messages.rules import ONE_SMS, Channel
from kash.platform.vault import lookup, vault_of
from kash.platform.web import NotFound, current_actor, go, page
from kash.platform.web.errors import Problem
from kash.platform.web.forms import long_text_field, radio_field, text_field, whole_number_field
from kash.platform.web.lists import listing
from kash.platform.web.programme import LANGUAGES, programme_languages
from kash.platform.web.public_address import public_address
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import ANYONE, allow


class TextForm(RowVersionForm):
    """A text, and of a mail its subject."""

    subject = text_field(_l("Subject"), most=120, required=False)
    text = long_text_field(_l("Text"), most=2000, required=True, rows=6)


class MessageWishForm(RowVersionForm):
    """The way, hours and calendar of one person."""

    channel = radio_field(
        _l("By which way"),
        [
            ("usual", _l("As usual: an SMS where there is a phone, else an e-mail")),
            ("sms", _l("SMS only")),
            ("email", _l("E-mail only")),
        ],
    )
    from_hour = whole_number_field(_l("Not before this hour"), least=FIRST_HOUR, most=LAST_HOUR - 1)
    until_hour = whole_number_field(_l("Not after this hour"), least=FIRST_HOUR + 1, most=LAST_HOUR)
    calendar = radio_field(
        _l("A date for the calendar with each e-mail"),
        [
            ("usual", _l("As is usual: for officers yes, for others no")),
            ("yes", _l("Yes")),
            ("no", _l("No")),
        ],
        description=_l("A calendar speaks on the lock screen, to everybody who shares the phone."),
    )


STANDING: dict[MessageStanding, Any] = {
    MessageStanding.WAITING: _l("Waits"),
    MessageStanding.SENT: _l("Sent"),
    MessageStanding.DELIVERED: _l("Arrived"),
    MessageStanding.UNKNOWN: _l("Not known"),
    MessageStanding.FAILED: _l("Failed"),
    MessageStanding.UNSENT: _l("Nothing went out"),
    MessageStanding.LEFT: _l("Left as it is"),
}
STANDING_TONE = {
    MessageStanding.WAITING: "live",
    MessageStanding.SENT: "good",
    MessageStanding.DELIVERED: "good",
    MessageStanding.UNKNOWN: "warn",
    MessageStanding.FAILED: "bad",
    MessageStanding.UNSENT: "",
    MessageStanding.LEFT: "",
}
RECORD: dict[str, Any] = {
    "good": _l("In order"),
    "missing": _l("Missing"),
    "weak": _l("Too weak"),
    "double": _l("There twice"),
    "unasked": _l("Not asked for"),
    "no_answer": _l("No answer"),
}
RECORD_TONE = {
    "good": "good",
    "missing": "bad",
    "weak": "warn",
    "double": "bad",
    "unasked": "",
    "no_answer": "warn",
}
# What each record of the sender's domain should be.
SHOULD_BE: dict[str, Any] = {
    "spf": _l("One TXT record that names the mail server and ends with -all or ~all."),
    "dkim": _l(
        "The mail server's signing key. The person who runs the server names it by "
        "KASH_DKIM_SELECTOR."
    ),
    "dmarc": _l("One TXT record under _dmarc with p=quarantine or p=reject."),
}
CHANNEL = {"sms": _l("SMS"), "email": _l("E-mail")}
_CODES: dict[str, Any] = {
    "no_consent": _l("There is no consent to messages any more."),
    "address_changed": _l("The phone or e-mail changed. Sent again, it goes to the new one."),
    "late": _l("It could not go in time."),
    "taken_back": _l("What it said no longer held."),
    "console": _l("It went to the server’s terminal only."),
    "unreachable": _l("The way out could not be reached."),
    "no_answer": _l("The connection broke before an answer came."),
    "unclear": _l("The answer did not say."),
    "account": _l("The SMS account or sender was refused. Tell the person who runs the server."),
    "address": _l("This is no address."),
    "401": _l("The SMS account is on hold."),
    "402": _l("The sender’s name was refused."),
    "403": _l("This is no number."),
    "404": _l("The gateway takes no such numbers."),
    "405": _l("The SMS account has no money left."),
    "406": _l("The owner of this number wants no messages."),
    "409": _l("The network lets no such messages through to this number."),
}


def reason(code: str) -> str:
    """The reason that a code stands for; one that nobody knows is told as it is."""
    if not code:
        return ""
    sentence = _CODES.get(code)
    return str(sentence) if sentence is not None else _("The way out answered: %(code)s", code=code)


# A row of the list, the word for its kind, and the event that it is about.
MessageLine = tuple[Any, Any, str]
MESSAGE_COLUMNS: Sequence[TableColumn[MessageLine]] = (
    TableColumn(_l("For"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Message"), lambda line: line[1], "#activity"),
    TableColumn(
        _l("Way"), lambda line: CHANNEL[line[0].channel] if line[0].channel else "", "#channel"
    ),
    TableColumn(_l("Event"), lambda line: line[2], "#event+name"),
    TableColumn(_l("When"), lambda line: line[0].settled_at or line[0].created_at, "#date"),
    TableColumn(_l("How it stands"), lambda line: STANDING[line[0].standing], "#status"),
    TableColumn(
        _l("Why"),
        lambda line: notices_queries.UNSENT.get(line[0].unsent) or reason(line[0].code or ""),
        "#cause",
    ),
)


@blueprint.route("/messages/people/<public_id>", methods=["GET", "POST"])
@allow("messages.choose")
def choice(public_id: str) -> ResponseReturnValue:
    """The way, the hours and the calendar of one person."""
    actor = current_actor()
    stored = notices_queries.choice_of(actor, public_id)
    form = MessageWishForm(data=_values(stored))
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(notices_services.ChoiceDetails)
            notices_services.choose(
                public_id, details, row_version=form.row_version_shown, by=actor
            )
            return go("people.person", _("Saved."))
        if form.changed_meanwhile:
            form.compare(_values(notices_queries.choice_of(actor, public_id)))
    return page("notices/choice.html", form=form, kept=stored)


@blueprint.post("/messages/people/<public_id>/call")
@allow("messages.ask")
def ask_for_call(public_id: str) -> ResponseReturnValue:
    """Ask one person for a call."""
    notice = calls.ask_for_call(public_id, by=current_actor())
    if notice in notices_queries.UNSENT:
        flash(str(notices_queries.UNSENT[notice.value]), "warn")
    elif notice is SayingResult.ALREADY:
        flash(_("A call was asked for today already."), "warn")
    else:
        flash(_("It goes within a minute, or in the morning."))
    return go("people.person")


def _values(kept: notices_queries.MessageWish) -> dict[str, object]:
    return {
        "channel": kept.channel,
        "from_hour": kept.from_hour,
        "until_hour": kept.until_hour,
        "calendar": kept.calendar,
        "row_version": kept.row_version,
    }


_WORDS = {
    "standing": STANDING,
    "tone": STANDING_TONE,
    "channel": CHANNEL,
    "unsent": notices_queries.UNSENT,
    "reason": reason,
}


@blueprint.get("/messages")
@allow("messages.see")
@offers_table("list", names=True)
def index() -> ResponseReturnValue:
    """Messages within reach, one group at a time."""
    actor = current_actor()
    standing, kind = _standing(), _kind()
    counts = notices_queries.letters(actor, standing, kind)
    wanted = request.args.get("group", "")
    letter = wanted if wanted in counts else next(iter(counts), "")
    rows = listing(
        notices_queries.messages_select(actor, standing, kind, letter),
        sorts={"when": Notice.created_at, "name": Person.sort_name},
        default_sort="when",
        default_direction="desc",
        key=Notice.id,
        counted=counts.get(letter, 0),
    )
    kinds = {kind.name: kind.label for kind in message_kinds()}
    if is_taken():
        return taken(rows.turned(lambda some: _lines(some, kinds)), MESSAGE_COLUMNS)
    return render_template(
        "notices/index.html",
        listing=rows,
        shown=OneGroup(letter, rows.rows, counts),
        standings=notices_queries.standings(actor),
        chosen=standing,
        kind=kind,
        kinds=kinds,
        about=_about(rows.rows),
        decidable=notices_queries.DECIDABLE,
        nobody_reached=not (sms_is_set_up() or mail_is_set_up()),
        **_WORDS,
    )


def _lines(rows: Sequence[Any], kinds: Mapping[str, Any]) -> list[MessageLine]:
    about = _about(rows)
    return [
        (
            notice,
            kinds.get(notice.kind, notice.kind),
            about.get((notice.kind, notice.event_key), ("", ""))[0],
        )
        for notice in rows
    ]


def _about(rows: Iterable[Any]) -> dict[tuple[str, str], tuple[str, str]]:
    """Events with their addresses, by kind and key, as the rooms tell that said them."""
    keys: defaultdict[str, set[str]] = defaultdict(set)
    for notice in rows:
        keys[notice.kind].add(notice.event_key)
    return {
        (kind.name, key): about
        for kind in message_kinds()
        if kind.about is not None and keys[kind.name]
        for key, about in kind.about(keys[kind.name]).items()
    }


def _standing() -> notices_queries.MessageStanding | None:
    try:
        return notices_queries.MessageStanding(request.args.get("state", ""))
    except ValueError:
        return None


def _kind() -> str:
    wanted = request.values.get("kind", "")
    return wanted if any(kind.name == wanted for kind in message_kinds()) else ""


@blueprint.post("/messages/decide")
@allow("messages.decide")
def decide() -> ResponseReturnValue:
    """Send the ticked messages again, or leave them."""
    ticked = [
        value[:16] for value in request.form.getlist("message")[: notices_services.MOST_DECIDED]
    ]
    back = url_for(
        "notices.index",
        state=request.form.get("state") or None,
        kind=_kind() or None,
        group=_letter(),
    )
    if not ticked:
        flash(_("Tick the messages first."), "warn")
        return redirect(back)
    if request.form.get("decision") == "again":
        done = notices_services.send_again(ticked, by=current_actor())
        sentence = _("Sent again within a minute: %(count)s", count=done)
    else:
        done = notices_services.leave_them(ticked, by=current_actor())
        sentence = _("Left as they are: %(count)s", count=done)
    if not done:
        raise Problem(_l("Nothing was to be done any more: look again."))
    flash(sentence)
    return redirect(back)


def _letter() -> str | None:
    return request.form.get("group", "")[:1] or None


_LONGEST = 80


def callback_secret() -> str:
    """The secret in the addresses of the gateway, made of the server's keys."""
    return vault_of(current_app).keys.derived("message callbacks").hex()[:40]


@blueprint.post("/messages/reports/<secret>")
@allow(ANYONE)
def report(secret: str) -> ResponseReturnValue:
    """A delivery report: it changes the state of a message, and nothing else."""
    _refuse_guess(secret)
    told = Report(_told("id"), _told("status"), _told("failureReason"), _number())
    settled = take_report(told, utc_now())
    if settled.stopped:
        notices_services.stop_messages(settled.messages)
    return "", 200


@blueprint.post("/messages/stops/<secret>")
@allow(ANYONE)
def stopped(secret: str) -> ResponseReturnValue:
    """A number whose owner wants no more messages."""
    _refuse_guess(secret)
    number = _number()
    if number:
        notices_services.stop_number(number)
    return "", 200


def _refuse_guess(secret: str) -> None:
    if not compare_digest(secret.encode(), callback_secret().encode()):
        raise NotFound


def _told(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "").strip()[:_LONGEST]


def _number() -> str:
    """The key of the number, as people's phones have it; empty without one."""
    digits = "".join(sign for sign in _told("phoneNumber") if sign.isascii() and sign.isdigit())
    return lookup(f"+{digits}", kind="phone") if digits else ""


@blueprint.get("/settings/messages")
@allow("settings.see")
def settings() -> ResponseReturnValue:
    """Ways out, the sender's domain, the addresses for the gateway, and counts."""
    secret = callback_secret() if current_actor().may("settings.edit") else ""
    address, check = public_address(), notices_queries.sender_check()
    return render_template(
        "notices/settings.html",
        mail=mail_is_set_up(),
        sms=sms_is_set_up(),
        sender=current_app.config["SETTINGS"].mail_from,
        domain=notices_services.sender_domain(),
        check=check,
        waiting=check is not None and check.checked_at == notices_services.LONG_AGO,
        record=RECORD,
        tone=RECORD_TONE,
        should_be=SHOULD_BE,
        reports=f"{address}/messages/reports/{secret}" if secret else "",
        stops=f"{address}/messages/stops/{secret}" if secret else "",
        counts=notices_queries.message_counts(),
        channel=CHANNEL,
        state=notices_queries.STATE,
    )


@blueprint.post("/settings/messages/look")
@allow("settings.edit")
def look_again() -> ResponseReturnValue:
    """Have the worker ask for the records again."""
    notices_services.ask_for_check(by=current_actor())
    return go("notices.settings", _("It is asked for within a minute. Load the page again."))


_STOPPING_LONGEST = 100


@blueprint.get(f"{notices_services.STOP_PATH}/<token>")
@allow(ANYONE)
def stop(token: str) -> ResponseReturnValue:
    """A button, and nothing of whose mail it was."""
    if len(token) > _STOPPING_LONGEST or notices_services.message_of_token(token) is None:
        raise NotFound
    return render_template("notices/stop.html", token=token)


@blueprint.post(f"{notices_services.STOP_PATH}/<token>")
@allow(ANYONE)
def stop_now(token: str) -> ResponseReturnValue:
    """End them: by the button, or by a mail program's own."""
    if len(token) > _STOPPING_LONGEST or not notices_services.stop_by_token(token):
        raise NotFound
    return render_template("notices/stopped.html")


def take_without_token(app: Flask) -> None:
    """Have mail programs and gateways post, who were never shown a form."""
    for name in ("stopping.stop_now", "reports.report", "reports.stopped"):
        app.extensions["csrf"].exempt(f"kash.notices.views.{name}")


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
        changed=notices_queries.changed_places(),
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
            details = form.command(notices_services.TextDetails)
            notices_services.save_text(
                place, details, row_version=form.row_version_shown, by=current_actor()
            )
            return go("notices.texts", _("Saved."))
        if form.changed_meanwhile:
            form.compare(_texts_values(place))
    return _page(place, form)


def _form(place: notices_services.TextPlace) -> TextForm:
    form = TextForm(data=_texts_values(place))
    if place.channel is Channel.SMS:
        del form.subject
    return form


def _page(place: notices_services.TextPlace, form: TextForm) -> ResponseReturnValue:
    subject = form.subject.data if "subject" in form else ""
    return page(
        "notices/text.html",
        form=form,
        place=place,
        house=notices_queries.house_wording(place.kind, place.channel, place.language),
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
    notices_services.use_house_text(place, by=current_actor())
    return go("notices.text", _("Saved."))


def _kept(place: notices_services.TextPlace) -> notices_queries.KeptText | None:
    return notices_queries.kept_text(place.kind, place.channel, place.language)


def _place(kind: str, channel: str, language: str) -> notices_services.TextPlace:
    try:
        place = notices_services.TextPlace(message_kind(kind), Channel(channel), language)
    except (UnknownMessageKind, ValueError):
        raise NotFound from None
    if place.channel not in place.kind.channels or language not in programme_languages():
        raise NotFound
    return place


def _texts_values(place: notices_services.TextPlace) -> dict[str, object]:
    """The text that holds, as the form shows it, and its row version."""
    stored = _kept(place)
    wording = notices_queries.house_wording(place.kind, place.channel, place.language)
    if stored is not None:
        wording = stored.wording
    return {
        "text": wording.text,
        "subject": wording.subject,
        "row_version": stored.row_version if stored is not None else 0,
    }


def _looks(place: notices_services.TextPlace, written: str, subject: str) -> dict[str, object]:
    """A text with the values of the sample, at its longest, and how long that is; nothing of one
    with a fault, which stands beside its field."""
    lengths = {field.name: field.longest for field in place.kind.fields}
    sms = place.channel is Channel.SMS
    wrong = fault_of(written, lengths, sms=False) or fault_of(subject, lengths, sms=False)
    if wrong is not None:
        return {}
    sample = {field.name: str(field.sample) for field in place.kind.fields}
    return {
        "sample": filled(written, sample),
        "subject": filled(subject, sample),
        "longest": longest(written, lengths) if sms else "",
        "length": sms_length(written, lengths) if sms else None,
    }
