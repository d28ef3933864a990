import { T } from "./strings.js";

// Makes nodes. Text only ever becomes a text node; a link is an anchor made here.
export function el(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key === "class") node.className = value;
    else if (key === "on") Object.entries(value).forEach(([type, f]) => node.addEventListener(type, f));
    else if (key in node && !key.startsWith("aria")) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const ICONS = {
  chat: "M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z",
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 5.5v.01M12 12v.01M12 18.500v.01",
  send: "M3 11.500L21 3l-6 18-4-8-8-1.500z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
};

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

const zone = { timeZone: "Asia/Jakarta" };
const clock = new Intl.DateTimeFormat("id-ID", { ...zone, hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("id-ID", { ...zone, weekday: "long", day: "numeric", month: "long" });

export function timeOf(at) {
  return clock.format(new Date(at)).replace(":", ".");
}

export function dayOf(at) {
  return day.format(new Date(at));
}

export function speaker(message) {
  if (message.from === "resident") return T.you;
  if (message.from === "officer") return T.officerName(message.name);
  return message.from === "bot" ? T.bot : T.system;
}

// One delivered message. `first`: the speaker changed, so the name is shown.
export function bubble(message, { first, press }) {
  const name = speaker(message);
  const buttons = message.buttons || [];
  return el(
    "div",
    { class: `message from-${message.from}` },
    el("span", { class: first ? "name" : "hidden" }, first ? name : `${name}: `),
    el("div", { class: "bubble" }, ...linked(message.text)),
    buttons.length
      ? el(
          "div",
          { class: "chips" },
          ...buttons.map((button) =>
            el("button", { type: "button", class: "chip", on: { click: () => press(button) } }, button.title),
          ),
        )
      : null,
    message.at ? el("time", { class: "time", dateTime: message.at }, timeOf(message.at)) : null,
  );
}

const PENDING = { sending: T.sending, sent: T.sent, waiting: T.waiting, failed: T.failed };

// One message that is on its way.
export function pendingBubble(item, { first, retry }) {
  const again = el("button", { type: "button", class: "again", on: { click: retry } }, T.retry);
  return el(
    "div",
    { class: `message from-resident is-${item.state}` },
    el("span", { class: first ? "name" : "hidden" }, first ? T.you : `${T.you}: `),
    el("div", { class: "bubble" }, item.text ?? item.title ?? ""),
    el(
      "span",
      { class: "delivery" },
      PENDING[item.state],
      item.state === "waiting" || item.state === "failed" ? again : null,
    ),
  );
}

// The transcript as a text file.
export function transcript(messages, welcome) {
  const lines = [T.fileTitle, ""];
  for (const message of [{ from: "bot", ...welcome }, ...messages]) {
    const when = message.at ? `[${dayOf(message.at)}, ${timeOf(message.at)} WIB] ` : "";
    lines.push(`${when}${speaker(message)}:`, message.text, "");
  }
  return lines.join("\r\n");
}
