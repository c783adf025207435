/** One's own pages, shown to the other one: asked first, in a pane of their own, stopped at once. */

import { FRAME } from "../cobrowsing/frame.js";
import { cut } from "../cobrowsing/pieces.js";
import { actOf, fill, show, slot } from "./dom.js";
import { say } from "../live/words.js";
import { PagesPane } from "./pages_pane.js";

/** @typedef {import("../meeting/meeting.js").Meeting} Meeting */

export class ShownPages extends PagesPane {
  /**
   * @param {HTMLElement} element the whole meeting
   * @param {Meeting} meeting
   * @param {string} otherName
   * @param {string} firstPage
   */
  constructor(element, meeting, otherName, firstPage) {
    super(element, meeting, otherName);
    this.firstPage = firstPage;
    this.asked = /** @type {HTMLDialogElement} */ (slot(element, "consent"));
    this.mayFill = /** @type {HTMLInputElement} */ (element.querySelector("[data-act=may-fill]"));
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    this.wasAsked = false;
    this.onClick = this.onClick.bind(this);
    this.onMessage = this.onMessage.bind(this);
    this.onAnswer = this.onAnswer.bind(this);
    this.onMayFill = this.onMayFill.bind(this);
  }

  start() {
    this.stops = [
      this.meeting.on("cobrowsing", () => this.draw()),
      this.meeting.on("cobrowsing-asked", () => {
        show(this.element, "who-asks", true);
        this.wasAsked = true;
        this.ask();
      }),
      this.meeting.on("other-came", () => this.toFrame({ again: true })),
      this.meeting.on("cobrowse_back", (body) => this.comeBack(body)),
    ];
    this.element.addEventListener("click", this.onClick);
    this.asked.addEventListener("close", this.onAnswer);
    this.mayFill.addEventListener("change", this.onMayFill);
    globalThis.addEventListener("message", this.onMessage);
    this.draw();
  }

  stop() {
    for (const stop of this.stops) stop();
    this.element.removeEventListener("click", this.onClick);
    this.asked.removeEventListener("close", this.onAnswer);
    this.mayFill.removeEventListener("change", this.onMayFill);
    globalThis.removeEventListener("message", this.onMessage);
  }

  get isShowing() {
    return this.meeting.cobrowsing?.owner_id === this.meeting.me;
  }

  /** @override */
  draw() {
    const isShowing = this.isShowing;
    this.show(isShowing);
    this.mayFill.checked = this.meeting.cobrowsing?.may_fill ?? false;
    if (!isShowing) {
      this.frame?.remove();
      this.frame = null;
      return;
    }
    fill(this.element, "pages-words", say("%(name)s sees this page.", { name: this.otherName }));
    if (this.frame) return;
    this.frame = document.createElement("iframe");
    this.frame.name = FRAME;
    this.frame.title = say("The page that you show");
    this.frame.src = this.firstPage;
    this.place.replaceChildren(this.frame);
  }

  ask() {
    if (this.isShowing || this.asked.open || !this.meeting.iAmIn) return;
    this.asked.returnValue = "";
    this.asked.showModal();
  }

  onAnswer() {
    if (this.asked.returnValue === "yes") this.send("cobrowsing:begin");
    else if (this.wasAsked) this.send("cobrowsing:decline");
    this.wasAsked = false;
  }

  /** Taking it back holds here at once, whatever the server says. */
  onMayFill() {
    const mayFill = this.mayFill.checked;
    if (!mayFill) this.meeting.hear("cobrowsing:allowed", { may_fill: false });
    this.send("cobrowsing:allow", { may_fill: mayFill });
  }

  /** @param {MouseEvent} event */
  onClick(event) {
    const act = actOf(event);
    if (act === "cobrowse" && !this.isShowing) {
      show(this.element, "who-asks", false);
      this.ask();
    }
    if (this.isShowing && (act === "cobrowse" || act === "stop-pages")) this.end();
  }

  /** What is shown goes at once, whatever the server says; then it is told. */
  end() {
    this.meeting.hear("cobrowsing:ended", {});
    this.send("cobrowsing:end");
  }

  /** @param {MessageEvent} event */
  onMessage(event) {
    const isOurs = event.origin === location.origin && event.source === this.frame?.contentWindow;
    if (!isOurs || event.data?.parvis !== "shown" || !this.isShowing) return;
    for (const piece of cut(JSON.stringify(event.data.events))) this.meeting.tellOther("cobrowse", piece);
  }

  /** @param {import("../cobrowsing/recorder.js").Back} body */
  comeBack(body) {
    if (!this.isShowing || ("fill" in body && !this.meeting.cobrowsing?.may_fill)) return;
    this.toFrame(body);
  }

  /** @param {import("../cobrowsing/recorder.js").Back} back */
  toFrame(back) {
    this.frame?.contentWindow?.postMessage({ back }, location.origin);
  }
}
