import { FreshParts } from "../live/fresh_parts.js";
import { open } from "./page.js";

open((connection) => [new FreshParts(document, connection, ["line:applied"])]);
