// Draws each chart from the specification beside it. Without this the tables still tell all.
for (const place of document.querySelectorAll("[data-spec]")) {
  const chart = vegaLite.compile(JSON.parse(place.dataset.spec)).spec;
  const view = new vega.View(vega.parse(chart, null, { ast: true }), {
    expr: vega.expressionInterpreter,
    renderer: "svg",
    container: place,
    logLevel: vega.Error,
    hover: false,
  });
  view.runAsync();
}
