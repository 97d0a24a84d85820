"""The gateway of Africa's Talking.

The older endpoint /version1/messaging takes a form, /version1/messaging/bulk of new live accounts
takes JSON; both answer 201 with one line for each number. Codes 100 to 102 are taken, 403 and 404
are no numbers, 406 is a person who asked for no more messages; 401, 402 and 405 are about the
account, and nothing went. What an answer doesn't say clearly is not known.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from kash.platform.messages.states import Tried, TryOutcome

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
    found: dict[str, Tried] = {}
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict):
            # Where a number stands twice, the first line counts.
            found.setdefault(str(line.get("number", "")).lstrip("+"), _of_line(line))
    return {number: found.get(number.lstrip("+"), unknown) for number in numbers}


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
