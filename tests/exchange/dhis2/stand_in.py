"""DHIS2 as its documentation tells of it: values by data element, period, unit and option combos;
an import summary, inside `response` or not; 409 if any value is left out."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.people.connections.stand_in import Asked, Reply

DEFAULT = "HllvX50cXC0"
TOKEN = "ApiToken d2pat_a-token-of-the-other-system"
Key = tuple[str, str, str, str, str]


@dataclass
class Dhis2:
    """The other end. `plan` holds what happens to each request in its order: "" is none, "before"
    and "after" are time-outs before and after storing, and others are faults of the answer.
    `wrong` are data elements that it does not know."""

    plan: list[str] = field(default_factory=list)
    wrong: frozenset[str] = frozenset()
    says_which: bool = True
    wrapped: bool = True
    held: dict[Key, str] = field(default_factory=dict)
    writes: list[tuple[str, list[str]]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        """Answer a request, with the fault that is planned for it."""
        fault = self.plan.pop(0) if self.plan else ""
        if asked.headers.get("authorization") != TOKEN:
            return Reply(401)
        if fault == "busy":
            return Reply(503)
        if fault == "before":
            return Reply(fault="reset")
        reply = self._read(asked) if asked.method == "GET" else self._write(asked)
        if fault == "after":
            return Reply(fault="reset")
        if fault == "half":
            return Reply(reply.status, reply.body, fault="half")
        return Reply(200, b"<html>garbage") if fault == "garbage" else reply

    def _read(self, asked: Asked) -> Reply:
        query = parse_qs(urlsplit(asked.path).query)
        names = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo")
        found = [
            {**dict(zip(names, key, strict=True)), "value": value}
            for key, value in self.held.items()
            if key[1] in query["period"] and key[2] in query["orgUnit"]
        ]
        return Reply(200, json.dumps({"dataValues": found} if found else {}).encode())

    def _write(self, asked: Asked) -> Reply:
        strategy = parse_qs(urlsplit(asked.path).query)["importStrategy"][0]
        values = json.loads(asked.body)["dataValues"]
        self.writes.append((strategy, [one["dataElement"] for one in values]))
        counts = dict.fromkeys(("imported", "updated", "ignored", "deleted"), 0)
        conflicts: list[dict[str, Any]] = []
        for place, one in enumerate(values):
            key = (
                one["dataElement"],
                one["period"],
                one["orgUnit"],
                one.get("categoryOptionCombo", DEFAULT),
                one.get("attributeOptionCombo", DEFAULT),
            )
            if one["dataElement"] in self.wrong:
                counts["ignored"] += 1
                conflict = {"errorCode": "E7610", "value": "Data element not found", "object": key}
                conflicts.append({**conflict, "indexes": [place]} if self.says_which else conflict)
            elif strategy == "DELETE":
                counts["deleted" if self.held.pop(key, None) is not None else "ignored"] += 1
            else:
                counts["updated" if key in self.held else "imported"] += 1
                self.held[key] = one["value"]
        summary = {"status": "WARNING" if conflicts else "SUCCESS", "importCount": counts}
        if conflicts:
            summary["conflicts"] = conflicts
        body = {"httpStatusCode": 409, "response": summary} if self.wrapped else summary
        return Reply(409 if counts["ignored"] else 200, json.dumps(body).encode())
