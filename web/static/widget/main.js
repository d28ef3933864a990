import { Api } from "./api.js";
import { HaloChat } from "./element.js";

// `STYLE` (the style sheet's text) and `SCRIPT` (this script's own element) come from the builder.
/* global STYLE, SCRIPT */
function begin() {
  if (customElements.get("halo-chat")) return;
  HaloChat.api = new Api(new URL(SCRIPT ? SCRIPT.src : location.href).origin);
  HaloChat.visitor = (SCRIPT && SCRIPT.dataset.haloVisitor) || "";
  HaloChat.sheet = new CSSStyleSheet();
  HaloChat.sheet.replaceSync(STYLE);
  customElements.define("halo-chat", HaloChat);
  if (!document.querySelector("halo-chat")) document.body.append(document.createElement("halo-chat"));
  // Any element of the page may open the chat; without this script it is an ordinary link.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest && event.target.closest("[data-halo-chat-open]");
    if (!opener) return;
    event.preventDefault();
    document.querySelector("halo-chat").open();
  });
}

if (document.body) begin();
else document.addEventListener("DOMContentLoaded", begin);
