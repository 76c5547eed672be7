// Runs before the script of each part of the page (kept.js, talk.js, source.js, tree.js), which Gradio gives `element`, `props`, `trigger`
// and `watch`. What the parts share, and what buttons anywhere on the page do, is set up once.

const copKb = (window.copKb ??= (() => {
  const kb = { opener: null, moving: false };
  kb.wide = () => window.matchMedia("(min-width: 56.3rem)").matches;
  kb.box = () => document.querySelector("#question textarea");

  kb.type = (text, focus = true) => {
    const box = kb.box();
    if (!box) return;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    if (focus) box.focus();
  };

  kb.say = (message) => {
    const said = document.querySelector("#status [role=status]");
    if (!said) return;
    said.textContent = "";
    setTimeout(() => (said.textContent = message), 50); // the same words again are announced again
  };

  // The clipboard is closed to pages without encryption (a ministry's own network, say): the old way works there.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const focused = document.activeElement;
      const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
      area.style.cssText = "position: fixed; top: 0; opacity: 0";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      focused?.focus({ preventScroll: true });
      return done;
    }
  };

  const copyFrom = async (button) => {
    const link = button.dataset.copyLink;
    const done = await copy(link ? new URL(link, location.href).href : button.dataset.copy);
    const message = done ? button.dataset.done : button.dataset.failed;
    button.dataset.name ??= button.textContent;
    button.textContent = message;
    kb.say(message);
    setTimeout(() => (button.textContent = button.dataset.name), 2500);
  };

  const print = (turn) => {
    turn.classList.add("printing");
    window.addEventListener("afterprint", () => turn.classList.remove("printing"), { once: true });
    window.print();
  };

  document.addEventListener("click", (event) => {
    event.target.closest(".term")?.focus(); // Safari does not focus what is tapped
    const button = event.target.closest("button");
    if (!button) return;
    if ("copy" in button.dataset || "copyLink" in button.dataset) copyFrom(button);
    if (button.dataset.do === "print") print(button.closest("li.turn"));
  });

  const placeHint = (term, hint) => {
    const box = hint.offsetParent;
    if (!box) return;
    const left = term.getClientRects()[0].left - box.getBoundingClientRect().left;
    hint.style.left = `${Math.max(8, Math.min(left, box.clientWidth - hint.offsetWidth - 8))}px`;
  };

  window.addEventListener("resize", () => {
    document.querySelectorAll(".hint[style]").forEach((hint) => hint.removeAttribute("style"));
    const term = document.activeElement;
    if (term?.matches(".term")) placeHint(term, term.nextElementSibling);
  });

  // Escape closes a hint where it stands (WCAG 1.4.13), Enter or Space on its term opens it again; so does coming back to it.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      document.querySelectorAll(".hinted:is(:hover, :focus-within)").forEach((hint) => hint.classList.add("dismissed"));
    } else if ((event.key === "Enter" || event.key === " ") && event.target.matches(".term")) {
      event.preventDefault();
      event.target.parentElement.classList.toggle("dismissed");
    }
  });
  for (const leaving of ["focusin", "pointerover"]) {
    document.addEventListener(leaving, (event) => {
      document.querySelectorAll(".hinted.dismissed").forEach((hint) => {
        if (!hint.contains(event.target)) hint.classList.remove("dismissed");
      });
      if (event.target.matches?.(".term")) placeHint(event.target, event.target.nextElementSibling);
    });
  }
  return kb;
})());
