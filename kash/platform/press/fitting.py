"""How large a name is set so that it fits its line: smaller first, and then on two lines."""

from __future__ import annotations

# A name may shrink to this share of its full size before it takes a second line.
LEAST_ON_ONE_LINE = 0.6
# Lines break at words, so two lines never hold quite twice one line's width.
TWO_LINES = 2 * 0.86
LARGEST_ON_TWO_LINES = 0.74
LEAST_POINTS = 9.0


def fitted_points(natural_width: float, line_width: float, full_points: float) -> float:
    """The size at which a name as wide as that fits: on one line if legible, else on two."""
    room = line_width / max(natural_width, 0.01)
    if room >= 1:
        return full_points
    if room >= LEAST_ON_ONE_LINE:
        points = full_points * room
    else:
        points = full_points * min(LARGEST_ON_TWO_LINES, room * TWO_LINES)
    # A quarter point down: rounding up would break the line after all.
    return max(LEAST_POINTS, int(points * 4) / 4)


def balanced_width(name: str, width: float) -> float:
    """Where to break a name as wide as that so that two lines become nearly equal."""
    # Half and half a word is the least that certainly takes no third line.
    longest = max(map(len, name.split()), default=0) + 1
    return width * (0.5 + 0.5 * longest / (len(name) + 1))
