// What survives a reload: the session, how far it was read, and each unsent message by itself
// (so that two tabs never overwrite each other's).
const PREFIX = "halo-kopukm:";
const SESSION = `${PREFIX}session`;
const QUEUE = `${PREFIX}unsent:`;
const SIZE = `${PREFIX}size`;

function storage() {
  try {
    const probe = `${PREFIX}probe`;
    window.localStorage.setItem(probe, "1");
    window.localStorage.removeItem(probe);
    return window.localStorage;
  } catch {
    return null; // Forbidden by the browser: everything works, but only until the next reload.
  }
}

export class Memory {
  constructor() {
    this.storage = storage();
    this.fallback = new Map();
  }

  session() {
    return this.read(SESSION);
  }

  saveSession(session) {
    this.write(SESSION, session);
  }

  forget() {
    for (const key of this.keys()) {
      if (key === SESSION || key.startsWith(QUEUE)) this.remove(key);
    }
  }

  // How large the letters are, 0 to 2; it stays when a session ends.
  textSize() {
    return this.read(SIZE) || 0;
  }

  saveTextSize(step) {
    this.write(SIZE, step);
  }

  unsent(conversation) {
    const prefix = `${QUEUE}${conversation}:`;
    return this.keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => this.read(key))
      .filter(Boolean)
      .sort((a, b) => a.order - b.order);
  }

  saveUnsent(conversation, item) {
    this.write(`${QUEUE}${conversation}:${item.client_message_id}`, item);
  }

  dropUnsent(conversation, id) {
    this.remove(`${QUEUE}${conversation}:${id}`);
  }

  // Calls back when another tab opened or ended the session.
  onSessionElsewhere(callback) {
    const listener = (event) => {
      if (event.key === SESSION) callback();
    };
    window.addEventListener("storage", listener);
    return () => window.removeEventListener("storage", listener);
  }

  keys() {
    return this.storage ? Object.keys(this.storage) : [...this.fallback.keys()];
  }

  read(key) {
    const text = this.storage ? this.storage.getItem(key) : this.fallback.get(key);
    try {
      return text ? JSON.parse(text) : null;
    } catch {
      return null;
    }
  }

  write(key, value) {
    const text = JSON.stringify(value);
    try {
      if (this.storage) this.storage.setItem(key, text);
      else this.fallback.set(key, text);
    } catch {
      this.storage = null; // Full: go on in memory.
      this.fallback.set(key, text);
    }
  }

  remove(key) {
    if (this.storage) this.storage.removeItem(key);
    this.fallback.delete(key);
  }
}
