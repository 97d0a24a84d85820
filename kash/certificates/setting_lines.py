"""Lines of the settings about certificates, with what holds now."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.web.setting_lines import SettingLine


def _rule(_count: int) -> str:
    return _("The share of hours that is needed.")


def _keys(_count: int) -> str:
    return _("What signs the codes on certificates.")


LINES = (
    SettingLine("work", 20, "certificates.rule", _l("Rule for certificates"), "certificate", _rule),
    SettingLine(
        "safety", 70, "certificates.signing_keys", _l("Keys of certificates"), "key", _keys
    ),
)
