// The message boxes: Enter sends; /, @ and # complete; drafts are kept.
import { byId, here } from "./ground.js";

const offers = JSON.parse(byId("completions").textContent);
const place = (box) => `draft ${here().person} ${here().place} ${box.id === "reply" ? here().thread : ""}`;
export const draft = (box) => { box.value ? sessionStorage.setItem(place(box), box.value) : sessionStorage.removeItem(place(box)); };
export const keepDrafts = () => document.querySelectorAll(".composer textarea").forEach(draft);

export function fillComposer(text) {
  const box = byId("compose");
  if (!box) return;
  box.value = text;
  draft(box);
  box.focus();
  box.setSelectionRange(text.length, text.length);
}

function wordAt(box) {
  const before = box.value.slice(0, box.selectionStart);
  const found = /(^|\s)([@#][\w-]*|\/[\w-]*)$/.exec(before);
  if (!found || (found[2][0] === "/" && before !== found[2])) return null;
  return { sign: found[2][0], word: found[2], start: before.length - found[2].length };
}

function offer(box) {
  const list = byId(`${box.id}-offers`);
  const word = wordAt(box);
  const fit = word ? offers[word.sign].filter((one) => one.value.toLowerCase().startsWith(word.word.toLowerCase())) : [];
  const isIn = word && word.sign === "/" && box.id === "reply";
  list.replaceChildren(...(isIn ? [] : fit).slice(0, 8).map((one, n) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${n}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(n === 0));
    item.dataset.value = one.value;
    const note = document.createElement("small");
    note.textContent = one.note;
    item.append(one.label, note);
    return item;
  }));
  list.hidden = !list.children.length;
  mark(box, 0);
}

function mark(box, by) {
  const items = [...byId(`${box.id}-offers`).children];
  if (!items.length) { box.removeAttribute("aria-activedescendant"); return; }
  const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const next = (Math.max(now, 0) + by + items.length) % items.length;
  items.forEach((item, n) => item.setAttribute("aria-selected", String(n === next)));
  items[next].scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", items[next].id);
}

function complete(box, value) {
  const word = wordAt(box);
  if (!word) return;
  const behind = box.value.slice(box.selectionStart);
  const rest = /^[\w-]*/.exec(behind)[0];
  const goesOn = value.toLowerCase().startsWith((word.word + rest).toLowerCase());
  const after = behind.slice(goesOn ? rest.length : 0).replace(/^ /, "");
  box.value = `${box.value.slice(0, word.start)}${value} ${after}`;
  const at = word.start + value.length + 1;
  box.setSelectionRange(at, at);
  draft(box);
  offer(box);
}

for (const box of document.querySelectorAll(".composer textarea")) {
  const list = byId(`${box.id}-offers`);
  const chosen = () => list.querySelector("[aria-selected=true]");
  box.value = sessionStorage.getItem(place(box)) || box.value;
  box.addEventListener("input", () => { draft(box); offer(box); });
  box.addEventListener("blur", () => setTimeout(() => { list.hidden = true; }, 150));
  box.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return; // Safari ends its composition first
    if (!list.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); mark(box, event.key === "ArrowDown" ? 1 : -1); return; }
    if (!list.hidden && event.key === "Escape") { list.hidden = true; event.stopPropagation(); return; }
    const whole = !list.hidden && chosen() && chosen().dataset.value === box.value.trim();
    if (!list.hidden && (event.key === "Tab" || (event.key === "Enter" && !whole))) { event.preventDefault(); complete(box, chosen().dataset.value); return; }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); box.form.requestSubmit(); }
  });
  list.addEventListener("mousedown", (event) => {
    const item = event.target.closest("li");
    if (item) { event.preventDefault(); complete(box, item.dataset.value); box.focus(); }
  });
}
