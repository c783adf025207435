import { FreshParts } from "../live/fresh_parts.js";
import { Hall } from "../parts/hall.js";
import { open } from "./page.js";

/** Thousands may see the doors open at the same moment. */
const OPENING_SPREAD_MS = 15000;

open((connection) => [
  new Hall(document, connection, () => location.reload()),
  new FreshParts(document, connection, ["fair:turned"], { spread: OPENING_SPREAD_MS }),
]);
