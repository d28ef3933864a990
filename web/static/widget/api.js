// The chat API over fetch. No cookies, no token in an address.
export class Gone extends Error {} // The session is not known any more.
export class Refused extends Error {} // The server will never accept this; the message says why.
export class Unavailable extends Error {
  constructor(message, retryAfter = 0) {
    super(message);
    this.retryAfter = retryAfter; // Seconds.
  }
}

const STALL_MS = 30000; // An upload that moves no byte for so long is given up and tried again.
const NEVER = [400, 403, 404, 413, 422];

// The error that an answer other than 2xx stands for. `text` is its body.
function verdict(status, retryAfter, text) {
  if (status === 401) return new Gone();
  if (!NEVER.includes(status)) return new Unavailable(String(status), Number(retryAfter) || 0);
  try {
    return new Refused(JSON.parse(text).error.message);
  } catch {
    return new Refused("");
  }
}

export class Api {
  constructor(base) {
    this.base = base;
  }

  async openSession(visitor) {
    return this.send("sessions", "", visitor ? { visitor } : {});
  }

  postMessage(token, message) {
    return this.send("messages", token, message);
  }

  rate(token, rating) {
    return this.send("ratings", token, rating);
  }

  // Resolves to {code, url, qr}.
  goOn(token) {
    return this.send("continue", token, {});
  }

  // Resolves to {erased, at, receipt}.
  erase(token) {
    return this.send("erase", token, { confirm: true });
  }

  // Says that the resident types. A sign, not a message: lost is lost.
  typing(token) {
    return this.ask("typing", { method: "POST", token });
  }

  // Resolves to the file of message `seq` as a Blob.
  async file(token, seq) {
    return (await this.ask(`files/${seq}`, { token, timeout: 60000 })).blob();
  }

  async place(token) {
    return (await this.ask("queue", { token })).json();
  }

  async events(token, after) {
    return (await this.ask(`events?after=${after}`, { token })).json();
  }

  // Resolves to the response whose body is read piece by piece.
  stream(token, after, signal) {
    const headers = { Accept: "text/event-stream" };
    return this.ask(`stream?after=${after}`, { token, headers, signal, timeout: 0 });
  }

  // Uploads a file; `progress` hears the share that has gone out. fetch cannot tell that.
  attach(token, { file, name, client_message_id: id }, { progress, signal }) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const query = `client_message_id=${encodeURIComponent(id)}&name=${encodeURIComponent(name)}`;
      let stalled;
      const alive = () => {
        clearTimeout(stalled);
        stalled = setTimeout(() => request.abort(), STALL_MS);
      };
      request.open("POST", `${this.base}/api/chat/attachments?${query}`);
      request.setRequestHeader("Authorization", `Bearer ${token}`);
      request.upload.addEventListener("progress", ({ loaded, total }) => {
        alive();
        progress(total ? loaded / total : 0);
      });
      request.addEventListener("loadend", () => {
        clearTimeout(stalled);
        const { status, responseText } = request;
        if (status >= 200 && status < 300) resolve();
        else if (!status) reject(new Unavailable("upload"));
        else reject(verdict(status, request.getResponseHeader("Retry-After"), responseText));
      });
      signal.addEventListener("abort", () => request.abort());
      alive();
      request.send(file);
    });
  }

  async send(path, token, body) {
    const headers = { "Content-Type": "application/json" };
    const answer = await this.ask(path, { method: "POST", token, headers, body: JSON.stringify(body) });
    return answer.json();
  }

  async ask(path, { method = "GET", token, headers = {}, body, signal, timeout = 15000 } = {}) {
    const clock = timeout ? new AbortController() : null;
    const timer = clock && setTimeout(() => clock.abort(), timeout);
    let answer;
    try {
      answer = await fetch(`${this.base}/api/chat/${path}`, {
        method,
        body,
        headers: token ? { ...headers, Authorization: `Bearer ${token}` } : headers,
        signal: signal || (clock && clock.signal),
        credentials: "omit",
        cache: "no-store",
      });
    } catch (error) {
      throw new Unavailable(String(error));
    } finally {
      clearTimeout(timer);
    }
    if (answer.ok) return answer;
    throw verdict(answer.status, answer.headers.get("Retry-After"), await answer.text());
  }
}

// Yields {name, data} of each server-sent event; `data` is null for a comment (heartbeat).
export async function* serverSentEvents(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const values = (field) =>
        block
          .split("\n")
          .filter((line) => line.startsWith(field))
          .map((line) => line.slice(field.length).trimStart());
      const data = values("data:");
      yield { name: values("event:").pop() || "", data: data.length ? JSON.parse(data.join("\n")) : null };
    }
  }
}
