"""Members as they are offered where somebody takes an action on."""

from __future__ import annotations

from collections.abc import Iterable

from kash.forums.models import AgendaItem, ForumMember


def owner_choices(item: AgendaItem, members: Iterable[ForumMember]) -> list[tuple[str, str]]:
    """The present members, and whoever left but still owns an action of this item."""
    everyone = {member.public_id: member for member in members}
    for action in item.actions:
        if action.owner is not None:
            everyone.setdefault(action.owner.public_id, action.owner)
    return [
        (key, f"{member.person.chosen_name} ({member.person.group.letter})")
        for key, member in everyone.items()
    ]
