"""Columns of the lists of payouts, where they are taken away as a table: sums, and no names."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.payouts.models import PayoutList
from kash.payouts.rules.steps import Reconciliation
from kash.payouts.wording import LIST_STATE
from kash.platform.web.taking import TableColumn

PayoutListLine = tuple[PayoutList, Reconciliation]


def _outstanding(line: PayoutListLine) -> float | None:
    # What nobody approved is owed to nobody, and would be counted twice once it is proposed anew.
    payout_list, sums = line
    if payout_list.state != "approved":
        return None
    return (sums.outstanding + sums.sent + sums.failed) / 100


LIST_COLUMNS: Sequence[TableColumn[PayoutListLine]] = (
    TableColumn(_l("Workshop"), lambda line: line[0].workshop.title, "#activity+name"),
    TableColumn(_l("Number"), lambda line: line[0].number, "#meta+id"),
    TableColumn(_l("Proposed"), lambda line: line[0].created_at, "#date"),
    TableColumn(_l("Sum"), lambda line: line[1].proposed / 100, "#value+proposed"),
    TableColumn(_l("Paid so far"), lambda line: line[1].paid / 100, "#value+paid"),
    TableColumn(
        _l("Outstanding"),
        _outstanding,
        "#value+outstanding",
    ),
    TableColumn(_l("Currency"), lambda line: line[0].table.currency, "#currency"),
    TableColumn(_l("Status"), lambda line: LIST_STATE[line[0].state], "#status"),
)
