// An update that arrives while someone reads or types in an open <details> leaves it open. Only the one whose form was sent
// may close; the server opens it again when the form has errors.
let submitted = null;

document.addEventListener("submit", (event) => {
  submitted = event.target.closest("details");
}, true);

window.htmx.registerExtension("folds", {
  htmx_before_morph_attr: (element, { attrName, newValue }) =>
    !(element.tagName === "DETAILS" && attrName === "open" && newValue === null && element !== submitted),
});
