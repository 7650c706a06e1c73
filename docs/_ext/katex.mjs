// Typesets formulas for formulas.py: one JSON object per line in, one per line out, in the same order.
//   in:  {"tex": "x^2", "display": false}
//   out: {"html": "<span class=\"katex\">..."} or {"error": "KaTeX parse error: ..."}
import { createInterface } from "node:readline";
import katex from "katex";

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    // "htmlAndMathml": the picture for the eye, MathML for screen readers and for copying.
    // strict: a Chinese character outside \text{} and the like are errors too, not silent oddities.
    answer = { html: katex.renderToString(tex, { displayMode: display, output: "htmlAndMathml", strict: "error" }) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
