import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS } from "../live/part_events.js";
import { open } from "./page.js";

open((connection) => [new FreshParts(document, connection, FAIR_EVENTS)]);
