"""Tables of forums."""

from kash.forums.models.decisions import DecisionReview
from kash.forums.models.live_minutes import MinutesDifference, MinutesPage
from kash.forums.models.meetings import (
    Action,
    AgendaItem,
    AgendaTemplate,
    AgendaTemplateItem,
    Decision,
    Forum,
    ForumMember,
    InternalLine,
    Meeting,
)
from kash.forums.models.minutes_life import (
    MinutesErratum,
    MinutesLeaf,
    MinutesLife,
    MinutesRemark,
    NamedLeaf,
)
from kash.forums.models.papers import AgendaPaper
from kash.forums.models.presence import (
    DecisionPresence,
    ForumQuorum,
    ForumQuorumGroup,
    ForumTerm,
    ItemConflict,
    MeetingAnswer,
    PresenceSpell,
)
from kash.forums.models.progress import ActionLink, ActionNote
from kash.forums.models.signed_copies import SignedCopy
