// Of the whole page: its language is the visitor's choice and not the browser's, the language switch keeps the open clause, and a lost
// connection is told in the page's language.

// Gradio takes the language of its own words, and <html lang>, from the browser; it has no other switch.
const pageLanguage = document.documentElement.lang;
Object.defineProperty(navigator, "language", { get: () => pageLanguage });
Object.defineProperty(navigator, "languages", { get: () => [pageLanguage] });
// It has no Vietnamese words and then calls the page English; none of its words is shown, so the page keeps its name.
new MutationObserver(() => {
  if (document.documentElement.lang !== pageLanguage) document.documentElement.lang = pageLanguage;
}).observe(document.documentElement, { attributeFilter: ["lang"] });

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-language]");
  if (!link) return;
  const query = new URLSearchParams(location.search);
  query.set("lang", link.dataset.language);
  link.href = "../?" + query;
});

document.addEventListener("DOMContentLoaded", () => {
  // Gradio tells failures in toasts with English words of its own; site.css hides them, and ours is shown instead.
  new MutationObserver(() => {
    document.getElementById("lost").hidden = !document.querySelector(".toast-wrap > *");
  }).observe(document.querySelector("gradio-app"), { childList: true, subtree: true });
});
