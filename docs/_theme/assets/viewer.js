// The attention viewer. The page holds its data, and all its words, in the attribute data-attention of an empty box; see
// docs/_ext/directives/viewer.py. This file stands at the end of the page's text, so that instant navigation, too, runs it
// whenever it shows the page.
(() => {
  const SVG = "http://www.w3.org/2000/svg"
  const SHADES = 10
  const MOVES = {
    ArrowUp: (i, j) => [i - 1, j],
    ArrowDown: (i, j) => [i + 1, j],
    ArrowLeft: (i, j) => [i, j - 1],
    ArrowRight: (i, j) => [i, j + 1],
    Home: (i, j) => [i, 0],
    End: (i, j) => [i, i],
  }

  // An element with attributes and children.
  function make(tag, attributes, ...children) {
    const one = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) one.setAttribute(name, value)
    one.append(...children)
    return one
  }

  // "Layer {l}" with what stands for l put in: texts, or elements.
  const fill = (words, values) => words.split(/\{(\w+)\}/).map((part, n) => (n % 2 ? values[part] : part))
  const say = (words, values) => fill(words, values).join("")

  // A space that belongs to a token is shown as a dot.
  const shown = token => token.replaceAll(" ", "·")

  // A small picture of a head: as many shapes as there are shades.
  function picture(rows) {
    const paths = {}
    rows.forEach((row, i) =>
      row.forEach((share, j) => {
        const shade = Math.round(SHADES * Math.sqrt(share / 1000))
        paths[shade] = (paths[shade] ?? "") + `M${j} ${i}h.9v.9h-.9z`
      }),
    )
    const svg = document.createElementNS(SVG, "svg")
    svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`)
    svg.setAttribute("aria-hidden", "true")
    for (const [shade, d] of Object.entries(paths)) {
      const path = document.createElementNS(SVG, "path")
      path.setAttribute("d", d)
      path.setAttribute("fill-opacity", Math.max(shade / SHADES, 0.04))
      svg.append(path)
    }
    return svg
  }

  class Viewer {
    constructor(box) {
      const { words, start, sentences } = JSON.parse(box.dataset.attention)
      Object.assign(this, { words, sentences, sentence: sentences[0], head: start.join("-"), i: 0, j: 0 })
      this.matrix = make("div", { class: "viewer-matrix", tabindex: 0, role: "application" })
      this.said = make("p", { class: "viewer-said", role: "status", "aria-live": "polite" })
      this.radios = {}
      const right = make("div", {}, this.matrix, this.said)
      box.append(
        this.languages(),
        make("div", { class: "viewer-body" }, this.heads(), right),
        make("p", { class: "viewer-hint" }, words.hint),
      )
      this.matrix.addEventListener("keydown", event => this.key(event))
      for (const type of ["pointerdown", "pointermove"]) this.matrix.addEventListener(type, event => this.point(event))
      for (const link of document.querySelectorAll("a[data-head]"))
        link.addEventListener("click", event => this.follow(event, link.dataset.head))
      this.read(this.sentence)
    }

    languages() {
      const choices = this.sentences.map((one, n) => {
        const radio = make("input", { type: "radio", name: "viewer-sentence", autocomplete: "off" })
        radio.checked = n === 0
        radio.addEventListener("change", () => this.read(one))
        return make("label", { lang: one.lang }, radio, one.name)
      })
      const legend = make("legend", {}, this.words.sentence)
      return make("fieldset", { class: "viewer-sentences" }, legend, ...choices)
    }

    // A table of radio buttons, each with the picture of its head; arrow keys, and one tab stop, come with them.
    heads() {
      const weights = this.sentence.weights
      const columns = weights[0].map((_, h) => make("span", { "aria-hidden": "true" }, say(this.words.head, { h })))
      const choices = weights.flatMap((heads, l) => [
        make("span", { "aria-hidden": "true" }, say(this.words.layer, { l })),
        ...heads.map((_, h) => {
          const name = say(this.words.one, { l, h })
          const radio = make("input", { type: "radio", name: "viewer-head", "aria-label": name, autocomplete: "off" })
          radio.addEventListener("change", () => this.choose(`${l}-${h}`))
          this.radios[`${l}-${h}`] = radio
          return make("label", { title: name }, radio)
        }),
      ])
      const style = `--heads: ${weights[0].length}`
      const grid = make("div", { class: "viewer-grid", style }, make("span", {}), ...columns, ...choices)
      return make("fieldset", { class: "viewer-heads" }, make("legend", {}, this.words.heads), grid)
    }

    // Show another sentence: other axes, other pictures. The place that the reader looks at stays where it can.
    read(sentence) {
      this.sentence = sentence
      const { tokens, weights, lang } = sentence
      for (const [name, radio] of Object.entries(this.radios)) {
        const [l, h] = name.split("-")
        radio.parentElement.replaceChildren(radio, picture(weights[l][h]))
      }
      const labels = name => tokens.map(token => make("span", { class: name, lang }, shown(token)))
      this.columns = labels("column")
      this.rows = labels("row")
      this.cells = tokens.map((_, i) =>
        tokens.map((_, j) => make("i", { class: j > i ? "future" : "", "data-i": i, "data-j": j })),
      )
      this.matrix.style.setProperty("--tokens", tokens.length)
      const lines = this.cells.flatMap((row, i) => [this.rows[i], ...row])
      const table = make("div", { class: "viewer-table", "aria-hidden": "true" }, make("span", {}), ...this.columns, ...lines)
      this.matrix.replaceChildren(table)
      const last = tokens.length - 1
      Object.assign(this, { i: Math.min(this.i || last, last), j: Math.min(this.j, last) })
      this.choose(this.head)
    }

    choose(head) {
      const [l, h] = head.split("-")
      this.head = head
      this.shares = this.sentence.weights[l][h]
      this.radios[head].checked = true
      this.matrix.setAttribute("aria-label", say(this.words.matrix, { l, h }))
      this.shares.forEach((row, i) =>
        row.forEach((share, j) => this.cells[i][j].style.setProperty("--shade", Math.sqrt(share / 1000).toFixed(3))),
      )
      this.show(this.i, this.j)
    }

    // A link in the text to a head. Followed as other links are, it would load the page anew, and the choice be lost.
    follow(event, head) {
      event.preventDefault()
      event.stopPropagation()
      this.choose(head)
      this.radios[head].focus({ preventScroll: true })
      this.matrix.closest(".viewer").scrollIntoView({ block: "center" })
    }

    // Mark a cell, and put it into words.
    show(i, j) {
      Object.assign(this, { i, j })
      for (const one of this.matrix.querySelectorAll(".here")) one.classList.remove("here")
      for (const one of [this.cells[i][j], this.rows[i], this.columns[j]]) one.classList.add("here")
      const { tokens, lang } = this.sentence
      const [q, k] = [i, j].map(at => make("b", { lang }, tokens[at].trim() || tokens[at]))
      const kind = j > i ? "future" : j === i ? "itself" : "other"
      const p = `${((this.shares[i][j] ?? 0) / 10).toFixed(1)}%`
      this.said.replaceChildren(...fill(this.words[kind], { i, j, q, k, p }))
    }

    key(event) {
      const move = MOVES[event.key]
      if (!move || event.ctrlKey || event.altKey || event.metaKey) return
      event.preventDefault()
      const [i, j] = move(this.i, this.j).map(at => Math.max(0, Math.min(at, this.cells.length - 1)))
      this.show(i, j)
    }

    // A finger that moves keeps talking to the cell where it began: ask which one is below it now.
    point({ clientX, clientY }) {
      const cell = document.elementFromPoint(clientX, clientY)?.closest("[data-i]")
      if (cell && this.matrix.contains(cell)) this.show(+cell.dataset.i, +cell.dataset.j)
    }
  }

  for (const box of document.querySelectorAll(".viewer:empty")) new Viewer(box)
})()
