"""A case that becomes one for a custodian alone, by what somebody else writes."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.incidents.queries.cases import access_of
from kash.incidents.queries.officers import may_work
from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.custodian_only import ForCustodian, Seen, for_custodian
from kash.incidents.rules.record import Record
from kash.incidents.services.alerts import raise_alert
from kash.platform.vault import Change
from kash.platform.web.errors import Problem
from kash.policy import Actor


class HandsOver(Problem):
    """With this saving the case goes to a custodian, and its writer does not see it any more. She
    is told before, and says that she knows. `custodians` are the names of those who are free."""

    sentence = _l("With saving, this case goes to a custodian.")

    def __init__(self, why: ForCustodian, custodians: Sequence[str]) -> None:
        super().__init__()
        self.why, self.custodians = why, custodians


class OpensToOfficers(Problem):
    """With this saving a case is no longer for a custodian alone. Whoever saves it is told before,
    and says that she knows."""

    sentence = _l("With saving, this case is no longer for a custodian alone.")


def refuse_opening_unknown(before: ForCustodian | None, seen: Seen, *, knows: bool) -> None:
    """Raise OpensToOfficers if what was written makes a case, which was `before` for a custodian
    alone, one that all officers and directors read, unless its writer `knows`. `seen`: the case
    with all that belong to it."""
    if before is not None and for_custodian(seen) is None and not knows:
        raise OpensToOfficers


def goes_to_custodian(by: Actor, seen: Seen, *, knows: bool) -> bool:
    """True if what was written makes a case, with all that belong to it, one for a custodian alone,
    which the writer is not.

    Raises HandsOver unless she `knows`.
    """
    access = access_of(by)
    if not access.leaves_to_custodian(seen):
        return False
    why = for_custodian(seen)
    if why is not None and not knows:
        raise HandsOver(why, [one.name for one in may_work(access.others, seen)])
    return True


def tell_of_who_is_held(change: Change, record: Record) -> None:
    """If somebody of a case that is handed over is held, have whoever is on duty and the custodians
    told, until a custodian has it."""
    if who_is_held(record):
        record.filing.held = True
        raise_alert(change.session, change.now)
