// The supervisor's page reads its figures anew, unless somebody is choosing something in it.
const part = document.getElementById("keadaan-layanan");
const EVERY = 10_000;

setInterval(() => {
  if (document.hidden || part.querySelector(":focus-within, :focus")) return;
  htmx.ajax("GET", part.dataset.url, { target: part, swap: "innerHTML" }).catch(() => {});
}, EVERY);
