"""Second members: who may be one, and how somebody stands to what is proposed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from kash.incidents.queries.cases import concerns_custodian
from kash.incidents.queries.officers import Officer, custodian_is_free, kept_away, officers
from kash.incidents.rules.custodian_only import Seen, may_read
from kash.platform.approvals.rules import Standing, standing_of
from kash.platform.web.account_names import accounts_in_line


def standings(session: Session, second: str, askers: Iterable[str]) -> dict[str, Standing]:
    """How somebody stands to what each of these asked for, by the rule of approvals: neither stands
    behind the other. Of whoever sees the case; one query."""
    line = set(session.scalars(accounts_in_line(second)))
    return {
        asker: standing_of(second, asker, independent=asker not in line) for asker in set(askers)
    }


def seconds(session: Session, asker: str, seen: Seen) -> list[Officer]:
    """Everybody with keys who could decide about what somebody asks for in a case."""
    everybody = officers()
    away = {*kept_away(everybody, seen), *session.scalars(accounts_in_line(asker))}
    return [
        one
        for one in everybody
        if one.public_id not in away
        and may_read(
            seen,
            custodian=one.custodian,
            somebody_free=lambda: custodian_is_free(everybody, seen),
        )
        and (one.works or not one.custodian or concerns_custodian(seen, everybody))
    ]
