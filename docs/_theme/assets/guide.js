// Instant navigation follows a link only if the sitemap lists it, by its whole address. A site built without SITE_URL does not
// know its address, so its sitemap has relative ones: complete them here, as Material's script reads the file.
{
  const root = new URL("../", document.currentScript.src)
  const parse = DOMParser.prototype.parseFromString
  DOMParser.prototype.parseFromString = function (text, type) {
    const parsed = parse.call(this, text, type)
    if (type === "text/xml")
      for (const loc of parsed.getElementsByTagName("loc")) loc.textContent = new URL(loc.textContent, root)
    return parsed
  }
}

// A table wider than its box is scrolled with the keyboard, too. Material makes the boxes whenever it shows a page.
addEventListener("DOMContentLoaded", () =>
  document$.subscribe(() => {
    for (const box of document.querySelectorAll(".md-typeset__scrollwrap"))
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0
  }),
)
