"""Mails of the outbox: several over one connection, each with a word of what became of it."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterable, Iterator
from contextlib import suppress

from flask import current_app
from flask_mailman import EmailMultiAlternatives, Mail

from kash.platform.messages.letters import RenderedMessage
from kash.platform.messages.mail import mail_is_set_up
from kash.platform.messages.states import NOBODY_REACHED, Tried, TryOutcome

# One address, in signs that no header can be made of; who writes it otherwise writes it anew.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_FOR_GOOD = 500


def send_mails(requests: Iterable[tuple[int, RenderedMessage]]) -> Iterator[tuple[int, Tried]]:
    """Send mails one after the other; what became of each, told before the next one goes."""
    mailman: Mail = current_app.extensions["mailman"]
    connection = mailman.get_connection()
    failed = False
    try:
        for key, request in requests:
            message = _message(request)
            if message is None:
                yield key, Tried(TryOutcome.REFUSED, "address")
                continue
            if failed:
                # What broke under the one before is opened anew.
                _close(connection)
                failed = False
            tried = _sent(connection, message)
            failed = tried.outcome in (TryOutcome.UNKNOWN, TryOutcome.NOT_SENT)
            yield key, tried
    finally:
        _close(connection)


def _message(request: RenderedMessage) -> EmailMultiAlternatives | None:
    """A mail, None if its address is none or a header would break in two."""
    headers = {"Auto-Submitted": "auto-generated"}
    if request.stop_url:
        headers["List-Unsubscribe"] = f"<{request.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if not _ADDRESS.fullmatch(request.address) or set("\r\n") & set(request.subject):
        return None
    message = EmailMultiAlternatives(
        request.subject, request.text, to=[request.address], headers=headers
    )
    for number, calendar in enumerate(request.calendars, start=1):
        kind = f"text/calendar; method={calendar.method}"
        if number == 1:
            message.attach_alternative(calendar.text, kind)
        else:
            message.attach(f"day-{number}.ics", calendar.text, kind)
    return message


def _sent(connection: object, message: EmailMultiAlternatives) -> Tried:
    """The outcome of one mail. Until a connection is open nothing has gone; afterwards only what
    the server said is known."""
    try:
        connection.open()  # type: ignore[attr-defined]
    except (OSError, smtplib.SMTPException, ValueError):
        return Tried(TryOutcome.NOT_SENT, "unreachable")
    try:
        connection.send_messages([message])  # type: ignore[attr-defined]
    except smtplib.SMTPRecipientsRefused as refused:
        return _said(max((code for code, _ in refused.recipients.values()), default=0))
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused, smtplib.SMTPHeloError) as refused:
        return _said(refused.smtp_code)
    except (OSError, smtplib.SMTPException):
        return Tried(TryOutcome.UNKNOWN, "no_answer")
    except ValueError:
        return Tried(TryOutcome.REFUSED, "address")
    return Tried(TryOutcome.ACCEPTED, "" if mail_is_set_up() else NOBODY_REACHED)


def _said(code: int) -> Tried:
    outcome = TryOutcome.REFUSED if code >= _FOR_GOOD else TryOutcome.NOT_SENT
    return Tried(outcome, f"smtp_{code}")


def _close(connection: object) -> None:
    with suppress(OSError, smtplib.SMTPException):
        connection.close()  # type: ignore[attr-defined]
