/** The name of the frame in which a page is shown: by it the page knows that it is. */

export const FRAME = "parvis-shown";
