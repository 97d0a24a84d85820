"""The open vault, as every page of a case needs it, and the case itself."""

from __future__ import annotations

from kash.incidents.queries.cases import Case, open_case
from kash.incidents.queries.mediation import with_answers
from kash.members.vault_sessions import current_vault, require_vault
from kash.platform.vault import OpenVault
from kash.platform.web import current_actor
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

__all__ = ["current_vault", "load_case", "require_vault", "the_vault"]


def the_vault() -> OpenVault:
    """The open vault of a view below `@require_vault`."""
    return one_or_404(current_vault())


def load_case(reference: str) -> tuple[Actor, OpenVault, Case]:
    """Actor, her open vault and the case of this address, with what mediators have answered since
    it was saved. Raises NotFound and Damaged."""
    actor, vault = current_actor(), the_vault()
    found = open_case(actor, vault, reference)
    found.record = with_answers(found.record)
    return actor, vault, found
