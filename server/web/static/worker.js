// One stream for all tabs of a browser that follow a page with the same account: it opens at most six
// connections to a server, and a seventh tab with a stream of its own would wait for ever.

import { follow } from "./stream.js";

const lines = new Map(); // url → {ports, line, page: everything heard so far, isAway}

self.onconnect = ({ ports: [port] }) => {
  let url = "";
  port.onmessage = ({ data }) => {
    if (data.follow) {
      url = data.follow;
      join(url, port);
    } else if (data.leave) {
      leave(url, port);
    }
  };
};

function join(url, port) {
  let entry = lines.get(url);
  if (!entry) {
    entry = { ports: new Set(), page: null, isAway: false };
    lines.set(url, entry);
    entry.line = follow(url, (news) => pass(url, entry, news));
  } else if (entry.page) {
    port.postMessage({ type: "page", data: entry.page });
    if (entry.isAway) port.postMessage({ type: "away" });
  }
  entry.ports.add(port);
}

function leave(url, port) {
  const entry = lines.get(url);
  if (!entry) return;
  entry.ports.delete(port);
  if (entry.ports.size === 0) {
    entry.line.close();
    lines.delete(url);
  }
}

function pass(url, entry, news) {
  entry.isAway = news.type === "away";
  if (news.data) entry.page = { ...entry.page, ...news.data };
  for (const port of entry.ports) port.postMessage(news);
  if (news.type === "bye") lines.delete(url);
}
