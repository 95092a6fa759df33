// What the theme leaves for narrow windows, and for those who use a keyboard or a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // Long names in tables may break between their words: register_|memory_|block, Wer|Report|Create, C:\|Users.
  for (const code of document.querySelectorAll("td code, th code")) {
    const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    for (const text of found) {
      const words = text.data.split(/(?<=[_.,/\\=])(?=\w)|(?<=[a-z])(?=[A-Z])/);
      text.replaceWith(...words.flatMap((word, i) => (i ? [document.createElement("wbr"), word] : [word])));
    }
  }
  // What scrolls sideways can be reached and scrolled with the keyboard.
  for (const one of document.querySelectorAll("pre, .table-wrapper, p:has(> img)")) {
    if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
  }
  // The captions of the navigation say that they are headings, and of no level.
  for (const one of document.querySelectorAll('.caption[role="heading"]:not([aria-level])')) {
    one.setAttribute("aria-level", "2");
  }
  // A corner of a table without a text is no heading.
  for (const one of document.querySelectorAll("th")) {
    if (!one.textContent.trim()) one.setAttribute("role", "cell");
  }
  // The page of what was found has no heading until something is.
  const found = document.getElementById("search-results");
  if (found && !document.querySelector("h1")) {
    const heading = document.createElement("h1");
    heading.textContent = "Search";
    found.before(heading);
  }
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
});
