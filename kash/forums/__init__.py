"""Forums: series of meetings in which the programme's groups review their work together.

A forum has members, each of whom chooses how she appears, and meetings with an agenda, a register,
minutes, decisions and actions. What is still open comes up again in the next meeting. Minutes go
onto paper that every group reads, so members see of each other what that paper shows and no more.
"""

from flask import Blueprint, Flask
from flask_babel import lazy_gettext as _l

blueprint = Blueprint("forums", __name__, url_prefix="/forums")

from kash.forums import leaving, views  # noqa: E402,F401


def init_forums(app: Flask) -> None:
    """Say what becomes of a seat when two people turn out to be one, what a secretary who leaves
    hands over, and in which meetings a case may have come up."""
    from kash.forums.occasions import offer_meetings
    from kash.forums.rules import merged_seat
    from kash.people.references import declare_reference, joined

    declare_reference(
        "forum_member.person_id",
        _l("Seats in forums"),
        joined("forum_member.person_id", ("forum_id",), merged_seat),
    )
    leaving.join_hand_over()
    offer_meetings()
