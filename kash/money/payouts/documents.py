"""Papers that leave with a person: the payment list to be signed, and the file for mobile money.

Both are made while their reader waits and are kept nowhere. Neither holds anything of another
group; the paper holds no phone, the file no name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from kash.attendance.documents import sheet_code
from kash.money.payouts.models import PaymentSheet, PayoutLine, PayoutList
from kash.money.payouts.rules import PaymentState, Transfer, bulk_file, signs_for_cash
from kash.platform.press import PagedDocument, document, qr_svg
from kash.platform.web.formats import date_text
from kash.platform.web.programme import logo_address, paper_wording
from kash.workshops.models import Workshop


def payment_list(
    found: Workshop,
    payout_list: PayoutList,
    sheet: PaymentSheet,
    lines: Sequence[PayoutLine],
    language: str,
) -> bytes:
    """The list of one group, to be signed by each; its head repeats on every page.

    Raises RenderError.
    """
    with force_locale(language):
        heading = _("Payment list %(letter)s", letter=sheet.letter) if sheet.letter else ""
        heading = heading or _("Payment list")
        return document(
            PagedDocument(
                html=payment_markup(found, payout_list, sheet, lines),
                title=f"{heading}: {found.version.public_title}, {date_text(found.starts_on)}",
                language=language,
                kind="register",
                footer_left=" · ".join(
                    part
                    for part in (paper_wording().footer, _("Keep this sheet locked away."))
                    if part
                ),
            )
        )


def payment_markup(
    workshop: Workshop, payout_list: PayoutList, sheet: PaymentSheet, lines: Sequence[PayoutLine]
) -> str:
    """The list as the press takes it. The QR says nothing but the sheet's id. The person who is
    paid by mobile money, or not at all, has no place to sign."""
    signing = {
        line.id: signs_for_cash(PaymentState(line.state), in_file=line.file_id is not None)
        for line in lines
    }
    return render_template(
        "payouts/paper/list.html",
        workshop=workshop,
        list=payout_list,
        sheet=sheet,
        lines=lines,
        signing=signing,
        total=sum(line.amount_cents for line in lines if signing[line.id]),
        currency=payout_list.table.currency,
        code=sheet_code(sheet.public_id),
        qr=qr_svg(sheet.public_id.upper(), label=_("Sheet number")),
        logo=logo_address(paper_wording(), "registers"),
    )


def bulk_lines(transfers: Sequence[Transfer]) -> Iterator[bytes]:
    """The file for bulk mobile money, line by line."""
    for line in bulk_file(transfers):
        yield f"{line}\r\n".encode()
