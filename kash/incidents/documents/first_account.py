"""Her first account for somebody outside: its bytes as they came in, and a sheet that says what
they are, in one archive. Nothing in it is named after anybody."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import render_template
from flask_babel import gettext as _

from kash.incidents import taking_words
from kash.incidents.documents.rendering import render_now
from kash.incidents.names import SOURCE_NAMES
from kash.incidents.queries.history import KeptAccount
from kash.incidents.rules.filing import code_as_shown
from kash.incidents.rules.parts import AccountGiven
from kash.incidents.rules.record import Record
from kash.platform.press import PagedDocument
from kash.platform.web.account_names import account_names
from kash.platform.web.formats import date_text
from kash.platform.web.language import brand, language_code
from kash.platform.web.programme import LANGUAGES

FILE_NAME, SHEET_NAME = "record.zip", "sheet.pdf"
# When it was made stands on the sheet: an archive needs some moment.
_MOMENT = (1980, 1, 1, 0, 0, 0)


def archive(record: Record, accounts: list[KeptAccount], given: AccountGiven) -> bytes:
    """The archive. Raises RenderError."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as package:
        for number, one in enumerate(accounts, start=1):
            package.writestr(ZipInfo(f"{number}.json", _MOMENT), one.plaintext)
        package.writestr(ZipInfo(SHEET_NAME, _MOMENT), sheet(record, accounts, given))
    return file.getvalue()


def sheet(record: Record, accounts: list[KeptAccount], given: AccountGiven) -> bytes:
    """The sheet as PDF: hashes, who took the account, who interpreted, to whom it goes and why.
    Who sent it from a phone is named on no paper. Raises RenderError."""
    reference = code_as_shown(record.paper_reference)
    named = {one.account.kept_by for one in accounts} | {given.by}
    named |= {one.account.author for one in accounts if not _is_sent(one)}
    for one in accounts:
        named |= {key for taken in one.account.taken_out for key in (taken.by, taken.second)}
    markup = render_template(
        "incidents/paper/first_account.html",
        reference=reference,
        accounts=[(one, _is_sent(one), _taken(one, record)) for one in accounts],
        given=given,
        names=account_names(named - {""}),
        organisation=brand(),
    )
    return render_now(
        PagedDocument(
            html=markup,
            title=_("Sheet, printed on %(day)s", day=date_text(given.at)),
            language=language_code(),
            kind="plain",
            header_left=reference,
            header_right=_("Confidential"),
            page_count=_("Page {page} of {pages}"),
        )
    )


def _is_sent(one: KeptAccount) -> bool:
    return bool(one.account.screens) or one.account.how == "phone"


def _taken(one: KeptAccount, record: Record) -> Mapping[str, Any]:
    """How it was taken: as it stood then, or else as it was said since."""
    taking = one.account.taking if one.account.taking.is_said() else record.taking
    words = taking_words.INTERPRETER_NAMES
    return {
        "language": taking.language or LANGUAGES.get(one.account.language, one.account.language),
        "interpreter": words.get(taking.interpreter, taking.interpreter),
        "told_by": SOURCE_NAMES.get(taking.told_by, taking.told_by),
        "later": taking.is_said() and taking is record.taking,
    }
