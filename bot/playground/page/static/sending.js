// Sends forms, and shows what came of it.
import { byId, say } from "./ground.js";
import { draft, keepDrafts } from "./composer.js";
import { named } from "./focus.js";
import { closeMenus } from "./menus.js";
import { boxes, follow } from "./standing.js";
import { awaited } from "./telling.js";

async function confirmed(button) {
  const asked = button && button.dataset.confirmTitle !== undefined ? button.dataset : null;
  if (!asked) return true;
  byId("confirm-title").textContent = asked.confirmTitle;
  byId("confirm-text").textContent = asked.confirmText || "";
  byId("confirm-yes").textContent = asked.confirmConfirm || "OK";
  byId("confirm-deny").textContent = asked.confirmDeny || "Cancel";
  const dialog = byId("confirm");
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  return dialog.returnValue === "yes";
}

function showErrors(form, errors) {
  for (const old of form.querySelectorAll("[data-block]")) {
    const told = errors[old.dataset.block];
    const slot = old.querySelector(".b-error");
    if (slot) { slot.textContent = told || ""; slot.hidden = !told; }
    for (const field of old.querySelectorAll("input, textarea, select")) {
      if (told) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    }
  }
  const first = form.querySelector("[aria-invalid]");
  if (first) first.focus();
}

// What was pressed last, to come back to when a dialog closes; its list goes on from there.
export const last = { pressed: { inside: "", tag: "BODY" } };

function remember(form, button) {
  const inside = form.closest("[data-rev]");
  const box = form.matches(".composer") ? form.parentElement.querySelector(".scroll") : form.closest(".scroll");
  const item = form.closest(".lines > li");
  if (boxes.includes(box) && (!item || !item.nextElementSibling)) follow(box);
  if (!inside || inside.id === "modal" || !button) return;
  const menu = button.closest && button.closest("details.menu");
  const one = menu ? menu.querySelector("summary") : button;
  last.pressed = { inside: inside.id, id: "", tag: one.tagName, name: one.name, value: one.value, label: named(one) };
  if (item) awaited.set(item.id, false);
}

// Until the message that it is on changes, or it is clear that it will not.
function busy(button) {
  if (!button || !button.isConnected) return;
  button.setAttribute("aria-busy", "true");
  setTimeout(() => button.removeAttribute("aria-busy"), 5000);
}

function markPressed(button) {
  if (!button || !button.hasAttribute || !button.hasAttribute("aria-pressed")) return;
  for (const one of button.parentElement.querySelectorAll("[aria-pressed]")) {
    one.setAttribute("aria-pressed", String(one === button));
  }
}

async function send(form, button, data = new FormData(form)) {
  if (button && button.name) data.set(button.name, button.value);
  const address = (button && button.getAttribute("formaction")) || form.getAttribute("action");
  const sent = new URLSearchParams();
  for (const [name, value] of data) if (typeof value === "string") sent.append(name, value);
  form.setAttribute("aria-busy", "true");
  remember(form, button);
  busy(button);
  try {
    const answer = await fetch(address, { method: "POST", body: sent });
    const did = await answer.json();
    if (did.errors) showErrors(form, did.errors);
    else if (!did.error) markPressed(button);
    if (did.error) say(did.error);
    if (did.said) say(did.said);
    if (did.open && did.open !== location.pathname + location.search) { keepDrafts(); location.assign(did.open); }
    if (button && button.isConnected && (did.error || did.errors || !button.matches(".b-button"))) button.removeAttribute("aria-busy");
    return !did.error && !did.errors;
  } catch {
    if (button && button.isConnected) button.removeAttribute("aria-busy");
    say("The playground cannot be reached. Is it still running?");
    return false;
  } finally {
    form.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-do]")) return;
  event.preventDefault();
  const button = event.submitter || form.querySelector("[data-default]");
  if (form.getAttribute("aria-busy") || !(await confirmed(button))) return;
  closeMenus();
  const box = form.matches(".composer") && form.elements.text;
  const text = box && box.value;
  const data = new FormData(form);
  if (box) { if (!text.trim()) return; box.value = ""; draft(box); }
  const done = await send(form, button, data);
  if (box && !done) { box.value = [text, box.value].filter(Boolean).join("\n"); draft(box); }
});

document.addEventListener("change", async (event) => {
  const field = event.target;
  if (!field.matches("[data-press]") || !field.form || !field.value) return;
  const button = { name: "control", value: field.value, dataset: field.dataset, tagName: field.tagName, textContent: "", getAttribute: (name) => name === "formaction" ? field.dataset.formaction || null : field.getAttribute(name) };
  if (await confirmed(button)) send(field.form, button);
});
