// Labelling without a mouse: one key presses one button. The keys can be switched off
// (WCAG 2.1.4) and rest while one writes.
const STORED = "halo-pintasan-label";
const toggle = document.getElementById("pintasan");

if (toggle) {
  toggle.checked = localStorage.getItem(STORED) !== "mati";
  toggle.addEventListener("change", () => localStorage.setItem(STORED, toggle.checked ? "hidup" : "mati"));
}

function writing(target) {
  return target.matches("input:not([type=checkbox]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || (toggle && !toggle.checked)) return;
  if (writing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "e") {
    const marking = document.getElementById("penandaan");
    if (!marking) return;
    event.preventDefault();
    marking.open = true;
    marking.querySelector(".studio__word")?.focus();
    return;
  }
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!wanted) return;
  event.preventDefault();
  if (wanted.matches("input")) wanted.focus();
  else wanted.click();
});

// The first label that was found is taken with Enter; if what is shown was found for other words
// (whoever types fast is ahead of the search), then as soon as the answer to these words is there.
const search = document.getElementById("cari");
const found = document.getElementById("temuan");
let awaited = false;

function takeFirst() {
  const words = search.value.split(/\s+/).filter(Boolean).join(" ").slice(0, 100);
  const answer = found.querySelector("[data-asked]");
  if (answer?.dataset.asked !== words) return false;
  answer.querySelector("button[name=label]")?.click();
  return true;
}

search?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  awaited = !takeFirst();
});
search?.addEventListener("input", () => {
  awaited = false;
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (awaited && event.detail.target === found) awaited = !takeFirst();
});

// Entities: words are toggled, neighbouring chosen words become one mark.
const marks = [];
const words = [...document.querySelectorAll(".studio__word")];
const field = document.getElementById("entitas");
const list = document.getElementById("tanda");
const text = document.getElementById("pesan-warga")?.textContent ?? "";
// Places are counted in whole characters; an emoji is two units for the browser.
const characters = [...text];
const place = (units) => [...text.slice(0, units)].length;
const said = (mark) => characters.slice(mark.start, mark.end).join("");

function show() {
  field.value = JSON.stringify(marks);
  list.replaceChildren(
    ...marks.map((mark, number) => {
      const item = document.createElement("li");
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "button button--small";
      remove.textContent = `Hapus tanda ${said(mark)}`;
      remove.addEventListener("click", () => {
        marks.splice(number, 1);
        show();
      });
      item.append(`${said(mark)}: ${mark.name} `, remove);
      return item;
    }),
  );
}

for (const word of words) {
  word.addEventListener("click", () => {
    word.setAttribute("aria-pressed", word.getAttribute("aria-pressed") === "true" ? "false" : "true");
  });
}

// Text that was selected with the mouse chooses its words.
document.getElementById("pesan-warga")?.addEventListener("mouseup", () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return;
  const range = selection.getRangeAt(0);
  if (range.startContainer !== range.endContainer) return;
  for (const word of words) {
    const inside = word.dataset.start < place(range.endOffset) && word.dataset.end > place(range.startOffset);
    word.setAttribute("aria-pressed", inside ? "true" : "false");
  }
  document.getElementById("penandaan").open = true;
});

document.getElementById("tandai")?.addEventListener("click", () => {
  const kind = document.getElementById("jenis");
  const chosen = words.filter((word) => word.getAttribute("aria-pressed") === "true");
  if (!chosen.length) return;
  const start = Number(chosen[0].dataset.start);
  const end = Number(chosen.at(-1).dataset.end);
  for (const word of chosen) word.setAttribute("aria-pressed", "false");
  if (marks.some((mark) => start < mark.end && mark.start < end)) return;
  marks.push({ entity: kind.value, start, end, name: kind.selectedOptions[0].textContent });
  show();
});
