"""Why paper is made again."""

from __future__ import annotations

# Classes, and no free text: a typed reason would name somebody sooner or later.
REPRINT_REASONS = ("misprint", "damaged", "lost", "second_copy")
