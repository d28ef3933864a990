import { el } from "./nodes.js";
import { stars, thumbs } from "./rate.js";
import { T } from "./strings.js";
import { dayOf } from "./times.js";
import { bubble, pendingBubble } from "./view.js";

// The rows of the log, in order: what was said, by day, then what is still on its way. Each has a
// key that changes when its look does; `make` is only called for rows that are not drawn yet, and
// a made node may have a `refresh` of its own. `acts`: press(button), rate(kind, value, seq),
// retry(item), drop(item), address(seq), tell(words).
export function logRows(talk, acts) {
  if (!talk.session) return [];
  const id = talk.session.conversation;
  const welcome = { from: "bot", ...talk.session.welcome };
  const { press } = acts;
  const rows = [{ key: `${id}:welcome`, make: () => bubble(welcome, { first: true, press }) }];
  let before = { from: "bot", day: null };
  for (const message of talk.messages) {
    const { seq, from, name } = message;
    const day = dayOf(message.at);
    const first = from !== before.from || name !== before.name || day !== before.day;
    if (day !== before.day) {
      rows.push({ key: `${id}:${day}`, make: () => el("p", { class: "day" }, day) });
    }
    const make =
      from === "rating"
        ? () => el("div", { class: "message from-rating" }, invitation(talk, message, acts))
        : () =>
            bubble(message, {
              first,
              press,
              rating: invitation(talk, message, acts),
              file: { address: () => acts.address(seq), tell: acts.tell },
            });
    rows.push({ key: `${id}:${seq}:${from}`, make: () => refreshing(make()) });
    before = { from, name, day };
  }
  for (const item of talk.queue) {
    const first = before.from !== "resident";
    rows.push({
      key: `${item.client_message_id}:${item.state}:${first}`,
      make: () => pendingBubble(item, { first, ...acts }),
    });
    before = { from: "resident" };
  }
  return rows;
}

// The rating that a message asks for, or null.
function invitation(talk, { seq, from, name, rate: kind }, { rate }) {
  if (!kind) return null;
  const own = {
    rate: (value) => rate(kind, value, seq),
    current: () => talk.ratings.get(`${kind}:${seq}`),
  };
  if (kind === "thumb") return thumbs(own);
  if (from !== "rating") return stars({ ...own, question: T.csatBot });
  return stars({ ...own, question: T.csatOfficer(name), survey: `${talk.api.base}/kuesioner` });
}

function refreshing(node) {
  const inner = node.querySelector(".rating");
  if (inner) node.refresh = inner.refresh;
  return node;
}
