// The contents list of the document whose clause is open. Branches come from the server when they are unfolded, and stay while the reader
// moves about in the same document.

const nav = element.querySelector("nav");
const fold = element.querySelector("details");
const list = element.querySelector(".tree");
let held = {};

const same = (one, other) => one.document === other.document && String(one.version) === String(other.version);
const request = (wanted = {}) => trigger("branch", { ...held, ...wanted });

function mark() {
  list.querySelector("[aria-current]")?.removeAttribute("aria-current");
  const link = list.querySelector(`a[data-position="${held.position}"]`);
  if (!link) return false;
  link.setAttribute("aria-current", "true");
  for (let branch = link.closest("ul"); branch && branch !== list.firstElementChild; branch = branch.parentElement.closest("ul")) {
    unfold(branch.parentElement.querySelector(":scope > .fold"), true);
  }
  list.scrollTop += link.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  return true;
}

function unfold(button, open) {
  const branch = button.parentElement.querySelector(":scope > ul");
  button.setAttribute("aria-expanded", open);
  if (branch) branch.hidden = !open;
  else if (open) request({ of: button.dataset.of, after: 0 });
}

// Called by source.js with what the panel says is open, nothing where it is empty.
copKb.contentsOf = ({ document, version, position }) => {
  const before = held;
  held = { document, version, position };
  nav.hidden = !document;
  if (!document) return;
  if (!same(before, held)) {
    list.textContent = "";
    fold.open = false;
  } else if (list.firstElementChild && !mark()) {
    if (fold.open) request();
    else list.textContent = "";
  }
};

fold.addEventListener("toggle", () => {
  if (fold.open && !list.firstElementChild) request();
});

element.addEventListener("click", (event) => {
  const link = event.target.closest("a.clause");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
    event.preventDefault();
    copKb.open(link);
  }
  const button = event.target.closest("button[data-of]");
  if (!button) return;
  if (button.classList.contains("fold")) unfold(button, button.getAttribute("aria-expanded") !== "true");
  else request({ of: button.dataset.of, after: button.dataset.after });
});

watch("value", () => {
  const part = props.value;
  if (!same(part, held)) return;
  if (part.of === null && !part.after) {
    list.innerHTML = part.html;
    mark();
    return;
  }
  const of = part.of ?? "";
  const branch = new DOMParser().parseFromString(part.html, "text/html").querySelector("ul");
  if (part.after) {
    const more = list.querySelector(`.more button[data-of="${of}"][data-after="${part.after}"]`)?.parentElement;
    const first = branch.querySelector("a");
    more?.replaceWith(...branch.children);
    first?.focus();
  } else {
    const item = list.querySelector(`.fold[data-of="${of}"]`)?.parentElement;
    if (item && !item.querySelector(":scope > ul")) item.append(branch);
  }
});
