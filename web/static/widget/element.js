import { Composer } from "./composer.js";
import { Memory } from "./memory.js";
import { Menu } from "./menu.js";
import { ICONS, el, icon } from "./nodes.js";
import { logRows } from "./rows.js";
import { T } from "./strings.js";
import { Talk } from "./talk.js";

const ASK_OFFICER = { title: T.officer, payload: "/minta_cs" };
const NOTICE_MS = 8000;

// <halo-chat>: the launcher and the panel. `api`, `sheet` and `visitor` are set by main.js.
export class HaloChat extends HTMLElement {
  connectedCallback() {
    if (this.talk) return;
    this.attachShadow({ mode: "open" });
    this.shadowRoot.adoptedStyleSheets = [HaloChat.sheet];
    this.memory = new Memory();
    const visitor = this.getAttribute("visitor") || HaloChat.visitor;
    this.talk = new Talk(HaloChat.api, this.memory, () => this.changed(), visitor);
    this.drawn = new Map();
    this.notice = "";
    this.build();
    this.stopFollowing = this.memory.onSessionElsewhere(() => this.talk.follow(this.isOpen));
    this.onLeave = (event) => {
      if (this.talk.sending.uploading) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.onLeave);
    this.paint();
    if (this.talk.known) this.talk.open();
  }

  disconnectedCallback() {
    this.stopFollowing();
    window.removeEventListener("beforeunload", this.onLeave);
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
    (matchMedia("(pointer: coarse)").matches ? this.heading : this.composer.input).focus();
  }

  close() {
    if (!this.isOpen) return;
    if (this.menu.isOpen) this.menu.close();
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
    this.head = el(
      "header",
      { class: "head" },
      el("div", { class: "names" }, this.heading, this.who),
      this.more,
      button("tool", T.close, ICONS.close, () => this.close()),
    );
    this.panel = el(
      "section",
      { class: "panel", hidden: true, "aria-label": T.panel, on: { keydown: (event) => this.onKey(event) } },
      this.head,
      el("div", { class: "body" }, this.buildTalk(), this.menu.node),
    );
    this.size(this.memory.textSize());
    this.shadowRoot.append(this.panel, this.launcher);
  }

  buildTalk() {
    this.banner = el("div", { class: "banner", role: "status" });
    this.log = el("div", {
      class: "log",
      role: "log",
      tabIndex: 0,
      "aria-live": "off",
      "aria-label": T.log,
    });
    this.typist = el("span", {});
    this.typing = el("p", { class: "typing", hidden: true }, el("span", { class: "dots", "aria-hidden": "true" }), this.typist);
    this.line = el("p", { class: "line", role: "status" });
    this.menu = new Menu({
      talk: this.talk,
      api: HaloChat.api,
      memory: this.memory,
      shown: (open) => this.onMenu(open),
      size: (step) => this.size(step),
    });
    this.composer = new Composer({
      say: (text) => this.speak(() => this.talk.say(text)),
      attach: (file) => this.speak(() => this.talk.attach(file)),
      officer: () => this.speak(() => this.talk.press(ASK_OFFICER)),
      typed: () => this.talk.typed(),
    });
    this.conversation = el(
      "div",
      { class: "talk" },
      this.banner,
      this.log,
      this.typing,
      this.line,
      this.composer.node,
    );
    this.acts = {
      press: (one) => this.speak(() => this.talk.press(one)),
      retry: (item) => this.act(() => this.talk.sending.retry(item)),
      drop: (item) => this.act(() => this.talk.sending.drop(item)),
      address: (seq) => this.talk.files.address(seq),
      tell: (words) => this.tell(words),
      rate: async (kind, value, seq) => {
        if (!(await this.talk.rate(kind, value, seq))) this.tell(T.rateFailed);
      },
    };
    return this.conversation;
  }

  // Whatever the resident says is looked at, wherever the log stood.
  speak(act) {
    this.spoken = true;
    act();
  }

  // The button that was pressed goes away; the keyboard goes on from the field.
  act(change) {
    change();
    this.composer.input.focus();
  }

  onKey(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (this.menu.isOpen) this.menu.close();
    else this.close();
  }

  toggleMenu() {
    if (this.menu.isOpen) this.menu.close();
    else this.menu.open();
  }

  onMenu(open) {
    this.conversation.inert = open;
    this.more.setAttribute("aria-expanded", String(open));
    if (!open) this.more.focus();
  }

  size(step) {
    this.memory.saveTextSize(step);
    this.panel.dataset.size = step;
  }

  // Says something for a moment.
  tell(words) {
    this.notice = words;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      this.notice = "";
      this.changed();
    }, NOTICE_MS);
    this.changed();
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
    this.paintTyping(talk);
    if (this.isOpen) this.paintLog();
  }

  paintBadge(unread) {
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 9 ? "9+" : String(unread);
    if (unread) this.launcher.setAttribute("aria-label", `${T.launcher}, ${T.launcherUnread(unread)}`);
    else this.launcher.removeAttribute("aria-label");
  }

  paintCase(state) {
    const { talk } = this;
    const claimed = talk.ownedByOfficer;
    this.setText(this.who, claimed ? T.officerName(state.name) : T.bot);
    this.who.classList.toggle("person", claimed);
    let text = "";
    if (claimed) text = T.caseClaimed(state.name);
    else if (talk.isWaiting) text = [T.caseWaiting(state.ticket), talk.place.words].join("\n");
    else if (state && T.caseEnds[state.state]) text = T.caseEnds[state.state](state.ticket);
    this.setText(this.banner, text.trim());
    this.banner.className = `banner ${state ? state.state : ""}`;
    this.composer.ask.hidden = claimed || talk.isWaiting;
  }

  paintTyping({ typing }) {
    this.typing.hidden = !typing;
    if (typing) this.setText(this.typist, typing === "bot" ? T.typing : T.officerTyping);
  }

  paintLine({ status, ended }) {
    const words = { opening: T.opening, offline: T.offline, unopened: T.cannotOpen };
    this.setText(this.line, words[status] || this.notice || (ended ? T.ended : ""));
  }

  // Announced regions are only touched when their words change.
  setText(node, text) {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = !text;
  }

  paintLog() {
    const { talk, log } = this;
    // Where the reader has scrolled to by hand, the log stays.
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const follows = atEnd || this.spoken || log.scrollTop === this.placedAt;
    this.spoken = false;
    const firstNew = this.draw(logRows(talk, this.acts));
    if (follows) this.scrollDown();
    if (follows && firstNew && talk.caughtUp) this.showFrom(firstNew);
    // The history is not read out; what comes from now on is.
    if (talk.caughtUp) requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
    else log.setAttribute("aria-live", "off");
  }

  // Brings the log to the wanted rows; returns the first new one that is not the resident's own.
  draw(wanted) {
    const { log, drawn } = this;
    let firstNew = null;
    const keys = new Set(wanted.map(({ key }) => key));
    for (const [key, node] of drawn) {
      if (!keys.has(key)) {
        node.remove();
        drawn.delete(key);
      }
    }
    wanted.forEach(({ key, make }, index) => {
      if (!drawn.has(key)) {
        const made = make();
        drawn.set(key, made);
        if (!firstNew && !made.classList.contains("from-resident")) firstNew = made;
      }
      const node = drawn.get(key);
      if (node.refresh) node.refresh();
      if (log.children[index] !== node) log.insertBefore(node, log.children[index] || null);
    });
    return firstNew;
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
