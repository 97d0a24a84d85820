"""`_` and `ngettext` as templates find them: our own, in the place of Flask-Babel's."""

from flask import render_template_string
from flask_babel import force_locale

_DRAWN = (
    "{{ _('Page %(page)s of %(pages)s', page=name, pages=2) }}|{{ _('People') }}"
    "|{{ _('75 %% of them') }}|{{ ngettext('%(num)d day', '%(num)d days', 2) }}"
)


def test_texts_follow_the_language_escape_values_and_keep_signs_of_percent(app):
    drawn = []
    with app.test_request_context():
        for language in ("en", "sw", "en"):
            with force_locale(language):
                drawn.append(render_template_string(_DRAWN, name="<b>").split("|"))
    english = ["Page &lt;b&gt; of 2", "People", "75 % of them", "2 days"]
    swahili = ["Ukurasa wa &lt;b&gt; kati ya 2", "Watu", "75 % of them"]
    assert [drawn[0], drawn[1][:3], drawn[2]] == [english, swahili, english]
