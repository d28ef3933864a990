import { Refused } from "./api.js";
import { Link, backoff } from "./link.js";
import { Opened } from "./opened.js";
import { Place } from "./place.js";
import { Sending } from "./sending.js";
import { visitorId } from "./visitor.js";

export const TEXT_LIMIT = 2000;

const OPEN_STATES = { opened: "waiting", released: "waiting", claimed: "claimed" };
const RATED_ENDS = ["resolved", "returned"];
const TYPING_MS = { bot: 30000, officer: 6000 }; // So long "is typing" is believed.
const TYPED_EVERY_MS = 4000;

// One resident's conversation, without any screen: what was said, what is still to be sent.
export class Talk {
  // `visitor`: the embedding page's signed word on who is signed in there, mostly "".
  constructor(api, memory, changed, visitor = "") {
    Object.assign(this, { api, memory, changed, visitor });
    this.visitorId = visitorId(visitor);
    this.busy = false;
    this.place = new Place(api, changed);
    this.reset();
  }

  reset() {
    if (this.link) this.link.stop();
    if (this.sending) this.sending.wake();
    if (this.files) this.files.forget();
    clearTimeout(this.typingTimer);
    this.place.follow(null);
    Object.assign(this, {
      session: null,
      link: null,
      messages: [], // {seq, from, name, text, buttons, at, file, rate}
      ratings: new Map(), // `kind:seq` → value
      sending: new Sending(this),
      lastSeq: 0,
      caseState: null, // {state, ticket, name}
      files: null, // Opened, of this session
      typing: "", // who writes: "bot", "officer" or nobody
      typedAt: 0,
      caughtUp: false,
      status: "closed",
      ended: false,
    });
  }

  get queue() {
    return this.sending.queue;
  }

  get known() {
    return Boolean(this.session || this.remembered());
  }

  // The remembered session, unless it is somebody else's who was signed in on this page before.
  remembered() {
    const session = this.memory.session();
    if (!session || (session.visitor || "") === this.visitorId) return session;
    this.memory.forget();
    return null;
  }

  // Takes up the remembered session or opens a new one; may be called again at any time.
  async open() {
    if (this.session || this.busy) return;
    this.busy = true;
    for (let attempt = 0; !this.session; attempt += 1) {
      const remembered = this.remembered();
      try {
        this.begin(remembered || (await this.newSession()));
      } catch (error) {
        this.status = "unopened";
        this.changed();
        const wait = Math.max(backoff(attempt), (error.retryAfter || 0) * 1000);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    this.busy = false;
  }

  async newSession() {
    const own = { read: 0, visitor: this.visitorId };
    try {
      return { ...(await this.api.openSession(this.visitor)), ...own };
    } catch (error) {
      if (!this.visitor || !(error instanceof Refused)) throw error;
      // A signature that is too old or wrong: better a chat without a name than none.
      return { ...(await this.api.openSession("")), ...own };
    }
  }

  begin(session) {
    const waiting = this.queue;
    this.session = session;
    this.memory.saveSession(session);
    this.files = new Opened(this.api, session.token);
    this.sending.restore(session.conversation);
    this.status = "opening";
    this.link = new Link(this.api, {
      token: session.token,
      after: () => this.lastSeq,
      take: (events) => this.take(events),
      typing: ({ from }) => this.hear(from),
      status: (status) => this.setStatus(status),
      gone: () => this.startOver(),
    });
    waiting.forEach((item) => this.sending.enqueue(item));
    this.link.start();
    this.sending.flush();
    this.changed();
  }

  // The server forgot the session: a new one begins, and what was not sent is sent there.
  startOver() {
    const unsent = this.queue;
    this.memory.forget();
    this.reset();
    this.sending.queue = unsent;
    this.ended = true;
    this.open();
  }

  restart() {
    this.memory.forget();
    this.reset();
    this.changed(); // What was said is gone from the screen before the new session is there.
    return this.open();
  }

  // Erases what was said here, for good, and begins anew. Resolves to the receipt.
  async erase() {
    const receipt = await this.api.erase(this.session.token);
    this.restart();
    return receipt;
  }

  setStatus(status) {
    this.status = status;
    if (status === "online") {
      this.caughtUp = true;
      this.sending.wake();
      this.sending.flush();
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
    this.place.follow(this.isWaiting ? this.session.token : null);
    this.changed();
    return this.lastSeq;
  }

  apply(event) {
    if (event.type === "case") return this.applyCase(event);
    if (event.type === "rated") this.ratings.set(`${event.kind}:${event.seq}`, event.value);
    if (event.type !== "message") return;
    if (event.from === "resident") {
      this.sending.settle(event.client_message_id);
      if (!this.ownedByOfficer) this.setTyping("bot");
    } else {
      this.setTyping("");
    }
    if (event.from === "officer" && this.ownedByOfficer) this.caseState.name = event.name;
    const { id: seq, from, name, text, buttons, at, file, rate } = event;
    this.messages.push({ seq, from, name, text, buttons, at, file, rate });
  }

  applyCase(event) {
    const { id: seq, state, ticket, at } = event;
    this.setTyping("");
    const name = this.caseState ? this.caseState.name : "";
    this.caseState = { state: OPEN_STATES[state] || state, ticket, seq, name: event.name };
    if (RATED_ENDS.includes(state)) this.messages.push({ seq, from: "rating", at, name, rate: "csat" });
  }

  get ownedByOfficer() {
    return this.caseState !== null && this.caseState.state === "claimed";
  }

  get isWaiting() {
    return this.caseState !== null && this.caseState.state === "waiting";
  }

  // `who` writes until a message comes, or for as long as that is believed without a new sign.
  setTyping(who) {
    clearTimeout(this.typingTimer);
    this.typing = who;
    if (who) {
      this.typingTimer = setTimeout(() => {
        this.typing = "";
        this.changed();
      }, TYPING_MS[who]);
    }
  }

  hear(who) {
    if (who !== "officer" || !this.ownedByOfficer) return;
    this.setTyping(who);
    this.changed();
  }

  // The resident types; only an officer is told, now and then.
  typed() {
    if (!this.ownedByOfficer || Date.now() - this.typedAt < TYPED_EVERY_MS) return;
    this.typedAt = Date.now();
    this.api.typing(this.session.token).catch(() => {});
  }

  say(text) {
    this.sending.add({ text });
  }

  press(button) {
    this.sending.add({ payload: button.payload, title: button.title });
  }

  // `file` and `name` as files.js made them.
  attach({ file, name }) {
    this.sending.add({ file, name, title: name });
  }

  // Shows the rating at once and takes it back when it could not be kept. Resolves to whether.
  async rate(kind, value, seq) {
    const key = `${kind}:${seq}`;
    const before = this.ratings.get(key);
    this.ratings.set(key, value);
    this.changed();
    try {
      await this.api.rate(this.session.token, { kind, value, seq });
      return true;
    } catch {
      if (this.ratings.get(key) === value) this.ratings.set(key, before);
      this.changed();
      return false;
    }
  }

  get unread() {
    const read = this.session ? this.session.read || 0 : 0;
    const counts = ({ from, seq }) => from !== "resident" && from !== "rating" && seq > read;
    return this.messages.filter(counts).length;
  }

  markRead() {
    if (!this.session || this.session.read === this.lastSeq) return;
    this.session.read = this.lastSeq;
    this.memory.saveSession(this.session);
  }

  // Another tab opened, restarted, erased or ended the session. `wanted`: this one is looked at.
  follow(wanted) {
    const elsewhere = this.memory.session();
    const mine = this.session && this.session.conversation;
    if (elsewhere && elsewhere.conversation === mine) {
      this.session.read = Math.max(this.session.read || 0, elsewhere.read || 0);
    } else {
      if (mine) this.reset();
      const same = elsewhere && (elsewhere.visitor || "") === this.visitorId;
      if (same && (mine || wanted) && !this.busy) this.begin(elsewhere);
    }
    this.changed();
  }
}
