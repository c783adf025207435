import { FreshParts } from "../live/fresh_parts.js";
import { Chat } from "../parts/chat.js";
import { open } from "./page.js";

open((connection) => [
  new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
  new FreshParts(document, connection, ["fair:sanction_changed"]),
]);
