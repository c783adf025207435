/** Asks before what cannot be undone: every form that carries data-confirm, on every page. */

import { fill, slot } from "./dom.js";

export class ConfirmDialog {
  /**
   * @param {Document} page
   * @param {HTMLDialogElement} dialog
   */
  constructor(page, dialog) {
    this.page = page;
    this.dialog = dialog;
    /** @type {{form: HTMLFormElement, submitter: HTMLElement | null, about: string} | null} */
    this.asked = null;
    /** @type {HTMLFormElement | null} */
    this.granted = null;
    this.onSubmit = this.onSubmit.bind(this);
    this.onClose = this.onClose.bind(this);
  }

  start() {
    // On the way down: whoever else listens to the form hears of it only once the answer is yes.
    this.page.addEventListener("submit", this.onSubmit, { capture: true });
    this.dialog.addEventListener("close", this.onClose);
  }

  stop() {
    this.page.removeEventListener("submit", this.onSubmit, { capture: true });
    this.dialog.removeEventListener("close", this.onClose);
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    const words = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!words) return;
    const isGranted = this.granted === form;
    this.granted = null;
    if (isGranted) return;
    event.preventDefault();
    event.stopPropagation();
    this.ask(words, form, event.submitter);
  }

  /**
   * The sentence that ends in a question mark is the title; the button says what the pressed one said.
   * @param {string} words
   * @param {HTMLFormElement} form
   * @param {HTMLElement | null} submitter
   */
  ask(words, form, submitter) {
    this.asked = { form, submitter, about: aboutOf(form) };
    const end = words.indexOf("?") + 1;
    fill(this.dialog, "question", words.slice(0, end));
    fill(this.dialog, "consequence", words.slice(end).trim());
    fill(this.dialog, "yes", submitter ? shownWords(submitter) : "");
    const yes = slot(this.dialog, "yes");
    const isCall = submitter?.classList.contains("call") ?? false;
    const isGentle = submitter?.matches(".primary, .time") ?? false;
    yes?.classList.toggle("call", isCall);
    yes?.classList.toggle("primary", isGentle);
    yes?.classList.toggle("danger", !isCall && !isGentle);
    this.dialog.returnValue = "";
    this.dialog.showModal();
  }

  onClose() {
    const asked = this.asked;
    this.asked = null;
    asked?.submitter?.focus();
    if (!asked || this.dialog.returnValue !== "yes") return;
    // What was asked about is gone from the page: a yes is for nothing else.
    if (!asked.form.isConnected || aboutOf(asked.form) !== asked.about) return;
    this.granted = asked.form;
    asked.form.requestSubmit(asked.submitter);
  }
}

/**
 * What a button says to those who see it: the rest is for those who hear it alone.
 * @param {HTMLElement} button
 */
function shownWords(button) {
  const copy = /** @type {HTMLElement} */ (button.cloneNode(true));
  for (const unseen of copy.querySelectorAll(".visually-hidden")) unseen.remove();
  return copy.textContent?.replace(/\s+/g, " ").trim() ?? "";
}

/**
 * Where a form leads and what it says unasked: whom or what its question was about.
 * @param {HTMLFormElement} form
 */
function aboutOf(form) {
  const hidden = [...form.querySelectorAll("input[type=hidden]")].map((field) => /** @type {HTMLInputElement} */ (field));
  return JSON.stringify([form.action, ...hidden.filter((each) => each.name !== "form_token").map((each) => [each.name, each.value])]);
}
