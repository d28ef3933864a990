import { toggleCanned, useDraft } from "./drafts.js";

// Shortcuts of one letter. They can be switched off (WCAG 2.1.4), and rest while one writes.
const STORED = "halo-pintasan";
const toggle = document.getElementById("pintasan");

function step(by) {
  const items = [...document.querySelectorAll(".queue__item")];
  if (!items.length) return;
  const at = items.findIndex((item) => item.getAttribute("aria-current") === "true");
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), items.length - 1);
  if (next === at) return;
  items[next].scrollIntoView({ block: "nearest" });
  items[next].click();
}

function writeNote() {
  const notes = document.getElementById("catatan-internal");
  if (!notes) return;
  notes.open = true;
  document.getElementById("isi-catatan").focus();
}

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => document.getElementById("ambil")?.click(),
  r: () => document.getElementById("balasan")?.focus(),
  b: toggleCanned,
  d: useDraft,
  n: writeNote,
  t: () => document.getElementById("teruskan")?.click(),
  s: () => document.getElementById("selesaikan")?.click(),
  "?": () => document.getElementById("bantuan").togglePopover(),
};

function rests(event) {
  return (
    !toggle.checked ||
    event.ctrlKey ||
    event.altKey ||
    event.metaKey ||
    event.target.closest("input, textarea, select, dialog[open]")
  );
}

export function attachKeys() {
  toggle.checked = localStorage.getItem(STORED) !== "mati";
  toggle.addEventListener("change", () => {
    localStorage.setItem(STORED, toggle.checked ? "nyala" : "mati");
  });
  document.addEventListener("keydown", (event) => {
    const action = ACTIONS[event.key];
    if (!action || rests(event)) return;
    event.preventDefault();
    action();
  });
}
