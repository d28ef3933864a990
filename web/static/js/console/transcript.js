// A picture is fetched when somebody wants to see it: who opened what is written down.
function showPicture(event) {
  const look = event.target;
  if (!look.matches?.(".file__look") || !look.open || look.querySelector("img")) return;
  const frame = look.querySelector(".file__frame");
  const picture = new Image();
  picture.alt = "Gambar dari percakapan ini";
  picture.addEventListener("error", () => {
    frame.textContent = "Gambar tidak dapat ditampilkan. Buka di tab baru untuk membaca alasannya.";
  });
  picture.src = look.dataset.src;
  frame.replaceChildren(picture);
}

// The transcript's end: which event was read last, and whether the reader is there.
const NEAR = 80;

export function transcriptEnd(log) {
  const marks = [...log.querySelectorAll(".ujung")];
  return Math.max(0, ...marks.map((mark) => Number(mark.dataset.last)));
}

function atEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR;
}

export function toEnd(log) {
  log.dataset.end = "ya";
  log.scrollTop = log.scrollHeight;
}

// Call before new lines come; call the result after: the reader stays at the end, or is told.
export function keepAtEnd(log) {
  const stays = log.dataset.end === "ya";
  const lines = log.childElementCount;
  return () => {
    // Marks without lines would pile up.
    const marks = [...log.querySelectorAll(".ujung")];
    for (const mark of marks.slice(0, -1)) mark.remove();
    const news = document.getElementById("pesan-baru");
    if (stays) toEnd(log);
    else if (news && log.childElementCount > lines) news.hidden = false;
  };
}

export function attachTranscript() {
  const log = document.getElementById("transkrip");
  const news = document.getElementById("pesan-baru");
  if (!log || !news) return;
  toEnd(log);
  // `toggle` does not bubble.
  log.addEventListener("toggle", showPicture, true);
  news.addEventListener("click", () => toEnd(log));
  log.addEventListener("scroll", () => {
    log.dataset.end = atEnd(log) ? "ya" : "tidak";
    if (atEnd(log)) news.hidden = true;
  });
  // The composer appears and grows, the window turns, the panel is shown on a phone.
  new ResizeObserver(() => {
    if (log.dataset.end === "ya") toEnd(log);
  }).observe(log);
}
