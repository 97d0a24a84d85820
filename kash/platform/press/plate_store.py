"""Plates that were made, kept in memory: pictures of signatures never reach a disk."""

from __future__ import annotations

import hashlib
import json
import struct
import threading
from collections import OrderedDict
from collections.abc import Sequence

from kash.platform.press.child_process import RenderFailed, RenderLimits, render
from kash.platform.press.plates import Plate, unpacked
from kash.platform.press.requests import PageRequest, PlatesRequest
from kash.platform.press.stamping import Stamper

# What one process keeps at most. A plate of the ornate design takes a tenth of a megabyte.
MOST_PLATES = 24
MOST_BYTES = 12 * 1024 * 1024


class PlateStore:
    """The plates used last, by everything that they depend on."""

    def __init__(self, most_plates: int = MOST_PLATES, most_bytes: int = MOST_BYTES) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Stamper] = OrderedDict()
        self._most_plates = most_plates
        self._most_bytes = most_bytes

    def stampers(
        self, requests: Sequence[PageRequest], stylesheet: str, limits: RenderLimits
    ) -> list[Stamper]:
        """A stamper for each page, in order; one child makes all that are missing."""
        keys = [_key(request, stylesheet) for request in requests]
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
            for key in found:
                self._kept.move_to_end(key)
        missing = [number for number, key in enumerate(keys) if key not in found]
        if missing:
            made = made_plates([requests[number] for number in missing], stylesheet, limits)
            for number, plate in zip(missing, made, strict=True):
                found[keys[number]] = Stamper(plate)
            with self._lock:
                for number in missing:
                    self._kept[keys[number]] = found[keys[number]]
                self._shrink()
        return [found[key] for key in keys]

    def clear(self) -> None:
        """Forget all plates."""
        with self._lock:
            self._kept.clear()

    def _shrink(self) -> None:
        while len(self._kept) > 1 and (
            len(self._kept) > self._most_plates
            or sum(stamper.size for stamper in self._kept.values()) > self._most_bytes
        ):
            self._kept.popitem(last=False)


def made_plates(
    requests: Sequence[PageRequest], stylesheet: str, limits: RenderLimits
) -> list[Plate]:
    """New plates, made by one child and kept nowhere."""
    request = PlatesRequest(stylesheet=stylesheet, pages=list(requests))
    try:
        return [unpacked(content) for content in render(request, limits)]
    except (ValueError, LookupError, TypeError, struct.error):
        raise RenderFailed from None


def _key(request: PageRequest, stylesheet: str) -> bytes:
    described = json.dumps([stylesheet, request], sort_keys=True)
    return hashlib.sha256(described.encode("ascii")).digest()


plate_store = PlateStore()
