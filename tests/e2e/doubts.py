"""What axe has to look at for the sake of its size: whatever is smaller than a fingertip or lies on
another, and what scrolls. All else is large and free.

Each doubt is told by all that the two rules ask of it: what it is, how large, what is near and
where, whether it is a word in a line of text; of what scrolls, whether it is reached by keys. Where
it lies is kept for axe.
"""

DOUBTFUL = """() => {
  const roles = ["button", "link", "checkbox", "radio", "switch", "tab", "menuitem", "option",
    "combobox", "textbox", "searchbox", "slider", "spinbutton", "treeitem", "gridcell"];
  const kinds = ["a[href]", "area", "button", "input", "select", "textarea", "summary",
    ...roles.map(role => `[role=${role}]`)].join();
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const placed = (one) => [one, one.getBoundingClientRect()];
  const all = [...document.querySelectorAll(kinds)].filter(seen).map(placed);
  const doubts = new Set(), found = window.doubtful = new Map();
  all.forEach(([one, box], place) => {
    if (box.width < 24 || box.height < 24) doubts.add(place);
    all.slice(place + 1).forEach(([other, next], after) => {
      if (box.left < next.right && next.left < box.right &&
          box.top < next.bottom && next.top < box.bottom) {
        doubts.add(place).add(place + 1 + after);
      }
    });
  });
  const add = (key, one) => {
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(one);
  };
  const styles = new Map([...document.body.querySelectorAll("*")].filter(seen)
    .map(one => [one, getComputedStyle(one)]));
  const tenth = (number) => Math.round(number * 10) / 10;
  const what = (one, box) => [one.localName, one.type, one.getAttribute("role"), one.tabIndex,
    one.disabled, styles.get(one)?.display, styles.get(one)?.pointerEvents, tenth(box.width),
    tenth(box.height)].join();
  // Text of the block in which a target stands, outside of all targets.
  const line = (one) => {
    let block = one.parentElement;
    while (block !== document.body && styles.get(block)?.display.startsWith("inline"))
      block = block.parentElement;
    const texts = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { data, parentElement } = texts.currentNode;
      const target = parentElement.closest(kinds);
      if (data.trim() && (target === null || !block.contains(target)))
        return `in a line of ${block.querySelectorAll("br, hr").length}`;
    }
    return "";
  };
  // Whatever may lie on a target without being one.
  const loose = doubts.size === 0 ? [] : [...styles.keys()].filter(one => !one.matches(kinds) &&
    /absolute|fixed|sticky/.test(styles.get(one).position)).map(placed);
  for (const place of doubts) {
    const [one, box] = all[place];
    const near = [...all, ...loose].filter(([other, next]) => other !== one &&
      box.left - 24 < next.right && next.left < box.right + 24 &&
      box.top - 24 < next.bottom && next.top < box.bottom + 24)
      .map(([other, next]) => [what(other, next), tenth(next.left - box.left),
        tenth(next.top - box.top), one.contains(other), other.contains(one)].join());
    add([what(one, box), line(one), ...near].join(" | "), one);
  }
  for (const [one, { overflowX, overflowY }] of styles) {
    if ((one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth) &&
        /auto|scroll/.test(overflowX + overflowY)) {
      const by_keys = [...one.querySelectorAll("*")]
        .some(each => each.tabIndex >= 0 && !each.disabled && seen(each));
      add(["rolls", one.localName, one.getAttribute("role"), one.tabIndex, by_keys, overflowX,
        overflowY].join(), one);
    }
  }
  return [...found.keys()];
}"""
