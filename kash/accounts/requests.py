"""Contents of a request, the digest that fixes them, and how one is stored."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from kash.accounts.models import Account, AccountRequest
from kash.accounts.queries.accounts import email_key
from kash.accounts.rules import OPENING_WAITS, REQUEST_WAITS, RequestKind
from kash.platform.database import new_public_id
from kash.platform.vault import Change, lookup, open_text, seal
from kash.policy import Role

# Reasons were sealed under this name before there were other requests than for a second step.
_REASON = "second_step_reset.reason"
_CONTENT = "account_request.content"
_ANSWER = "account_request.answer"
_CODE = "account_request.code"
_KINDS = {"reason": _REASON, "content": _CONTENT, "answer": _ANSWER, "code": _CODE}

Content = dict[str, Any]


def digest_of(kind: str, content: Content, account: Account | None) -> str:
    """The keyed digest of what is asked for, and of the account that it is about as it stands."""
    stands: Content = {}
    if account is not None:
        stands = {
            "account": account.public_id,
            "name": account.name,
            "email": account.email_lookup,
            "roles": sorted(role.role for role in account.roles),
            "active": account.active,
            "locked": account.paused_at is not None,
        }
    text = json.dumps([kind, content, stands], sort_keys=True, ensure_ascii=False)
    return lookup(text, kind="accounts.request")


def seal_answer(text: str, public_id: str) -> bytes:
    """Why somebody declined, sealed."""
    return seal(text, kind=_ANSWER, public_id=public_id)


def seal_code(code: str, public_id: str) -> bytes:
    """The code that the second person tells the person who uses the link, sealed."""
    return seal(code, kind=_CODE, public_id=public_id)


def part_of(request: AccountRequest, part: str) -> str:
    """The "reason", "content", "answer" or "code" of a request, opened; empty if there is none."""
    sealed: bytes | None = getattr(request, f"{part}_sealed")
    if sealed is None:
        return ""
    return open_text(sealed, kind=_KINDS[part], public_id=request.public_id)


def content_of(request: AccountRequest) -> Content:
    """Content of a request: of an invitation `name`, `email`, `roles`, `language` and `person_id`,
    of a change of roles `roles`, of an opening of records `roles` and `person` (a public id, empty
    where it ties nobody), else nothing."""
    content: Content = json.loads(part_of(request, "content") or "{}")
    return content


def roles_in(content: Content) -> frozenset[Role]:
    """The roles that somebody would have."""
    return frozenset(Role(role) for role in content.get("roles", ()))


def lookup_in(content: Content) -> str:
    """The look-up of the address that a request invites; empty where it invites nobody."""
    return email_key(content["email"]) if "email" in content else ""


def store_request(
    change: Change,
    by: str,
    kind: RequestKind,
    account: Account | None,
    content: Content,
    reason: str = "",
    request_id: str = "",
) -> str:
    """Store a request inside the caller's transaction; its public id. `by` asks for it."""
    request_id = request_id or new_public_id()
    waits = OPENING_WAITS if kind is RequestKind.OPENING else REQUEST_WAITS
    change.session.add(
        AccountRequest(
            public_id=request_id,
            kind=str(kind),
            account_id=account.id if account is not None else None,
            email_lookup=lookup_in(content),
            content_sealed=seal(json.dumps(content), kind=_CONTENT, public_id=request_id)
            if content
            else None,
            digest=digest_of(str(kind), content, account),
            reason_sealed=seal(reason, kind=_REASON, public_id=request_id),
            asked_by=by,
            asked_at=change.now,
            expires_at=change.now + waits,
        )
    )
    return request_id


def store_opening(
    change: Change, by: str, account: Account, roles: Collection[Role], person: str
) -> str:
    """Store, inside the caller's transaction, that what an invitation of `by` offers waits for a
    second person: roles that see records, and a participant. The request's public id."""
    content: Content = {"roles": sorted(map(str, roles)), "person": person}
    return store_request(change, by, RequestKind.OPENING, account, content)
