// Who is signed in on the embedding page, if it says so: `data-halo-visitor` of the script, or
// the attribute `visitor` of <halo-chat>, holds a value that only the page's server can sign.
// Here it is only read to notice that somebody else sits at the device; the server checks it.
export function visitorId(signed) {
  try {
    const [payload] = signed.split(".");
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, "+").replace(/_/g, "/")), (letter) =>
      letter.charCodeAt(0),
    );
    return String(JSON.parse(new TextDecoder().decode(bytes)).id || "");
  } catch {
    return "";
  }
}
