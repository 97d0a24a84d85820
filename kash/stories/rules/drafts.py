"""Drafts of stories, as they are sealed: the text, the case that it is of, and how far it is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

LANGUAGES = ("en", "sw", "luo")
# Who hears a story, and the consent of each case that it takes.
FORUM, FUNDERS = "forum", "funders"
PURPOSE_OF = {FORUM: "forum_story", FUNDERS: "funder"}
# Everything that the writer looks for in the text, and the second reader again.
CHECKS = (
    "names",
    "nicknames",
    "places",
    "days",
    "ages",
    "details",
    "numbers",
    "quotes",
    "only_one",
)
_PADDED_TO = 4096


class StoryDraft(BaseModel):
    """One draft. `case` is the reference of the case, `written_by` an account's public id; `checks`
    are those of `CHECKS` that its writer has ticked; `returned` is why a second reader sent it
    back, and `returned_by` who; `audiences` are those of `PURPOSE_OF` that are to hear it."""

    case: str
    language: str = "en"
    title: str = Field(repr=False)
    text: str = Field(repr=False)
    written_by: str
    state: Literal["draft", "waiting", "returned"] = "draft"
    checks: list[str] = Field(default_factory=list)
    returned: str = Field(default="", repr=False)
    returned_by: str = ""
    audiences: list[str] = Field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        """Its text, paragraph by paragraph."""
        return paragraphs(self.text)


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a story."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_bytes(draft: StoryDraft) -> bytes:
    """A draft as it is sealed; its size tells little of it."""
    return draft.model_dump_json().encode().ljust(_PADDED_TO)


def from_bytes(plaintext: bytes) -> StoryDraft:
    """A draft as it was sealed. Raises pydantic's ValidationError if it is none."""
    return StoryDraft.model_validate_json(plaintext)


def unchecked(checks: list[str]) -> list[str]:
    """Checks that were not made yet."""
    return [one for one in CHECKS if one not in checks]
