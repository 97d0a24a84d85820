"""The screens of phones, put together with the records that name them, in memory."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from sqlalchemy.orm import Session

from kash.incidents.rules.filing import compose
from kash.incidents.rules.record import Record, as_bytes, from_bytes
from kash.platform.vault import OpenVault, Sealed, SealError, fetch, open_document
from kash.platform.web.formats import zone

SCREEN_KIND = "incident.screen"
_NAMED = b'"screens":{'


class Screens:
    """All that phones sent and nobody has put together yet: one query, once it is needed at all."""

    def __init__(self, session: Session, vault: OpenVault) -> None:
        self._session, self._vault, self._zone = session, vault, zone()
        self._found: Mapping[str, Sealed] | None = None

    def put_together(self, record: Record) -> tuple[Record, list[Sealed]]:
        """The record with what its screens say, and the documents in which that lies.

        A screen that does not open stays named in `filing.screens`.
        """
        named = dict(record.filing.screens)
        if not named:
            return record, []
        found = {name: sealed for name, key in named.items() if (sealed := self._one(key))}
        said = {}
        for name, sealed in found.items():
            try:
                said[name] = open_document(self._vault, sealed)
            except SealError:
                continue
        whole = compose(record, said, self._zone)
        left = whole.filing.screens
        return whole, [sealed for name, sealed in found.items() if name not in left]

    def put_bytes_together(self, plaintext: bytes) -> tuple[bytes, list[Sealed]]:
        """The same for a record as it is sealed, which is read only if it names screens."""
        if _NAMED not in plaintext:
            return plaintext, []
        try:
            record, screens = self.put_together(from_bytes(plaintext))
        except ValidationError:
            return plaintext, []
        return as_bytes(record), screens

    def _one(self, public_id: str) -> Sealed | None:
        if self._found is None:
            found = fetch(self._session, kind=SCREEN_KIND)
            self._found = {sealed.place.public_id: sealed for sealed in found}
        return self._found.get(public_id)


class ScreensOf(Screens):
    """The same for one record, of which only its own are asked for."""

    def __init__(self, session: Session, vault: OpenVault, record: Record) -> None:
        super().__init__(session, vault)
        named = record.filing.screens.values()
        found = fetch(session, *named, kind=SCREEN_KIND) if named else []
        self._found = {sealed.place.public_id: sealed for sealed in found}
