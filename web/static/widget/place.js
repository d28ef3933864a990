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
}
