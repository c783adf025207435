/** On a phone, whoever writes beside the talk still sees the face and the microphone: both stay on top, smaller. */

import { actOf } from "./dom.js";

export class SmallStage {
  /** @param {HTMLElement} element the whole meeting */
  constructor(element) {
    this.element = element;
    this.side = /** @type {HTMLElement} */ (element.querySelector(".meeting-side"));
    this.stage = /** @type {HTMLElement} */ (element.querySelector(".stage"));
    /** Nothing moves away under a finger. */
    this.isPressed = false;
    this.tools = /** @type {HTMLElement} */ (element.querySelector(".tools"));
    this.onPress = this.onPress.bind(this);
    this.onFocus = this.onFocus.bind(this);
    this.shrink = this.shrink.bind(this);
    this.onClick = this.onClick.bind(this);
    this.onTools = this.onTools.bind(this);
    this.onMore = this.onMore.bind(this);
    this.onKey = this.onKey.bind(this);
  }

  start() {
    this.side.addEventListener("pointerdown", this.onPress);
    this.side.addEventListener("focusin", this.onFocus);
    this.side.addEventListener("click", this.shrink);
    this.stage.addEventListener("click", this.onClick);
    this.tools.addEventListener("focusin", this.onTools);
    this.tools.addEventListener("click", this.onMore);
    this.element.addEventListener("keydown", this.onKey);
  }

  stop() {
    this.side.removeEventListener("pointerdown", this.onPress);
    this.side.removeEventListener("focusin", this.onFocus);
    this.side.removeEventListener("click", this.shrink);
    this.stage.removeEventListener("click", this.onClick);
    this.tools.removeEventListener("focusin", this.onTools);
    this.tools.removeEventListener("click", this.onMore);
    this.element.removeEventListener("keydown", this.onKey);
  }

  onPress() {
    this.isPressed = true;
    window.addEventListener("pointerup", () => setTimeout(() => (this.isPressed = false)), { once: true });
  }

  onFocus() {
    if (!this.isPressed) this.shrink();
  }

  shrink() {
    if (!this.element.classList.contains("is-in") || this.element.classList.contains("is-beside")) return;
    this.element.classList.add("is-beside");
    document.activeElement?.scrollIntoView({ block: "nearest" });
  }

  grow() {
    this.element.classList.remove("is-beside");
  }

  /** @param {FocusEvent} event Whoever comes to the tools by the keyboard finds all of them. */
  onTools(event) {
    if (/** @type {HTMLElement} */ (event.target).matches(":focus-visible")) this.grow();
  }

  /** @param {MouseEvent} event */
  onMore(event) {
    if (actOf(event) === "all-tools") this.grow();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.key === "Escape" && !event.defaultPrevented) this.grow();
  }

  /** @param {MouseEvent} event The face is large again once it is touched; a button in it is not the face. */
  onClick(event) {
    if (!(/** @type {HTMLElement} */ (event.target).closest("button"))) this.grow();
  }
}
