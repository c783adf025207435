/**
 * What was typed is not lost by leaving the page: by another form of it, another language, a link, a reload. It is kept
 * in this tab, and put back where the page shows what it had shown then; otherwise it is offered beside the field. A
 * form that came back with an error has the address of its page, and the version that it was compared with.
 */

import { say } from "../live/words.js";
import { forgetKept } from "./kept_page.js";

const KEY = "parvis-typed:";
const MOST_PAGES = 20;
const SKIPPED = "[type=hidden], [type=file], [type=password], [data-private], [data-private] *";

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Field */
/** @typedef {{action: string, name: string, option: string, shown: string | null, typed: string, version?: string}} Draft */

export class FormDrafts {
  /**
   * @param {Document} page
   * @param {Storage} storage of this tab
   */
  constructor(page, storage) {
    this.page = page;
    this.storage = storage;
    /** @type {Set<EventTarget | null>} what was sent is not typed any more */
    this.sent = new Set();
    /** @type {string | null} the address that a form which is shown again was sent to */
    this.refused = null;
    /** Whoever signs out leaves nothing here. */
    this.isLeaving = false;
    this.onSubmit = this.onSubmit.bind(this);
    this.onInput = this.onInput.bind(this);
  }

  /** Nobody finds what somebody else has typed in this tab. */
  get key() {
    return `${KEY}${this.page.body.dataset.me ?? ""}:${location.pathname}${location.search}`;
  }

  start() {
    const { formPage } = this.page.body.dataset;
    // What was refused stands in its form as if it were saved.
    if (formPage) this.refused = location.pathname;
    // Otherwise Back, reload and the choice of language lead to an address that only takes forms.
    if (formPage) history.replaceState(history.state, "", formPage);
    this.restore();
    this.page.addEventListener("submit", this.onSubmit);
    this.page.addEventListener("input", this.onInput);
    if (formPage) this.goToError();
  }

  stop() {
    this.page.removeEventListener("submit", this.onSubmit);
    this.page.removeEventListener("input", this.onInput);
    this.keep();
  }

  /** @param {SubmitEvent} event */
  onSubmit(event) {
    this.sent.add(event.target);
    if (!(/** @type {HTMLFormElement} */ (event.target).matches("[action='/sign-out']"))) return;
    this.isLeaving = true;
    this.forget(() => true);
    void forgetKept();
  }

  /** @param {Event} event */
  onInput(event) {
    this.sent.delete(/** @type {Field} */ (event.target).form);
  }

  keep() {
    if (this.isLeaving) return;
    const drafts = this.fields()
      .filter((field) => !this.sent.has(field.form) && (this.isRefused(field) || valueOf(field) !== shownOf(field)))
      .map((field) => this.draftOf(field));
    if (drafts.length === 0) return;
    const old = Object.keys(this.storage).filter((key) => key.startsWith(KEY));
    if (old.length >= MOST_PAGES) this.forget((key) => old.indexOf(key) < old.length / 2);
    try {
      this.storage.setItem(this.key, JSON.stringify(drafts));
    } catch {
      // A full or forbidden storage keeps nobody from going on: only what was typed here is lost.
    }
  }

  /**
   * @param {Field} field
   * @returns {Draft}
   */
  draftOf(field) {
    const typed = { ...placeOf(field), typed: valueOf(field) };
    return this.isRefused(field) ? { ...typed, shown: null, version: versionOf(field)?.value } : { ...typed, shown: shownOf(field) };
  }

  /** @param {Field} field */
  isRefused(field) {
    if (this.refused === null || field.form === null) return false;
    const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (field.form.querySelectorAll("button[formaction]"));
    const leadTo = [field.form.action, ...[...buttons].map((button) => button.formAction)];
    return leadTo.some((action) => new URL(action, location.href).pathname === this.refused);
  }

  /** @param {(key: string) => boolean} which */
  forget(which) {
    for (const key of Object.keys(this.storage)) if (key.startsWith(KEY) && which(key)) this.storage.removeItem(key);
  }

  restore() {
    /** @type {Draft[]} */
    const drafts = JSON.parse(this.storage.getItem(this.key) ?? "[]");
    this.storage.removeItem(this.key);
    const fields = this.fields();
    for (const draft of drafts) {
      const { action, name, option } = draft;
      const at = JSON.stringify({ action, name, option });
      const field = fields.find((each) => JSON.stringify(placeOf(each)) === at);
      if (field && valueOf(field) === shownOf(field)) this.putBack(field, draft);
      // The page is not for them any more: what they wrote is.
      else if (!option && draft.typed) this.problem?.append(this.said(draft.typed));
    }
  }

  get problem() {
    return this.page.querySelector("[data-problem]");
  }

  /**
   * @param {Field} field
   * @param {Draft} draft
   */
  putBack(field, { shown, typed, version }) {
    const came = versionOf(field);
    if (came && version) came.value = version;
    if (valueOf(field) === typed) return;
    // Where something else stands by now, somebody has saved it.
    if (shown !== null && shown !== shownOf(field)) this.offer(field, typed);
    else this.type(field, typed);
  }

  /**
   * @param {Field} field
   * @param {string} typed
   */
  offer(field, typed) {
    if (isChoice(field) || field instanceof HTMLSelectElement || typed === "") return;
    field.after(this.said(typed));
  }

  /** @param {string} typed */
  said(typed) {
    const said = this.page.createElement("p");
    said.className = "hint";
    said.dir = "auto";
    said.textContent = say("You had typed here: %(text)s", { text: typed });
    return said;
  }

  /**
   * @param {Field} field
   * @param {string} typed
   */
  type(field, typed) {
    if (isChoice(field)) field.checked = typed === "1";
    else field.value = typed;
    const folded = field.closest("details");
    if (folded) folded.open = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** @returns {Field[]} */
  fields() {
    const found = /** @type {NodeListOf<Field>} */ (this.page.querySelectorAll("form[method=post] :is(input, textarea, select)[name]"));
    return [...found].filter((field) => !field.matches(SKIPPED));
  }

  /** The first field that does not fit, even in a part that is folded. */
  goToError() {
    const field = /** @type {HTMLElement | null} */ (this.page.querySelector("[aria-invalid=true], .has-error :is(input, textarea, select)"));
    const folded = field?.closest("details");
    if (folded) folded.open = true;
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  }
}

/**
 * @param {Field} field
 * @returns {field is HTMLInputElement}
 */
function isChoice(field) {
  return field.type === "checkbox" || field.type === "radio";
}

/** @param {Field} field */
function versionOf(field) {
  return /** @type {HTMLInputElement | null} */ (field.form?.querySelector("input[type=hidden][name=version]") ?? null);
}

/** @param {Field} field */
function placeOf(field) {
  const action = field.form?.getAttribute("action") ?? "";
  return { action, name: field.name, option: isChoice(field) ? field.value : "" };
}

/** @param {Field} field */
function valueOf(field) {
  return isChoice(field) ? (field.checked ? "1" : "") : field.value;
}

/**
 * What the page came with.
 * @param {Field} field
 */
function shownOf(field) {
  if (isChoice(field)) return field.defaultChecked ? "1" : "";
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  const options = [...field.options];
  return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? "";
}
