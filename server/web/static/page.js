// Keeps a fair's page up to date. Texts come ready from the server and go in as texts: a name is
// never read as HTML.

import { drawHours } from "./hours.js";
import { follow } from "./stream.js";

const figures = document.getElementById("figures");
const live = document.getElementById("live");
const hours = document.querySelector("#hours table");
const redraw = drawHours(document.querySelector(".chart"), hours);
let heardAt = live.dataset.at;

const parts = {
  figures: (list) => {
    for (const { id, title, value, note } of list) {
      const card = figures.querySelector(`[data-id="${CSS.escape(id)}"]`);
      set(card.querySelector(".name"), title);
      set(card.querySelector(".value"), value);
      set(card.querySelector(".note"), note);
    }
  },
  hours: (list) => {
    fill(hours.tBodies[0], "hour-row", list, (row, hour) => {
      set(row.cells[0], hour.label);
      set(row.cells[1], hour.shown_text);
      set(row.cells[2], hour.before_text);
      row.cells[2].hidden = hour.before === null;
      row.dataset.shown = hour.shown ?? "";
      row.dataset.before = hour.before ?? "";
    });
    redraw();
  },
  booths: (list) => {
    fill(document.querySelector(".bars"), "booth-bar", list, (bar, booth) => {
      bar.classList.toggle("own", booth.own);
      set(bar.querySelector(".name"), booth.name);
      set(bar.querySelector(".count"), booth.visits);
      bar.querySelector(".filled").setAttribute("width", `${booth.share}%`);
    });
    fill(document.querySelector("#booths tbody"), "booth-row", list, (row, booth) => {
      set(row.querySelector("bdi"), booth.name);
      set(row.cells[1], booth.visits);
      set(row.cells[2], booth.people);
    });
  },
  kiosks: (list) => {
    fill(document.querySelector(".kiosks tbody"), "kiosk-row", list, (row, kiosk) => {
      const [name, booth] = row.querySelectorAll("bdi");
      set(name, kiosk.name);
      set(booth, kiosk.booth);
      row.querySelector(".state > svg").setAttribute("class", `shape ${kiosk.health}`);
      row.querySelector("use").setAttribute("href", `#shape-${kiosk.health}`);
      set(row.querySelector("strong"), kiosk.word);
      set(row.querySelector(".sentence"), kiosk.sentence);
      set(row.querySelector(".advice"), kiosk.advice);
    });
  },
  closed: (words) => {
    document.getElementById("closed").hidden = !words;
  },
  before_word: (word) => {
    for (const other of document.querySelectorAll(".legend .other, thead .other")) other.hidden = !word;
  },
};

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// As many children as entries, each written by `write`; what is there stays, and so does the focus.
function fill(parent, template, list, write) {
  while (parent.children.length > list.length) parent.lastElementChild.remove();
  while (parent.children.length < list.length) {
    parent.append(document.getElementById(template).content.cloneNode(true));
  }
  list.forEach((entry, index) => write(parent.children[index], entry));
}

function show(page) {
  // Another version of the server brings other scripts.
  if (page.build && !figures.dataset.build.endsWith(page.build)) return location.reload();
  for (const [name, value] of Object.entries(page)) {
    if (name in parts) parts[name](value);
    for (const element of document.querySelectorAll(`[data-text="${name}"]`)) set(element, value);
  }
}

function state(name) {
  if (name === "away" && live.dataset.state === "away") return;
  live.dataset.state = name;
  set(live.querySelector(".word"), live.dataset[name].replace("{at}", heardAt));
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
  const url = new URL(figures.dataset.stream, location.href).href;
  const alone = () => {
    const line = follow(url, hear);
    leave = () => line.close();
  };
  if (!("SharedWorker" in window)) return alone();
  const worker = new SharedWorker(figures.dataset.worker, { type: "module", name: "riwaq" });
  worker.onerror = alone;
  worker.port.onmessage = ({ data }) => hear(data);
  worker.port.postMessage({ follow: url });
  leave = () => worker.port.postMessage({ leave: true });
}

addEventListener("pagehide", () => leave());
// Back from the browser's memory: the line was left when the page was.
addEventListener("pageshow", (event) => event.persisted && connect());
connect();
