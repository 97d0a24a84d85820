"""Words of a story by which somebody could be known again, as far as a rule can find them.

A reader finds far more than a rule does: names that nobody entered, and what only one person could
know. The rule stops what is never needed to tell what happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# A figure is an age, a day, a sum, a number of people or of a station's post.
_FIGURE = r"\w*\d(?:[\w.,:/-]*\w)?"
# Months that are other words too only with their capital.
_MONTH = (
    r"(?-i:March|May|Mei)|january|february|april|june|july|august|september|october|november"
    r"|december|januari|februari|machi|aprili|juni|julai|agosti|septemba|oktoba|novemba|desemba"
)
_DAY = (
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|jumatatu|jumanne|jumatano|alhamisi|ijumaa"
    r"|jumamosi|jumapili"
)
_TIME = r"quarters?|robo\s+(?:ya\s+)?mwaka|christmas|krismasi|easter|pasaka|ramadh?an(?:i)?"
_TELLS_WHEN = re.compile(rf"\b(?:{_MONTH}|{_DAY}|{_TIME})\b|{_FIGURE}", re.IGNORECASE)

# Words that all stations and their like have in common.
_KINDS = frozenset(
    {
        *("police", "station", "post", "patrol", "base", "kituo", "polisi", "collective", "group"),
        *("association", "network", "women", "hotel", "road", "street", "market", "soko", "ward"),
        *("estate", "from", "with", "near", "centre", "center", "kenya"),
    }
)
_SHORTEST = 4


def identifying_words(text: str, known: Iterable[str], near: Iterable[str] = ()) -> list[str]:
    """Words of a text that tell when it was, how much or how many, or a name, each once as it
    stands there, in their order.

    `known` are names of stations and others, found by what is their own in them: "Kondele" of
    "Kondele Police Station". `near` are names in the case itself, of which each such word tells.
    """
    found = [(match.start(), match.group()) for match in _TELLS_WHEN.finditer(text)]
    words = {r"\s+".join(map(re.escape, own)) for name in known if (own := _own_words(name))}
    words |= {re.escape(word) for name in near for word in _own_words(name)}
    if words:
        listed = "|".join(sorted(words, key=len, reverse=True))
        named = re.finditer(rf"\b(?:{listed})\b", text, re.IGNORECASE)
        found += [(match.start(), match.group()) for match in named]
    return list(dict.fromkeys(word for _place, word in sorted(found)))


def _own_words(name: str) -> list[str]:
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", name.casefold())
    return [word for word in words if word not in _KINDS and len(word) >= _SHORTEST]
