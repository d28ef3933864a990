// Makes nodes. Text only ever becomes a text node; a link is an anchor made here.
export function el(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key === "class") node.className = value;
    else if (key === "on") Object.entries(value).forEach(([type, f]) => node.addEventListener(type, f));
    else if (key in node && !key.startsWith("aria")) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

export const ICONS = {
  chat: "M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z",
  close: "M6 6l12 12M18 6L6 18",
  more: "M12 5.5v.01M12 12v.01M12 18.500v.01",
  send: "M3 11.500L21 3l-6 18-4-8-8-1.500z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  clip: "M20 11.500l-8.500 8.500a5.500 5.500 0 0 1-8-8L12 3.500a3.700 3.700 0 0 1 5.300 5.300l-8.500 8.500a1.900 1.900 0 0 1-2.700-2.700L14 6.800",
  file: "M6 2h8l5 5v15H6zM14 2v5h5",
  thumb: "M7 10v11H3V10zM7 10l4-8a2.500 2.500 0 0 1 3 2.500V9h5.500a2 2 0 0 1 2 2.400l-1.700 8a2 2 0 0 1-2 1.600H7",
  star: "M12 2.500l2.900 6.200 6.600.8-4.900 4.600 1.300 6.700L12 17.500l-5.900 3.300 1.300-6.700L2.500 9.500l6.600-.8z",
  check: "M4 12.500l5 5L20 6.500",
};

// A QR code from its rows of "1" (dark) and "0", as one path.
export function qrCode(rows, label) {
  const edge = rows.length + 8;
  const runs = rows.flatMap((row, y) =>
    [...row.matchAll(/1+/g)].map(({ 0: run, index }) => `M${index + 4} ${y + 4}h${run.length}v1h-${run.length}z`),
  );
  const svg = icon(runs.join(""));
  svg.setAttribute("viewBox", `0 0 ${edge} ${edge}`);
  svg.setAttribute("class", "qr");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.removeAttribute("aria-hidden");
  return svg;
}
