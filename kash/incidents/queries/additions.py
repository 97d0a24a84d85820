"""Reports that belong together, opened in memory: who sees one sees the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.incidents.models import Incident
from kash.incidents.queries.screens import Screens
from kash.incidents.rules.additions import SHREDDED, UNOPENED, as_one, together_with
from kash.incidents.rules.custodian_only import Seen
from kash.incidents.rules.record import from_bytes
from kash.platform.vault import OpenVault, SealedDocument, SealError, fetch, open_each


class Additions:
    """All of which `adds` says that one adds to another, or of them those that belong to one of
    these cases: two queries, and one more if screens of phones lie there; none if there are none.
    `for_officers`: which of those that were shredded were for officers.
    """

    def __init__(
        self,
        session: Session,
        vault: OpenVault,
        adds: Mapping[str, str],
        for_officers: Collection[str],
        *of: str,
    ) -> None:
        self._for_officers = for_officers
        # Most reports add to none; with each of them looked for, the time grew with their square.
        adds = {more: first for more, first in adds.items() if first}
        wanted = of or [*adds, *adds.values()]
        self._groups = {one: group for one in wanted if len(group := together_with(one, adds)) > 1}
        self._records: dict[str, Seen] = {}
        if self._groups:
            self._read(session, vault)

    def __contains__(self, reference: str) -> bool:
        return reference in self._groups

    def seen(self, reference: str, record: Seen) -> Seen:
        """A record with all that belong to it, as far as who may see it depends on it."""
        return as_one(record, self.others(reference))

    def others(self, reference: str) -> dict[str, Seen]:
        """Reports that belong to a report, by reference. Of what was shredded only that it was not
        for officers."""
        others = sorted(self._groups.get(reference, {reference}) - {reference})
        found = {one: self._records.get(one, SHREDDED) for one in others}
        gone = [one for one in self._for_officers if found.get(one) is SHREDDED]
        return {key: one for key, one in found.items() if key not in gone}

    def _read(self, session: Session, vault: OpenVault) -> None:
        references = {one for group in self._groups.values() for one in group}
        rows = session.execute(
            select(SealedDocument.public_id, Incident.public_id)
            .join(Incident, Incident.document_id == SealedDocument.id)
            .where(Incident.public_id.in_(references))
        )
        of = {row[0]: row[1] for row in rows}
        screens = Screens(session, vault)
        for sealed, plaintext in open_each(vault, fetch(session, *of) if of else []):
            reference = of[sealed.place.public_id]
            self._records[reference] = UNOPENED
            if not isinstance(plaintext, SealError):
                try:
                    found, _parts = screens.put_together(from_bytes(plaintext))
                except ValidationError:
                    continue
                self._records[reference] = found
