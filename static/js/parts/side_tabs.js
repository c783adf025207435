/** Tabs by the ARIA pattern: arrows move, the panel of the chosen tab is shown. */

export class SideTabs {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
    this.tabs = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("[role=tab]")]);
    this.onClick = this.onClick.bind(this);
    this.onKey = this.onKey.bind(this);
  }

  start() {
    this.list.addEventListener("click", this.onClick);
    this.list.addEventListener("keydown", this.onKey);
    const chosen = this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
    if (chosen) this.show(chosen);
  }

  stop() {
    this.list.removeEventListener("click", this.onClick);
    this.list.removeEventListener("keydown", this.onKey);
  }

  /** @param {HTMLElement} chosen */
  choose(chosen) {
    this.show(chosen);
    chosen.focus();
  }

  /** @param {HTMLElement} chosen */
  show(chosen) {
    for (const tab of this.tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !isChosen;
    }
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const tab = /** @type {HTMLElement} */ (event.target).closest("[role=tab]");
    if (tab) this.choose(/** @type {HTMLElement} */ (tab));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const now = this.tabs.findIndex((tab) => tab.getAttribute("aria-selected") === "true");
    const next = this.tabs[(now + step + this.tabs.length) % this.tabs.length];
    if (next) this.choose(next);
    event.preventDefault();
  }
}
