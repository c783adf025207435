import { FreshParts } from "../live/fresh_parts.js";
import { APPOINTMENT_EVENTS } from "../live/part_events.js";
import { Chat } from "../parts/chat.js";
import { Papers } from "../parts/papers.js";
import { open } from "./page.js";

open((connection) => {
  const chat = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=chat]"));
  const papers = /** @type {HTMLElement} */ (document.querySelector("[data-part=papers]"));
  return [new FreshParts(document, connection, APPOINTMENT_EVENTS), new Papers(papers), ...(chat ? [new Chat(chat, connection)] : [])];
});
