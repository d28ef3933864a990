// The parts of the console that are fetched anew. At most one request per part is on its way;
// what changes meanwhile is fetched once more afterwards, so that the last look is never stale.
import { tellWhatIsNew } from "./alerts.js";
import { transcriptEnd, keepAtEnd } from "./transcript.js";
import { hideTyping } from "./typing.js";

const konsol = document.getElementById("konsol");
const title = document.title;

function coalesced(read) {
  let running = false;
  let again = false;
  return async function run() {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await read();
      } while (again);
    } finally {
      running = false;
    }
  };
}

function get(url, target, swap) {
  return htmx.ajax("GET", url, { target, swap, source: target }).catch(() => {});
}

function address(part) {
  return `/petugas/percakapan/${encodeURIComponent(konsol.dataset.percakapan)}${part}`;
}

// Which list is wanted. What the page shows may be older: an answer that was asked for before.
let tab = document.querySelector("[data-tab]").dataset.tab;

// How often the officer has chosen something; who comes late must not undo a later choice.
let choices = 0;

export function chooseTab(name) {
  tab = name;
  choices += 1;
}

export function chosenTab() {
  return tab;
}

export function choicesMade() {
  return choices;
}

export const readBoard = coalesced(async () => {
  const query = new URLSearchParams({ tab, pilih: konsol.dataset.percakapan });
  await get(`/petugas/antrean?${query}`, "#antrean", "innerHTML");
  showWaiting();
  tellWhatIsNew();
  document.dispatchEvent(new Event("halo:papan"));
});

export function showWaiting() {
  const waiting = Number(document.querySelector("[data-waiting]").dataset.waiting);
  document.title = waiting ? `(${waiting}) ${title}` : title;
}

export const readConversation = coalesced(async () => {
  const log = document.getElementById("transkrip");
  if (!log) return;
  const settle = keepAtEnd(log);
  const said = log.querySelectorAll(".line--resident").length;
  await get(address(`/baru?after=${transcriptEnd(log)}`), "#transkrip", "beforeend");
  if (log.querySelectorAll(".line--resident").length > said) hideTyping();
  settle();
});

export const readState = coalesced(async () => {
  if (!document.getElementById("tindakan")) return;
  await get(address("/keadaan"), "#tindakan", "innerHTML");
  const state = document.querySelector("#tindakan [data-mine]");
  const composer = document.getElementById("penulis");
  if (!state || !composer) return;
  // Another case than the forms were made for (a new one was opened): make them anew.
  if (state.dataset.case !== composer.dataset.case) await get(address(""), "#percakapan", "innerHTML");
  else composer.hidden = state.dataset.mine !== "ya" || state.dataset.window === "tutup";
});

// Opens a conversation as a click on its entry would, taking the lists to "Kasus saya".
export async function switchTo(id) {
  chooseTab("saya");
  konsol.dataset.percakapan = id;
  const url = `/petugas/percakapan/${encodeURIComponent(id)}?tab=saya`;
  history.pushState({}, "", url);
  await get(url, "#percakapan", "innerHTML");
}
