/** A conversation: messages appear once, in order; what one sends is kept until the server has it. */

import { write } from "../live/links.js";
import { Unsent } from "../live/unsent.js";
import { say } from "../live/words.js";
import { clock, copy, show } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/**
 * @typedef {object} Message
 * @property {string} message_id
 * @property {string} client_id
 * @property {string} author_id
 * @property {string} author_name
 * @property {boolean} is_staff
 * @property {boolean} is_simulated
 * @property {string} text
 * @property {string} written_at
 * @property {boolean} is_removed
 */

/** A message that is there within this time needs no word about being on its way. */
const PATIENCE_MS = 1500;

/** What Safari sends for an Enter that only ends a word of an input method (UI Events, "keyCode"). */
const CHOOSES_A_WORD = 229;

export class Chat {
  /**
   * @param {HTMLElement} element
   * @param {Connection} connection
   */
  constructor(element, connection) {
    this.element = element;
    this.connection = connection;
    this.stream = `conversation:${element.dataset.conversation}`;
    this.list = /** @type {HTMLElement} */ (element.querySelector(".messages"));
    this.form = /** @type {HTMLFormElement | null} */ (element.querySelector(".chat-form"));
    this.unsent = new Unsent(sessionStorage, document.body.dataset.me ?? "", this.stream);
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onSubmit = this.onSubmit.bind(this);
    this.onKey = this.onKey.bind(this);
  }

  start() {
    this.stops = [
      this.connection.on("chat:sent", (payload) => payload.stream === this.stream && this.add(payload.message)),
      this.connection.on("chat:removed", (payload) => payload.stream === this.stream && this.remove(payload.message_id)),
    ];
    this.form?.addEventListener("submit", this.onSubmit);
    this.form?.addEventListener("keydown", this.onKey);
    if (this.form) for (const words of this.unsent.all()) void this.send(words);
    this.list.scrollTop = this.list.scrollHeight;
    // Whoever signed in to write goes on where they were.
    const field = this.form?.querySelector("textarea");
    if (field && location.hash === `#${field.id}`) field.focus();
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.form?.removeEventListener("submit", this.onSubmit);
    this.form?.removeEventListener("keydown", this.onKey);
  }

  /** @param {Message} message */
  add(message) {
    this.element.querySelector(`[data-client="${message.client_id}"]`)?.remove();
    if (this.list.querySelector(`[data-message="${message.message_id}"]`)) return;
    const item = copy(this.element, "message");
    item.dataset.message = message.message_id;
    item.classList.toggle("mine", message.author_id === document.body.dataset.me);
    item.classList.toggle("staff", message.is_staff);
    item.classList.toggle("removed", message.is_removed);
    this.write(item, message.author_name, message.is_removed ? say("Message removed") : message.text, message.written_at);
    this.acts(item, message);
    /** @type {HTMLElement} */ (item.querySelector("[data-badge=staff]")).hidden = !message.is_staff;
    /** @type {HTMLElement} */ (item.querySelector("[data-badge=simulated]")).hidden = !message.is_simulated;
    this.append(item);
  }

  /**
   * What somebody else wrote can be reported, or removed by whoever moderates.
   * @param {HTMLElement} item
   * @param {Message} message
   */
  acts(item, { message_id, author_id, is_removed }) {
    const acts = item.querySelector(".acts");
    if (is_removed || author_id === document.body.dataset.me) acts?.remove();
    const form = acts?.querySelector("form");
    form?.setAttribute("action", (form.getAttribute("action") ?? "").replace("/-/", `/${message_id}/`));
  }

  /**
   * @param {HTMLElement} item
   * @param {string} author
   * @param {string} text
   * @param {string} at
   */
  write(item, author, text, at) {
    /** @type {HTMLElement} */ (item.querySelector(".author")).textContent = author;
    write(/** @type {HTMLElement} */ (item.querySelector("p")), text);
    const time = /** @type {HTMLTimeElement} */ (item.querySelector("time"));
    time.dateTime = at;
    time.textContent = clock(at);
  }

  /** @param {HTMLElement} item */
  append(item) {
    this.stayAtEnd(() => this.list.append(item));
    this.list.tabIndex = 0;
    show(this.element, "empty", false);
  }

  /** @param {() => void} change of what the list holds */
  stayAtEnd(change) {
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 80;
    change();
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }

  /** @param {string} message */
  remove(message) {
    const item = this.list.querySelector(`[data-message="${message}"]`);
    item?.classList.add("removed");
    const text = item?.querySelector("p");
    if (text) text.textContent = say("Message removed");
    item?.querySelector(".acts")?.remove();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === CHOOSES_A_WORD) return;
    event.preventDefault();
    this.form?.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    event.preventDefault();
    const field = /** @type {HTMLTextAreaElement} */ (this.form?.elements.namedItem("text"));
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    const words = { client_id: crypto.randomUUID(), text, at: new Date().toISOString() };
    this.unsent.keep(words);
    void this.send(words);
  }

  /** @param {import("../live/unsent.js").Words} words */
  async send(words) {
    const item = this.pend(words);
    const { client_id, text } = words;
    try {
      const payload = { conversation_id: this.element.dataset.conversation, text, client_id };
      // Nobody has to write it anew: it is sent until the server says yes or no.
      const { message_id } = await this.connection.send("chat:send", payload, Infinity);
      // Sent before a reload, it stands in the page already.
      if (this.list.querySelector(`[data-message="${message_id}"]`)) item.remove();
    } catch (error) {
      item.remove();
      const field = /** @type {HTMLTextAreaElement} */ (this.form?.elements.namedItem("text"));
      field.value = [text, field.value].filter(Boolean).join("\n");
      this.refuse(error instanceof Error ? error.message : "");
    }
    this.unsent.drop(client_id);
  }

  /**
   * Shown at once, marked until the server has it.
   * @param {import("../live/unsent.js").Words} words
   */
  pend({ client_id, text, at }) {
    const item = copy(this.element, "message");
    item.classList.add("mine", "pending");
    item.querySelector(".acts")?.remove();
    item.dataset.client = client_id;
    item.setAttribute("aria-hidden", "true");
    this.write(item, "", text, at);
    this.append(item);
    setTimeout(() => this.sayWaiting(item), PATIENCE_MS);
    return item;
  }

  /** @param {HTMLElement} item */
  sayWaiting(item) {
    this.stayAtEnd(() => {
      const time = /** @type {HTMLElement} */ (item.querySelector("time"));
      time.textContent = say("Not sent yet. It goes by itself.");
      item.classList.add("waits");
      item.removeAttribute("aria-hidden");
    });
  }

  /** @param {string} message */
  refuse(message) {
    const note = this.element.ownerDocument.createElement("p");
    note.className = "flash bad";
    note.setAttribute("role", "alert");
    note.textContent = message;
    this.form?.before(note);
    setTimeout(() => note.remove(), 8000);
  }
}
