import { Gone, serverSentEvents } from "./api.js";

// Keeps the widget in step with the server: catches up, streams, and polls where streaming is
// blocked. Everything that goes wrong ends in the same place: catch up from the last event.
const FIRST_BYTE_MS = 8000;
const SILENCE_MS = 40000; // The server sends a heartbeat every 15 s.
const POLL_MS = 3000;
const POLL_HIDDEN_MS = 20000;
const TRY_STREAM_AGAIN_MS = 300000;
const SHORT_LIFE_MS = 2000;
const UNSEEN_MS = 30000; // A tab that nobody looks at gives its connection back: browsers have six.

export function backoff(attempt) {
  return Math.min(30000, 1000 * 2 ** Math.min(attempt, 5)) * (0.6 + Math.random() * 0.4);
}

export class Link {
  // `take(events)` returns the last seq held without a gap; `after()` gives that same number.
  // `typing(sign)` hears who types.
  constructor(api, { token, after, take, typing, status, gone }) {
    Object.assign(this, { api, token, after, take, typing, status, gone });
    this.stopped = false;
    this.failures = 0;
    this.shortLives = 0;
    this.pollUntil = 0;
    this.wake = () => {};
    this.abort = null;
    this.heardAt = 0;
    this.nudge = this.nudge.bind(this);
    this.lose = () => this.status("offline");
    this.regain = () => {
      if (this.abort) this.abort.abort();
      this.wake();
    };
  }

  start() {
    window.addEventListener("online", this.regain);
    window.addEventListener("offline", this.lose);
    document.addEventListener("visibilitychange", this.nudge);
    this.run();
  }

  stop() {
    this.stopped = true;
    window.removeEventListener("online", this.regain);
    window.removeEventListener("offline", this.lose);
    document.removeEventListener("visibilitychange", this.nudge);
    clearTimeout(this.unseen);
    if (this.abort) this.abort.abort();
    this.wake();
  }

  // The page is looked at again, perhaps after sleep: do not wait for a time-out.
  nudge() {
    clearTimeout(this.unseen);
    if (document.hidden) {
      this.unseen = setTimeout(() => this.abort && this.abort.abort(), UNSEEN_MS);
      return;
    }
    this.wake();
    if (this.abort && Date.now() - this.heardAt > 20000) this.abort.abort();
  }

  async run() {
    while (!this.stopped) {
      try {
        await this.catchUp();
        this.failures = 0;
        this.status("online");
        if (document.hidden || Date.now() < this.pollUntil) {
          await this.sleep(document.hidden ? POLL_HIDDEN_MS : POLL_MS);
        } else {
          await this.stream();
        }
      } catch (error) {
        if (this.stopped) return;
        if (error instanceof Gone) return this.gone();
        this.status("offline");
        await this.sleep(Math.max(backoff(this.failures), (error.retryAfter || 0) * 1000));
        this.failures += 1;
      }
    }
  }

  async catchUp() {
    let page;
    do {
      page = await this.api.events(this.token, this.after());
      if (this.stopped) return;
      this.take(page.events);
    } while (page.events.length && this.after() < page.last);
    if (page.events.length) return this.catchUp();
    if (page.typing) this.typing({ from: page.typing }); // The stream tells it, a poll has to ask.
  }

  async stream() {
    const began = Date.now();
    this.heardAt = began;
    this.abort = new AbortController();
    let heard = false;
    const watch = setInterval(() => {
      const limit = heard ? SILENCE_MS : FIRST_BYTE_MS;
      if (Date.now() - this.heardAt > limit) this.abort.abort();
    }, 1000);
    try {
      const answer = await this.api.stream(this.token, this.after(), this.abort.signal);
      if (!answer.body) return this.pollInstead();
      for await (const { name, data } of serverSentEvents(answer.body)) {
        heard = true;
        this.heardAt = Date.now();
        if (this.stopped) return;
        if (name === "typing") this.typing(data);
        else if (data && this.take([data]) < data.id) break; // A gap: catch up.
      }
    } catch (error) {
      if (error instanceof Gone) throw error;
      // Any other end of a stream means the same: catch up, then try again.
    } finally {
      clearInterval(watch);
      this.abort.abort();
      this.abort = null;
      if (!document.hidden) this.judge(heard, Date.now() - began);
    }
  }

  judge(heard, lifeMs) {
    this.shortLives = lifeMs < SHORT_LIFE_MS ? this.shortLives + 1 : 0;
    if (!heard && lifeMs >= FIRST_BYTE_MS) this.pollInstead();
    if (this.shortLives >= 3) this.pollInstead();
  }

  pollInstead() {
    this.shortLives = 0;
    this.pollUntil = Date.now() + TRY_STREAM_AGAIN_MS;
  }

  sleep(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
