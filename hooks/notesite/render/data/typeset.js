(function (asked) {
  var tex = JSON.parse(asked);
  try {
    var options = {displayMode: tex.display, annotate: true, throwOnError: true, trust: false, maxSize: [50, 100]};
    return JSON.stringify({done: temml.renderToString(tex.text, options)});
  } catch (error) {
    return JSON.stringify({error: String(error.message || error)});
  }
})
