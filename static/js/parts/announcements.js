/** What the organisers say to everybody: in the lobby's list, and above the content of every other page of the fair. */

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

export class Announcements {
  /**
   * @param {Document} page
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(page, connection, announcer) {
    this.list = /** @type {HTMLElement | null} */ (page.querySelector("[data-part=announcements]"));
    this.note = /** @type {HTMLElement | null} */ (page.querySelector("[data-part=announced]"));
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
    this.onClick = this.onClick.bind(this);
  }

  start() {
    this.stops = this.connection.on("fair:announced", (payload) => this.hear(payload));
    this.note?.addEventListener("click", this.onClick);
  }

  stop() {
    this.stops();
    this.note?.removeEventListener("click", this.onClick);
  }

  /** @param {{announcement_id: string, text: string}} payload */
  hear(payload) {
    if (this.list) this.add(this.list, payload);
    else this.show(payload.text);
  }

  /**
   * @param {HTMLElement} list
   * @param {{announcement_id: string, text: string}} payload
   */
  add(list, payload) {
    if (list.querySelector(`[data-announcement="${payload.announcement_id}"]`)) return;
    const item = document.createElement("li");
    item.dataset.announcement = payload.announcement_id;
    item.append(document.createElement("p"));
    /** @type {HTMLElement} */ (item.firstElementChild).textContent = payload.text;
    list.querySelector("ul")?.prepend(item);
    list.hidden = false;
    this.announcer.say(payload.text);
  }

  /** @param {string} text */
  show(text) {
    if (!this.note) return;
    /** @type {HTMLElement} */ (this.note.querySelector("p")).textContent = text;
    this.note.hidden = false;
    this.announcer.say(text);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const isButton = /** @type {HTMLElement} */ (event.target).closest("button");
    if (isButton && this.note) this.note.hidden = true;
  }
}
