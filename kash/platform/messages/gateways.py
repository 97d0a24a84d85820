"""Gateways of SMS, one of them Africa's Talking."""

from __future__ import annotations

import http.client
import json
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import structlog
from flask import Flask, current_app

from kash.platform.database import new_public_id
from kash.platform.messages.rules import NOBODY_REACHED, Tried, TryOutcome
from kash.settings import Settings

PATH, BULK_PATH = "/version1/messaging", "/version1/messaging/bulk"
_PATIENCE = 20.0
_MOST_ANSWERED = 1_000_000
_TAKEN = frozenset({100, 101, 102})
_REFUSED = frozenset({403, 404, 406, 409})
_NOT_SENT = frozenset({401, 402, 405, 407, 502})
# Statuses with which a server says that it did nothing.
_UNTOUCHED = frozenset({400, 401, 402, 403, 404, 405, 413, 415, 422, 429})
# What an HTTPS client raises once something may have gone out.
_FAILURES = (OSError, http.client.HTTPException, ValueError)


@dataclass(frozen=True)
class AfricasTalking:
    """An account there. `protected` is False only for a stand-in on the same machine."""

    host: str
    port: int | None
    path: str
    username: str
    key: str = field(repr=False)
    sender: str = ""
    protected: bool = True
    patience: float = _PATIENCE
    reaches: bool = True

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        """Send one text to numbers, all in one request; what became of each."""
        connection = self._connection()
        try:
            # Until this is through nothing has gone.
            connection.connect()
        except _FAILURES:
            connection.close()
            return dict.fromkeys(numbers, Tried(TryOutcome.NOT_SENT, "unreachable"))
        try:
            body, headers = self._request(text, numbers)
            connection.request("POST", self.path or PATH, body, headers)
            answer = connection.getresponse()
            content = answer.read(_MOST_ANSWERED)
            status = answer.status
        except _FAILURES:
            return dict.fromkeys(numbers, Tried(TryOutcome.UNKNOWN, "no_answer"))
        finally:
            connection.close()
        if status in _UNTOUCHED:
            return dict.fromkeys(numbers, Tried(TryOutcome.NOT_SENT, f"http_{status}"))
        if status not in (200, 201):
            return dict.fromkeys(numbers, Tried(TryOutcome.UNKNOWN, f"http_{status}"))
        return _answered(content, numbers)

    def _connection(self) -> http.client.HTTPConnection:
        if self.protected:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=self.patience, context=context
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=self.patience)

    def _request(self, text: str, numbers: Sequence[str]) -> tuple[bytes, dict[str, str]]:
        headers = {"Accept": "application/json", "apiKey": self.key}
        fields: dict[str, Any] = {"username": self.username, "message": text, "enqueue": 1}
        if self.path.rstrip("/").endswith("/bulk"):
            fields["phoneNumbers"] = list(numbers)
            if self.sender:
                fields["senderId"] = self.sender
            headers["Content-Type"] = "application/json"
            return json.dumps(fields).encode(), headers
        fields |= {"to": ",".join(numbers), "bulkSMSMode": 1}
        if self.sender:
            fields["from"] = self.sender
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return urlencode(fields).encode(), headers


def _answered(content: bytes, numbers: Sequence[str]) -> Mapping[str, Tried]:
    """The outcome of each number by an answer; of one that it leaves out, nothing is known."""
    unknown = Tried(TryOutcome.UNKNOWN, "unclear")
    try:
        lines = json.loads(content)["SMSMessageData"]["Recipients"]
    except (ValueError, LookupError, TypeError):
        return dict.fromkeys(numbers, unknown)
    if lines == []:
        # The account, or its sender's name: nobody was sent anything.
        return dict.fromkeys(numbers, Tried(TryOutcome.NOT_SENT, "account"))
    answers: dict[str, Tried] = {}
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            # Where a number stands twice, the first line counts.
            answers.setdefault(str(line.get("number", "")).lstrip("+"), _of_line(line))
    return {number: answers.get(number.lstrip("+"), unknown) for number in numbers}


def _of_line(line: Mapping[str, Any]) -> Tried:
    try:
        code = int(line["statusCode"])
    except (LookupError, TypeError, ValueError):
        return Tried(TryOutcome.UNKNOWN, "unclear")
    if code in _TAKEN:
        name = str(line.get("messageId", ""))
        return Tried(TryOutcome.ACCEPTED, gateway_id="" if name == "None" else name)
    if code in _REFUSED:
        return Tried(TryOutcome.REFUSED, str(code))
    return Tried(TryOutcome.NOT_SENT if code in _NOT_SENT else TryOutcome.UNKNOWN, str(code))


_log = structlog.get_logger("kash.platform.messages")
_EXTENSION = "kash_sms"


class SmsGateway(Protocol):
    """A way out for SMS."""

    @property
    def reaches(self) -> bool:
        """False where nobody is reached."""

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        """Send one text to numbers in E.164, each once; what became of each."""


@dataclass(frozen=True)
class ConsoleGateway:
    """The terminal, which is told how many would have gone and to nobody what: it ends in a log."""

    reaches: bool = False

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        """Take all as sent."""
        _log.info("sms_not_set_up", messages=len(numbers), signs=len(text))
        return dict.fromkeys(numbers, Tried(TryOutcome.ACCEPTED, NOBODY_REACHED))


@dataclass(frozen=True)
class FileGateway:
    """A folder, into which each SMS is written as a file."""

    folder: Path
    reaches: bool = True

    def send(self, text: str, numbers: Sequence[str]) -> Mapping[str, Tried]:
        """Write one file for each number, readable by its owner alone."""
        return {number: self._write(text, number) for number in numbers}

    def _write(self, text: str, number: str) -> Tried:
        name = new_public_id()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / f"{name}.txt", os.O_WRONLY | os.O_CREAT, 0o600)
            with open(handle, "w", encoding="utf-8") as file:
                file.write(f"{number}\n\n{text}\n")
        except OSError:
            return Tried(TryOutcome.NOT_SENT, "folder")
        return Tried(TryOutcome.ACCEPTED, gateway_id=name)


def gateway_from(address: str) -> SmsGateway:
    """The gateway of an address such as `africastalking://USER:KEY@HOST/PATH?sender=NAME`."""
    parts = urlsplit(address)
    if parts.scheme == "console":
        return ConsoleGateway()
    if parts.scheme == "file":
        return FileGateway(Path(unquote(parts.path)))
    senders = parse_qs(parts.query).get("sender", [])
    return AfricasTalking(
        host=parts.hostname or "",
        port=parts.port,
        path=parts.path,
        username=unquote(parts.username or ""),
        key=unquote(parts.password or ""),
        sender=senders[0] if senders else "",
        protected=not parts.scheme.endswith("+http"),
    )


def init_sms(app: Flask, settings: Settings) -> None:
    """Choose how SMS go out."""
    app.extensions[_EXTENSION] = gateway_from(settings.sms_url)


def sms_gateway() -> SmsGateway:
    """The gateway of the present application."""
    gateway: SmsGateway = current_app.extensions[_EXTENSION]
    return gateway


def sms_is_set_up() -> bool:
    """True if SMS reach anybody: the terminal does not count."""
    return sms_gateway().reaches
