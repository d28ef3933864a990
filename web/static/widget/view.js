import { attached, fileTag } from "./attached.js";
import { ICONS, el, icon } from "./nodes.js";
import { T } from "./strings.js";
import { dayOf, timeOf } from "./times.js";

const ADDRESS = /https?:\/\/[^\s<>"'“”‘’]+/g;

// The text as nodes: addresses of web pages become links, all else stays text.
export function linked(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]}]+$/, "");
    if (!URL.canParse || URL.canParse(address)) {
      nodes.push(text.slice(done, match.index));
      nodes.push(el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
      done = match.index + address.length;
    }
  }
  nodes.push(text.slice(done));
  return nodes;
}

export function speaker(message) {
  if (message.from === "resident") return T.you;
  if (message.from === "officer") return T.officerName(message.name);
  return message.from === "bot" ? T.bot : T.system;
}

// One delivered message. `first`: the speaker changed, so the name is shown. `file`: how to open it.
export function bubble(message, { first, press, rating, file }) {
  const name = speaker(message);
  const buttons = message.buttons || [];
  const mine = message.from === "resident";
  return el(
    "div",
    { class: `message from-${message.from}` },
    el("span", { class: first ? "name" : "hidden" }, first ? name : `${name}: `),
    el("div", { class: "bubble" }, message.file ? attached(message.file, file) : null, ...linked(message.text)),
    buttons.length
      ? el(
          "div",
          { class: "chips" },
          ...buttons.map((button) =>
            el("button", { type: "button", class: "chip", on: { click: () => press(button) } }, button.title),
          ),
        )
      : null,
    message.at
      ? el(
          "span",
          { class: "time" },
          el("time", { dateTime: message.at }, timeOf(message.at)),
          mine ? icon(ICONS.check) : null,
          mine ? el("span", { class: "hidden" }, `, ${T.sent}`) : null,
        )
      : null,
    rating,
  );
}

const PENDING = { sending: T.sending, sent: T.sent, waiting: T.waiting, failed: T.failed };

// One message that is on its way.
export function pendingBubble(item, { first, retry, drop }) {
  const { state, file } = item;
  const button = (label, act) =>
    el("button", { type: "button", class: "again", on: { click: () => act(item) } }, label);
  const stuck = state === "waiting" || state === "failed";
  const bar = file && state === "sending" ? el("progress", { max: 1, "aria-label": item.name }) : null;
  const words = el("span", {}, item.problem || PENDING[state]);
  const node = el(
    "div",
    { class: `message from-resident is-${state}`, "aria-live": stuck ? undefined : "off" },
    el("span", { class: first ? "name" : "hidden" }, first ? T.you : `${T.you}: `),
    el(
      "div",
      { class: "bubble" },
      file
        ? fileTag({ name: item.name, kind: file.type.startsWith("image/") ? "image" : "", size: file.size })
        : (item.text ?? item.title ?? ""),
    ),
    bar,
    el(
      "span",
      { class: "delivery" },
      words,
      stuck ? button(T.retry, retry) : null,
      stuck || bar ? button(T.drop, drop) : null,
    ),
  );
  if (bar) {
    node.refresh = () => {
      bar.value = item.share || 0;
      words.textContent = T.fileProgress(Math.round(100 * bar.value));
    };
    node.refresh();
  }
  return node;
}

// A file that is offered for keeping.
export function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  el("a", { href: address, download: `${name}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// The transcript as a text file.
export function transcript(messages, welcome) {
  const lines = [T.fileTitle, ""];
  for (const message of [{ from: "bot", ...welcome }, ...messages]) {
    if (message.from === "rating") continue;
    const when = message.at ? `[${dayOf(message.at)}, ${timeOf(message.at)} WIB] ` : "";
    const file = message.file ? `[${message.file.name}] ` : "";
    lines.push(`${when}${speaker(message)}:`, file + message.text, "");
  }
  return lines.join("\r\n");
}
