// A link with data-print opens the print dialog; its address is that of the page to be printed.
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-print]")) return;
  event.preventDefault();
  window.print();
});
