// New content for a part of the page, in which nothing that a person did is lost.
import { body, byId } from "./ground.js";
import { focusAgain, whatIsFocused } from "./focus.js";
import { showModal } from "./menus.js";
import { last } from "./sending.js";

// What a person has put into fields, by their names; as in Slack it outlasts an update of its view.
const ticked = (field) => field.type === "checkbox" || field.type === "radio";
const fieldKey = (field) => `${field.name} ${ticked(field) ? field.value : ""}`;
const fieldsIn = (inside) => [...inside.querySelectorAll("input:not([type=hidden]), textarea, select")]
  .filter((field) => !field.matches("[data-press]"));

function putIn(inside) {
  const dialog = inside.querySelector("[data-modal]");
  const values = new Map();
  for (const field of fieldsIn(inside)) {
    if (ticked(field)) {
      if (field.checked !== field.defaultChecked) values.set(fieldKey(field), field.checked);
    } else if (field.options) {
      values.set(fieldKey(field), [...field.selectedOptions].map((one) => one.value));
    } else if (field.value !== field.defaultValue) values.set(fieldKey(field), field.value);
  }
  return { view: dialog && dialog.dataset.modal, values };
}

function putBack(inside, was) {
  const dialog = inside.querySelector("[data-modal]");
  if ((dialog && dialog.dataset.modal) !== was.view) return;
  for (const field of fieldsIn(inside)) {
    const value = was.values.get(fieldKey(field));
    if (value === undefined) continue;
    if (ticked(field)) field.checked = value;
    else if (!field.options) field.value = value;
    else if ([...field.options].some((one) => value.includes(one.value))) {
      for (const one of field.options) one.selected = value.includes(one.value);
    }
  }
}

export function fill(element, piece) {
  const was = whatIsFocused(element);
  const values = putIn(element);
  const had = element.id === "modal" && element.querySelector("dialog");
  const folded = (one, n) => one.dataset.key || `${n}:${one.querySelector("summary").textContent}`;
  const details = () => [...element.querySelectorAll("details")];
  const open = new Map(details().map((one, n) => [folded(one, n), one.open]));
  element.innerHTML = piece.html;
  element.dataset.rev = piece.rev;
  details().forEach((one, n) => { if (open.has(folded(one, n))) one.open = open.get(folded(one, n)); });
  putBack(element, values);
  if (element.id === "modal") showModal();
  if (had && !element.querySelector("dialog")) focusAgain(byId(last.pressed.inside) || body, last.pressed);
  else focusAgain(element, was);
}
