// Sends without leaving the page and puts in what has changed, about once a second.
// Without this script every form still works: it posts, and the page comes back.
"use strict";

const phone = document.querySelector(".phone");
const chat = document.getElementById("chat");
const log = document.getElementById("log");
const failed = document.getElementById("failed");
const input = document.getElementById("teks");
const last = { chat: "", log: "" };

function toEnd() {
  chat.scrollTop = chat.scrollHeight;
}

/** Make the children of `place` those of `html`; what has not changed is left alone. */
function putIn(place, html) {
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  const ids = new Set();
  let before = null;
  for (const child of [...wanted.content.children]) {
    ids.add(child.id);
    const present = document.getElementById(child.id);
    let current = present;
    if (!present) {
      current = child;
      before ? before.after(child) : place.prepend(child);
    } else if (!present.querySelector(":popover-open") && !present.isEqualNode(child)) {
      present.replaceWith(child);
      current = child;
    }
    before = current;
  }
  for (const child of [...place.children]) if (!ids.has(child.id)) child.remove();
}

async function refresh() {
  const seen = document.visibilityState === "visible" ? "1" : "0";
  const answer = await fetch(`${phone.dataset.content}?lihat=${seen}`);
  if (!answer.ok) throw new Error(String(answer.status));
  const news = await answer.json();
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  if (news.chat !== last.chat) putIn(chat, news.chat);
  if (news.log !== last.log) putIn(log, news.log);
  if (news.chat !== last.chat && atEnd) toEnd();
  Object.assign(last, news);
  failed.hidden = true;
}

async function submit(event) {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (form.classList.contains("composer")) {
    if (!input.value.trim()) return;
    input.value = "";
    grow();
  }
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (!answer.ok) throw new Error(String(answer.status));
    form.closest("[popover]")?.hidePopover();
    if (form.enctype === "multipart/form-data") form.reset();
    await refresh();
    if (!form.closest(".panel")) toEnd();
  } catch {
    failed.hidden = false;
  }
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 120)}px`;
}

document.addEventListener("submit", submit);
input.addEventListener("input", grow);
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    input.form.requestSubmit();
  }
});
// On wide screens the panel stands beside the chat and must not stay in the top layer.
matchMedia("(min-width: 60rem)").addEventListener("change", () => {
  document.getElementById("panel").hidePopover();
});
setInterval(() => refresh().catch(() => { failed.hidden = false; }), 1000);
toEnd();
grow();
