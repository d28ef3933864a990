// The chat API over fetch. No cookies, no token in an address.
export class Gone extends Error {} // The session is not known any more.
export class Refused extends Error {} // The server will never accept this message.
export class Unavailable extends Error {
  constructor(message, retryAfter = 0) {
    super(message);
    this.retryAfter = retryAfter; // Seconds.
  }
}

export class Api {
  constructor(base) {
    this.base = base;
  }

  async openSession() {
    return (await this.ask("sessions", { method: "POST" })).json();
  }

  async postMessage(token, message) {
    const answer = await this.ask("messages", {
      method: "POST",
      token,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(message),
    });
    return answer.json();
  }

  async events(token, after) {
    return (await this.ask(`events?after=${after}`, { token })).json();
  }

  // Resolves to the response whose body is read piece by piece.
  stream(token, after, signal) {
    const headers = { Accept: "text/event-stream" };
    return this.ask(`stream?after=${after}`, { token, headers, signal, timeout: 0 });
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
    if (answer.status === 401) throw new Gone();
    if ([400, 403, 413, 422].includes(answer.status)) throw new Refused(String(answer.status));
    throw new Unavailable(String(answer.status), Number(answer.headers.get("Retry-After")) || 0);
  }
}

// Yields the parsed `data` of each server-sent event, and null for each comment (heartbeat).
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
      const data = block
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trimStart());
      yield data.length ? JSON.parse(data.join("\n")) : null;
    }
  }
}
