/** What the organisers say to everybody. */

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

export class Announcements {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(element, connection, announcer) {
    this.element = element;
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("fair:announced", (fact) => this.add(fact));
  }

  stop() {
    this.stops();
  }

  /** @param {{announcement: string, text: string}} fact */
  add(fact) {
    if (this.element.querySelector(`[data-announcement="${fact.announcement}"]`)) return;
    const item = document.createElement("li");
    item.dataset.announcement = fact.announcement;
    item.append(document.createElement("p"));
    /** @type {HTMLElement} */ (item.firstElementChild).textContent = fact.text;
    this.element.querySelector("ul")?.prepend(item);
    this.element.hidden = false;
    this.announcer.say(fact.text);
  }
}
