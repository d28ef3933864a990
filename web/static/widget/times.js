// Moments as people in Bogor read them.
const zone = { timeZone: "Asia/Jakarta" };
const clock = new Intl.DateTimeFormat("id-ID", { ...zone, hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("id-ID", { ...zone, weekday: "long", day: "numeric", month: "long" });

export function timeOf(at) {
  return clock.format(new Date(at)).replace(":", ".");
}

export function dayOf(at) {
  return day.format(new Date(at));
}
