import { Gone, Refused } from "./api.js";
import { backoff } from "./link.js";

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What the resident wrote or attached and what is not yet in the log of the server. Sent in order,
// one at a time, each with the same id however often it takes, so that nothing comes twice.
export class Sending {
  constructor(talk) {
    this.talk = talk;
    this.queue = []; // {client_message_id, text | payload | file, title, order, state, problem}
    this.wake = () => {};
  }

  // Takes up what an earlier page left behind.
  restore(conversation) {
    const earlier = this.talk.memory.unsent(conversation);
    this.queue = earlier.map((item) => ({ ...item, state: "sending" }));
  }

  add(content) {
    this.enqueue({ ...content, client_message_id: newId(), order: Date.now() });
    this.flush();
    this.talk.changed();
  }

  enqueue(item) {
    const { session, memory } = this.talk;
    item.state = "sending";
    this.queue.push(item);
    // A file cannot be remembered in words; the page warns before it is left (element.js).
    if (session && !item.file) memory.saveUnsent(session.conversation, item);
    if (!session) this.talk.open();
  }

  retry(item) {
    item.state = "sending";
    item.problem = "";
    this.wake();
    this.flush();
    this.talk.changed();
  }

  // The resident gives a message up; one that had arrived after all comes back as an event.
  drop(item) {
    if (item.abort) item.abort.abort();
    this.remove(item);
    this.wake();
    this.talk.changed();
  }

  // The event of one's own message came: its bubble is no longer pending.
  settle(id) {
    const item = this.queue.find(({ client_message_id: own }) => own === id);
    if (item) this.remove(item);
  }

  remove(item) {
    this.queue = this.queue.filter((one) => one !== item);
    const { session, memory } = this.talk;
    if (session) memory.dropUnsent(session.conversation, item.client_message_id);
  }

  get uploading() {
    return this.queue.some(({ file, state }) => file && state !== "failed" && state !== "sent");
  }

  async flush() {
    const { talk } = this;
    if (this.flushing || !talk.session) return;
    this.flushing = true;
    const session = talk.session;
    for (let failures = 0; session === talk.session; ) {
      const item = this.queue.find(({ state }) => state === "sending" || state === "waiting");
      if (!item) break;
      const error = await this.post(session, item);
      if (!error) {
        failures = 0;
      } else if (error instanceof Gone) {
        if (session === talk.session) talk.startOver();
      } else if (!(error instanceof Refused) && this.queue.includes(item)) {
        const wait = Math.max(backoff(failures), (error.retryAfter || 0) * 1000);
        await new Promise((resolve) => {
          this.wake = resolve;
          setTimeout(resolve, wait);
        });
        failures += 1;
      }
    }
    this.flushing = false;
    if (talk.session && session !== talk.session) this.flush();
  }

  async post(session, item) {
    const { talk } = this;
    try {
      await (item.file ? this.upload(session, item) : talk.api.postMessage(session.token, said(item)));
      // It stays in the queue, shown as sent, until its event arrives.
      item.state = "sent";
      talk.memory.dropUnsent(session.conversation, item.client_message_id);
      return null;
    } catch (error) {
      if (!(error instanceof Gone)) item.state = error instanceof Refused ? "failed" : "waiting";
      if (error instanceof Refused) item.problem = error.message;
      return error;
    } finally {
      talk.changed();
    }
  }

  upload(session, item) {
    item.abort = new AbortController();
    item.share = 0;
    const progress = (share) => {
      item.share = share;
      this.talk.changed();
    };
    return this.talk.api.attach(session.token, item, { progress, signal: item.abort.signal });
  }
}

function said({ client_message_id, text, payload, title }) {
  return payload ? { client_message_id, payload, title } : { client_message_id, text };
}
