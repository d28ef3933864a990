import { T } from "./strings.js";

// What may be attached, told before anything is sent. The server looks at the content again.
export const KINDS = ["image/jpeg", "image/png", "image/webp", "application/pdf"];
const LIMIT = 5 * 1024 * 1024;
const SHRINK_OVER = 1024 * 1024;
const LONGEST_EDGE = 2200; // Pixels; a photographed letter stays readable.

// Resolves to the file to be sent: {file, name}. Throws an Error that says what is wrong.
export async function prepared(file) {
  const name = file.name || T.fileUnnamed;
  if (!file.size) throw new Error(T.fileEmpty(name));
  if (!KINDS.includes(file.type)) throw new Error(T.fileKind(name));
  const image = file.type !== "application/pdf" && file.size > SHRINK_OVER;
  const smaller = image ? await shrunk(file) : null;
  const chosen = smaller && smaller.size < file.size ? smaller : file;
  if (chosen.size > LIMIT) throw new Error(T.fileLarge(name, sizeOf(chosen.size)));
  return { file: chosen, name };
}

// A large photo is made smaller here: most phones take more pixels than anybody reads.
async function shrunk(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  } catch {
    return null; // This browser cannot; the file goes as it is, or is too large.
  }
}

export function sizeOf(bytes) {
  const mb = bytes / 1048576;
  const [number, unit] = mb >= 1 ? [mb.toFixed(1), "MB"] : [Math.max(1, Math.round(bytes / 1024)), "KB"];
  return `${String(number).replace(".", ",")} ${unit}`;
}
