"""A workshop that was held and confirmed."""

from __future__ import annotations

from tests.certificates.conftest import Ready, mark, ready  # noqa: F401
from tests.workshops.conftest import Held, held, plan  # noqa: F401
