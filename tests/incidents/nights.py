"""A night of the programme, whose clock goes on only as a test says, and what rings in it."""

import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from apiflask import APIFlask

from kash.incidents.services import alerts
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.mediation import follow_briefs
from kash.platform.database import utc_now
from kash.platform.messages import MailFailed
from kash.platform.messages.rules import Tried, TryOutcome

# All but sessions and open vaults, which would end with the night.
_TOLD_THE_TIME = ("kash.incidents.", "kash.desk.", "kash.platform.vault.audit", "kash.platform.web")


class Night:
    """The programme's clock, the worker's chores of each minute, and the phones that rang; it is
    its own gateway of SMS and of mail, which may be down."""

    reaches = True

    def __init__(self, app: APIFlask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = utc_now().replace(second=0, microsecond=0)
        self.is_down = False
        self._rang: list[tuple[str, str]] = []
        self._mails: list[str] = []
        monkeypatch.setitem(app.extensions, "kash_sms", self)
        monkeypatch.setattr(alerts, "mail_is_set_up", lambda: True)
        monkeypatch.setattr(alerts, "send_mail", self._mail)
        for name, module in list(sys.modules.items()):
            if name.startswith(_TOLD_THE_TIME) and hasattr(module, "utc_now"):
                monkeypatch.setattr(module, "utc_now", lambda: self.now)

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        """Take a text for numbers, unless it is down."""
        if self.is_down:
            return dict.fromkeys(numbers, Tried(TryOutcome.NOT_SENT, "unreachable"))
        self._rang += [(number, text) for number in numbers]
        return dict.fromkeys(numbers, Tried(TryOutcome.ACCEPTED))

    def _mail(self, _to: str, subject: str, text: str) -> None:
        if self.is_down:
            raise MailFailed
        assert text == f"{subject}\n"
        self._mails.append(subject)

    def later(self, minutes: int, every: int = 0) -> list[str]:
        """Let minutes pass, with the chores of the last of them or of every so many; the numbers
        that rang. A phone that should not ring before the last minute is seen by then as well."""
        for _time in range(minutes // (every or minutes)):
            self.now += timedelta(minutes=every or minutes)
            tend_letterbox(self.now)
            alerts.end_old_alerts(self.now)
            alerts.tell_officers(self.now)
            follow_briefs()
        return self.rang()

    def rang(self) -> list[str]:
        """The numbers that rang since this was last asked. Each was told to sign in and no more,
        and as many mails said the same."""
        rang = sorted(number for number, _text in self._rang)
        texts = sorted(text for _number, text in self._rang)
        assert set(texts) <= {"Sign in", "Ingia"}
        assert texts == sorted(self._mails)
        self._rang.clear()
        self._mails.clear()
        return rang
