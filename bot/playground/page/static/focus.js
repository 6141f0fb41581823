// What has the focus, and gives it back after an update.
import { byId } from "./ground.js";

export const named = (one) => one.getAttribute("aria-label") || one.textContent;

export function whatIsFocused(inside) {
  const element = document.activeElement;
  if (!element || !inside.contains(element)) return null;
  const { id, tagName: tag, name, value } = element;
  const caret = element.selectionStart == null ? null : [element.selectionStart, element.selectionEnd];
  return { id, tag, name, value, label: named(element), caret };
}

export function focusAgain(inside, was) {
  if (!was) return;
  const alike = [...inside.querySelectorAll(was.tag)];
  const found = (was.id && byId(was.id))
    || alike.find((one) => was.name && one.name === was.name && one.value === was.value)
    || alike.find((one) => named(one) === was.label)
    || inside.querySelector("article");
  if (!found) return;
  found.focus({ preventScroll: true });
  if (was.caret && found.selectionStart != null) found.setSelectionRange(...was.caret);
}
