// The source panel. What is open stands in the address, so that the browser's Back steps through the clauses opened, and a reload or a
// change of language shows the same one.

const PARTS = ["document", "address", "version", "quote"];
const side = () => document.getElementById("side");

function addressOf(query) {
  const kept = new URLSearchParams(PARTS.filter((name) => query.has(name)).map((name) => [name, query.get(name)]));
  return location.pathname + (kept.size ? `?${kept}` : "");
}

function turnTo(query, { anew }) {
  const address = addressOf(query);
  const same = address === location.pathname + location.search;
  history[anew && !same ? "pushState" : "replaceState"](null, "", address);
  copKb.at = location.search;
}

function request(query) {
  copKb.wanted = Object.fromEntries(query);
  copKb.moving = true;
  side().setAttribute("aria-busy", "true");
  trigger("open", copKb.wanted);
}

function backToAnswer() {
  const target = copKb.opener?.isConnected ? copKb.opener : copKb.box();
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}

copKb.open = (link) => {
  const query = new URL(link.href).searchParams;
  turnTo(query, { anew: true });
  request(query);
};

window.addEventListener("popstate", () => {
  if (location.search === copKb.at) return; // a jump within the page
  copKb.at = location.search;
  const query = new URLSearchParams(location.search);
  if (query.has("document")) {
    request(query);
  } else {
    trigger("close");
    backToAnswer();
  }
});

element.addEventListener("click", (event) => {
  const link = event.target.closest("a.clause");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)) {
    event.preventDefault();
    copKb.open(link);
  }
  const action = event.target.closest("button[data-do]")?.dataset.do;
  if (action === "close") {
    turnTo(new URLSearchParams(), { anew: true });
    trigger("close");
  }
  if (action) backToAnswer();
});

function toTheQuote() {
  const mark = element.querySelector("mark");
  side().scrollTop = 0;
  if (!mark) return;
  const [box, around] = [mark.getBoundingClientRect(), side().getBoundingClientRect()];
  if (box.bottom > around.bottom) side().scrollTop = box.top - around.top - around.height / 4;
}

function shown() {
  const panel = element.querySelector("aside");
  const moving = copKb.moving;
  copKb.moving = false;
  side().removeAttribute("aria-busy");
  copKb.contentsOf?.(panel.dataset);
  if (copKb.wide()) toTheQuote();
  if (panel.dataset.link && (moving || copKb.wide())) {
    // The first source of a new answer opens by itself: an entry of its own only where another clause was open.
    const query = new URL(panel.dataset.link, location.href).searchParams;
    turnTo(query, { anew: !moving && location.search.includes("document=") });
  }
  if (!moving) return;
  element.querySelector("#panel-title")?.focus({ preventScroll: copKb.wide() });
  if (!copKb.wide()) element.scrollIntoView({ block: "start" });
}

watch("value", () => requestAnimationFrame(shown));
