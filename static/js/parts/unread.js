/** A message that comes while the chat is out of sight is shown where one looks, and leads to it. */

import { say } from "../live/words.js";
import { fill, show } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */

export class Unread {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Connection} connection
   * @param {() => void} open shows the chat
   */
  constructor(element, connection, open) {
    this.element = element;
    this.connection = connection;
    this.open = open;
    this.chat = /** @type {HTMLElement} */ (element.querySelector("[data-part=chat]"));
    this.field = /** @type {HTMLElement | null} */ (this.chat.querySelector(".chat-form"));
    this.isSeen = false;
    // What was written last stands above the field: where that is in sight, so is the message.
    this.watcher = new IntersectionObserver(([entry]) => this.seen(entry?.isIntersecting ?? false));
    /** @type {() => void} */
    this.unhear = () => undefined;
    this.onClick = this.onClick.bind(this);
  }

  start() {
    if (this.field) this.watcher.observe(this.field);
    this.unhear = this.connection.on("chat:sent", (payload) => this.heard(payload));
    this.element.addEventListener("click", this.onClick);
  }

  stop() {
    this.watcher.disconnect();
    this.unhear();
    this.element.removeEventListener("click", this.onClick);
  }

  /** @param {boolean} isSeen */
  seen(isSeen) {
    this.isSeen = isSeen;
    if (isSeen) this.clear();
  }

  /** @param {{stream: string, message: {author_id: string, author_name: string, text: string}}} payload */
  heard({ stream, message }) {
    const isOurs = stream === `conversation:${this.chat.dataset.conversation}`;
    if (!isOurs || this.isSeen || message.author_id === document.body.dataset.me) return;
    fill(this.element, "unread-words", say("%(name)s: %(words)s", { name: message.author_name, words: message.text }));
    show(this.element, "unread", true);
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    if (!(/** @type {HTMLElement} */ (event.target).closest("[data-act=read]"))) return;
    this.clear();
    this.open();
  }

  clear() {
    show(this.element, "unread", false);
    fill(this.element, "unread-words", "");
  }
}
