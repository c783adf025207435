/** What is too long for one signal goes in pieces, and is put together again in order. */

/** @typedef {{id: number, nth: number, of: number, text: string}} Piece */

/** Characters; in UTF-8 and escaped once more they stay below what one signal may be. */
export const LARGEST = 12_000;

let last = 0;

/**
 * @param {string} text
 * @returns {Piece[]}
 */
export function cut(text) {
  last += 1;
  const of = Math.max(1, Math.ceil(text.length / LARGEST));
  return Array.from({ length: of }, (_, nth) => ({
    id: last,
    nth,
    of,
    text: text.slice(nth * LARGEST, (nth + 1) * LARGEST),
  }));
}

/** Pieces come in order or not at all: a text of which one is missing is given up. */
export class Gathering {
  constructor() {
    /** @type {Piece[]} */
    this.pieces = [];
  }

  /**
   * @param {Piece} piece
   * @returns {string | null} the whole text, once its last piece is there
   */
  take(piece) {
    const isNext = piece.nth === 0 || (this.pieces[0]?.id === piece.id && this.pieces.length === piece.nth);
    if (piece.nth === 0 || !isNext) this.pieces = [];
    if (!isNext) return null;
    this.pieces.push(piece);
    if (this.pieces.length < piece.of) return null;
    const text = this.pieces.map((each) => each.text).join("");
    this.pieces = [];
    return text;
  }
}
