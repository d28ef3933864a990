import { T } from "./strings.js";
import { dayOf, timeOf } from "./times.js";

// Asks for the place in the queue, for as long as a case waits and the page is looked at.
const EVERY_MS = 20000;

export class Place {
  constructor(api, changed) {
    Object.assign(this, { api, changed, token: null, known: null, timer: null });
  }

  // `token` of the waiting resident, or null when nobody waits (any more).
  follow(token) {
    if (token === this.token) return;
    this.token = token;
    this.known = null;
    clearTimeout(this.timer);
    if (token) this.look(token);
  }

  async look(token) {
    if (!document.hidden) {
      try {
        const known = await this.api.place(token);
        if (token !== this.token) return;
        this.known = known;
        this.changed();
      } catch {
        // Without an answer the last known place stays; the next look comes soon.
        if (token !== this.token) return;
      }
    }
    this.timer = setTimeout(() => this.look(token), EVERY_MS);
  }

  // Where in the queue the resident stands; empty while it is not known.
  get words() {
    const { known } = this;
    if (!known || !known.place) return "";
    const words = [T.place(known.place)];
    if (known.minutes !== null && known.at) words.push(T.placeMinutes(known.minutes, timeOf(known.at)));
    const opens = known.opens_at ? T.placeOpens(dayOf(known.opens_at), timeOf(known.opens_at)) : "";
    return `${words.join(", ")}. ${opens}`.trim();
  }
}
