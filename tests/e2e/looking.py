"""What axe finds on a page, and whether it is wider than its window: small and large, light and
dark."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Literal

from playwright.sync_api import Page, ViewportSize

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}
SMALLEST: ViewportSize = {"width": 320, "height": 640}
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# A scheme changes colours and nothing else: in the dark only these are looked at again.
COLOURS = ["color-contrast", "link-in-text-block"]
_RUN = """async ([type, values]) => {
  const found = await axe.run(document, {
    runOnly: { type, values }, resultTypes: ["violations"],
  });
  return found.violations.map(one =>
    `${one.id}: ${one.nodes.map(node => node.target.join(" ")).join(", ")}`);
}"""


def findings(page: Page, where: str, sizes: Sequence[ViewportSize] = (PHONE, DESK)) -> list[str]:
    """What axe finds, and whether the page is wider than its window, in each guise."""
    found: list[str] = []
    page.evaluate(AXE)
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for size in sizes:
        page.set_viewport_size(size)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            guise = f"{where} at {size['width']} px, {scheme}"
            asked = ("tag", RULES) if scheme == "light" else ("rule", COLOURS)
            found += [f"{guise}: {one}" for one in page.evaluate(_RUN, list(asked))]
    for size in (PHONE, SMALLEST):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{where} at {size['width']} px: {wide} px too wide")
    return found
