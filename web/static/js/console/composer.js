// Writing a reply: keys, the counter, and one key per text so that nothing is said twice.
import { attachTranscript, toEnd } from "./transcript.js";
import { typingTeller } from "./typing.js";

const drafts = new Map();

export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function attachComposer() {
  attachTranscript();
  const form = document.getElementById("penulis");
  if (!form) return;
  const text = form.elements.namedItem("text");
  const key = form.elements.namedItem("kunci");
  const counter = document.getElementById("hitungan");
  const hint = counter.textContent;
  const limit = Number(form.dataset.limit);
  const conversation = document.getElementById("konsol").dataset.percakapan;
  let sent = null;

  function changed() {
    drafts.set(conversation, text.value);
    const left = limit - text.value.length;
    counter.textContent = left > 500 ? hint : `${left} karakter lagi`;
  }

  text.value = drafts.get(conversation) || text.value;
  text.addEventListener("input", changed);
  text.addEventListener("input", typingTeller(form));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") text.blur();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (text.value.trim()) form.requestSubmit();
  });

  form.addEventListener("htmx:configRequest", (event) => {
    // A text that was changed after a failed try is another message.
    if (sent !== null && sent !== text.value) key.value = freshKey();
    sent = text.value;
    event.detail.parameters.set("kunci", key.value);
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    if (text.value === sent) text.value = "";
    key.value = freshKey();
    sent = null;
    changed();
    toEnd(document.getElementById("transkrip"));
    text.focus();
  });
  changed();
}
