// The charts of a page. Each is drawn from the table that its `data-table` names: a row is a place on the
// axis, a column a series, whose `data-series` names a colour of the theme; cells hold `data-value`, empty
// where there is no number. `data-chart` is the kind: bars (side by side), stacked, line.
// Time runs from left to right in every language.

const AXIS_LINES = 6;
const LEAST_PLACES = 6;
const STEPS = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6].map((zeros) => step * 10 ** zeros)).sort((a, b) => a - b);

export function drawCharts() {
  const plots = new Map(); // place → {plot, seen}

  function places() {
    return document.querySelectorAll("[data-chart]");
  }

  function drawAll(isForced) {
    for (const place of plots.keys()) {
      if (place.isConnected) continue;
      plots.get(place).plot?.destroy();
      plots.delete(place);
    }
    for (const place of places()) draw(place, isForced);
  }

  function draw(place, isForced) {
    const table = document.getElementById(place.dataset.table);
    if (!table) return;
    const read = readTable(table);
    const seen = JSON.stringify(read);
    const known = plots.get(place);
    if (!known) watch.observe(place);
    // A plot that draws the same numbers stays.
    if (known && known.seen === seen && !isForced) return;
    known?.plot?.destroy();
    place.replaceChildren();
    plots.set(place, { plot: read.labels.length ? plotOf(place, read) : null, seen });
  }

  let asked = 0;
  let force = false;
  function drawSoon(isForced) {
    force ||= isForced === true;
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      drawAll(force);
      force = false;
    });
  }

  const watch = new ResizeObserver(() => drawSoon(true));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawSoon(true));
  document.fonts.ready.then(() => drawSoon(true));
  return drawSoon;
}

function readTable(table) {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].slice(1).filter((cell) => !cell.hidden && cell.dataset.series);
  const rows = [...table.tBodies[0].rows];
  return {
    labels: rows.map((row) => row.cells[0].textContent.trim()),
    series: heads.map((head) => ({
      colour: head.dataset.series,
      values: rows.map((row) => {
        const value = row.cells[head.cellIndex]?.dataset.value ?? "";
        return value === "" ? null : Number(value);
      }),
    })),
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function plotOf(place, { labels, series }) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const font = `${Math.round(0.8 * rem)}px Riwaq, sans-serif`;
  const written = new Intl.NumberFormat(document.documentElement.dataset.numbers);
  const axis = { stroke: colour("quiet"), font, ticks: { show: false } };
  const kind = place.dataset.chart;
  // What was before stands before: to the left, as time runs.
  const inTime = [...series].sort((a, b) => (b.colour === "before") - (a.colour === "before"));
  const drawn = kind === "stacked" ? stacked(series) : inTime;
  return new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      cursor: { show: false },
      legend: { show: false },
      select: { show: false },
      padding: [rem, rem, 0, 0],
      scales: {
        x: { time: false, range: [-0.6, Math.max(labels.length, LEAST_PLACES) - 0.4] },
        y: { range: (_, __, most) => [0, Math.max(5, (most || 0) * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 1.6 * rem,
          // As many labels as have room, and never half of one.
          splits: (u) => {
            const widest = Math.max(...labels.map((label) => label.length), 5);
            const room = 0.62 * widest + 0.4;
            const width = Math.max(1, u.bbox.width / devicePixelRatio);
            const step = Math.max(1, Math.ceil((room * rem * Math.max(labels.length, LEAST_PLACES)) / width));
            return labels.map((_, index) => index).filter((index) => index % step === 0);
          },
          values: (_, splits) => splits.map((index) => labels[index]),
        },
        {
          ...axis,
          grid: { stroke: colour("decoration"), width: 1 },
          size: 3.4 * rem,
          space: Math.max(2.5 * rem, place.clientHeight / AXIS_LINES),
          incrs: STEPS,
          values: (_, splits) => splits.map((value) => written.format(value)),
        },
      ],
      series: [{}, ...drawn.map((each, index) => lookOf(kind, each, index, drawn.length, rem))],
    },
    [labels.map((_, index) => index), ...drawn.map((each) => each.values)],
    place,
  );
}

function lookOf(kind, { colour: name }, index, count, rem) {
  const plain = { points: { show: false } };
  if (kind === "line") {
    return { ...plain, stroke: colour(name), width: 3, dash: index ? [0.5 * rem, 0.3 * rem] : [] };
  }
  // A stroke in the card's colour leaves a fine gap between neighbours.
  const filled = { ...plain, fill: colour(name), stroke: colour("card"), width: 2 };
  if (kind === "stacked" || count === 1) {
    return { ...filled, paths: uPlot.paths.bars({ size: [0.6, 4 * rem], align: 0, radius: 0.1 }) };
  }
  if (count === 2) {
    return { ...filled, paths: uPlot.paths.bars({ size: [0.38, 4 * rem], align: index ? 1 : -1, radius: 0.1 }) };
  }
  throw new Error("bars side by side are one or two series");
}

// Each series on top of those after it: the first in the table stands highest, and is drawn first.
function stacked(series) {
  const sums = series[0] ? series[0].values.map(() => 0) : [];
  const raised = [...series].reverse().map((each) => {
    each.values.forEach((value, index) => {
      sums[index] += value ?? 0;
    });
    return { ...each, values: [...sums] };
  });
  return raised.reverse();
}
