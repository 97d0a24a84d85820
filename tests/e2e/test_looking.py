"""That what is looked for on pages is found."""

from pathlib import Path

import pytest

from kash.accounts.models import Account
from kash.platform.database import db

from .looking import DESK, OUT_OF_BOX, PHONE, SMALLEST, Looker, Moved

STYLES = [
    (Path(__file__).resolve().parents[2] / "static" / name).read_text(encoding="utf-8")
    for name in ("tokens.css", "components.css")
]

SMALL = """<p><button aria-label="Go" style="width: 10px; height: 10px; margin-right: {}"></button>
  <button aria-label="Stay" style="width: 10px; height: 10px"></button></p>"""
LINKS = """<a href="/" style="font-size: 8px">one</a> <a href="/" style="font-size: 8px">two</a>"""
ROLLS = """<section aria-label="Text"{} style="height: 40px; overflow: auto; width: 90px">
  <p style="width: 20rem">Long, and long, and long, and long, and long.</p><p>Long</p></section>"""
PAGE = """<!doctype html><html lang="en"><head><title>Page</title>
<meta name="viewport" content="width=device-width">
<style>:root {{ color-scheme: light dark }} body {{ background: #fff; color: #111 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #111; color: #eee }}
  .faint {{ color: #333 }} }}
.box {{ background: light-dark(#fff, #000) }} .faded {{ opacity: .3 }}
.desk {{ display: none }} @media (min-width: 700px) {{ .desk {{ display: block }} }}</style></head>
<body><main><h1>Page</h1>{}</main></body></html>"""


@pytest.mark.browser
def test_each_fault_is_found_in_its_guise_however_often_the_like_was_looked_at(page):
    look = Looker()
    content = {
        "sound": "<p>Sound</p>",
        "boxed": '<div><p class="box">Boxed</p></div>',
        "faded": '<div class="faded"><p class="box">Boxed</p></div>',
        "faint": '<p class="faint">Faint</p>',
        "faint at a desk": '<p class="faint desk">Faint</p>',
        "named": '<p><button type="button">Go</button></p>',
        "without a name": '<p><button type="button"></button></p>',
        "a label": '<p><label for="a">Name</label><input id="a"></p>',
        "a label of nothing": '<p><label for="b">Name</label><input id="a"></p>',
        "a picture": '<p><img alt="" width="5" height="5"></p>',
        "a picture without words": '<p><img width="5" height="5"></p>',
        "overprint": """<ol class="ledger"><li style="display: grid; grid-template-columns: 3rem">
            <div class="key" style="white-space: nowrap">can be opened</div></li></ol>""",
        "a name in a circle": """<p style="width: 28px; height: 28px; font-size: 12px">
            Faith Kiprono of Kisumu</p>""",
        "small": SMALL.format("1px"),
        "far": SMALL.format("40px"),
        "covered": """<p style="position: relative; height: 60px">
            <button style="width: 60px; height: 40px">Go</button>
            <button style="position: absolute; left: 12px; width: 60px; height: 40px">Stay</button>
            </p>""",
        "small in a line": '<p>Read <a href="/" style="font-size: 12px">this</a> first.</p>',
        "words in a line": f"<p>Read {LINKS}</p>",
        "words alone": f"<p>{LINKS}</p>",
        "rolls by what is in it": ROLLS.format("").replace("Long</p>", '<a href="/">Long</a></p>'),
        "rolls": ROLLS.format(""),
        "rolls by keys": ROLLS.format(' tabindex="0"'),
        "wide": '<p><img alt="" width="340" height="5"></p>',
        "rows": '<nav class="bar"><a href="/">Here</a><br><br><a href="/">There</a></nav>',
    }
    found: dict[str, list[str]] = {}
    for _twice in range(2):
        for name, body in content.items():
            page.set_content(PAGE.format(body))
            said = look.findings(page, "page")
            found.setdefault(name, said)
            assert found[name] == said
    assert found == {
        "sound": [],
        "boxed": [],
        "faded": [
            f"page at {width} px, {scheme}: color-contrast: p"
            for width in (360, 1280)
            for scheme in ("light", "dark")
        ],
        "faint": [f"page at {width} px, dark: color-contrast: p" for width in (360, 1280)],
        "faint at a desk": ["page at 1280 px, dark: color-contrast: p"],
        "named": [],
        "without a name": [
            f"page at {width} px, light: button-name: button" for width in (360, 1280)
        ],
        "a label": [],
        "a label of nothing": [f"page at {width} px, light: label: #a" for width in (360, 1280)],
        "a picture": [],
        "a picture without words": [
            f"page at {width} px, light: image-alt: img" for width in (360, 1280)
        ],
        "overprint": [f"page at {width} px: “can be opened” runs over" for width in (360, 1280)],
        "a name in a circle": [
            f"page at {width} px: “Faith Kiprono of Kisumu” runs over" for width in (360, 1280)
        ],
        "small": [
            f'page at {width} px, light: target-size: button[aria-label="Go"],'
            ' button[aria-label="Stay"]'
            for width in (360, 1280)
        ],
        "far": [],
        "covered": [
            f"page at {width} px, light: target-size: button:nth-child(1)" for width in (360, 1280)
        ],
        "small in a line": [],
        "words in a line": [],
        "words alone": [
            f"page at {width} px, light: target-size: a:nth-child(1), a:nth-child(2)"
            for width in (360, 1280)
        ],
        "rolls by what is in it": [],
        "rolls": [
            f"page at {width} px, light: scrollable-region-focusable: section"
            for width in (360, 1280)
        ],
        "rolls by keys": [],
        "wide": ["page at 320 px: 28 px too wide"],
        "rows": [f"page at {width} px: its main places take 2 rows" for width in (360, 1280)],
    }


@pytest.mark.browser
def test_on_the_page_of_the_vault_nothing_is_printed_over_its_parts_in_kiswahili(page, a_member):
    member = a_member("custodian")
    account = db.session.get(Account, member.actor.account_id)
    assert account is not None
    account.language = "sw"
    db.session.commit()
    page.set_content(member.client.get("/w/v").text)
    for style in STYLES:
        page.add_style_tag(content=style)
    assert page.locator(".ledger .key").count() == 2
    for size in (SMALLEST, PHONE, DESK):
        page.set_viewport_size(size)
        assert page.evaluate(OUT_OF_BOX) == []


@pytest.mark.browser
def test_no_serial_is_too_wide_for_its_fact_on_a_phone(page):
    """Serials are drawn: one of wide letters stuck out of its column."""
    page.set_viewport_size(PHONE)
    page.set_content("""<main style="margin-inline: 16px"><dl class="facts">
      <div><dt>Serial</dt><dd><span class="num">WMWQ-MNAM-QWWM</span></dd></div>
      <div><dt>Issued on</dt><dd>2 December 2026</dd></div></dl></main>""")
    for style in STYLES:
        page.add_style_tag(content=style)
    assert page.evaluate(OUT_OF_BOX) == []


MOVES = """<script>
let moves = 0;
Object.defineProperty(window, "looks", {
  get() { return this.found; },
  set(found) {
    this.found = found;
    // After it was looked at, others stand in the place of all that is there.
    if (moves++ < %d) setTimeout(() => {
      document.querySelector("main").innerHTML = document.querySelector("template").innerHTML;
    });
  },
});
</script><template>%s</template>"""


@pytest.mark.browser
@pytest.mark.parametrize("after", ["<p>Sound</p>", '<p class="box">Boxed</p>'])
@pytest.mark.parametrize("moves", [1, 2, 3, 5])
def test_a_page_that_a_script_changes_while_it_is_looked_at_is_looked_at_again(page, moves, after):
    look = Looker()
    page.set_content(PAGE.format("<p>Sound</p>" + MOVES % (moves, f"<h1>Page</h1>{after}")))
    assert look.findings(page, "page") == []
    page.goto("about:blank")
    faint = f'<h1>Page</h1>{after}<p class="faint">Faint</p>'
    page.set_content(PAGE.format("<p>Sound</p>" + MOVES % (moves, faint)))
    assert look.findings(page, "page") == [
        f"page at {width} px, dark: color-contrast: .faint" for width in (360, 1280)
    ]


@pytest.mark.browser
def test_a_page_that_never_stands_still_is_said_to_move(page):
    page.set_content(PAGE.format('<p>Sound</p><p id="one">One</p>'))
    page.evaluate("""() => {
      let size = 10;
      Object.defineProperty(window, "doubtful", {
        get() { return this.found; },
        set(found) {
          this.found = found;
          setTimeout(() => { document.getElementById("one").style.fontSize = `${size++}px`; });
        },
      });
    }""")
    with pytest.raises(Moved):
        Looker().findings(page, "page")
