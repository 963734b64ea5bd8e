// Leads anchors of old addresses to where their sections are now.
(function () {
  const top = new URL("..", document.currentScript.src);
  const moved = MOVED; // page -> anchor that was there once -> address from the top of the site
  function lead() {
    const name = decodeURIComponent(location.hash.slice(1));
    const page = location.pathname.slice(top.pathname.length).replace(/index\.html$/, "");
    const place = (moved[decodeURI(page)] || {})[name];
    if (place && !document.getElementById(name)) location.replace(new URL(place, top));
  }
  addEventListener("hashchange", lead);
  addEventListener("DOMContentLoaded", lead);
})();
