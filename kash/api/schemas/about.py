"""A token, as it is told of itself."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from kash.api.schemas.base import ToldForm


class TokenTold(ToldForm):
    """A token: what it was made for, and until when."""

    connection: str = Field(description="The name of the connection that it belongs to")
    scopes: list[str] = Field(description="What it may be used for at this moment")
    expires_at: datetime
    most_a_minute: int = Field(description="Requests that are answered in a minute")
