// Signs of typing: ours to the resident, theirs to us. They pass by themselves.
const TELL_EVERY = 4_000;
const SHOWN_FOR = 6_000;
let hiding = 0;

// A listener for the composer. A sign that gets lost is no harm: the next one comes soon.
export function typingTeller(form) {
  let last = -Infinity;
  return () => {
    const now = performance.now();
    if (!form.elements.namedItem("text").value || now - last < TELL_EVERY) return;
    last = now;
    const body = new URLSearchParams({ csrf_token: form.elements.namedItem("csrf_token").value });
    const headers = { "HX-Request": "true" };
    fetch(form.dataset.typing, { method: "POST", body, headers }).catch(() => {});
  };
}

export function showTyping() {
  const sign = document.getElementById("mengetik");
  if (!sign) return;
  sign.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(hideTyping, SHOWN_FOR);
}

export function hideTyping() {
  clearTimeout(hiding);
  const sign = document.getElementById("mengetik");
  if (sign) sign.hidden = true;
}
