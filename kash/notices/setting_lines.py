"""The line of messages among the settings."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.platform.messages import mail_is_set_up, sms_is_set_up
from kash.platform.web.setting_lines import SettingLine


def _ways(_count: int) -> str:
    ways = [_("SMS")] if sms_is_set_up() else []
    if mail_is_set_up():
        ways.append(_("E-mail"))
    if not ways:
        return _("No way out is set up, so messages reach nobody.")
    return _("Set up: %(ways)s", ways=", ".join(ways))


LINES = (SettingLine("work", 65, "notices.settings", _l("Messages"), "message", _ways),)
