/**
 * Inside the page that is shown: tells the meeting's page what there is to see, and does what comes back.
 *
 * What is private is left out here, before anything is told: the other one sees an empty box in its place.
 */

import { FILLED } from "./filled.js";
import { record } from "../../vendor/rrweb-record.js";

/** @typedef {{id: number, text: string, isChecked: boolean, number: number}} Fill */
/** @typedef {{point: {x: number, y: number}} | {fill: Fill} | {again: true}} Back */

export const PRIVATE = "[data-private], input[type=password], input[type=file]";
/** Hidden fields are not seen, and their values (such as a form's token) are left out. */
const UNSEEN = /** @type {any} */ ({ hidden: true, password: true });
const TELL_EVERY_MS = 150;
const SHOW_ALL_AT_MOST_EVERY_MS = 2000;
const POINTED_FOR_MS = 2500;

export class Recorder {
  /** @param {Window} page */
  constructor(page) {
    this.page = page;
    /** @type {any[]} */
    this.seen = [];
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    /** @type {(() => void) | undefined} */
    this.end = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.showing = undefined;
    this.onMessage = this.onMessage.bind(this);
  }

  start() {
    this.page.addEventListener("message", this.onMessage);
    this.end = record({
      emit: (/** @type {unknown} */ event) => void this.seen.push(event),
      blockSelector: PRIVATE,
      maskInputOptions: UNSEEN,
      maskInputFn: () => "",
      inlineStylesheet: false,
      slimDOMOptions: "all",
      sampling: { mousemove: 100, scroll: 150 },
      recordAfter: "DOMContentLoaded",
    });
    this.timer = setInterval(() => this.tell(), TELL_EVERY_MS);
  }

  stop() {
    this.page.removeEventListener("message", this.onMessage);
    clearInterval(this.timer);
    this.end?.();
  }

  tell() {
    if (this.seen.length === 0) return;
    this.page.parent.postMessage({ parvis: "shown", events: this.seen }, this.page.location.origin);
    this.seen = [];
  }

  /** @param {MessageEvent} event */
  onMessage(event) {
    if (event.source !== this.page.parent || event.origin !== this.page.location.origin) return;
    const back = /** @type {Back} */ (event.data?.back);
    if (!back) return;
    if ("again" in back) this.showAll();
    if ("point" in back) this.point(back.point);
    if ("fill" in back) this.fill(back.fill);
  }

  /** The whole page once more; however often it is asked for, only now and then. */
  showAll() {
    if (this.showing) return;
    this.showing = setTimeout(() => {
      this.showing = undefined;
    }, SHOW_ALL_AT_MOST_EVERY_MS);
    record.takeFullSnapshot();
  }

  /** @param {{x: number, y: number}} at */
  point(at) {
    for (const before of document.querySelectorAll(".pointed-at")) before.remove();
    const marker = document.createElement("div");
    marker.className = "pointed-at";
    marker.style.left = `${at.x}px`;
    marker.style.top = `${at.y}px`;
    document.body.append(marker);
    setTimeout(() => marker.remove(), POINTED_FOR_MS);
  }

  /**
   * @param {Fill} fill
   */
  fill(fill) {
    this.fillIn(fill);
    record.addCustomEvent(FILLED, { id: fill.id, number: fill.number });
  }

  /**
   * The other one fills in a field: never a private one, and never the button that sends it.
   * @param {Fill} fill
   */
  fillIn({ id, text, isChecked }) {
    const field = record.mirror.getNode(id);
    const isField =
      field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement;
    if (!isField || field.disabled || field.type === "hidden" || field.closest(PRIVATE)) return;
    if (field instanceof HTMLInputElement && ["radio", "checkbox"].includes(field.type)) field.checked = isChecked;
    else if (!["submit", "button", "image", "reset"].includes(field.type)) field.value = text;
    // Not "change": on some pages that sends the form, and sending is for its owner.
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.classList.add("filled-for-me");
    setTimeout(() => field.classList.remove("filled-for-me"), POINTED_FOR_MS);
  }
}
