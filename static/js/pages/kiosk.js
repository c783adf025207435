import { Kiosk } from "../parts/kiosk.js";
import { open } from "./page.js";

open(() => [new Kiosk(/** @type {HTMLElement} */ (document.querySelector("[data-part=kiosk]")))]);
