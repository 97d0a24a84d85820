"""Charts of trends. Beside each stands its table."""

from __future__ import annotations

from flask_babel import format_date
from flask_babel import gettext as _

from kash.figures.trends.queries import Months, Trends
from kash.figures.trends.rules import FUNNEL_DEVIATIONS, TrendMonths
from kash.platform.press.charts import line_chart, picture_of, scatter_chart

# By which part of its length an outer line ends further out than an inner one.
_APART = 40


def drawn_months(months: Months, within: TrendMonths) -> str:
    """Police cases by month with what chance does, and other cases; or, where police cases are
    rarer than one a month, the days between them. Empty where there is nothing to draw."""
    if months.rare:
        limits = months.gap_limits
        if limits is None:
            return ""
        return picture_of(
            line_chart(
                _("Days between police cases"),
                [str(number) for number in range(1, len(months.gaps) + 1)],
                {_("Days until the next police case"): months.gaps},
                {
                    _("Half are shorter"): [limits.middle] * len(months.gaps),
                    _("Seldom longer by chance"): limits.upper,
                },
            )
        )
    limits = months.limits
    assert limits is not None  # noqa: S101 - there are some wherever cases are not rare
    return picture_of(
        line_chart(
            _("Cases by month"),
            [format_date(day, "MMM yy") for day in within.starts],
            {_("By police"): months.police, _("By others"): months.others},
            {
                _("Police: seldom more by chance"): limits.upper,
                _("Police: seldom fewer by chance"): limits.lower,
            },
        )
    )


def drawn_funnel(trends: Trends) -> str:
    """Share of police cases at each station by all its cases; empty without any to compare."""
    chance = trends.funnel
    if chance is None:
        return ""
    points = [
        (line["total"], 100 * line["police"] / line["total"])
        for line in trends.lines
        if line["total"]
    ]
    most = max(total for total, _share in points) * 1.05
    names = (_("95 of 100 stations by chance"), _("998 of 1,000 stations by chance"))
    curves = {}
    for place, (name, deviations) in enumerate(zip(names, FUNNEL_DEVIATIONS, strict=True)):
        # The outer one ends further out, so that neither covers the end of the other.
        around = chance.outline(most * (1 + place / _APART), deviations)
        curves[name] = [(size, 100 * share) for size, share in around]
    return picture_of(
        scatter_chart(
            _("Share of police cases by station"),
            {_("Stations"): points},
            curves,
            x_title=_("Cases of the station"),
            y_title=_("By police, per cent"),
        )
    )
