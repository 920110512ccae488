// News that come while somebody reads or types in an opened <details> leave it open. Only the one that was sent from may
// close; the server opens it again where there is something to mend.
let sent = null;

document.addEventListener("submit", (event) => {
  sent = event.target.closest("details");
}, true);

window.htmx.registerExtension("folds", {
  htmx_before_morph_attr: (element, { attrName, newValue }) =>
    !(element.tagName === "DETAILS" && attrName === "open" && newValue === null && element !== sent),
});
