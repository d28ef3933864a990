// Colleagues who have the same conversation open.
const names = new Intl.ListFormat("id", { type: "conjunction" });

export function showViewers(event) {
  const line = document.getElementById("pembaca");
  if (!line) return;
  const { nama } = JSON.parse(event.data);
  line.textContent = nama.length ? `${names.format(nama)} sedang membaca percakapan ini.` : "";
}
