/** The door of a fair on a phone: tickets are read by the camera, people found by name, with or without a network. */

import { say } from "../live/words.js";
import { actOf, copy, fill, show, slot } from "./dom.js";
import { Refused } from "./door_log.js";
import { QrReader } from "./qr_reader.js";

/** @typedef {import("./door_log.js").DoorLog} DoorLog */
/** @typedef {import("./door_log.js").Expected} Expected */

const LOOKS_EVERY_MS = 20000;
/** The same ticket stays before the camera for a moment. */
const SAME_FOR_MS = 4000;
const DOOR = "parvis-door-name";

export class Door {
  /**
   * @param {HTMLElement} element
   * @param {DoorLog} log
   * @param {Storage} storage of this browser
   * @param {() => number} now the server's time in milliseconds
   */
  constructor(element, log, storage, now) {
    this.element = element;
    this.log = log;
    this.storage = storage;
    this.now = now;
    this.reader = new QrReader(
      /** @type {HTMLVideoElement} */ (slot(element, "picture")),
      element.dataset.wasm ?? "",
      (text) => void this.read(text),
    );
    this.name = /** @type {HTMLInputElement} */ (slot(element, "door"));
    this.search = /** @type {HTMLInputElement} */ (element.querySelector("[name=q]"));
    this.last = { text: "", at: -Infinity };
    this.listening = new AbortController();
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
  }

  start() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    show(this.element, "scanning", true);
    this.name.value = this.storage.getItem(DOOR) ?? "";
    this.name.addEventListener("input", () => this.storage.setItem(DOOR, this.name.value), { signal });
    this.search.addEventListener("input", () => this.list(), { signal });
    this.search.form?.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.element.addEventListener("click", (event) => this.onClick(event), { signal });
    globalThis.addEventListener("online", () => void this.settle(), { signal });
    this.timer = setInterval(() => void this.settle(), LOOKS_EVERY_MS);
    void this.settle();
  }

  stop() {
    this.listening.abort();
    clearInterval(this.timer);
    this.reader.stop();
  }

  /** Hand over what was seen, and learn what other doors have seen. */
  async settle() {
    await this.hand(() => this.log.load());
  }

  /** @param {() => Promise<void>} [next] once all is handed over */
  async hand(next) {
    try {
      await this.log.send();
      await next?.();
    } catch (error) {
      // Without a network all waits here.
      if (error instanceof Refused) fill(this.element, "trouble", say("Please load this page again: what is noted here is kept."));
    }
    this.draw();
  }

  draw() {
    const waiting = this.log.waiting().length;
    fill(this.element, "here", say("%(count)s in the house", { count: String(this.log.here) }));
    fill(this.element, "today", say("%(count)s came today", { count: String(this.log.today) }));
    fill(this.element, "waiting", say("%(count)s not sent yet", { count: String(waiting) }));
    show(this.element, "waiting", waiting > 0);
    if (this.search.value) this.list();
  }

  get way() {
    return /** @type {HTMLInputElement | null} */ (this.element.querySelector("[name=way]:checked"))?.value ?? "in";
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const act = actOf(event);
    if (act === "scan") void this.scan();
    if (act !== "pass") return;
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    const who = this.log.people.get(button?.dataset.attendee ?? "");
    if (who) this.pass(who, who.isIn ? "out" : "in");
  }

  async scan() {
    fill(this.element, "trouble", "");
    try {
      if (this.reader.isOn) this.reader.stop();
      else await this.reader.start();
    } catch {
      fill(this.element, "trouble", say("The camera cannot be used here. Look for the name instead."));
    }
    fill(this.element, "scan-words", this.reader.isOn ? say("Stop the camera") : say("Read with the camera"));
  }

  /** @param {string} text */
  async read(text) {
    const isSame = text === this.last.text && performance.now() < this.last.at + SAME_FOR_MS;
    this.last = { text, at: performance.now() };
    if (isSame) return;
    if (!this.log.holder(text)) await this.settle();
    const who = this.log.holder(text);
    if (!who && this.log.people.size === 0) {
      return this.tell(say("The list of this fair is not here yet. Look for a network, or let them in by name later."), "warn");
    }
    if (!who) return this.tell(say("This is no ticket of this fair, or it does not hold any more."), "bad");
    this.pass(who, this.way);
  }

  /**
   * @param {Expected} who
   * @param {string} way
   */
  pass(who, way) {
    const { name } = who;
    if (way === "in" && who.isIn) return this.tell(say("%(name)s is in already.", { name }), "warn");
    if (way === "out" && !who.isIn) return this.tell(say("%(name)s is not in the house.", { name }), "warn");
    this.log.pass(who, way, this.name.value.trim(), new Date(this.now()));
    this.tell(way === "in" ? say("%(name)s comes in.", { name }) : say("%(name)s goes out.", { name }), "ok");
    this.draw();
    void this.hand();
  }

  /**
   * @param {string} sentence
   * @param {string} kind ok, warn or bad
   */
  tell(sentence, kind) {
    const result = /** @type {HTMLElement} */ (slot(this.element, "result"));
    result.hidden = false;
    result.className = `door-result ${kind}`;
    result.textContent = sentence;
    navigator.vibrate?.(kind === "ok" ? 80 : [80, 80, 200]);
  }

  list() {
    const found = this.log.find(this.search.value);
    const list = /** @type {HTMLElement} */ (slot(this.element, "found"));
    const rows = found.map((each) => {
      // The row that somebody touches, or stands on with the keys, stays that row.
      const there = list.querySelector(`[data-attendee="${each.id}"]`)?.closest("li");
      const row = there ?? copy(this.element, "found");
      fill(row, "name", each.name);
      const button = /** @type {HTMLButtonElement} */ (row.querySelector("button"));
      button.dataset.attendee = each.id;
      button.textContent = each.isIn ? say("Goes out") : say("Comes in");
      button.setAttribute("aria-label", `${button.textContent}: ${each.name}`);
      button.classList.toggle("quiet", each.isIn);
      button.classList.toggle("primary", !each.isIn);
      return row;
    });
    const nobody = document.createElement("li");
    nobody.className = "soft";
    nobody.textContent = say("Nobody of this name is on the list.");
    const wanted = rows.length || !this.search.value ? rows : [nobody];
    for (const row of [...list.children]) if (!wanted.includes(/** @type {HTMLElement} */ (row))) row.remove();
    for (const [place, row] of wanted.entries()) {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    }
  }
}
