import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS, FAIR_SPREAD_MS } from "../live/part_events.js";
import { open } from "./page.js";

open((connection) => [new FreshParts(document, connection, FAIR_EVENTS, { spread: FAIR_SPREAD_MS })]);
