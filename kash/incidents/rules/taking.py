"""How her account was taken: what a lawyer asks first of whoever wrote it down."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

# Who put her words into another language; `none`: nobody had to.
INTERPRETERS = ("none", "peer", "relative", "professional", "other")
# Who was there besides her and whoever wrote it down.
PRESENT = ("nobody", "peer", "relative", "guardian", "advocate", "held_too", "police", "other")
# To whom she had told it before.
TOLD_BEFORE = ("nobody", "peer", "organisation", "lawyer", "health", "police", "court", "media")
# Where her account may have been written down already, so that two may differ.
TAKEN_DOWN = frozenset({"organisation", "lawyer", "health", "police", "court", "media"})


class Taking(BaseModel):
    """How an account was taken; what is empty was not said. No name stands here.

    `told_by` is one of `record.SOURCES`, `read_back` "yes" or "no".
    """

    model_config = ConfigDict(extra="allow")

    language: str = ""
    told_by: str = ""
    interpreter: str = ""
    read_back: str = ""
    present: list[str] = Field(default_factory=list)
    told_before: list[str] = Field(default_factory=list)

    def is_said(self) -> bool:
        """True if anything of it was said."""
        return self != Taking()

    def was_taken_down(self) -> list[str]:
        """To whom she told it before that may have written it down, in the order of the list."""
        return [one for one in TOLD_BEFORE if one in TAKEN_DOWN.intersection(self.told_before)]
