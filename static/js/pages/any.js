import { open } from "./house.js";

open(() => []);
