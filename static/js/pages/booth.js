import { BoothStatuses } from "../parts/booth_status.js";
import { Chat } from "../parts/chat.js";
import { open } from "./page.js";

open((connection) => [
  new BoothStatuses(document, connection),
  new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
]);
