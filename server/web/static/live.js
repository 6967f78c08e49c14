// Keeps a live page up to date: each part that changed comes as the server draws it, and is morphed into
// place, so that focus, scroll and what somebody has opened stay. Names come escaped, as in the page.

import { drawCharts } from "./charts.js";
import { Idiomorph } from "./idiomorph.js";
import { follow } from "./stream.js";

const live = document.getElementById("live");
const redraw = drawCharts();
let heardAt = live.dataset.at;

const callbacks = {
  // What somebody has opened stays open; the server knows nothing of it.
  beforeAttributeUpdated: (name, element) => !(name === "open" && element.localName === "details"),
  // A chart was drawn here, and is drawn anew from its table.
  beforeNodeMorphed: (before) => !(before.dataset && "chart" in before.dataset),
};

function show(page) {
  // Another version of the server brings other scripts.
  if (page.build && !live.dataset.build.endsWith(page.build)) return location.reload();
  for (const [name, html] of Object.entries(page)) {
    for (const part of document.querySelectorAll(`[data-part="${CSS.escape(name)}"]`)) {
      Idiomorph.morph(part, html, { morphStyle: "innerHTML", callbacks });
    }
  }
  redraw();
}

function state(name) {
  if (name === "away" && live.dataset.state === "away") return;
  live.dataset.state = name;
  const word = live.querySelector(".word");
  const said = live.dataset[name].replace("{at}", heardAt);
  if (word.textContent !== said) word.textContent = said;
}

function hear({ type, data }) {
  if (type === "bye") return location.reload();
  if (type === "away") return state("away");
  heardAt = data.at;
  if (type === "page") show(data);
  state("live");
}

// -- one line for all tabs of this browser, or one of our own where it cannot share ---------------

let leave = () => {};

function connect() {
  const url = new URL(live.dataset.stream, location.href).href;
  const alone = () => {
    const line = follow(url, hear);
    leave = () => line.close();
  };
  if (!("SharedWorker" in window)) return alone();
  // By account: whoever signs in after another must hear nothing that the other's tabs still follow.
  const name = `riwaq ${live.dataset.who}`;
  const worker = new SharedWorker(live.dataset.worker, { type: "module", name });
  worker.onerror = alone;
  worker.port.onmessage = ({ data }) => hear(data);
  worker.port.postMessage({ follow: url });
  leave = () => worker.port.postMessage({ leave: true });
}

// A narrow screen shows some of the menu's pages: this one among them.
document.querySelector(".menu [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

addEventListener("pagehide", () => leave());
// Back from the browser's memory: the line was left when the page was.
addEventListener("pageshow", (event) => event.persisted && connect());
connect();
