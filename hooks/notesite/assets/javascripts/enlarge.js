// A click on a picture, or the button over it, shows it large in a native dialog.
(() => {
  const dialog = document.createElement("dialog");
  dialog.className = "notes-dialog";
  const close = document.createElement("button");
  close.type = "button";
  close.className = "notes-dialog__close";
  close.setAttribute("aria-label", "Close");
  close.textContent = "×";
  const zoom = document.createElement("button");
  zoom.type = "button";
  zoom.className = "notes-dialog__zoom";
  const large = (wanted) => {
    dialog.classList.toggle("notes-dialog--large", wanted);
    zoom.textContent = wanted ? "−" : "+";
    zoom.setAttribute("aria-label", wanted ? "Fit the screen" : "Zoom in");
  };
  const stage = document.createElement("div");
  stage.className = "notes-dialog__stage";
  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  dialog.append(zoom, close, stage);

  const labelOf = (shown) =>
    shown.getAttribute("alt") ||
    shown.querySelector("svg title")?.textContent ||
    "picture";

  // A copy would repeat the ids of a drawing; its own references still find the original's.
  const copyOf = (shown) => {
    const copy = shown.cloneNode(true);
    copy.removeAttribute("data-enlarge");
    copy.removeAttribute("loading");
    for (const element of [copy, ...copy.querySelectorAll("[id]")]) element.removeAttribute("id");
    for (const element of copy.querySelectorAll("[aria-labelledby], [aria-describedby]")) {
      element.removeAttribute("aria-labelledby");
      element.removeAttribute("aria-describedby");
      element.setAttribute("aria-hidden", "true");
    }
    return copy;
  };

  const open = (shown) => {
    const label = labelOf(shown);
    dialog.setAttribute("aria-label", label);
    stage.setAttribute("aria-label", label);
    stage.replaceChildren(copyOf(shown));
    large(false);
    dialog.showModal();
    document.documentElement.classList.add("notes-dialog-open");
  };

  // Escape is the browser's; focus goes back to what opened the dialog by itself.
  close.addEventListener("click", () => dialog.close());
  const toggle = () => large(!dialog.classList.contains("notes-dialog--large"));
  zoom.addEventListener("click", toggle);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target === stage) dialog.close();
    else if (stage.contains(event.target)) toggle();
  });
  dialog.addEventListener("close", () => {
    stage.replaceChildren();
    document.documentElement.classList.remove("notes-dialog-open");
  });

  const shown = document.querySelectorAll("[data-enlarge]");
  if (!shown.length || !dialog.showModal) return;
  document.body.append(dialog);
  for (const picture of shown) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "notes-enlarge";
    button.setAttribute("data-added", "");
    button.setAttribute("aria-label", `Enlarge: ${labelOf(picture)}`);
    button.addEventListener("click", () => open(picture));
    picture.addEventListener("click", () => {
      button.focus({ preventScroll: true });
      open(picture);
    });
    const frame = document.createElement("span");
    frame.className = "notes-frame";
    const outer = picture.parentElement?.tagName === "PICTURE" ? picture.parentElement : picture;
    outer.replaceWith(frame);
    frame.append(outer, button);
  }
})();
