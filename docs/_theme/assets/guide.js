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

// The search index is by far the largest file of the site, and most visits search nothing. Material asks for it on every first
// page; here the question waits until the reader turns to the search field, or the address already holds a query.
{
  const wanted = new Promise(resolve => {
    const turned = event => event.target.closest?.(".md-search, [for=__search]") && resolve()
    for (const type of ["focusin", "pointerover", "touchstart"]) addEventListener(type, turned, { passive: true })
    if (new URLSearchParams(location.search).has("q")) resolve()
  })
  const { open, send } = XMLHttpRequest.prototype
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.isIndex = /search\/search_index\.json$/.test(url)
    return open.call(this, method, url, ...rest)
  }
  XMLHttpRequest.prototype.send = function (...body) {
    if (this.isIndex) wanted.then(() => send.apply(this, body))
    else send.apply(this, body)
  }
}
