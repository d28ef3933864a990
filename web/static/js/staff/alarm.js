// Urgent cases, on every page for officers: read anew often; sound and title until somebody
// acknowledges. The words and buttons come from the server.
const region = document.getElementById("darurat");
const EVERY = 10_000;
const SOUND_EVERY = 4_000;
const FLASH_EVERY = 1_000;
const MARK = "\u26a0 DARURAT";

let audio = null;
let shown = withoutTokens(region.innerHTML);
let usual = document.title;
let known = new Set();

// Every answer has a fresh token; that alone is no news.
function withoutTokens(html) {
  return html.trim().replace(/name="csrf_token" value="[^"]*"/g, "");
}

function sounding() {
  return [...region.querySelectorAll("[data-alarm]")].map((row) => row.dataset.alarm);
}

// Two tones, unlike the single one of a new case.
function tone(frequency, at) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.type = "square";
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.12, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + 0.45);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.45);
}

function beep() {
  audio ??= new AudioContext();
  // Browsers keep quiet until somebody has pressed something on the page; then there is a button.
  const button = document.getElementById("bunyi-alarm");
  if (button) button.hidden = audio.state === "running";
  if (audio.state !== "running") return;
  tone(880, audio.currentTime);
  tone(660, audio.currentTime + 0.5);
}

function notify() {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  // No word of a resident and no ticket: notifications are shown on locked screens too.
  new Notification("HALO KOP-UKM", { body: "DARURAT: buka konsol petugas", tag: "halo-darurat" });
}

function flash() {
  if (!document.title.startsWith(MARK)) {
    if (!sounding().length) return;
    usual = document.title;
    document.title = MARK;
  } else {
    document.title = usual;
  }
}

function look() {
  const now = sounding();
  if (now.some((id) => !known.has(id))) {
    beep();
    notify();
  }
  known = new Set(now);
  region.dataset.keadaan = now.length ? "bunyi" : "tenang";
  const button = document.getElementById("bunyi-alarm");
  if (button && !now.length) button.hidden = true;
}

async function read() {
  let answer;
  try {
    answer = await fetch(region.dataset.url, { headers: { "HX-Request": "true" } });
  } catch {
    return; // The page itself says when the server is out of reach.
  }
  if (!answer.ok) return;
  const html = await answer.text();
  // Who is about to press a button must not lose it; and a reader hears only what is new.
  if (withoutTokens(html) === shown || region.contains(document.activeElement)) return;
  shown = withoutTokens(html);
  region.innerHTML = html;
  look();
}

region.addEventListener("click", async (event) => {
  if (!event.target.closest("#bunyi-alarm")) return;
  audio ??= new AudioContext();
  await audio.resume();
  beep();
});
for (const name of ["pointerdown", "keydown"]) {
  document.addEventListener(name, () => audio?.resume(), { passive: true });
}

look();
document.addEventListener("halo:papan", read);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) read();
});
setInterval(read, EVERY);
setInterval(() => {
  if (sounding().length) beep();
}, SOUND_EVERY);
setInterval(flash, FLASH_EVERY);
