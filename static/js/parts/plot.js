/** Columns of a table as lines along the day (uPlot): what is drawn is what the table says, whenever it changes. */

import uPlot from "../../vendor/uplot.esm.js";

const HEIGHT = 220;
const NARROWEST = 240;
/** Between two marks of the time: whole slots of ten minutes. */
const STEPS_S = [600, 1200, 1800, 3600, 7200, 14400];
const COLOURS = ["--brand", "--call-ink", "--ok", "--bad"];
/** Who cannot tell the colours apart tells the lines by their dashes. */
const DASHES = [[], [8, 4], [2, 4], [12, 4, 2, 4]];

export class Plot {
  /**
   * @param {HTMLElement} element
   * @param {HTMLTableElement} table whose rows bear their moment, and whose heads name their columns
   */
  constructor(element, table) {
    this.element = element;
    this.table = table;
    this.columns = (element.dataset.columns ?? "").split(" ");
    const zone = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: element.dataset.zone };
    this.time = new Intl.DateTimeFormat(document.documentElement.lang, /** @type {Intl.DateTimeFormatOptions} */ (zone));
    this.changes = new MutationObserver(() => this.plot?.setData(this.data()));
    this.sizes = new ResizeObserver(() => this.plot?.setSize({ width: this.width(), height: HEIGHT }));
    /** @type {uPlot | null} */
    this.plot = null;
  }

  start() {
    this.element.hidden = false;
    this.plot = new uPlot(this.options(), this.data(), this.element);
    this.plot.root.style.fontFamily = "inherit";
    this.changes.observe(this.table, { childList: true, subtree: true, characterData: true });
    this.sizes.observe(this.element);
  }

  stop() {
    this.changes.disconnect();
    this.sizes.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  width() {
    return Math.max(NARROWEST, this.element.clientWidth);
  }

  /** @returns {uPlot.Options} */
  options() {
    const style = getComputedStyle(this.element);
    const ink = style.getPropertyValue("--soft-ink");
    const grid = { stroke: style.getPropertyValue("--line"), width: 1 };
    const axis = { stroke: ink, grid, ticks: grid, font: `12px ${style.fontFamily}` };
    const at = (/** @type {number} */ seconds) => this.time.format(new Date(seconds * 1000));
    return {
      width: this.width(),
      height: HEIGHT,
      // A legend alone: the figures stand in the table.
      legend: { live: false },
      scales: { y: { range: (_plot, _least, most) => [0, Math.max(5, most)] } },
      axes: [{ ...axis, incrs: STEPS_S, values: (_plot, moments) => moments.map(at) }, { ...axis, size: 40 }],
      series: [
        { label: this.table.querySelector("th")?.textContent ?? "", value: (_plot, moment) => (moment ? at(moment) : "–") },
        ...this.columns.map((name, number) => ({
          label: this.head(name)?.textContent?.trim() ?? name,
          stroke: style.getPropertyValue(COLOURS[number] ?? "--ink"),
          dash: DASHES[number],
          width: 2,
        })),
      ],
    };
  }

  /** @param {string} name */
  head(name) {
    return /** @type {HTMLTableCellElement | null} */ (this.table.querySelector(`th[data-column=${name}]`));
  }

  /** @returns {uPlot.AlignedData} */
  data() {
    const rows = [.../** @type {NodeListOf<HTMLTableRowElement>} */ (this.table.querySelectorAll("tbody tr"))];
    const places = this.columns.map((name) => this.head(name)?.cellIndex ?? 0);
    return [
      rows.map((row) => Number(row.dataset.at)),
      ...places.map((place) => rows.map((row) => Number(row.cells[place]?.textContent))),
    ];
  }
}
