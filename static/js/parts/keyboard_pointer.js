/** Pointing without a mouse: the arrow keys move a pointer over what is looked at, Enter points there. */

const STEP = 24;
const SMALL_STEP = 4;
/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class KeyboardPointer {
  /**
   * @param {HTMLElement} place what is pointed at; it takes the focus
   * @param {(x: number, y: number) => void} point in the window's pixels
   */
  constructor(place, point) {
    this.place = place;
    this.point = point;
    this.mark = document.createElement("div");
    this.mark.className = "keyboard-pointer";
    this.onKey = this.onKey.bind(this);
    this.onFocus = this.onFocus.bind(this);
    this.onBlur = this.onBlur.bind(this);
  }

  start() {
    this.place.tabIndex = 0;
    this.place.addEventListener("keydown", this.onKey);
    this.place.addEventListener("focus", this.onFocus);
    this.place.addEventListener("blur", this.onBlur);
  }

  stop() {
    this.place.removeAttribute("tabindex");
    this.place.removeEventListener("keydown", this.onKey);
    this.place.removeEventListener("focus", this.onFocus);
    this.place.removeEventListener("blur", this.onBlur);
    this.onBlur();
  }

  onFocus() {
    // A click focuses too, and points by itself.
    if (!this.place.matches(":focus-visible")) return;
    this.x ??= this.place.clientWidth / 2;
    this.y ??= this.place.clientHeight / 2;
    this.place.append(this.mark);
    this.draw();
  }

  onBlur() {
    this.mark.remove();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.target !== this.place || !this.mark.isConnected) return;
    const way = WAYS[event.key];
    if (!way && event.key !== "Enter") return;
    event.preventDefault();
    if (way) this.move(...way, event.shiftKey ? SMALL_STEP : STEP);
    else this.pointHere();
  }

  /**
   * @param {number} right
   * @param {number} down
   * @param {number} step
   */
  move(right, down, step) {
    this.x = Math.min(this.place.clientWidth, Math.max(0, (this.x ?? 0) + right * step));
    this.y = Math.min(this.place.clientHeight, Math.max(0, (this.y ?? 0) + down * step));
    this.draw();
  }

  pointHere() {
    const box = this.place.getBoundingClientRect();
    this.point(box.left + (this.x ?? 0), box.top + (this.y ?? 0));
  }

  draw() {
    this.mark.style.left = `${this.x}px`;
    this.mark.style.top = `${this.y}px`;
  }
}
