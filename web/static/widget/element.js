import { Memory } from "./memory.js";
import { logRows } from "./rows.js";
import { T } from "./strings.js";
import { TEXT_LIMIT, Talk } from "./talk.js";
import { ICONS, el, icon, transcript } from "./view.js";

const ASK_OFFICER = { title: T.officer, payload: "/minta_cs" };

// <halo-chat>: the launcher and the panel. `api` and `sheet` are set by the embedding script.
export class HaloChat extends HTMLElement {
  connectedCallback() {
    if (this.talk) return;
    this.attachShadow({ mode: "open" });
    this.shadowRoot.adoptedStyleSheets = [HaloChat.sheet];
    this.talk = new Talk(HaloChat.api, new Memory(), () => this.changed());
    this.drawn = new Map();
    this.build();
    this.stopFollowing = this.talk.memory.onSessionElsewhere(() => this.talk.follow());
    this.paint();
    if (this.talk.known) this.talk.open();
  }

  disconnectedCallback() {
    this.stopFollowing();
    this.talk.reset();
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  open() {
    if (this.isOpen) return;
    this.returnTo = document.activeElement;
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.talk.open();
    this.paint();
    this.scrollDown();
    // On a touch screen focusing the field would cover half of it with the keyboard.
    (matchMedia("(pointer: coarse)").matches ? this.heading : this.input).focus();
  }

  close() {
    if (!this.isOpen) return;
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.paint();
    const before = this.returnTo;
    const back = before && before !== document.body && before !== this && before.isConnected;
    (back ? before : this.launcher).focus();
  }

  build() {
    const button = (name, label, path, act) =>
      el("button", { type: "button", class: name, title: label, "aria-label": label, on: { click: act } }, icon(path));
    this.badge = el("span", { class: "badge", hidden: true });
    this.launcher = el(
      "button",
      { type: "button", class: "launcher", on: { click: () => this.open() } },
      icon(ICONS.chat),
      el("span", { class: "label" }, T.launcher),
      this.badge,
    );
    this.heading = el("h2", { class: "title", tabIndex: -1 }, T.title);
    this.who = el("p", { class: "who" });
    this.more = button("tool", T.menu, ICONS.more, () => this.toggleMenu());
    this.more.setAttribute("aria-expanded", "false");
    const close = button("tool", T.close, ICONS.close, () => this.close());
    this.banner = el("div", { class: "banner", role: "status" });
    this.log = el("div", {
      class: "log",
      role: "log",
      tabIndex: 0,
      "aria-live": "off",
      "aria-label": T.log,
    });
    this.typing = el("p", { class: "typing", hidden: true }, el("span", { class: "dots", "aria-hidden": "true" }), T.typing);
    this.line = el("p", { class: "line", role: "status" });
    this.panel = el(
      "section",
      { class: "panel", hidden: true, "aria-label": T.panel, on: { keydown: (event) => this.onKey(event) } },
      el("header", { class: "head" }, el("div", { class: "names" }, this.heading, this.who), this.more, close),
      this.buildMenu(),
      this.banner,
      this.log,
      this.typing,
      this.line,
      this.buildComposer(),
    );
    this.shadowRoot.append(this.panel, this.launcher);
  }

  buildMenu() {
    const item = (label, act) => el("button", { type: "button", on: { click: act } }, label);
    this.question = el(
      "div",
      { class: "question", hidden: true },
      el("p", {}, T.restartQuestion),
      item(T.restartYes, () => this.restart()),
      item(T.restartNo, () => this.toggleMenu(false)),
    );
    this.menu = el(
      "div",
      { class: "menu", hidden: true },
      item(T.restart, () => {
        this.question.hidden = false;
        this.question.querySelector("button").focus();
      }),
      this.question,
      item(T.download, () => this.download()),
      el("a", { href: `${HaloChat.api.base}/privasi`, target: "_blank", rel: "noopener" }, T.privacy),
    );
    return this.menu;
  }

  buildComposer() {
    this.ask = el(
      "button",
      { type: "button", class: "chip ask", on: { click: () => this.talk.press(ASK_OFFICER) } },
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
      on: { input: () => this.measure(), keydown: (event) => this.onInputKey(event) },
    });
    this.sendButton = el("button", { type: "submit", class: "send", "aria-label": T.send, title: T.send }, icon(ICONS.send));
    this.counter = el("p", { id: "hitung", class: "counter", role: "status" });
    const submit = (event) => {
      event.preventDefault();
      this.submit();
    };
    return el(
      "form",
      { class: "composer", on: { submit } },
      this.ask,
      el("div", { class: "row" }, this.input, this.sendButton),
      this.counter,
      el("p", { id: "petunjuk", class: "hint" }, T.hint),
    );
  }

  onKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (this.menu.hidden) this.close();
    else this.toggleMenu(false);
  }

  onInputKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.submit();
  }

  submit() {
    const text = this.input.value.trim();
    if (!text || text.length > TEXT_LIMIT) return;
    this.input.value = "";
    this.measure();
    this.talk.say(text);
    this.scrollDown();
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
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 144)}px`;
  }

  toggleMenu(show = this.menu.hidden) {
    this.menu.hidden = !show;
    this.question.hidden = true;
    this.more.setAttribute("aria-expanded", String(show));
    (show ? this.menu.querySelector("button") : this.more).focus();
  }

  restart() {
    this.toggleMenu(false);
    this.talk.restart();
    this.input.focus();
  }

  download() {
    const { messages, session } = this.talk;
    const text = transcript(messages, session ? session.welcome : null);
    const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    el("a", { href: address, download: `${T.fileName}.txt` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    this.toggleMenu(false);
  }

  // Many changes in one moment are painted once.
  changed() {
    if (this.planned) return;
    this.planned = true;
    queueMicrotask(() => {
      this.planned = false;
      this.paint();
    });
  }

  paint() {
    const { talk } = this;
    if (this.isOpen && !document.hidden) talk.markRead();
    this.paintBadge(talk.unread);
    this.paintCase(talk.caseState);
    this.paintLine(talk);
    this.typing.hidden = !talk.typing;
    if (this.isOpen) this.paintLog();
  }

  paintBadge(unread) {
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    if (unread) this.launcher.setAttribute("aria-label", `${T.launcher}, ${T.launcherUnread(unread)}`);
    else this.launcher.removeAttribute("aria-label");
  }

  paintCase(state) {
    const claimed = this.talk.ownedByOfficer;
    this.setText(this.who, claimed ? T.officerName(state.name) : T.bot);
    this.who.classList.toggle("person", claimed);
    const closed = { returned: T.caseClosed, resolved: T.caseClosed, expired: T.caseExpired };
    let text = "";
    if (claimed) text = T.caseClaimed(state.name);
    else if (state && state.state === "waiting") text = T.caseWaiting(state.ticket);
    else if (state) text = closed[state.state](state.ticket);
    this.setText(this.banner, text);
    this.banner.className = `banner ${state ? state.state : ""}`;
    this.ask.hidden = Boolean(state && (claimed || state.state === "waiting"));
  }

  paintLine({ status, ended }) {
    const words = { opening: T.opening, offline: T.offline, unopened: T.cannotOpen };
    this.setText(this.line, words[status] || (ended ? T.ended : ""));
  }

  // Announced regions are only touched when their words change.
  setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = !text;
  }

  paintLog() {
    const { talk, log } = this;
    // Where the reader has scrolled to by hand, the log stays.
    const follows =
      log.scrollHeight - log.scrollTop - log.clientHeight < 80 || log.scrollTop === this.placedAt;
    let firstNew = null;
    const press = (button) => {
      talk.press(button);
      this.scrollDown();
    };
    const wanted = logRows(talk, press);
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, node] of this.drawn) {
      if (!keys.has(key)) {
        node.remove();
        this.drawn.delete(key);
      }
    }
    wanted.forEach(({ key, make }, index) => {
      if (!this.drawn.has(key)) {
        const made = make();
        this.drawn.set(key, made);
        if (!firstNew && !made.classList.contains("from-resident")) firstNew = made;
      }
      const node = this.drawn.get(key);
      if (log.children[index] !== node) log.insertBefore(node, log.children[index] || null);
    });
    if (follows) this.scrollDown();
    if (follows && firstNew && talk.caughtUp) this.showFrom(firstNew);
    // The history is not read out; what comes from now on is.
    if (talk.caughtUp) requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    else log.setAttribute("aria-live", "off");
  }

  // A long answer is read from its beginning.
  showFrom(node) {
    this.log.scrollTop = Math.min(this.log.scrollTop, node.offsetTop - 8);
    this.placedAt = this.log.scrollTop;
  }

  scrollDown() {
    this.log.scrollTop = this.log.scrollHeight;
  }
}
