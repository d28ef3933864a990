// Sound and desktop notification when it is this officer's turn, or somebody waits for a word.
const sound = document.getElementById("suara");
const desktop = document.getElementById("notifikasi");
const SOUND = "halo-suara";
const DESKTOP = "halo-notifikasi";

let before = null;
let audio = null;

function beep() {
  if (!sound.checked) return;
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 740;
  volume.gain.setValueAtTime(0.15, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

function notify(text) {
  beep();
  if (!desktop.checked || !document.hidden || Notification.permission !== "granted") return;
  // No word of a resident: notifications are shown on locked screens too.
  new Notification("HALO KOP-UKM", { body: text, tag: "halo-konsol" });
}

function look() {
  const { waiting, offered, unanswered } = document.querySelector("[data-waiting]").dataset;
  return {
    waiting: Number(waiting),
    unanswered: Number(unanswered),
    offered: new Set(offered.split(" ").filter(Boolean)),
  };
}

// Call after the lists were read anew.
export function tellWhatIsNew() {
  const now = look();
  if (before) {
    const turn = [...now.offered].find((ticket) => !before.offered.has(ticket));
    if (turn) notify(`Giliran Anda: tiket ${turn}`);
    else if (now.unanswered > before.unanswered) notify("Warga menulis di kasus Anda");
    else if (now.waiting > before.waiting) notify("Ada kasus baru yang menunggu");
  }
  before = now;
}

export function attachAlerts() {
  sound.checked = localStorage.getItem(SOUND) !== "mati";
  sound.addEventListener("change", () => {
    localStorage.setItem(SOUND, sound.checked ? "nyala" : "mati");
    beep();
  });
  const possible = "Notification" in window;
  desktop.disabled = !possible;
  desktop.checked =
    possible && localStorage.getItem(DESKTOP) === "nyala" && Notification.permission === "granted";
  desktop.addEventListener("change", async () => {
    if (desktop.checked && (await Notification.requestPermission()) !== "granted") {
      desktop.checked = false;
    }
    localStorage.setItem(DESKTOP, desktop.checked ? "nyala" : "mati");
  });
  before = look();
}
