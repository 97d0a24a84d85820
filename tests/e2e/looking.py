"""What axe finds on a page, whether it is wider than its window, and whether its tab is in view:
small and large, light and dark."""

from collections.abc import Sequence, Set
from importlib.resources import files
from time import monotonic
from typing import Any

from playwright.sync_api import Page, ViewportSize

from .doubts import DOUBTFUL

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
SMALLEST: ViewportSize = {"width": 320, "height": 640}
# How often a page that moves is looked at.
MOST_LOOKS = 5
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A scheme changes colours and nothing else: in the dark only these are looked at again.
COLOURS = ["color-contrast", "link-in-text-block"]
# What else depends on where things stand and how large they are.
SIZES = ["target-size", "scrollable-region-focusable"]
# The tab of this page may lie beyond the edge of a strip that is scrolled.
_TAB_OUT = """() => [...document.querySelectorAll(".tabs [aria-current]")].some(tab => {
  const [inside, strip] = [tab, tab.parentElement].map(one => one.getBoundingClientRect());
  return inside.left < strip.left - 1 || inside.right > strip.right + 1;
})"""
# The main places stand in one row, whatever is kept under "More".
_ROWS = """() => new Set([...document.querySelectorAll(".bar > a, .bar summary")]
  .filter(one => one.checkVisibility()).map(one => Math.round(one.getBoundingClientRect().top))
).size"""
# Texts that stick out of the box in which they stand, and so are printed over what is beside it.
OUT_OF_BOX = """() => {
  const found = new Set(), words = document.createRange();
  const clipped = (box) => box !== null &&
    (getComputedStyle(box).clipPath !== "none" || clipped(box.parentElement));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    // What is said to who hears the page is not printed, and what a field holds scrolls in it.
    if (!data.trim() || parentElement.closest(".hush, svg, select, textarea, script, style") ||
        !parentElement.checkVisibility({ visibilityProperty: true })) continue;
    let box = parentElement;
    while (["inline", "contents"].includes(getComputedStyle(box).display)) box = box.parentElement;
    if (getComputedStyle(box).overflowX !== "visible" || clipped(box)) continue;
    const edge = box.getBoundingClientRect();
    // Signs are taller than a line that is set close.
    const high = parseFloat(getComputedStyle(parentElement).fontSize) / 2;
    words.selectNodeContents(texts.currentNode);
    if ([...words.getClientRects()].some(word => word.width > 1 && (word.right > edge.right + 1 ||
        word.left < edge.left - 1 || word.top < edge.top - high ||
        word.bottom > edge.bottom + high))) found.add(data.trim());
  }
  return [...found];
}"""
# Whatever is docked at the foot of the window: no bar lies on another, and at the end of the page
# none on its last control.
_COVERED = """() => {
  const visible = (one) => one.checkVisibility({ visibilityProperty: true });
  const docked = [...document.querySelectorAll("body *")].filter(one => {
    const style = getComputedStyle(one);
    if (!visible(one) || style.bottom === "auto") return false;
    return style.position === "fixed" || (style.position === "sticky" && style.top === "auto");
  });
  const named = (one) => `.${one.className || one.localName}`.replaceAll(" ", ".");
  const meet = (a, b) => {
    const [one, other] = [a, b].map(each => each.getBoundingClientRect());
    return one.width && other.width && one.bottom - other.top > 1 && other.bottom - one.top > 1 &&
      one.right - other.left > 1 && other.right - one.left > 1;
  };
  // One whose form has only just come into the window can't be docked yet.
  const stands = (one, edge) => getComputedStyle(one).position === "fixed" ||
    one.parentElement.getBoundingClientRect().top + one.offsetHeight <= edge;
  const edge = innerHeight - Math.max(0, ...docked.map(one =>
    getComputedStyle(one).position === "fixed" && one.matches(".bar") ? one.offsetHeight : 0));
  const found = new Set();
  const height = document.documentElement.scrollHeight;
  for (const at of [0, height / 2, height]) {
    scrollTo({ top: at, behavior: "instant" });
    const now = docked.filter(one => stands(one, edge));
    now.forEach((one, place) => now.slice(place + 1).forEach(other => {
      if (!one.contains(other) && !other.contains(one) && meet(one, other))
        found.add(`${named(one)} lies on ${named(other)}`);
    }));
  }
  const controls = [...document.querySelectorAll("main a, main button, main input, main select," +
    "main textarea, main summary, footer a, footer button")]
    .filter(one => visible(one) && !docked.some(bar => bar.contains(one)));
  const last = controls.at(-1);
  for (const bar of last ? docked : [])
    if (meet(bar, last)) found.add(`${named(bar)} hides the last control`);
  scrollTo({ top: 0, behavior: "instant" });
  return [...found];
}"""
_WIDE = "document.documentElement.scrollWidth - innerWidth"
# All that axe's rules ask of a page's build, but for colours and sizes: of each element what it is,
# whether it is seen and says anything, and its attributes. Of names and addresses they ask only
# whether there are any, of references whether they lead anywhere. The elements of the page's frame,
# and those of its own.
_BUILD = """() => {
  const asked = new RegExp("^(role|aria-.*|type|scope|lang|tabindex|autocomplete|colspan|rowspan|" +
    "accesskey|disabled|required|multiple|inert|alt|for|headers|list|name|href|title|value|" +
    "placeholder|id)$");
  const led = /^(for|headers|list|aria-(labelledby|describedby|controls|owns|details|flowto))$/;
  const any = /^(name|href|title|value|placeholder)$/;
  const ids = new Map();
  for (const { id } of document.querySelectorAll("[id]")) ids.set(id, (ids.get(id) ?? 0) + 1);
  const leads = (value) => value.split(/\\s+/).every(id => ids.has(id));
  const said = (element, { name, value }) => {
    if (name === "id") return ids.get(value) > 1 ? " twice" : "";
    if (led.test(name) || (name === "href" && value.startsWith("#"))) {
      const label = name === "aria-labelledby" ? document.getElementById(value)?.textContent : "";
      return ` ${name}:${leads(value.replace(/^#/, ""))}${label ?? ""}`;
    }
    if (any.test(name)) return ` ${name}:${value.trim() !== ""}`;
    const beside = name === "alt" ? element.closest("a, button")?.innerText ?? "" : "";
    return ` ${name}=${value}${beside}`;
  };
  const own = document.querySelector("main"), build = { frame: [], own: [] };
  for (const element of document.body.querySelectorAll("*")) {
    const seen = element.checkVisibility({ visibilityProperty: true }) ? "" : "-";
    const speaks = [...element.childNodes].some(
      one => one.nodeType === Node.TEXT_NODE && one.data.trim() !== "") ? "+" : "";
    const marks = [...element.attributes].filter(one => asked.test(one.name))
      .map(one => said(element, one)).join("");
    const into = own !== null && own.contains(element) ? build.own : build.frame;
    into.push(seen + element.localName + speaks + marks);
  }
  const head = [document.title.trim() !== "", document.documentElement.lang,
    document.querySelector("meta[name=viewport]")?.content];
  return [[...head, ...build.frame].join("|"), build.own.join("|")];
}"""
# Each way in which a text stands on this page: all that axe's two rules of colours ask about it.
# Of what lies over something else only the place on this page tells what lies below it. What stands
# so is kept for axe.
_LOOKS = """() => {
  const kept = new Map(), faded = new Map(), OVER = "over ";
  // What changes the colours of all that lies in an element.
  const effects = (element) => {
    if (element === null) return "";
    if (!faded.has(element)) {
      const style = getComputedStyle(element);
      const own = [style.opacity, style.filter, style.mixBlendMode].join();
      faded.set(element,
        (own === "1,none,normal" ? "" : own) + effects(element.parentElement));
    }
    return faded.get(element);
  };
  // What is not there at all is left out.
  const ground = ({ backgroundColor, backgroundImage }) =>
    backgroundColor === "rgba(0, 0, 0, 0)" && backgroundImage === "none"
      ? "" : `${backgroundColor} ${backgroundImage};`;
  const opaque = ({ backgroundColor, backgroundImage }) =>
    /^rgb\\(/.test(backgroundColor) && backgroundImage === "none";
  // What is seen through a text that lies over something else, in its middle and at its ends.
  const through = (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const seen = [(left + right) / 2, left + 1, right - 1].map(x => {
      const under = document.elementsFromPoint(x, (top + bottom) / 2);
      const place = under.indexOf(element);
      if (place === -1) return location.href;
      const last = under.findIndex((one, at) => at >= place && opaque(getComputedStyle(one)));
      if (last === -1) return location.href;
      return under.slice(place, last + 1).map(one => ground(getComputedStyle(one)) + effects(one))
        .join("");
    });
    return [...new Set(seen)].join(" or ");
  };
  const below = (element) => {
    if (element === null) return "";
    if (!kept.has(element)) {
      const style = getComputedStyle(element);
      let said = ground(style);
      if (!opaque(style)) {
        if (!["static", "relative"].includes(style.position)) said += OVER;
        said += below(element.parentElement);
      }
      kept.set(element, said);
    }
    return kept.get(element);
  };
  // What is said only to who hears the page has no colours, neither here nor for axe.
  const heard = (element) => element !== null &&
    (getComputedStyle(element).clipPath === "inset(50%)" || heard(element.parentElement));
  const found = window.looks = new Map();
  const add = (element) => {
    if (!element.checkVisibility({ visibilityProperty: true }) || heard(element)) return;
    const style = getComputedStyle(element);
    let look = [style.color, style.fontSize, style.fontWeight, style.textShadow,
      below(element), effects(element)].join(" | ");
    if (look.includes(OVER)) look += through(element);
    const link = element.closest("a");
    if (link !== null) {
      const own = getComputedStyle(link), around = getComputedStyle(link.parentElement);
      look += [own.color, own.textDecorationLine, own.borderBottomWidth, own.fontWeight,
        own.fontStyle, own.display, around.color, around.fontWeight].join(" | ");
    }
    if (!found.has(look)) found.set(look, []);
    found.get(look).push(link ?? element);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (texts.currentNode.data.trim() !== "") add(texts.currentNode.parentElement);
  }
  document.querySelectorAll("input, select, textarea").forEach(add);
  return [...found.keys()];
}"""

# Either the whole page, or a few of each doubt and of each look: what stands so is judged the same.
# A script may have put others in their place since they were found, so they are found again; where
# one is there no more, the page has moved.
_RUN = f"""async ([type, values, without, looks, doubts]) => {{
  if (!window.axe) return "no axe";
  let at = document;
  if (looks !== null) {{
    ({_LOOKS})();
    ({DOUBTFUL})();
    const kinds = [...doubts.map(doubt => window.doubtful.get(doubt)),
      ...looks.map(look => window.looks.get(look))];
    if (kinds.includes(undefined)) return "moved";
    at = {{ include: [...new Set(kinds.flatMap(kind => kind.slice(0, 3)))] }};
  }}
  // What sticks to the window's edge lies on something else wherever the page happens to end; that
  // it hides nothing for good is asked apart.
  const sticky = [...document.querySelectorAll("body *")]
    .filter(one => getComputedStyle(one).position === "sticky");
  sticky.forEach(one => one.style.setProperty("position", "relative", "important"));
  const found = await axe.run(at, {{
    runOnly: {{ type, values }}, resultTypes: ["violations"],
    rules: Object.fromEntries(without.map(rule => [rule, {{ enabled: false }}])),
  }});
  sticky.forEach(one => one.style.removeProperty("position"));
  return found.violations.map(one =>
    `${{one.id}}: ${{one.nodes.map(node => node.target.join(" ")).join(", ")}}`);
}}"""
# Nothing of the page was changed for a tenth of a second.
_STILL = """() => new Promise(resolve => {
  let timer;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { watch.disconnect(); resolve(); }, 100);
  };
  const watch = new MutationObserver(wait);
  wait();
  watch.observe(document, { attributes: true, childList: true, subtree: true });
})"""

# All that is read of a page in the light, at once.
_AT_A_SIZE = f"""([judged, phone]) => ({{
  wide: {_WIDE}, covered: phone ? ({_COVERED})() : [],
  ...(judged ? {{
    build: ({_BUILD})(), looks: ({_LOOKS})(), out: ({_TAB_OUT})(), over: ({OUT_OF_BOX})(),
    doubtful: ({DOUBTFUL})(), rows: ({_ROWS})(),
  }} : {{}}),
}})"""


def covered(page: Page) -> list[str]:
    """What is docked at the foot of the window and lies on something else."""
    said: list[str] = page.evaluate(_COVERED)
    return said


def _stays_out(page: Page) -> bool:
    """Whether this page's tab does not come into view within two seconds: that is a script's work,
    which begins once the window has another size."""
    until = monotonic() + 2
    while page.evaluate(_TAB_OUT):
        if monotonic() > until:
            return True
        page.wait_for_timeout(50)
    return False


class Moved(Exception):
    """A script changed the page while it was looked at."""


class _Axe:
    """Axe on a page as it stands, brought there when it is first asked, unless it came with it."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def by_all_rules(self) -> list[str]:
        """What is found on the whole page by the rules that ask neither colours nor sizes."""
        return self._run(["tag", RULES, [*COLOURS, *SIZES], None, None])

    def at(self, rules: list[str], looks: set[str], doubts: Set[str] = frozenset()) -> list[str]:
        """What some rules find of what stands in one of these ways, or is in such a doubt."""
        return self._run(["rule", rules, [], sorted(looks), sorted(doubts)])

    def _run(self, how: list[Any]) -> list[str]:
        found: list[str] | str = self._page.evaluate(_RUN, how)
        if found == "no axe":
            self._page.evaluate(AXE)
            found = self._page.evaluate(_RUN, how)
        if found == "moved":
            raise Moved
        assert isinstance(found, list)
        return found


class Looker:
    """Looks at pages, and remembers what axe has judged: which looks of texts in each scheme, which
    doubts about sizes, and which builds of pages and of their frames."""

    def __init__(self) -> None:
        self._judged: dict[str, set[str]] = {"light": set(), "dark": set()}
        self._free: set[str] = set()
        self._frames: set[str] = set()
        self._builds: set[str] = set()

    def findings(
        self, page: Page, where: str, sizes: Sequence[ViewportSize] = (PHONE, DESK)
    ) -> list[str]:
        """What axe finds, and whether the page is wider than its window, in each guise. The window
        is left dark, and as large as the first of the sizes. A page that moves meanwhile is waited
        for, and looked at again. Raises Moved if it never stands still."""
        for _again in range(MOST_LOOKS - 1):
            # A click waits until the next page's answer begins, not until there is anything of it.
            page.wait_for_load_state()
            try:
                return self._findings(page, where, sizes)
            except Moved:
                page.evaluate(_STILL)
        return self._findings(page, where, sizes)

    def _findings(self, page: Page, where: str, sizes: Sequence[ViewportSize]) -> list[str]:
        axe = _Axe(page)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found: list[str] = []
        guises: dict[tuple[int, str], list[str]] = {}
        for size in (SMALLEST, PHONE, *(size for size in sizes if size != PHONE)):
            page.set_viewport_size(size)
            width = size["width"]
            said = page.evaluate(_AT_A_SIZE, [size in sizes, size == PHONE])
            if size in (SMALLEST, PHONE) and said["wide"] > 0:
                found.append(f"{where} at {width} px: {said['wide']} px too wide")
            found += [f"{where} at {width} px: {one}" for one in said["covered"]]
            if size not in sizes:
                continue
            guise = f"{where} at {width} px"
            light = [f"{guise}, light: {one}" for one in self._in_the_light(axe, said)]
            if said["out"] and _stays_out(page):
                light.append(f"{guise}: its tab is out of view")
            light += [f"{guise}: “{words}” runs over" for words in said["over"]]
            if said["rows"] > 1:
                light.append(f"{guise}: its main places take {said['rows']} rows")
            guises[width, "light"] = light
        # From the last size back to the first, so that nothing is set twice.
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        for size in reversed(sizes):
            if page.viewport_size != size:
                page.set_viewport_size(size)
            dark = self._in_the_dark(axe, page.evaluate(_LOOKS))
            guises[size["width"], "dark"] = [
                f"{where} at {size['width']} px, dark: {one}" for one in dark
            ]
        for size in sizes:
            found += guises[size["width"], "light"] + guises[size["width"], "dark"]
        return found

    def _in_the_light(self, axe: _Axe, said: dict[str, Any]) -> list[str]:
        """What axe finds by all rules. Where a page that was built the same was judged, in whatever
        size, and so was its frame, only sizes and colours are asked, if any is new."""
        frame, own = said["build"]
        found: list[str] = []
        if own not in self._builds or frame not in self._frames:
            found = axe.by_all_rules()
            if not found:
                self._builds.add(own)
                self._frames.add(frame)
        new = set(said["looks"]) - self._judged["light"]
        doubts = set(said["doubtful"]) - self._free
        if rules := [*(SIZES if doubts else ()), *(COLOURS if new else ())]:
            wrong = axe.at(rules, new, doubts)
            if not wrong:
                self._judged["light"] |= new
                self._free |= doubts
            found += wrong
        return found

    def _in_the_dark(self, axe: _Axe, looks: list[str]) -> list[str]:
        """What axe finds of the colours of what stands in a way that it has not judged before, and
        well."""
        new = set(looks) - self._judged["dark"]
        if not new:
            return []
        found = axe.at(COLOURS, new)
        if not found:
            self._judged["dark"] |= new
        return found


findings = Looker().findings
