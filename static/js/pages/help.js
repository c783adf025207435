import { FreshParts } from "../live/fresh_parts.js";
import { Chat } from "../parts/chat.js";
import { open } from "./page.js";

const chat = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=chat]"));
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-part=ask-help]"));

/** What whoever helps would ask first, as far as this browser says it. */
function circumstances() {
  const { connection } = /** @type {Navigator & {connection?: {effectiveType?: string, rtt?: number}}} */ (navigator);
  const line = connection?.effectiveType ? `${connection.effectiveType}, ${connection.rtt ?? "?"} ms` : "";
  return [line, `${innerWidth}×${innerHeight}`].filter(Boolean).join(", ");
}

open((connection) => {
  const field = form?.querySelector("[name=connection]");
  if (field instanceof HTMLInputElement) field.value = circumstances();
  return [new FreshParts(document, connection, ["help:changed"]), ...(chat ? [new Chat(chat, connection)] : [])];
});
