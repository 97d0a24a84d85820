"""Gateways that take SMS. A gateway says of each number what became of it, and raises nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from flask import Flask, current_app

from kash.platform.database import new_public_id
from kash.platform.messages.africas_talking import AfricasTalking
from kash.platform.messages.states import NOBODY_REACHED, Tried, TryOutcome
from kash.settings import Settings

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
