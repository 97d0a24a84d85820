"""How much the tests try: as much as is usual, or at length (`./kash.sh test --profile long`)."""

import os


def usual_or_long(usual: int, long: int) -> int:
    """How often something is tried in each run, or in a long one."""
    return long if os.environ.get("HYPOTHESIS_PROFILE") == "long" else usual
