import { KINDS, prepared } from "./files.js";
import { ICONS, el, icon } from "./nodes.js";
import { T } from "./strings.js";
import { TEXT_LIMIT } from "./talk.js";

const TALLEST = 144; // Pixels of the field; beyond that it scrolls.

// Where the resident writes and attaches. `acts`: say(text), attach({file, name}), officer(), typed().
export class Composer {
  constructor(acts) {
    this.acts = acts;
    this.ask = el(
      "button",
      { type: "button", class: "chip ask", on: { click: () => acts.officer() } },
      icon(ICONS.person),
      T.officer,
    );
    this.input = el("textarea", {
      rows: 1,
      id: "tulis",
      placeholder: T.placeholder,
      autocomplete: "off",
      enterKeyHint: "send",
      "aria-label": T.input,
      "aria-describedby": "petunjuk hitung",
      on: {
        input: () => {
          this.measure();
          if (this.input.value.trim()) acts.typed();
        },
        keydown: (event) => this.onKey(event),
        paste: (event) => this.onPaste(event),
      },
    });
    this.sendButton = el("button", { type: "submit", class: "send", "aria-label": T.send, title: T.send }, icon(ICONS.send));
    this.counter = el("p", { id: "hitung", class: "counter", role: "status" });
    this.problem = el("p", { class: "problem", role: "alert" });
    const submit = (event) => {
      event.preventDefault();
      this.submit();
    };
    this.node = el(
      "form",
      { class: "composer", on: { submit } },
      this.ask,
      this.problem,
      el("div", { class: "row" }, ...this.attachment(), this.input, this.sendButton),
      this.counter,
      el("p", { id: "petunjuk", class: "hint" }, T.hint),
    );
  }

  attachment() {
    const picker = el("input", {
      type: "file",
      class: "picker",
      accept: KINDS.join(","),
      multiple: true,
      hidden: true,
      tabIndex: -1,
      "aria-label": T.attach,
      on: {
        change: () => {
          this.attach([...picker.files]);
          picker.value = "";
        },
      },
    });
    const open = el(
      "button",
      { type: "button", class: "clip", title: T.attach, "aria-label": T.attach, on: { click: () => picker.click() } },
      icon(ICONS.clip),
    );
    return [open, picker];
  }

  // A picture from the clipboard is sent as a file.
  onPaste(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    this.attach(files);
  }

  async attach(files) {
    const problems = [];
    this.problem.textContent = "";
    this.counter.textContent = files.length ? T.filePrepare : "";
    for (const file of files) {
      try {
        this.acts.attach(await prepared(file));
      } catch (error) {
        problems.push(error.message);
      }
    }
    this.measure();
    this.problem.textContent = problems.join(" ");
  }

  onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text || text.length > TEXT_LIMIT) return;
    this.input.value = "";
    this.problem.textContent = "";
    this.measure();
    this.acts.say(text);
    this.input.focus();
  }

  measure() {
    const left = TEXT_LIMIT - this.input.value.trim().length;
    this.counter.textContent = left < 0 ? T.tooLong(-left) : left <= 300 ? T.counter(left) : "";
    this.counter.classList.toggle("over", left < 0);
    this.input.setAttribute("aria-invalid", String(left < 0));
    this.sendButton.disabled = left < 0;
    // The field grows with its text; heights are set through CSSOM, which the CSP allows.
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, TALLEST)}px`;
  }
}
