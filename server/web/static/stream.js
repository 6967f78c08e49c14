// Follows a fair's stream and never gives up: a proxy that cuts it, a server that starts again,
// a line that is dead without saying so. `tell` gets {type, data}: page, beat, away, bye.

const SILENT_MS = 15000; // the server beats every 5 s
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5000;

export function follow(url, tell) {
  let source = null;
  let watchdog = 0;
  let again = 0;
  let wait = FIRST_WAIT_MS;
  let isClosed = false;

  function open() {
    source = new EventSource(url);
    source.addEventListener("page", heard);
    source.addEventListener("beat", heard);
    source.addEventListener("bye", ended);
    // EventSource would come back by itself, but not after every failure, nor from a silent line.
    source.onerror = lost;
    watch();
  }

  function watch() {
    clearTimeout(watchdog);
    watchdog = setTimeout(lost, SILENT_MS);
  }

  function heard(event) {
    wait = FIRST_WAIT_MS;
    watch();
    tell({ type: event.type, data: JSON.parse(event.data) });
  }

  function lost() {
    hangUp();
    tell({ type: "away" });
    // Not all at the same moment: a hundred pages lose a server together.
    again = setTimeout(ask, wait * (0.5 + Math.random()));
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }

  function ended() {
    close();
    tell({ type: "bye" });
  }

  // A stream does not say why it was refused; this does.
  async function ask() {
    let status = 0;
    try {
      const answer = await fetch("/api/session", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      status = answer.status;
    } catch {
      // Nobody answers yet.
    }
    if (isClosed) return;
    if (status === 401) ended();
    else if (status === 204) open();
    else lost();
  }

  function hangUp() {
    clearTimeout(watchdog);
    clearTimeout(again);
    if (source) source.close();
    source = null;
  }

  function close() {
    isClosed = true;
    hangUp();
  }

  open();
  return { close };
}
