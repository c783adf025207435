import { ReadyAnswers } from "../parts/ready_answers.js";
import { open } from "./page.js";

const ready = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=ready-answers]"));

open(() => (ready ? [new ReadyAnswers(ready)] : []));
