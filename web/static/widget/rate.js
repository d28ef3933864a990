import { ICONS, el, icon } from "./nodes.js";
import { T } from "./strings.js";

// Two thumbs under an answer. `rate(value)` keeps it; `current()` is what holds now.
export function thumbs({ rate, current }) {
  const buttons = ["up", "down"].map((value) =>
    el(
      "button",
      {
        type: "button",
        class: `thumb ${value}`,
        title: T.thumb[value],
        "aria-label": T.thumb[value],
        on: { click: () => rate(value) },
      },
      icon(ICONS.thumb),
    ),
  );
  return rating("thumbs", T.thumbs, buttons, {
    current,
    isOn: (index, value) => ["up", "down"][index] === value,
    thanks: (value) => T.thumbThanks[value],
  });
}

// Five stars for the whole service of the assistant or of an officer; after an officer's, the way
// to the office's questionnaire at `survey`.
export function stars({ rate, current, question, survey = "" }) {
  const buttons = [1, 2, 3, 4, 5].map((value) =>
    el(
      "button",
      { type: "button", class: "star", "aria-label": T.star(value), on: { click: () => rate(value) } },
      icon(ICONS.star),
    ),
  );
  return rating("stars", question, buttons, {
    current,
    isOn: (index, value) => index < value,
    isPressed: (index, value) => index + 1 === value,
    thanks: T.csatThanks,
    more: survey && el("a", { class: "survey", href: survey, target: "_blank", rel: "noopener" }, T.survey),
  });
}

function rating(name, question, buttons, { current, isOn, isPressed = isOn, thanks, more }) {
  const told = el("span", { class: "thanks" });
  const node = el(
    "div",
    { class: `rating ${name}`, role: "group", "aria-label": question },
    el("span", { class: "question", "aria-hidden": "true" }, question),
    el("span", { class: "marks" }, ...buttons),
    told,
    more || "",
  );
  // Drawn again in place, so that the keyboard stays where it is.
  node.refresh = () => {
    const value = current();
    buttons.forEach((button, index) => {
      button.classList.toggle("on", value !== undefined && isOn(index, value));
      button.setAttribute("aria-pressed", String(value !== undefined && isPressed(index, value)));
    });
    const words = value === undefined ? "" : thanks(value);
    if (told.textContent !== words) told.textContent = words;
  };
  node.refresh();
  return node;
}
