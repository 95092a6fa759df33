// What the theme leaves for those who use a keyboard or a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // What scrolls sideways can be reached and scrolled with the keyboard.
  for (const one of document.querySelectorAll("pre, .table-wrapper")) {
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
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "All pages");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
});
