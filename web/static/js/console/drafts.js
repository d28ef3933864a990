// Texts that an officer does not have to type: canned replies, and the draft from the knowledge.
function insert(text) {
  const box = document.getElementById("balasan");
  if (!box || document.getElementById("penulis").hidden) return;
  const gap = box.value && !box.value.endsWith("\n") ? "\n" : "";
  box.value = `${box.value}${gap}${text}`.slice(0, box.maxLength);
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

function show(open) {
  const panel = document.getElementById("balasan-siap");
  const opener = document.getElementById("buka-balasan");
  if (!panel || document.getElementById("penulis").hidden) return;
  panel.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  const search = document.getElementById("cari-balasan");
  if (open) {
    htmx.trigger(search, "muat");
    search.focus();
  } else {
    document.getElementById("balasan").focus();
  }
}

export function toggleCanned() {
  show(document.getElementById("balasan-siap")?.hidden ?? false);
}

export function useDraft() {
  const draft = document.getElementById("naskah");
  if (draft) insert(draft.textContent);
}

export function attachDrafts() {
  document.addEventListener("click", (event) => {
    const item = event.target.closest(".canned__item");
    if (item) {
      show(false);
      insert(item.dataset.text);
    }
    if (event.target.closest("#buka-balasan")) toggleCanned();
    if (event.target.closest("#pakai-naskah")) useDraft();
  });
  document.addEventListener("keydown", (event) => {
    const panel = event.target.closest("#balasan-siap");
    if (panel && event.key === "Escape") show(false);
  });
}
