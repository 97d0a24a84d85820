"""Charts of trends. Beside each stands its table. The form of a station. The page of trends. It is
posted to for one station, so that no address names any."""

from __future__ import annotations

from collections.abc import Iterable

from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.accounts.members.vault_sessions import current_vault, require_vault
from kash.figures.trends import blueprint, words
from kash.figures.trends.queries import Months, Trends, trends_of
from kash.figures.trends.rules import FEWEST, FUNNEL_DEVIATIONS, CountedPlace, TrendMonths
from kash.incidents.services.cases import note_search
from kash.platform.press.charts import line_chart, picture_of, scatter_chart
from kash.platform.web import KashForm, current_actor, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.forms import choice_field
from kash.policy import Reach, allow

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


class PlaceForm(KashForm):
    """A station, or those of one ward. It is posted, so that no address tells which."""

    place = choice_field(_l("Station"), [])

    def offer(self, places: Iterable[CountedPlace]) -> None:
        """Let these be chosen."""
        self.place.choices = [("", ""), *((place.key, place.name) for place in places)]


@blueprint.get("")
@allow("trends.see")
@require_vault
def index() -> ResponseReturnValue:
    """Trends of the whole programme."""
    return _page(PlaceForm(formdata=None), chosen=False)


@blueprint.post("")
@allow("trends.see")
@require_vault
def place() -> ResponseReturnValue:
    """The same, with the months of one station."""
    return _page(PlaceForm(), chosen=True)


def _page(form: PlaceForm, *, chosen: bool) -> ResponseReturnValue:
    actor, vault = current_actor(), one_or_404(current_vault())
    trends = trends_of(actor, vault, local_today())
    note_search(actor, vault, trends.opened)
    form.offer(line["place"] for line in trends.lines)
    shown = None
    if chosen and form.validate_on_submit():
        by_key = {line["place"].key: line["place"] for line in trends.lines}
        shown = by_key.get(form.place.data)
    months = trends.months_of(shown) if shown is not None else None
    return page(
        "trends/index.html",
        form=form,
        trends=trends,
        narrow=actor.reach("trends.see") is not Reach.ALL,
        fewest=FEWEST,
        words=words,
        programme_picture=drawn_months(trends.programme, trends.within),
        funnel_picture=drawn_funnel(trends),
        shown=shown,
        months=months,
        place_picture=drawn_months(months, trends.within) if months is not None else "",
    )
