import { ICONS, el, icon, qrCode } from "./nodes.js";
import { T } from "./strings.js";
import { dayOf, timeOf } from "./times.js";
import { save, transcript } from "./view.js";

const button = (label, act, name = "item") =>
  el("button", { type: "button", class: name, on: { click: act } }, label);

// The sheet over the conversation: what else can be done, one view at a time.
// `host` is the element: {talk, api, memory, shown(open), size(step)}.
export class Menu {
  constructor(host) {
    this.host = host;
    this.heading = el("h3", { tabIndex: -1 });
    this.body = el("div", { class: "sheet-body" });
    this.node = el(
      "div",
      { class: "sheet", hidden: true, role: "group", "aria-label": T.menu },
      this.heading,
      this.body,
      button(T.back, () => this.close(), "item back"),
    );
  }

  get isOpen() {
    return !this.node.hidden;
  }

  open() {
    this.node.hidden = false;
    this.host.shown(true);
    this.list();
  }

  close() {
    this.node.hidden = true;
    this.body.replaceChildren();
    this.host.shown(false);
  }

  // Shows a view; the reader hears its heading first.
  show(title, ...nodes) {
    this.heading.textContent = title;
    this.body.replaceChildren(...nodes);
    this.node.scrollTop = 0;
    this.heading.focus();
  }

  list() {
    const { session } = this.host.talk;
    const privacy = `${this.host.api.base}/privasi`;
    this.show(
      T.menu,
      this.sizes(),
      session && session.whatsapp ? button(T.whatsapp, () => this.whatsapp()) : "",
      button(T.download, () => this.download()),
      button(T.restart, () => this.restart()),
      button(T.erase, () => this.erase()),
      el("a", { class: "item", href: privacy, target: "_blank", rel: "noopener" }, T.privacy, " ", T.newTab),
    );
  }

  sizes() {
    const chosen = this.host.memory.textSize();
    const choices = T.sizes.map((label, step) =>
      el(
        "button",
        {
          type: "button",
          class: `size step-${step}`,
          "aria-label": label,
          "aria-pressed": String(step === chosen),
          on: { click: () => pick(step) },
        },
        el("span", { "aria-hidden": "true" }, "A"),
      ),
    );
    const pick = (step) => {
      this.host.size(step);
      choices.forEach((one, index) => one.setAttribute("aria-pressed", String(index === step)));
    };
    return el(
      "div",
      { class: "sizes", role: "group", "aria-label": T.size },
      el("span", { "aria-hidden": "true" }, T.size),
      el("span", { class: "marks" }, ...choices),
    );
  }

  download() {
    const { messages, session } = this.host.talk;
    save(T.fileName, transcript(messages, session ? session.welcome : null));
    this.close();
  }

  restart() {
    const go = () => {
      this.close();
      this.host.talk.restart();
    };
    this.show(T.restart, el("p", {}, T.restartQuestion), button(T.restartYes, go, "strong"));
  }

  async whatsapp() {
    const told = el("p", { role: "status" }, T.whatsappWait);
    this.show(T.whatsapp, told);
    let link;
    try {
      link = await this.host.api.goOn(this.host.talk.session.token);
    } catch {
      told.textContent = T.whatsappFailed;
      this.body.append(button(T.retry, () => this.whatsapp(), "strong"));
      return;
    }
    if (!told.isConnected) return;
    this.body.replaceChildren(
      el("p", {}, T.whatsappText),
      el("a", { class: "strong", href: link.url, target: "_blank", rel: "noopener" }, T.whatsappOpen, " ", T.newTab),
      qrCode(link.qr, T.whatsappQr),
      el("p", { class: "code" }, `${T.whatsappCode}: `, el("strong", {}, link.code)),
      el("p", { class: "small" }, T.whatsappTerms),
    );
  }

  erase() {
    const told = el("p", { role: "status", class: "problem" });
    const go = async () => {
      yes.disabled = true;
      told.textContent = T.eraseWait;
      try {
        this.erased(await this.host.talk.erase());
      } catch {
        told.textContent = T.eraseFailed;
        yes.disabled = false;
      }
    };
    const yes = button(T.eraseYes, go, "strong danger");
    this.show(T.erase, el("p", {}, T.eraseText), yes, button(T.cancel, () => this.close()), told);
  }

  erased({ erased, at, receipt }) {
    if (!receipt) return this.show(T.erased, el("p", {}, T.erasedNothing));
    const when = `${dayOf(at)} ${at.slice(0, 4)} pukul ${timeOf(at)}`;
    const words = T.erasedText(erased, when);
    const keep = () =>
      save(T.receiptFile, [T.receiptTitle, "", words, `${T.receipt}: ${receipt}`, ""].join("\r\n"));
    return this.show(
      T.erased,
      el("p", {}, icon(ICONS.check), " ", words),
      el("p", { class: "code" }, `${T.receipt}: `, el("strong", {}, receipt)),
      button(T.receiptKeep, keep, "strong"),
    );
  }
}
