// Draws the charts of the number service with plotly; the tables beside them say the same.
"use strict";

(() => {
  if (!window.Plotly) return;
  const danish = document.documentElement.lang === "da";

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // Plotly reads a little HTML in texts; names must not be read as such.
  function escaped(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  }

  function axis() {
    return {
      color: colour("--soft"),
      gridcolor: colour("--grid-line"),
      linecolor: colour("--line"),
      zeroline: false,
      fixedrange: true,
      automargin: true,
    };
  }

  function layout(place, changes) {
    return {
      autosize: true,
      height: place.clientHeight || 288,
      margin: { l: 16, r: 16, t: 16, b: 40 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: colour("--ink") },
      separators: danish ? ",." : ".,",
      hovermode: "closest",
      hoverlabel: { bgcolor: colour("--paper"), bordercolor: colour("--line"), font: { color: colour("--ink") } },
      dragmode: false,
      showlegend: false,
      ...changes,
    };
  }

  // Numbers drawn, a bar a week.
  function bars(place, told) {
    const trace = {
      type: "bar",
      x: told.days,
      y: told.counts,
      hovertext: told.labels.map(escaped),
      hoverinfo: "text",
      marker: { color: colour("--accent") },
    };
    const changes = {
      bargap: 0.25,
      xaxis: { ...axis(), type: "date", nticks: Math.max(3, Math.floor(place.clientWidth / 110)), tickformat: "%d.%m.%y" },
      yaxis: { ...axis(), rangemode: "tozero", nticks: 5, tickformat: ",d", title: { text: escaped(told.unit), standoff: 8 } },
    };
    return [[trace], changes];
  }

  // Stocks as weeks: a bar to what is expected, a whisker over the forecast's band, lines at the limits.
  function stocks(place, told) {
    const shades = { good: "--accent", soon: "--warn-line", bad: "--high" };
    const trace = {
      type: "bar",
      orientation: "h",
      x: told.weeks,
      y: told.names.map((_, place) => place),
      hovertext: told.labels.map(escaped),
      hoverinfo: "text",
      marker: { color: told.marks.map((mark) => colour(shades[mark])) },
      error_x: {
        type: "data",
        symmetric: false,
        array: told.above,
        arrayminus: told.below,
        color: colour("--ink"),
        thickness: 1.5,
        width: 6,
      },
    };
    const most = Math.max(...told.weeks.map((week, at) => week + told.above[at]), ...told.limits);
    const room = Math.max(10, Math.floor(place.clientWidth / 22));
    const short = (name) => (name.length > room ? `${name.slice(0, room - 1)}…` : name);
    const changes = {
      bargap: 0.45,
      xaxis: { ...axis(), range: [0, most * 1.05], title: { text: escaped(told.unit), standoff: 4 } },
      yaxis: {
        ...axis(),
        autorange: "reversed",
        tickvals: told.names.map((_, at) => at),
        ticktext: told.names.map((name) => escaped(short(name))),
        showgrid: false,
      },
      shapes: told.limits.map((limit) => ({
        type: "line",
        yref: "paper",
        x0: limit,
        x1: limit,
        y0: 0,
        y1: 1,
        line: { color: colour("--soft"), width: 1.5, dash: "dot" },
      })),
    };
    return [[trace], changes];
  }

  const kinds = { bars, stocks };

  function draw() {
    for (const place of document.querySelectorAll("[data-chart]")) {
      const source = document.getElementById(`data-${place.dataset.chart}`);
      if (!source) continue;
      const told = JSON.parse(source.textContent);
      place.replaceChildren();
      const [traces, changes] = kinds[told.kind](place, told);
      window.Plotly.newPlot(place, traces, layout(place, changes), {
        displayModeBar: false,
        responsive: true,
        showTips: false,
      });
    }
  }

  draw();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
