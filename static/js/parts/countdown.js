/** How long something still lasts, second by second: for eyes alone, who cannot see hears when it ends. */

const EVERY_MS = 1000;

export class Countdown {
  /**
   * @param {Document} page
   * @param {import("../live/connection.js").Connection} connection
   */
  constructor(page, connection) {
    this.page = page;
    this.connection = connection;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.timer = setInterval(() => this.draw(), EVERY_MS);
    this.draw();
  }

  stop() {
    clearInterval(this.timer);
  }

  draw() {
    for (const element of /** @type {NodeListOf<HTMLElement>} */ (this.page.querySelectorAll("[data-until]"))) {
      element.textContent = left(new Date(element.dataset.until ?? "").getTime() - this.connection.now());
    }
  }
}

/** @param {number} rest in milliseconds */
export function left(rest) {
  const seconds = Math.max(0, Math.ceil(rest / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
