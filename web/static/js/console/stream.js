// One EventSource at a time. It says what changed; the browser opens it again by itself.
const badge = document.getElementById("sambungan");
const WORDS = {
  hidup: "Tersambung",
  putus: "Menyambung ulang…",
  habis: "Sesi berakhir, muat ulang halaman",
};
const RETRY = 3_000;

let source = null;
let timer = 0;
let behind = false;
let before = "";

function show(state) {
  if (badge.dataset.state === state) return;
  badge.dataset.state = state;
  badge.textContent = WORDS[state];
}

// Whether the stream was opened while the window was behind others.
export function isBehind() {
  return behind;
}

export function listen(conversation, handlers) {
  source?.close();
  clearTimeout(timer);
  behind = document.hidden;
  const query = new URLSearchParams();
  if (conversation) query.set("percakapan", conversation);
  if (behind) query.set("latar", "ya");
  if (before && (before !== conversation || behind)) query.set("dari", before);
  before = conversation;
  source = new EventSource(`/petugas/aliran?${query}`);
  source.addEventListener("open", () => show("hidup"));
  for (const [name, handle] of Object.entries(handlers)) source.addEventListener(name, handle);
  const mine = source;
  source.addEventListener("error", () => {
    show("putus");
    // CLOSED: the server refused it (signed out, or starting up), and the browser gives up.
    if (mine.readyState === EventSource.CLOSED && mine === source) {
      timer = setTimeout(() => retry(conversation, handlers), RETRY);
    }
  });
}

async function retry(conversation, handlers) {
  try {
    const answer = await fetch("/petugas/antrean", { headers: { "HX-Request": "true" } });
    if (answer.status === 401 || answer.status === 403) {
      show("habis");
      return;
    }
  } catch {
    // No network: try again below.
  }
  listen(conversation, handlers);
}
