/** The other one's pages, as they show them: to look at, to point at, and to fill in once that is allowed. */

import { FILLED } from "../cobrowsing/filled.js";
import { Gathering } from "../cobrowsing/pieces.js";
import { say } from "../live/words.js";
import { actOf, fill } from "./dom.js";
import { KeyboardPointer } from "./keyboard_pointer.js";
import { PagesPane } from "./pages_pane.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */

const FULL_SNAPSHOT = 2, INCREMENT = 3, META = 4, CUSTOM = 5;
const INPUT = 5;
const ASK_AGAIN_MS = 2500;

export class SeenPages extends PagesPane {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Meeting} meeting
   * @param {string} otherName
   */
  constructor(element, meeting, otherName) {
    super(element, meeting, otherName);
    this.gathering = new Gathering();
    /** @type {import("../../vendor/rrweb-replay.js").Replayer | null} */
    this.replayer = null;
    /** What draws the pages is large, and is fetched by who needs it.
     * @type {Promise<void>} */
    this.queue = Promise.resolve();
    this.size = { width: 0, height: 0 };
    this.filled = 0;
    /** The last of our own fillings of each field that has not come back: until then what comes is older than ours.
     * @type {Map<number, number>} */
    this.onTheirWay = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.asking = undefined;
    this.onClick = this.onClick.bind(this);
    this.onPoint = this.onPoint.bind(this);
    this.keys = new KeyboardPointer(this.place, (x, y) => this.pointAt(x, y));
    this.fit = this.fit.bind(this);
  }

  start() {
    this.stops = [
      this.meeting.on("cobrowsing", () => this.draw()),
      this.meeting.on("cobrowse", (piece) => this.take(piece)),
      this.meeting.on("other-came", () => this.askAgain()),
      this.meeting.on("cobrowsing-declined", () => this.tell(say("%(name)s does not want to show a page now.", { name: this.otherName }))),
    ];
    this.element.addEventListener("click", this.onClick);
    this.place.addEventListener("click", this.onPoint);
    this.keys.start();
    globalThis.addEventListener("resize", this.fit);
    this.draw();
  }

  stop() {
    for (const stop of this.stops) stop();
    this.element.removeEventListener("click", this.onClick);
    this.place.removeEventListener("click", this.onPoint);
    this.keys.stop();
    globalThis.removeEventListener("resize", this.fit);
    clearTimeout(this.asking);
    this.close();
  }

  get isLooking() {
    return Boolean(this.meeting.cobrowsing) && this.meeting.cobrowsing?.owner_id !== this.meeting.me;
  }

  /** @override */
  draw() {
    const isLooking = this.isLooking;
    if (this.show(isLooking)) {
      this.tell("");
      this.askAgain();
    }
    if (!isLooking) return this.close();
    const mayFill = this.meeting.cobrowsing?.may_fill;
    const words = mayFill ? "%(name)s shows a page. You may fill in with them, and they read what you type." : "%(name)s shows a page. Click to point at something, or move with the arrow keys and press Enter.";
    fill(this.element, "pages-words", say(words, { name: this.otherName }));
    this.place.setAttribute("aria-label", say("Page of %(name)s", { name: this.otherName }));
    this.interact();
  }

  /** Whoever comes to a page that is shown already needs the whole of it. */
  askAgain() {
    if (!this.isLooking || this.asking) return;
    this.meeting.tellOther("cobrowse_back", { again: true });
    // One answer is on its way; if it never comes, the next question may help.
    this.asking = setTimeout(() => {
      this.asking = undefined;
      if (!this.replayer) this.askAgain();
    }, ASK_AGAIN_MS);
  }

  close() {
    this.replayer?.destroy();
    this.replayer = null;
    this.gathering = new Gathering();
    this.place.replaceChildren();
  }

  /** @param {import("../cobrowsing/pieces.js").Piece} piece */
  take(piece) {
    const text = this.isLooking ? this.gathering.take(piece) : null;
    if (text === null) return;
    this.queue = this.queue.then(() => this.seeAll(JSON.parse(text))).catch(() => this.askAgain());
  }

  /** @param {any[]} events */
  async seeAll(events) {
    const { Replayer } = await import("../../vendor/rrweb-replay.js");
    for (const event of events) this.see(event, Replayer);
  }

  /**
   * @param {any} event of rrweb; nothing makes sense before the first whole picture
   * @param {typeof import("../../vendor/rrweb-replay.js").Replayer} Replayer
   */
  see(event, Replayer) {
    if (!this.isLooking || (!this.replayer && event.type !== META)) return;
    this.replayer ??= this.open(event.timestamp, Replayer);
    if (!this.isOlderThanOurs(event)) this.replayer.addEvent(event);
  }

  /**
   * The echo of what one types oneself would take back the keys pressed since.
   * @param {any} event
   */
  isOlderThanOurs(event) {
    const { type, data } = event;
    if (type === FULL_SNAPSHOT) this.onTheirWay.clear();
    if (type === CUSTOM && data.tag === FILLED) {
      if (this.onTheirWay.get(data.payload.id) === data.payload.number) this.onTheirWay.delete(data.payload.id);
      return true;
    }
    return type === INCREMENT && data.source === INPUT && this.onTheirWay.has(data.id);
  }

  /**
   * @param {number} began when the first event happened, by the other one's clock
   * @param {typeof import("../../vendor/rrweb-replay.js").Replayer} Replayer
   */
  open(began, Replayer) {
    const replayer = new Replayer([], {
      root: this.place,
      liveMode: true,
      mouseTail: false,
      showWarning: false,
      pauseAnimation: false,
      triggerFocus: false,
      useVirtualDom: false,
    });
    replayer.on("resize", (/** @type {any} */ size) => {
      this.size = size;
      this.fit();
    });
    replayer.on("fullsnapshot-rebuilded", () => this.listen(replayer));
    replayer.startLive(began);
    return replayer;
  }

  /** As large as the pane allows. */
  fit() {
    const wrapper = /** @type {HTMLElement | undefined} */ (this.replayer?.wrapper);
    if (!wrapper || !this.size.width) return;
    const scale = Math.min(1, this.place.clientWidth / this.size.width, this.place.clientHeight / this.size.height);
    wrapper.style.transform = `scale(${scale})`;
    wrapper.style.width = `${this.size.width}px`;
  }

  interact() {
    if (!this.replayer) return;
    const mayFill = this.meeting.cobrowsing?.may_fill ?? false;
    if (mayFill) this.replayer.enableInteract();
    else this.replayer.disableInteract();
    this.replayer.iframe.inert = !mayFill;
    this.replayer.iframe.title = say("Page of %(name)s", { name: this.otherName });
  }

  /** @param {import("../../vendor/rrweb-replay.js").Replayer} replayer */
  listen(replayer) {
    const page = /** @type {Document} */ (replayer.iframe.contentDocument);
    page.addEventListener("input", (event) => this.onInput(event));
    page.addEventListener("submit", (event) => event.preventDefault());
    // The middle button would open an address of the other one's choice.
    page.addEventListener("auxclick", (event) => event.preventDefault());
    page.addEventListener("click", (event) => {
      const wanted = /** @type {HTMLElement} */ (event.target).closest("a, button");
      if (wanted) event.preventDefault();
      this.point(event.clientX, event.clientY);
    });
    this.interact();
  }

  /** @param {Event} event typed by us: what the other one types changes no field by an event here */
  onInput(event) {
    if (!event.isTrusted || !this.meeting.cobrowsing?.may_fill) return;
    const field = /** @type {HTMLInputElement} */ (event.target);
    const id = this.replayer?.getMirror().getId(field);
    if (id === undefined || field.type === "password") return;
    this.filled += 1;
    this.onTheirWay.set(id, this.filled);
    const { value: text, checked: isChecked = false } = field;
    this.meeting.tellOther("cobrowse_back", { fill: { id, text, isChecked, number: this.filled } });
  }

  /** @param {MouseEvent} event */
  onPoint(event) {
    this.pointAt(event.clientX, event.clientY);
  }

  /**
   * @param {number} x of the window
   * @param {number} y
   */
  pointAt(x, y) {
    const frame = this.replayer?.iframe;
    if (!frame) return;
    const box = frame.getBoundingClientRect();
    const scale = box.width / this.size.width;
    this.point((x - box.left) / scale, (y - box.top) / scale);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  point(x, y) {
    this.meeting.tellOther("cobrowse_back", { point: { x: Math.round(x), y: Math.round(y) } });
  }

  ask() {
    this.send("cobrowsing:ask");
    this.tell(say("%(name)s is asked. Nothing is shown without a yes.", { name: this.otherName }));
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const act = actOf(event);
    if (act === "cobrowse" && !this.isLooking) this.ask();
    if (this.isLooking && (act === "cobrowse" || act === "stop-pages")) this.send("cobrowsing:end");
  }
}
