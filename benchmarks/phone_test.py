"""`./kash.sh bench phone_test`: the bytes that the page of a test costs a phone which has none yet.

`phone_test_kb` is the page with all that it loads before the first question shows, each compressed
as a server sends it. `phone_test_offline_kb` is what the phone fetches besides, afterwards, so that
it goes on without a network: the service worker, and the files that it alone keeps.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from benchmarks.telling import as_json, tell

AT_MOST = {"phone_test_kb": 25.0}
_PAGE, _WORKER = "/t/", "/t/sw.js"
_IMPORTED = re.compile(r"""^\s*(?:import|export)\b[^"'(]*["']([^"']+)["']""", re.MULTILINE)
_STYLED = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
_KEPT = re.compile(r"const FILES = new Set\((\[.*?\])\)", re.DOTALL)


class _Loads(HTMLParser):
    """The addresses of styles, scripts, pictures and icons that a page names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        address = said.get("href") if tag == "link" else said.get("src")
        if address:
            self.found.append(address)


def loaded(client: Any, page: str) -> dict[str, bytes]:
    """A page and everything that it loads, by address. Raises LookupError if one doesn't answer."""
    found: dict[str, bytes] = {}
    waiting = [page]
    while waiting:
        address = waiting.pop()
        if address not in found:
            answer = client.get(address)
            if answer.status_code != 200:
                raise LookupError(f"{address} answered {answer.status_code}")
            found[address] = answer.data
            waiting += [urljoin(address, one) for one in _named(answer.mimetype, answer.text)]
    return found


def _named(kind: str, text: str) -> Iterator[str]:
    if kind == "text/html":
        yield from _Loads(text).found
    elif kind == "text/javascript":
        yield from _IMPORTED.findall(text)
    elif kind == "text/css":
        for one, other in _STYLED.findall(text):
            if not urlsplit(one or other).scheme:
                yield one or other


def kilobytes(contents: dict[str, bytes]) -> float:
    """How many units of 1,024 bytes these are over the line, each compressed."""
    return sum(len(gzip.compress(one, 6)) for one in contents.values()) / 1024


def figures() -> dict[str, float]:
    """Both figures, of an application of its own with an empty database."""
    with tempfile.TemporaryDirectory(prefix="kash-bench-") as folder:
        os.environ.update({"KASH_DATA_DIR": folder, "KASH_DATABASE_URL": "", "KASH_QUEUE_URL": ""})
        from kash.application import create_app
        from kash.platform.operations.migrations import migrate_if_behind
        from kash.settings import load_settings

        settings = load_settings()
        app = create_app(settings)
        migrate_if_behind(settings)
        client = app.test_client()
        at_once = loaded(client, _PAGE)
        worker = client.get(_WORKER)
        kept = json.loads(_KEPT.findall(worker.text)[0])
        later = {_WORKER: worker.data}
        later |= {name: client.get(name).data for name in kept if name not in at_once}
        return {
            "phone_test_kb": round(kilobytes(at_once), 2),
            "phone_test_offline_kb": round(kilobytes(later), 2),
        }


def phone_test_kb() -> float:
    """The first of the figures."""
    return figures()["phone_test_kb"]


def main() -> int:
    """Run it; 0 if everything answered, whether or not it was small enough."""
    parser = argparse.ArgumentParser(prog="bench phone_test", description=__doc__)
    as_json(parser)
    given = parser.parse_args()
    return tell(figures, json_wanted=given.json, at_most=AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
