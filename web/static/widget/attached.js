import { Refused } from "./api.js";
import { sizeOf } from "./files.js";
import { T } from "./strings.js";
import { ICONS, el, icon } from "./nodes.js";

const SHOWN_UNASKED = 400 * 1024; // Bytes of a picture that is fetched as soon as it is in sight.

function words({ name, kind, size }) {
  return `${kind === "image" ? T.image : T.document}: ${name}${size ? ` (${sizeOf(size)})` : ""}`;
}

// A file that is on its way: its name and size.
export function fileTag(file) {
  return el("span", { class: "file" }, icon(ICONS.file), el("span", {}, words(file)));
}

// A file that somebody sent. `address()` resolves to where it is, `tell(words)` says what failed.
export function attached(file, { address, tell }) {
  const open = async (use) => {
    try {
      use(await address());
    } catch (error) {
      tell(error instanceof Refused ? T.fileGone : T.fileFailed);
    }
  };
  const save = el(
    "button",
    {
      type: "button",
      class: "file",
      on: { click: () => open((href) => el("a", { href, download: file.name }).click()) },
    },
    icon(ICONS.file),
    el("span", {}, words(file)),
    el("span", { class: "act" }, T.fileSave),
  );
  return el("div", { class: "attached" }, file.kind === "image" ? picture(file, open) : null, save);
}

// The picture itself, once it is in sight; a large one only when it is asked for.
function picture(file, open) {
  const frame = el("div", { class: "picture" });
  const show = () =>
    open((src) => {
      const image = el("img", { src, alt: words(file) });
      // A page that embeds the chat may forbid pictures of this kind: the name stays.
      image.addEventListener("error", () => frame.remove());
      frame.replaceChildren(image);
    });
  if (file.size > SHOWN_UNASKED) {
    frame.append(el("button", { type: "button", class: "chip", on: { click: show } }, T.fileShow));
    return frame;
  }
  const sight = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    sight.disconnect();
    show();
  });
  sight.observe(frame);
  return frame;
}
