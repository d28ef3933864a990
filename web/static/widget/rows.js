import { bubble, dayOf, el, pendingBubble } from "./view.js";

// The rows of the log, in order: what was said, by day, then what is still on its way. Each has a
// key that changes when its look does; `make` is only called for rows that are not drawn yet.
export function logRows(talk, press) {
  if (!talk.session) return [];
  const id = talk.session.conversation;
  const welcome = { from: "bot", ...talk.session.welcome };
  const rows = [{ key: `${id}:welcome`, make: () => bubble(welcome, { first: true, press }) }];
  let before = { from: "bot", day: null };
  for (const message of talk.messages) {
    const { seq, from, name } = message;
    const day = dayOf(message.at);
    const first = from !== before.from || name !== before.name || day !== before.day;
    if (day !== before.day) {
      rows.push({ key: `${id}:${day}`, make: () => el("p", { class: "day" }, day) });
    }
    rows.push({ key: `${id}:${seq}`, make: () => bubble(message, { first, press }) });
    before = { from, name, day };
  }
  for (const item of talk.queue) {
    const first = before.from !== "resident";
    const retry = () => talk.retry(item);
    rows.push({
      key: `${item.client_message_id}:${item.state}:${first}`,
      make: () => pendingBubble(item, { first, retry }),
    });
    before = { from: "resident" };
  }
  return rows;
}
