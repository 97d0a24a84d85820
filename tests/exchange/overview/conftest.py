"""A workshop that was held and confirmed."""

from tests.certificates.conftest import Ready, mark, ready  # noqa: F401
from tests.workshops.conftest import Held, held, plan  # noqa: F401
