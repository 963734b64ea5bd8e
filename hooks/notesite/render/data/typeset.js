(function (asked) {
  var tex = JSON.parse(asked);
  try {
    // What MathJax, which GitHub draws with, reads besides: a box of text, marks in it, and columns in a line of words.
    var macros = {"\\mbox": "\\text{#1}"};
    tex.text = tex.text.replace(/\\(?:mbox|text)\{[^{}$]*\}/g, function (box) { return box.replace(/([^\\])([_#&])/g, "$1\\$2"); });
    if (!tex.display) { tex.text = tex.text.replace(/\\(begin|end)\{align\*?\}/g, "\\$1{aligned}"); }
    var options = {macros: macros, displayMode: tex.display, annotate: true, throwOnError: true, trust: false, maxSize: [50, 100]};
    return JSON.stringify({done: temml.renderToString(tex.text, options)});
  } catch (error) {
    return JSON.stringify({error: String(error.message || error)});
  }
})
