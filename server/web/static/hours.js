// The chart of visits by hour. Its numbers come from the table behind it. Time runs from left to
// right in every language; the colours are those of the theme.

const AXIS_LINES = 6;

export function drawHours(place, table) {
  let plot = null;

  function rows() {
    return [...table.tBodies[0].rows].map((row) => ({
      label: row.cells[0].textContent,
      shown: row.dataset.shown === "" ? null : Number(row.dataset.shown),
      before: row.dataset.before === "" ? null : Number(row.dataset.before),
      shownText: row.cells[1].textContent,
    }));
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function draw() {
    if (plot) plot.destroy();
    const hours = rows();
    const hasBefore = hours.some((hour) => hour.before !== null);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(0.8 * rem)}px Riwaq, sans-serif`;
    const bar = (align) =>
      uPlot.paths.bars({ size: [hasBefore ? 0.38 : 0.6, 4 * rem], align, radius: 0.1 });
    const written = new Intl.NumberFormat(document.documentElement.lang === "ar" ? "ar-MA" : "fr-MA");
    const axis = { stroke: colour("--quiet"), font, ticks: { show: false } };
    plot = new uPlot(
      {
        width: place.clientWidth,
        height: place.clientHeight,
        cursor: { show: false },
        legend: { show: false },
        select: { show: false },
        padding: [rem, rem, 0, 0],
        scales: {
          x: { time: false, range: [-0.6, Math.max(hours.length, 6) - 0.4] },
          y: { range: (_, __, most) => [0, Math.max(5, (most || 0) * 1.1)] },
        },
        axes: [
          {
            ...axis,
            grid: { show: false },
            size: 1.6 * rem,
            // As many labels as have room, and never half of one.
            splits: (u) => {
              const step = Math.max(1, Math.ceil((3.4 * rem * hours.length) / Math.max(1, u.bbox.width / devicePixelRatio)));
              return hours.map((_, index) => index).filter((index) => index % step === 0);
            },
            values: (_, splits) => splits.map((index) => hours[index].label),
          },
          {
            ...axis,
            grid: { stroke: colour("--decoration"), width: 1 },
            size: 3.4 * rem,
            space: Math.max(2.5 * rem, place.clientHeight / AXIS_LINES),
            incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000],
            values: (_, splits) => splits.map((value) => written.format(value)),
          },
        ],
        series: [
          {},
          ...(hasBefore
            ? [{ paths: bar(-1), fill: colour("--before"), stroke: colour("--card"), width: 2, points: { show: false } }]
            : []),
          {
            paths: bar(hasBefore ? 1 : 0),
            fill: colour("--green"),
            stroke: colour("--card"), // leaves a fine gap between neighbours
            width: 2,
            points: { show: false },
          },
        ],
      },
      [
        hours.map((_, index) => index),
        ...(hasBefore ? [hours.map((hour) => hour.before)] : []),
        hours.map((hour) => hour.shown),
      ],
      place,
    );
  }

  let asked = 0;
  function drawSoon() {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(draw);
  }

  new ResizeObserver(drawSoon).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawSoon);
  document.fonts.ready.then(drawSoon);
  return drawSoon;
}
