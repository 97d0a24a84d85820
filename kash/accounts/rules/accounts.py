"""How long sessions and links last, what a password must be, who needs more than one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from kash.accounts.rules.two_people import POWERFUL
from kash.policy import Role

SESSION_IDLE = timedelta(hours=4)
SESSION_LONGEST = timedelta(hours=16)
TOUCH_EVERY = timedelta(minutes=1)
INVITATION_LASTS = timedelta(days=7)
SECOND_STEP_WITHIN = timedelta(minutes=5)
RECOVERY_CODES = 10
PASSWORD_LEAST = 12
PASSWORD_MOST = 200

# Whoever holds these could open much to others: a password alone is not enough.
NEED_SECOND_STEP = POWERFUL


def needs_second_step(roles: Collection[Role], more: Collection[Role] = ()) -> bool:
    """True if a password alone is not enough; `more` are roles that the programme added."""
    return not (NEED_SECOND_STEP | frozenset(more)).isdisjoint(roles)


def session_is_over(created: datetime, last_seen: datetime, now: datetime) -> bool:
    """True if a session ended by itself, idle for too long or simply old."""
    return now - last_seen > SESSION_IDLE or now - created > SESSION_LONGEST


class PasswordFault(StrEnum):
    """Fault of a new password."""

    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    SAME_AS_NAME = "same_as_name"
    REPEATED = "repeated"


_LEET = str.maketrans("013457@$!", "oieastasi")
_TAIL = re.compile(r"[\d\W_]+$")


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Passwords that attackers try first, in lower case."""
    text = (Path(__file__).parent.parent / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()


def _is_common(password: str) -> bool:
    plain = _plain(password)
    spaceless = re.sub(r"[\s_.-]+", "", plain)
    forms = {plain, spaceless, _TAIL.sub("", spaceless), spaceless.translate(_LEET)}
    forms.add(_TAIL.sub("", spaceless).translate(_LEET))
    return not forms.isdisjoint(common_passwords())


def _is_repeated(password: str) -> bool:
    plain = _plain(password)
    return any(plain == (plain[:length] * len(plain))[: len(plain)] for length in range(1, 5))


def password_fault(password: str, known_words: Iterable[str] = ()) -> PasswordFault | None:
    """Fault of a new password, None if it has none.

    `known_words` are the account's own name and e-mail: a password made mainly of one is refused.
    """
    if len(password) < PASSWORD_LEAST:
        return PasswordFault.SHORT
    if len(password) > PASSWORD_MOST:
        return PasswordFault.LONG
    if _is_repeated(password):
        return PasswordFault.REPEATED
    if _is_common(password):
        return PasswordFault.COMMON
    spaceless = re.sub(r"\s+", "", _plain(password))
    for word in known_words:
        plain = re.sub(r"\s+", "", _plain(word))
        if len(plain) >= 4 and plain in spaceless and len(spaceless) - len(plain) < 6:
            return PasswordFault.SAME_AS_NAME
    return None


_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_family(user_agent: str) -> str:
    """As much of a browser as is needed to recognise one's own, and no more: "Firefox, Android"."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)
