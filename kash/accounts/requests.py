"""Contents of a request, and the digest that fixes them."""

from __future__ import annotations

import json
from typing import Any

from kash.accounts.models import Account, AccountRequest
from kash.platform.vault import lookup, open_text, seal
from kash.policy import Role

# Reasons were sealed under this name before there were other requests than for a second step.
_REASON = "second_step_reset.reason"
_CONTENT, _ANSWER, _CODE = (
    "account_request.content",
    "account_request.answer",
    "account_request.code",
)

Content = dict[str, Any]


def digest_of(kind: str, content: Content, account: Account | None) -> str:
    """The keyed digest of what is asked for, and of the account that it is about as it stands."""
    stands: Content = {}
    if account is not None:
        stands = {
            "account": account.public_id,
            "name": account.name,
            "email": account.email_lookup,
            "roles": sorted(row.role for row in account.roles),
            "active": account.active,
            "locked": account.paused_at is not None,
        }
    text = json.dumps([kind, content, stands], sort_keys=True, ensure_ascii=False)
    return lookup(text, kind="accounts.request")


def seal_content(content: Content, public_id: str) -> bytes | None:
    """Content of a request, sealed; None where the kind of request says it all."""
    if not content:
        return None
    return seal(json.dumps(content), kind=_CONTENT, public_id=public_id)


def content_of(request: AccountRequest) -> Content:
    """Content of a request: of an invitation `name`, `email`, `roles`, `language` and `person_id`,
    of a change of roles `roles`, else nothing."""
    if request.content_sealed is None:
        return {}
    found: Content = json.loads(
        open_text(request.content_sealed, kind=_CONTENT, public_id=request.public_id)
    )
    return found


def roles_in(content: Content) -> frozenset[Role]:
    """The roles that somebody would have."""
    return frozenset(Role(role) for role in content.get("roles", ()))


def seal_reason(text: str, public_id: str) -> bytes:
    """Why somebody asks."""
    return seal(text, kind=_REASON, public_id=public_id)


def reason_of(request: AccountRequest) -> str:
    """Why somebody asks."""
    return open_text(request.reason_sealed, kind=_REASON, public_id=request.public_id)


def seal_answer(text: str, public_id: str) -> bytes:
    """Why somebody declined."""
    return seal(text, kind=_ANSWER, public_id=public_id)


def answer_of(request: AccountRequest) -> str:
    """Why somebody declined; empty if nobody has."""
    if request.answer_sealed is None:
        return ""
    return open_text(request.answer_sealed, kind=_ANSWER, public_id=request.public_id)


def seal_code(code: str, public_id: str) -> bytes:
    """Seal the code that the second person tells whoever uses the link."""
    return seal(code, kind=_CODE, public_id=public_id)


def code_of(request: AccountRequest) -> str:
    """The code that the second person tells whoever uses the link; empty if there is none."""
    if request.code_sealed is None:
        return ""
    return open_text(request.code_sealed, kind=_CODE, public_id=request.public_id)
