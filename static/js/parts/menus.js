/** A menu that was unfolded closes again: by Escape, and by whatever one does beside it. */

const OPEN = "details.menu[open]";

export class Menus {
  /** @param {Document} page */
  constructor(page) {
    this.page = page;
    this.listening = new AbortController();
  }

  start() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.page.addEventListener("keydown", (event) => this.onKey(event), { signal });
    for (const kind of ["pointerdown", "focusin"]) this.page.addEventListener(kind, (event) => this.close(event.target), { signal });
  }

  stop() {
    this.listening.abort();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const menu = event.key === "Escape" ? this.page.querySelector(OPEN) : null;
    if (!menu) return;
    const isInside = menu.contains(this.page.activeElement);
    this.close(null);
    if (isInside) /** @type {HTMLElement | null} */ (menu.querySelector("summary"))?.focus();
  }

  /** @param {EventTarget | null} inside what is left open */
  close(inside) {
    for (const menu of this.page.querySelectorAll(OPEN)) {
      if (!(inside instanceof Node) || !menu.contains(inside)) menu.removeAttribute("open");
    }
  }
}
