"""One-time links: their address, and sending one by e-mail."""

from __future__ import annotations

from flask import url_for
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.platform.messages import MailFailed, mail_is_set_up, send_mail
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.programme import brand, programme_languages
from kash.platform.web.public_address import public_address


def address_of_link(endpoint: str, token: str) -> str:
    """The whole address of a one-time link."""
    return public_address() + url_for(endpoint, token=token)


def mail_link(email: str, link: str, language: str) -> bool:
    """Mail a link; True if it went out. Neither subject nor text says what it is about."""
    if not mail_is_set_up():
        return False
    with force_locale(language or programme_languages()[0]):
        subject = _("Your access to %(name)s", name=brand())
        text = _(
            "Open this link to choose a password. It works once, within seven days:\n\n%(link)s\n",
            link=link,
        )
    with FlashedProblems(MailFailed, tone="warn"):
        send_mail(email, subject, text)
        return True
    return False
