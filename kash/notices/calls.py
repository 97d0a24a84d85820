"""The one message that this room says itself: that a call is asked for."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.notices.kinds import MessageKind

CALL = MessageKind(
    "notices.call",
    _l("A call is asked for"),
    _l("When somebody asks for it on a person’s page"),
    (),
    sms=_l("Hello. Please call us when you can. Thank you."),
    subject=_l("Please call us"),
    mail=_l("Hello.\n\nPlease call us when you can. Thank you."),
)
