/** What the organisers say to everybody: in the lobby's list, and above the content of every other page of the fair. */

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

/** @typedef {{announcement_id: string, text: string, translations?: Record<string, string>}} Announced */

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
    const stops = [
      this.connection.on("fair:announced", (payload) => this.hear(payload)),
      this.connection.on("fair:announcement_changed", (payload) => this.change(payload)),
    ];
    this.stops = () => stops.forEach((stop) => stop());
    this.note?.addEventListener("click", this.onClick);
  }

  stop() {
    this.stops();
    this.note?.removeEventListener("click", this.onClick);
  }

  /** @param {Announced} payload */
  hear(payload) {
    if (this.list) this.add(this.list, payload);
    else this.show(read(payload), payload.announcement_id);
  }

  /**
   * It says something else, or is not said any more: who has closed it is not told of it again.
   * @param {Announced & {is_ended: boolean}} payload
   */
  change(payload) {
    const { announcement_id, is_ended } = payload;
    const item = this.list?.querySelector(`[data-announcement="${announcement_id}"]`);
    if (item && is_ended) item.remove();
    else if (item) /** @type {HTMLElement} */ (item.firstElementChild).textContent = read(payload);
    if (this.list) this.list.hidden = this.list.querySelector("[data-announcement]") === null;
    const isShown = this.note && !this.note.hidden && this.note.dataset.announcement === announcement_id;
    if (isShown && is_ended && this.note) this.note.hidden = true;
    else if (isShown) this.show(read(payload), announcement_id);
  }

  /**
   * @param {HTMLElement} list
   * @param {Announced} payload
   */
  add(list, payload) {
    if (list.querySelector(`[data-announcement="${payload.announcement_id}"]`)) return;
    const item = document.createElement("li");
    item.dataset.announcement = payload.announcement_id;
    item.append(document.createElement("p"));
    /** @type {HTMLElement} */ (item.firstElementChild).textContent = read(payload);
    list.querySelector("ul")?.prepend(item);
    list.hidden = false;
    this.announcer.say(read(payload));
  }

  /**
   * @param {string} text
   * @param {string} announcement_id
   */
  show(text, announcement_id) {
    if (!this.note) return;
    this.note.dataset.announcement = announcement_id;
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

/**
 * In the language of the page, where it was written in it.
 * @param {Announced} payload
 */
function read({ text, translations }) {
  return translations?.[document.documentElement.lang] || text;
}
