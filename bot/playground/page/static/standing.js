// Where the window stands in its lists.
import { byId, here } from "./ground.js";

// A list is followed to its end, but never past the beginning of the first message that came since
// the person last did something: a long answer is read from its top.
export const boxes = ["scroll-main", "scroll-thread"].map(byId).filter(Boolean);
const following = new Map();
const anchors = new Map();
const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const stood = (box) => `at ${here().person} ${here().place} ${box.id === "scroll-main" ? "" : here().thread}`;

export function settle(box) {
  if (!following.get(box)) return;
  const first = byId(anchors.get(box) || "");
  const top = first ? first.offsetTop - 6 : Infinity;
  box.scrollTop = Math.min(box.scrollHeight - box.clientHeight, top);
}

export function follow(box) {
  following.set(box, true);
  anchors.delete(box);
}

export function begin(box) {
  const before = sessionStorage.getItem(stood(box));
  const last = box.querySelector(".lines > li:last-child");
  const asks = box.id === "scroll-thread" && last && last.querySelector(".b-actions:not(.b-actions--small) button");
  if (before === "end" || (before === null && asks)) box.scrollTop = box.scrollHeight;
  else box.scrollTop = Number(before);
  const inspected = box.querySelector(".message--inspected");
  if (inspected) inspected.scrollIntoView({ block: "nearest" });
  following.set(box, atEnd(box));
}

function byHand(event) {
  const box = event.target.closest && event.target.closest(".scroll");
  if (boxes.includes(box)) requestAnimationFrame(() => following.set(box, atEnd(box)));
}
for (const kind of ["wheel", "touchmove", "keydown", "pointerup"]) {
  document.addEventListener(kind, byHand, { passive: true });
}

// The first message that came since the person last did something.
export function anchor(box, id) {
  if (!anchors.has(box)) anchors.set(box, id);
}

addEventListener("pagehide", () => {
  for (const box of boxes) sessionStorage.setItem(stood(box), atEnd(box) ? "end" : String(Math.round(box.scrollTop)));
});
