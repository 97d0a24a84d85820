"""The page of trends. It is posted to for one station, so that no address names any."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from kash.accounts.members.vault_sessions import current_vault, require_vault
from kash.figures.trends import blueprint, words
from kash.figures.trends.drawn import drawn_funnel, drawn_months
from kash.figures.trends.forms import PlaceForm
from kash.figures.trends.queries import trends_of
from kash.figures.trends.rules import FEWEST
from kash.incidents.services.cases import note_search
from kash.platform.web import current_actor, page
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Reach, allow


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
