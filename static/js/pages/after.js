import { FreshParts } from "../live/fresh_parts.js";
import { REFERRAL_EVENTS } from "../live/part_events.js";
import { ReadyAnswers } from "../parts/ready_answers.js";
import { open } from "./page.js";

const ready = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=ready-answers]"));

open((connection) => [
  new FreshParts(document, connection, [...REFERRAL_EVENTS, "meeting:reopened"]),
  ...(ready ? [new ReadyAnswers(ready)] : []),
]);
