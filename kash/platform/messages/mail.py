"""E-mail: how it is sent, and what the domain of its sender says of it."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_mailman import EmailMessage, EmailMultiAlternatives, Mail
from flask_mailman.backends.smtp import EmailBackend

from kash.platform.messages.rules import NOBODY_REACHED, RenderedMessage, Tried, TryOutcome
from kash.settings import Settings

_mail = Mail()
_PATIENCE = 10


class MailFailed(Exception):
    """The mail server did not take a message; nothing is said about the address or the reason."""

    def __str__(self) -> str:
        return _("The e-mail could not be sent. Hand the link over yourself.")


class _CheckedSmtp(smtplib.SMTP):
    """A connection that asks, where it becomes a protected one, whose certificate it is: else a
    person who sits in between reads the password, and the links."""

    def starttls(self, *_given: Any, **_more: Any) -> tuple[int, bytes]:
        return super().starttls(context=ssl.create_default_context())


class SmtpBackend(EmailBackend):
    """The library's, which checks certificates of smtps:// alone."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return smtplib.SMTP_SSL if self.use_ssl else _CheckedSmtp


def init_messages(app: Flask, settings: Settings) -> None:
    """Choose how mail goes out: a server, a folder, or the terminal."""
    parts = urlsplit(settings.mail_url)
    app.config.update(
        MAIL_DEFAULT_SENDER=settings.mail_from,
        MAIL_TIMEOUT=_PATIENCE,
        MAIL_IS_SET_UP=parts.scheme != "console",
    )
    if parts.scheme == "console":
        app.config["MAIL_BACKEND"] = "console"
    elif parts.scheme == "file":
        app.config.update(MAIL_BACKEND="file", MAIL_FILE_PATH=unquote(parts.path))
    else:
        secure = parts.scheme == "smtps"
        app.config.update(
            MAIL_BACKEND=SmtpBackend,
            MAIL_SERVER=parts.hostname or "localhost",
            MAIL_PORT=parts.port or (465 if secure else 25),
            MAIL_USERNAME=unquote(parts.username) if parts.username else None,
            MAIL_PASSWORD=unquote(parts.password) if parts.password else None,
            MAIL_USE_SSL=secure,
            MAIL_USE_TLS=not secure and parts.port == 587,
        )
    _mail.init_app(app)


def mail_is_set_up() -> bool:
    """True if mail reaches anybody: the terminal does not count."""
    return bool(current_app.config.get("MAIL_IS_SET_UP"))


def send_mail(to: str, subject: str, text: str) -> None:
    """Send a plain message now. Raises MailFailed, also where `to` is no address but a name that
    somebody without one signs in with."""
    if "@" not in to:
        raise MailFailed
    try:
        EmailMessage(subject=subject, body=text, to=[to]).send()
    except (OSError, smtplib.SMTPException, ValueError):
        raise MailFailed from None


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


_SPF, _DKIM, _DMARC = "v=spf1", "v=dkim1", "v=dmarc1"
_DNS_PATIENCE = 5.0
# Told a name, answers its TXT records; none where there is no such name. Raises NoRecords.
Ask = Callable[[str], Sequence[str]]


class NoRecords(Exception):
    """The domain name system could not be asked."""


class DomainRecord(StrEnum):
    """The condition of a record: in order, not there, weaker than it should be, there twice, not
    asked for, or nobody answered."""

    GOOD = "good"
    MISSING = "missing"
    WEAK = "weak"
    DOUBLE = "double"
    UNASKED = "unasked"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True)
class SenderDomain:
    """A domain that mail is sent from, and its three records."""

    domain: str
    spf: DomainRecord
    dkim: DomainRecord
    dmarc: DomainRecord


def domain_of(sender: str) -> str:
    """The domain of a sender such as `Office <office@example.org>`; empty for one that nobody
    outside this machine knows."""
    match = re.search(r"@([A-Za-z0-9.-]+)", sender)
    domain = match[1].lower().strip(".") if match else ""
    return domain if "." in domain else ""


def spf_record(texts: Sequence[str]) -> DomainRecord:
    """SPF: exactly one, that ends by refusing others (`-all`, `~all`) or leads to one that does."""
    records = [text.lower().split() for text in texts if text.lower().startswith(_SPF)]
    if len(records) != 1:
        return DomainRecord.DOUBLE if records else DomainRecord.MISSING
    words = records[0]
    closed = "-all" in words or "~all" in words or any(w.startswith("redirect=") for w in words)
    return DomainRecord.GOOD if closed else DomainRecord.WEAK


def dkim_record(texts: Sequence[str]) -> DomainRecord:
    """DKIM: a key under the selector; one that is empty was taken back."""
    tags = [_tags_in(text) for text in texts if "p=" in text.lower()]
    if not tags:
        return DomainRecord.MISSING
    return DomainRecord.GOOD if any(tag.get("p") for tag in tags) else DomainRecord.WEAK


def dmarc_record(texts: Sequence[str]) -> DomainRecord:
    """DMARC: exactly one, that asks for what is false to be put aside or refused."""
    records = [_tags_in(text) for text in texts if text.lower().startswith(_DMARC)]
    if len(records) != 1:
        return DomainRecord.DOUBLE if records else DomainRecord.MISSING
    policy = records[0].get("p", "").lower()
    return DomainRecord.GOOD if policy in ("quarantine", "reject") else DomainRecord.WEAK


def _tags_in(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def look_up(domain: str, selector: str, ask: Ask) -> SenderDomain:
    """The records of a domain; without a selector nobody knows where the key of DKIM stands."""

    def asked(name: str, judge: Callable[[Sequence[str]], DomainRecord]) -> DomainRecord:
        try:
            return judge(ask(name))
        except NoRecords:
            return DomainRecord.NO_ANSWER

    return SenderDomain(
        domain,
        asked(domain, spf_record),
        asked(f"{selector}._domainkey.{domain}", dkim_record) if selector else DomainRecord.UNASKED,
        asked(f"_dmarc.{domain}", dmarc_record),
    )


def ask_dns(name: str) -> list[str]:
    """TXT records of a name by the machine's own resolver. Raises NoRecords."""
    # It takes some megabytes, which only the worker's child pays.
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_DNS_PATIENCE)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError):
        raise NoRecords from None
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]
