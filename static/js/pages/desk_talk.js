import { ReadyAnswers } from "../parts/ready_answers.js";
import { Ticked } from "../parts/ticked.js";
import { open } from "./page.js";

const ready = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=ready-answers]"));
const ticked = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=ticked]"));

open(() => [...(ready ? [new ReadyAnswers(ready)] : []), ...(ticked ? [new Ticked(ticked)] : [])]);
