// Comfort for the plain pages, all of which work without it: the contents list open where there is room, the clause asked for in view,
// buttons that copy and print, a progress page that renews itself.

const wide = () => window.matchMedia("(min-width: 64rem)").matches;

for (const hidden of document.querySelectorAll(".only-script[hidden]")) hidden.hidden = false;

// Newer browsers show both without this, by library.css.
const contents = document.getElementById("contents");
if (contents && wide()) contents.open = true;
if (window.matchMedia("(min-width: 48rem)").matches) for (const more of document.querySelectorAll("details.more")) more.open = true;
contents?.addEventListener("click", (event) => {
  if (event.target.closest("a") && !wide()) contents.open = false;
});

// A link to a clause or a quote brings it into view, also without a fragment.
const wanted = document.querySelector("[data-at]")?.dataset.at;
if (wanted && (!location.hash || wanted === "quote")) {
  document.getElementById(wanted)?.scrollIntoView({ block: wanted === "quote" ? "center" : "start" });
}

// The contents list shows where that is, without moving the page.
const listed = wide() && document.querySelector(".contents [aria-current]");
if (listed) {
  const nav = listed.closest(".contents");
  nav.scrollTop += listed.getBoundingClientRect().top - nav.getBoundingClientRect().top - nav.clientHeight / 3;
}

function say(button, words) {
  const before = button.textContent;
  button.textContent = words;
  button.setAttribute("role", "status");
  setTimeout(() => {
    button.textContent = before;
    button.removeAttribute("role");
  }, 2500);
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    say(button, button.dataset.done);
  } catch {
    say(button, button.dataset.failed);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copy(button, document.getElementById(button.dataset.copy).textContent.trim());
  if (button.dataset.copyLink) copy(button, document.getElementById(button.dataset.copyLink).href);
  if (button.dataset.do === "print") window.print();
});

async function renew() {
  const old = document.getElementById("progress");
  if (!old?.dataset.refresh) return;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("progress");
    if (fresh && !fresh.dataset.refresh) return location.reload();
    if (fresh) old.replaceWith(fresh);
  } catch {
    // The server is away for a moment: the next round tries again.
  }
  setTimeout(renew, 2000);
}
setTimeout(renew, 2000);
