import { Gone, Refused } from "./api.js";
import { Link, backoff } from "./link.js";

export const TEXT_LIMIT = 2000;

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// One resident's conversation, without any screen: what was said, what is still to be sent.
export class Talk {
  constructor(api, memory, changed) {
    Object.assign(this, { api, memory, changed });
    this.busy = false;
    this.reset();
  }

  reset() {
    if (this.link) this.link.stop();
    clearTimeout(this.typingTimer);
    Object.assign(this, {
      session: null,
      link: null,
      messages: [], // {seq, from, name, text, buttons, at}
      queue: [], // {client_message_id, text | payload, title, order, state}
      lastSeq: 0,
      caseState: null, // {state, ticket, name}
      typing: false,
      caughtUp: false,
      status: "closed",
      ended: false,
      wakeSender: () => {},
    });
  }

  get known() {
    return Boolean(this.session || this.memory.session());
  }

  // Takes up the remembered session or opens a new one; may be called again at any time.
  async open() {
    if (this.session || this.busy) return;
    this.busy = true;
    for (let attempt = 0; !this.session; attempt += 1) {
      const remembered = this.memory.session();
      try {
        this.begin(remembered || { ...(await this.api.openSession()), read: 0 });
      } catch (error) {
        this.status = "unopened";
        this.changed();
        const wait = Math.max(backoff(attempt), (error.retryAfter || 0) * 1000);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    this.busy = false;
  }

  begin(session) {
    const waiting = this.queue;
    this.session = session;
    this.memory.saveSession(session);
    this.queue = this.memory
      .unsent(session.conversation)
      .map((item) => ({ ...item, state: "sending" }));
    this.status = "opening";
    this.link = new Link(this.api, {
      token: session.token,
      after: () => this.lastSeq,
      take: (events) => this.take(events),
      status: (status) => this.setStatus(status),
      gone: () => this.startOver(),
    });
    waiting.forEach((item) => this.enqueue(item));
    this.link.start();
    this.flush();
    this.changed();
  }

  // The server forgot the session: a new one begins, and what was not sent is sent there.
  startOver() {
    const unsent = this.queue;
    this.memory.forget();
    this.reset();
    this.queue = unsent;
    this.ended = true;
    this.open();
  }

  restart() {
    this.memory.forget();
    this.reset();
    return this.open();
  }

  setStatus(status) {
    this.status = status;
    if (status === "online") {
      this.caughtUp = true;
      this.wakeSender();
      this.flush();
    }
    this.changed();
  }

  // Applies events in order and returns the last seq that is held without a gap.
  take(events) {
    for (const event of events) {
      if (event.id <= this.lastSeq) continue;
      if (event.id > this.lastSeq + 1) break;
      this.lastSeq = event.id;
      this.apply(event);
    }
    this.changed();
    return this.lastSeq;
  }

  apply(event) {
    if (event.type === "case") return this.applyCase(event);
    if (event.type !== "message" || event.from !== "resident") this.setTyping(false);
    if (event.type !== "message") return;
    if (event.from === "resident") {
      this.settle(event.client_message_id);
      this.setTyping(!this.ownedByOfficer);
    }
    if (event.from === "officer" && this.ownedByOfficer) this.caseState.name = event.name;
    const { id: seq, from, name, text, buttons, at } = event;
    this.messages.push({ seq, from, name, text, buttons, at });
  }

  applyCase(event) {
    const { state, ticket } = event;
    const open = { opened: "waiting", released: "waiting", claimed: "claimed" }[state];
    this.caseState = { state: open || state, ticket, seq: event.id };
  }

  get ownedByOfficer() {
    return this.caseState !== null && this.caseState.state === "claimed";
  }

  setTyping(typing) {
    clearTimeout(this.typingTimer);
    this.typing = typing;
    if (typing) {
      this.typingTimer = setTimeout(() => {
        this.typing = false;
        this.changed();
      }, 30000);
    }
  }

  say(text) {
    this.add({ text });
  }

  press(button) {
    this.add({ payload: button.payload, title: button.title });
  }

  add(content) {
    this.enqueue({ ...content, client_message_id: newId(), order: Date.now() });
    this.flush();
    this.changed();
  }

  enqueue(item) {
    item.state = "sending";
    this.queue.push(item);
    if (this.session) this.memory.saveUnsent(this.session.conversation, item);
    else this.open();
  }

  retry(item) {
    item.state = "sending";
    this.wakeSender();
    this.flush();
    this.changed();
  }

  // The event of one's own message came: its bubble is no longer pending.
  settle(id) {
    const index = this.queue.findIndex((item) => item.client_message_id === id);
    if (index < 0) return;
    this.queue.splice(index, 1);
    this.memory.dropUnsent(this.session.conversation, id);
  }

  // Sends the queue in order, one at a time, each with the same id however often it takes.
  async flush() {
    if (this.flushing || !this.session) return;
    this.flushing = true;
    const session = this.session;
    for (let failures = 0; session === this.session; ) {
      const item = this.queue.find(({ state }) => state === "sending" || state === "waiting");
      if (!item) break;
      const error = await this.post(session, item);
      if (!error) {
        failures = 0;
      } else if (error instanceof Gone) {
        if (session === this.session) this.startOver();
      } else if (!(error instanceof Refused)) {
        const wait = Math.max(backoff(failures), (error.retryAfter || 0) * 1000);
        await new Promise((resolve) => {
          this.wakeSender = resolve;
          setTimeout(resolve, wait);
        });
        failures += 1;
      }
    }
    this.flushing = false;
    if (session !== this.session) this.flush();
  }

  async post(session, item) {
    const { client_message_id, text, payload, title } = item;
    const message = payload ? { client_message_id, payload, title } : { client_message_id, text };
    try {
      await this.api.postMessage(session.token, message);
      // It stays in the queue, shown as sent, until its event arrives.
      item.state = "sent";
      this.memory.dropUnsent(session.conversation, client_message_id);
      return null;
    } catch (error) {
      if (!(error instanceof Gone)) item.state = error instanceof Refused ? "failed" : "waiting";
      return error;
    } finally {
      this.changed();
    }
  }

  get unread() {
    const read = this.session ? this.session.read || 0 : 0;
    return this.messages.filter(({ from, seq }) => from !== "resident" && seq > read).length;
  }

  markRead() {
    if (!this.session || this.session.read === this.lastSeq) return;
    this.session.read = this.lastSeq;
    this.memory.saveSession(this.session);
  }

  // Another tab opened, restarted or ended the session.
  follow() {
    const elsewhere = this.memory.session();
    if (!elsewhere || !this.session) return;
    if (elsewhere.conversation === this.session.conversation) {
      this.session.read = Math.max(this.session.read || 0, elsewhere.read || 0);
      this.changed();
    } else {
      this.reset();
      this.begin(elsewhere);
    }
  }
}
