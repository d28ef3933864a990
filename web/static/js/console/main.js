// The officers' console. The server renders every part; this only says when to fetch which one.
import {
  choicesMade,
  chooseTab,
  chosenTab,
  readBoard,
  readConversation,
  readState,
  switchTo,
} from "./parts.js";
import { isBehind, listen } from "./stream.js";
import { attachComposer, freshKey } from "./composer.js";
import { attachAlerts } from "./alerts.js";
import { attachDrafts } from "./drafts.js";
import { attachKeys } from "./keys.js";
import { showViewers } from "./viewers.js";
import { showTyping } from "./typing.js";

const konsol = document.getElementById("konsol");
const notices = document.getElementById("pemberitahuan");
const MINUTE = 60_000;
const BEHIND_AFTER = 20_000; // So long a covered window counts as looked at.
let followed = "";
let covering = 0;

function refreshAll() {
  readBoard();
  readConversation();
  readState();
}

function selected() {
  return konsol.dataset.percakapan;
}

function follow() {
  followed = selected();
  listen(followed, {
    papan: readBoard,
    mengetik: showTyping,
    pembaca: showViewers,
    percakapan: () => {
      readConversation();
      readState();
    },
  });
}

// Colleagues are told who reads; a window behind others is not read.
function lookAtCover() {
  clearTimeout(covering);
  if (!followed || document.hidden === isBehind()) return;
  if (document.hidden) covering = setTimeout(follow, BEHIND_AFTER);
  else follow();
}

function showLost() {
  notices.replaceChildren(document.getElementById("tidak-tersambung").content.cloneNode(true));
}

// A conversation was put into the middle: by a click, a key, or after taking it over.
function opened() {
  const panel = document.querySelector("#percakapan > [data-percakapan]");
  if (!panel) return;
  attachComposer();
  const id = panel.dataset.percakapan;
  if (id === followed) return;
  konsol.dataset.percakapan = id;
  konsol.dataset.view = "percakapan";
  notices.replaceChildren();
  for (const item of document.querySelectorAll(".queue__item")) {
    if (item.dataset.percakapan === id) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  follow();
  document.getElementById("judul-percakapan").focus({ preventScroll: true });
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "percakapan") opened();
});

// Answers of 4xx and 5xx carry a sentence for the officer.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (xhr.status < 400) {
    // A list that was asked for before the officer chose another one.
    const asked = new URL(event.detail.pathInfo?.finalRequestPath ?? "", location.href);
    if (target.id === "antrean" && (asked.searchParams.get("tab") ?? chosenTab()) !== chosenTab()) {
      event.detail.shouldSwap = false;
    }
    return;
  }
  event.detail.shouldSwap = false;
  const html = (xhr.getResponseHeader("Content-Type") || "").startsWith("text/html");
  // Rendered and escaped by the server, like every other part of the page.
  if (html && xhr.responseText) notices.innerHTML = xhr.responseText;
  else showLost();
});

document.body.addEventListener("htmx:sendError", showLost);

const asked = new WeakMap();

document.body.addEventListener("htmx:beforeSend", (event) => {
  asked.set(event.detail.xhr, choicesMade());
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const { xhr, successful, requestConfig } = event.detail;
  if (requestConfig?.verb !== "post") return;
  if (!successful) {
    refreshAll();
    return;
  }
  notices.replaceChildren();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  const form = event.detail.elt;
  if (form.matches("form[data-clears]")) form.reset();
  if (form.matches("form[data-once]")) form.elements.namedItem("kunci").value = freshKey();
  const id = xhr.getResponseHeader("X-Halo-Percakapan");
  // The officer may have gone on to something else while this was on its way.
  if (id && id !== selected() && asked.get(xhr) === choicesMade()) switchTo(id);
  refreshAll();
});

document.body.addEventListener("click", (event) => {
  const view = event.target.closest("[data-view-to]");
  if (view) {
    event.preventDefault();
    konsol.dataset.view = view.dataset.viewTo;
    return;
  }
  const list = event.target.closest("[data-list]");
  if (list) chooseTab(list.dataset.list);
  const item = event.target.closest(".queue__item");
  if (item) chooseTab(chosenTab());
  if (item && item.dataset.percakapan === selected()) konsol.dataset.view = "percakapan";
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  event.target.closest("[data-close]")?.closest("dialog").close();
});

attachComposer();
attachKeys();
attachDrafts();
attachAlerts();
follow();
document.addEventListener("visibilitychange", lookAtCover);
// Waiting times grow also when nothing happens.
setInterval(() => {
  readBoard();
  readState();
}, MINUTE);
