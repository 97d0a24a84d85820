"""Tables of forums."""

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
