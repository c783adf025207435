/** Says things to screen readers: politely and not too often, or at once when it is somebody's turn. */

const PAUSE_MS = 1500;

export class Announcer {
  /** @param {Document} page */
  constructor(page) {
    this.polite = page.querySelector("[data-announce=polite]");
    this.assertive = page.querySelector("[data-announce=assertive]");
    /** @type {string} */
    this.next = "";
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.quietUntil = 0;
  }

  /**
   * Only the latest of several sentences in a short time is said.
   * @param {string} sentence
   */
  say(sentence) {
    this.next = sentence;
    if (this.timer) return;
    this.timer = setTimeout(() => this.speak(), Math.max(0, this.quietUntil - Date.now()));
  }

  speak() {
    this.timer = undefined;
    this.quietUntil = Date.now() + PAUSE_MS;
    if (this.polite) this.polite.textContent = this.next;
  }

  /** @param {string} sentence */
  sayNow(sentence) {
    if (this.assertive) this.assertive.textContent = sentence;
  }

  /** What was said at once is over: whoever reads the page to its end does not meet it. */
  hush() {
    if (this.assertive) this.assertive.textContent = "";
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
