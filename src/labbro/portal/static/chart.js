// Draws the course of one row with plotly; the table below the chart says the same.
"use strict";

(() => {
  const place = document.getElementById("chart");
  const source = document.getElementById("chart-data");
  if (!place || !source || !window.Plotly) return;
  const told = JSON.parse(source.textContent);
  const danish = document.documentElement.lang === "da";

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  const symbols = { high: "triangle-up", low: "triangle-down", abnormal: "diamond" };
  const shades = { high: "--high", low: "--low", abnormal: "--odd" };

  function symbol(point) {
    const kind = symbols[point.mark] || "circle";
    return point.preliminary || point.beyond ? `${kind}-open` : kind;
  }

  // The line stops before a limit of measurement and begins again after it; so it does where the method changes
  // with caution, and between results that nobody has judged to be comparable.
  function line() {
    const x = [];
    const y = [];
    for (const point of told.points) {
      if (point.step || point.apart) {
        x.push(point.at);
        y.push(null);
      }
      x.push(point.at);
      y.push(point.beyond ? null : point.value);
    }
    return {
      x,
      y,
      type: "scatter",
      mode: "lines",
      connectgaps: false,
      hoverinfo: "skip",
      showlegend: false,
      line: { color: colour("--accent"), width: 1.5 },
    };
  }

  function markers(points, name) {
    return {
      x: points.map((point) => point.at),
      y: points.map((point) => point.value),
      text: points.map((point) => (point.beyond ? `${point.beyond} ` : "")),
      hovertext: points.map((point) => escaped(point.label)),
      hoverinfo: "text",
      name,
      type: "scatter",
      mode: points.some((point) => point.beyond) ? "markers+text" : "markers",
      textposition: "middle left",
      textfont: { color: colour("--ink"), size: 14 },
      showlegend: false,
      cliponaxis: false,
      marker: {
        opacity: 1,
        size: points.map((point) => (point.mark ? 11 : 8) - (told.points.length > 40 ? 3 : 0)),
        symbol: points.map(symbol),
        color: points.map((point) => colour(shades[point.mark] || "--accent")),
        line: { width: 1.5, color: points.map((point) => colour(shades[point.mark] || "--accent")) },
      },
    };
  }

  // Plotly reads a little HTML in texts; what comes from letters must not be read as such.
  function escaped(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }

  function bands() {
    return told.bands.map((band) => ({
      type: "rect",
      xref: "x",
      yref: "y",
      layer: "below",
      x0: band.begin,
      x1: band.end,
      y0: band.lower ?? told.low,
      y1: band.upper ?? told.high,
      fillcolor: colour("--band"),
      line: { width: 0 },
    }));
  }

  function edges() {
    const lines = [];
    for (const band of told.bands) {
      for (const limit of [band.lower, band.upper]) {
        if (limit === null) continue;
        lines.push({
          type: "line",
          xref: "x",
          yref: "y",
          layer: "below",
          x0: band.begin,
          x1: band.end,
          y0: limit,
          y1: limit,
          line: { color: colour("--accent"), width: 1, dash: "dot" },
        });
      }
    }
    return lines;
  }

  function steps() {
    return told.points.filter((point) => point.step).map((point) => ({
      type: "line",
      xref: "x",
      yref: "paper",
      layer: "below",
      x0: point.at,
      x1: point.at,
      y0: 0,
      y1: 1,
      line: { color: colour("--odd"), width: 1.5, dash: "dash" },
    }));
  }

  function span() {
    const times = [...told.points.map((point) => point.at), ...told.bands.flatMap((band) => [band.begin, band.end])];
    times.sort();
    const first = Date.parse(times[0].replace(" ", "T"));
    const last = Date.parse(times[times.length - 1].replace(" ", "T"));
    const margin = Math.max((last - first) * 0.02, 36e5);
    return [first - margin, last + margin].map((at) => {
      const local = new Date(at - new Date(at).getTimezoneOffset() * 6e4);
      return local.toISOString().slice(0, 16).replace("T", " ");
    });
  }

  function layout() {
    const axis = {
      color: colour("--soft"),
      gridcolor: colour("--grid-line"),
      linecolor: colour("--line"),
      zeroline: false,
      fixedrange: true,
    };
    return {
      autosize: true,
      height: place.clientHeight || 352,
      margin: { l: 56, r: 20, t: 16, b: 44 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("--ink") },
      separators: danish ? ", " : ".,",
      hovermode: "closest",
      hoverlabel: { bgcolor: colour("--paper"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
      dragmode: false,
      showlegend: false,
      shapes: [...bands(), ...edges(), ...steps()],
      xaxis: {
        ...axis,
        type: "date",
        range: span(),
        nticks: Math.max(3, Math.floor(place.clientWidth / 120)),
        tickformatstops: [
          { dtickrange: [null, 864e5 - 1], value: "%H:%M\n%d.%m.%Y" },
          { dtickrange: [864e5, "M1"], value: "%d.%m.%Y" },
          { dtickrange: ["M1", "M12"], value: "%m.%Y" },
          { dtickrange: ["M12", null], value: "%Y" },
        ],
      },
      yaxis: { ...axis, range: [told.low, told.high], title: { text: escaped(told.unit), standoff: 8 } },
    };
  }

  function draw() {
    place.replaceChildren();
    const measured = told.points.filter((point) => !point.beyond);
    const beyond = told.points.filter((point) => point.beyond);
    const traces = [line(), markers(measured, place.dataset.measured)];
    if (beyond.length) traces.push(markers(beyond, place.dataset.beyond));
    window.Plotly.newPlot(place, traces, layout(), { displayModeBar: false, responsive: true, showTips: false });
  }

  draw();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
