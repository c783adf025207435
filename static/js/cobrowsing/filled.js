/** The mark that the shown page puts into what it tells once it has filled in a field: what stands before it is older. */

export const FILLED = "filled";
