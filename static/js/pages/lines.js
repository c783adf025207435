import { RingPhone } from "../parts/ring_phone.js";
import { open } from "./page.js";

open(() => {
  const element = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=ring-phone]"));
  return element ? [new RingPhone(element)] : [];
});
