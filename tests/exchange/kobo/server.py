"""A stand-in for KoboToolbox, built from its documentation: pages of 100 unless asked for more and
never of more than 1,000, newest ids on every edit, and faults where a test asks for them."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

MOST = 1_000
HOST = "https://kobo.example"


@dataclass
class Server:
    """One form's rows, and what is wrong with the server."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    most: int = MOST
    asset: str = "aSdF1234"
    fault: str = ""
    asked: list[str] = field(default_factory=list)

    def add(self, **answers: Any) -> dict[str, Any]:
        """A submission as a phone sends it."""
        number = 100 + len(self.rows)
        row = {
            "_id": number,
            "_uuid": f"00000000-0000-0000-0000-{number:012}",
            "meta/instanceID": f"uuid:00000000-0000-0000-0000-{number:012}",
            "meta/rootUuid": f"uuid:00000000-0000-0000-0000-{number:012}",
            "formhub/uuid": "f0",
            "__version__": "v1",
            "_submission_time": "2026-11-01T08:00:00",
            "_submitted_by": "somebody",
            "_geolocation": [None, None],
            "_attachments": [],
            "start": "2026-11-01T08:00:00.000+03:00",
            **answers,
        }
        self.rows.append(row)
        return row

    def edit(self, row: dict[str, Any], **answers: Any) -> None:
        """Edit a row: answers change, and every id but the number and the first."""
        row["meta/deprecatedID"] = row["meta/instanceID"]
        row["_uuid"] = row["_uuid"].replace("0000-0000", "1111-0000")
        row["meta/instanceID"] = f"uuid:{row['_uuid']}"
        row.update(answers)

    def fetch(self, address: str) -> bytes:
        """The answer to an address."""
        self.asked.append(address)
        parts = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        start = int(asked.get("start", 0))
        limit = min(int(asked.get("limit", 100)), self.most)
        rows = self.rows[start : start + limit]
        more = start + limit < len(self.rows)
        path = f"/api/v2/assets/{self.asset}/data.json"
        assert parts.path == path
        following = None
        if more:
            query = urlencode({"limit": limit, "start": start + limit})
            following = f"{HOST}{path}?{query}"
        count = len(self.rows)
        if self.fault == "repeats" and start:
            rows = self.rows[:limit]
        if self.fault == "same_next" and more:
            following = address
        if self.fault == "for_ever":
            following = f"{HOST}{path}?limit={limit}&start={start + 1_000_000}"
            rows = rows or self.rows[:1]
        if self.fault == "short":
            rows = rows[:-1]
        if self.fault == "stops":
            following = None
        if self.fault == "elsewhere" and more:
            following = f"https://other.example{path}?start={start + limit}"
        if self.fault == "http" and more and following:
            following = following.replace("https:", "http:")
        if self.fault == "garbage" and start:
            return b"<html>Bad gateway</html>"
        if self.fault == "grows" and not start:
            self.add(name="Late")
        return json.dumps({"count": count, "next": following, "results": rows}).encode()
