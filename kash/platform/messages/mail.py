"""E-mail. Never sent inside a write transaction, and never with a word about what it is for."""

from __future__ import annotations

import smtplib
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app
from flask_babel import gettext as _
from flask_mailman import EmailMessage, Mail
from flask_mailman.backends.smtp import EmailBackend

from kash.settings import Settings

_mail = Mail()
_PATIENCE = 10


class MailFailed(Exception):
    """The mail server did not take a message; nothing is said about to whom or why."""

    def __str__(self) -> str:
        return _("The e-mail could not be sent. Hand the link over yourself.")


class _CheckedSmtp(smtplib.SMTP):
    """A connection that asks, where it becomes a protected one, whose certificate it is: else
    whoever sits in between reads the password, and the links."""

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
