/** A screen that stands in a hall: whoever walks away leaves it to the next one, and nothing of theirs stays on it. */

export class Kiosk {
  /** @param {HTMLElement} element says where it begins, and after how many seconds without a touch */
  constructor(element) {
    this.back = element.dataset.back ?? "/";
    this.after = Number(element.dataset.seconds) * 1000;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.listening = new AbortController();
  }

  start() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const kind of ["pointerdown", "keydown", "scroll"]) document.addEventListener(kind, () => this.wait(), { signal });
    this.wait();
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => location.replace(this.back), this.after);
  }
}
