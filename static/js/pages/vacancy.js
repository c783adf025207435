import { Share } from "../parts/share.js";
import { open } from "./page.js";

open(() => [new Share(/** @type {HTMLElement} */ (document.querySelector("[data-part=share]")))]);
