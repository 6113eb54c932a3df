// Script of the pages: makes charts of the numbers that lie in them, if the library is there, and plays relaxations.
// Without it the page shows everything but the animation, with charts as SVG.
(function () {
  "use strict";

  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const series = (index) => colour("--c" + (index % 8));
  const number = (value) => (value === 0 ? "0" : Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3
    ? value.toExponential(3).replace(/\.?0+e/, "e") : String(Number(value.toPrecision(6))));
  const data = (element) => JSON.parse(element.textContent);

  function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (name in element) element[name] = value; else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  // From zero to each point, or from the lower end of an axis without zero.
  function drawBars(ctx, set, scales) {
    const places = set.data.map((point) => scales.x.getPixelForValue(point.x)).sort((a, b) => a - b);
    const gaps = places.slice(1).map((place, index) => place - places[index]).filter((gap) => gap > 0);
    const width = Math.min(24, Math.max(2, 0.8 * Math.min(scales.x.width, ...gaps)));
    const bottom = Math.min(scales.y.bottom, scales.y.getPixelForValue(scales.y.type === "logarithmic" ? scales.y.min : 0));
    ctx.fillStyle = set.shade();
    for (const point of set.data) {
      const top = scales.y.getPixelForValue(point.y);
      ctx.fillRect(scales.x.getPixelForValue(point.x) - width / 2, top, width, bottom - top);
    }
  }

  // Bars of errors, the sweep that a player shows, and the range that is being chosen, drawn over a chart.
  const overlay = {
    id: "overlay",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(area.left, area.top, area.width, area.height);
      ctx.clip();
      chart.data.datasets.forEach((set, index) => {
        if (!chart.isDatasetVisible(index)) return;
        if (set.hasBars) drawBars(ctx, set, scales);
        if (!set.errors) return;
        ctx.strokeStyle = set.shade();
        ctx.lineWidth = 1.4;
        set.data.forEach((point, place) => {
          const x = scales.x.getPixelForValue(point.x);
          const ends = [-1, 1].map((sign) => scales.y.getPixelForValue(point.y + sign * set.errors[place]));
          ctx.beginPath();
          ctx.moveTo(x, ends[0]);
          ctx.lineTo(x, ends[1]);
          for (const y of ends) { ctx.moveTo(x - 3, y); ctx.lineTo(x + 3, y); }
          ctx.stroke();
        });
      });
      if (chart.marked !== undefined) {
        const x = scales.x.getPixelForValue(chart.marked);
        ctx.strokeStyle = colour("--ink");
        ctx.setLineDash([4, 3]);
        ctx.beginPath();
        ctx.moveTo(x, area.top);
        ctx.lineTo(x, area.bottom);
        ctx.stroke();
      }
      if (chart.chosen) {
        ctx.fillStyle = colour("--accent") + "33";
        ctx.fillRect(chart.chosen[0], area.top, chart.chosen[1] - chart.chosen[0], area.height);
      }
      ctx.restore();
    },
  };

  function dataset(line) {
    const hasBars = line.style === "bars";
    const isPoints = line.style === "points" || hasBars;
    // Functions, so that they are asked again when the colours change.
    const shade = () => series(line.colour);
    return {
      borderColor: shade, backgroundColor: shade, pointBorderColor: shade, pointBackgroundColor: shade, shade,
      label: line.name, hasBars, showLine: !isPoints, stepped: line.style === "steps" ? "before" : false, errors: line.errors,
      borderDash: line.style === "dashed" ? [6, 4] : [], borderWidth: 2, borderJoinStyle: "round",
      pointRadius: hasBars ? 0 : isPoints || line.points.length < 25 ? 3 : 0, pointHoverRadius: 5, pointHitRadius: 8,
      data: line.points.map(([x, y]) => ({ x, y })),
    };
  }

  // Marks of a logarithmic axis: powers of ten, and on a short one their doubles and halves.
  function mark(value) {
    if (this.type !== "logarithmic") return number(value);
    const leading = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
    const is = (digit) => Math.abs(leading - digit) < 1e-6;
    return is(1) || (this.max < 100 * this.min && (is(2) || is(5))) ? number(value) : null;
  }

  function axis(title, isLogarithmic, includesZero) {
    return {
      type: isLogarithmic ? "logarithmic" : "linear", beginAtZero: includesZero, title: { display: title !== "", text: title },
      grid: {}, ticks: { maxTicksLimit: isLogarithmic ? 100 : 7, autoSkipPadding: 8, maxRotation: 0, callback: mark },
    };
  }

  // Room for bars of errors, which the library knows nothing of.
  function room(form, scale) {
    const ends = form.series.filter((line) => line.errors).flatMap((line) => line.points.flatMap((point, place) =>
      [point[1] - line.errors[place], point[1] + line.errors[place]]));
    if (ends.length && !form.yIsLogarithmic) Object.assign(scale, { suggestedMin: Math.min(...ends), suggestedMax: Math.max(...ends) });
    return scale;
  }

  // Colours and sizes of the moment.
  function paint(chart) {
    const size = Math.max(11, 0.75 * parseFloat(getComputedStyle(root).fontSize));
    for (const scale of Object.values(chart.options.scales)) {
      Object.assign(scale.grid, { color: colour("--grid"), borderColor: colour("--line") });
      Object.assign(scale.ticks, { color: colour("--soft"), font: { size } });
      Object.assign(scale.title, { color: colour("--soft"), font: { size } });
    }
    Object.assign(chart.options.plugins.tooltip, {
      backgroundColor: colour("--ink"), titleColor: colour("--paper"), bodyColor: colour("--paper"),
      titleFont: { size }, bodyFont: { size },
    });
    chart.update("none");
  }

  function draw(figure) {
    const form = data(figure.querySelector("script"));
    const plot = figure.querySelector(".plot");
    const names = form.series.map((line) => line.name).filter((name) => name !== "").join(", ");
    const canvas = make("canvas", {
      role: "img", "aria-label": `${form.title}: ${form.y} against ${form.x}${form.series.length > 1 ? "; " + names : ""}`,
    });
    plot.replaceChildren(canvas);
    const x = axis(form.x, form.xIsLogarithmic, false);
    if (form.xIsLogarithmic) {
      // The library would fill up to the next power of ten.
      const places = form.series.flatMap((line) => line.points.map((point) => point[0]));
      Object.assign(x, { min: Math.min(...places) / 1.1, max: Math.max(...places) * 1.1 });
    } else if (form.series.some((line) => line.style === "points" || line.style === "bars")) {
      x.grace = "4%";
    }
    const chart = new Chart(canvas, {
      type: "line", data: { datasets: form.series.map(dataset) }, plugins: [overlay],
      options: {
        parsing: false, animation: false, maintainAspectRatio: false, locale: "en",
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: { x, y: room(form, axis(form.y, form.yIsLogarithmic, form.includesZero)) },
        plugins: {
          legend: { display: false },
          tooltip: {
            callbacks: {
              title: (items) => (items.length ? `${form.x} ${number(items[0].parsed.x)}` : ""),
              label(item) {
                const error = item.dataset.errors ? " ± " + number(item.dataset.errors[item.dataIndex]) : "";
                return `${item.dataset.label || form.y} ${number(item.parsed.y)}${error}`;
              },
            },
          },
        },
      },
    });
    figure.chart = chart;
    paint(chart);
    figure.insertBefore(tools(chart, form, figure), plot.nextSibling);
    zoom(chart, canvas, figure);
  }

  // Buttons for lines, scales and numbers: what a mouse can do on the canvas, a keyboard can do here.
  function tools(chart, form, figure) {
    const bar = make("div", { className: "tools" });
    if (form.series.length > 1) {
      form.series.forEach((line, index) => {
        const mark = make("span", { className: "line " + line.style, "aria-hidden": "true" });
        mark.style.borderTopColor = `var(--c${line.colour % 8})`;
        const button = make("button", { type: "button", "aria-pressed": "true" }, mark, line.name);
        button.onclick = () => {
          const isVisible = !chart.isDatasetVisible(index);
          chart.setDatasetVisibility(index, isVisible);
          button.setAttribute("aria-pressed", isVisible);
          chart.update("none");
        };
        bar.append(button);
      });
    }
    const isPositive = form.series.every((line) => line.points.every((point) => point[1] > 0));
    if (isPositive) {
      const button = make("button", { type: "button", className: "option", "aria-pressed": form.yIsLogarithmic }, "log");
      button.title = "logarithmic vertical axis";
      button.onclick = () => {
        const isLogarithmic = chart.options.scales.y.type !== "logarithmic";
        chart.options.scales.y.type = isLogarithmic ? "logarithmic" : "linear";
        chart.options.scales.y.ticks.maxTicksLimit = isLogarithmic ? 100 : 7;
        button.setAttribute("aria-pressed", isLogarithmic);
        chart.update("none");
      };
      bar.append(button);
    }
    const numbers = make("button", { type: "button", className: "option", "aria-pressed": "false" }, "numbers");
    let table;
    numbers.onclick = () => {
      if (!table) figure.append(table = numberTable(form));
      else table.hidden = !table.hidden;
      numbers.setAttribute("aria-pressed", !table.hidden);
    };
    bar.append(numbers);
    return bar;
  }

  function numberTable(form) {
    const hasErrors = form.series.some((line) => line.errors);
    const cell = (tag, text) => make(tag, tag === "th" ? { scope: "col" } : {}, text);
    const head = make("tr", {}, ...["line", form.x, form.y || "value"].concat(hasErrors ? ["error"] : []).map((text) => cell("th", text)));
    const rows = form.series.flatMap((line) => line.points.map((point, place) => {
      const values = point.map(number).concat(hasErrors ? [line.errors ? number(line.errors[place]) : ""] : []);
      return make("tr", {}, make("th", { scope: "row" }, line.name || form.title), ...values.map((text) => cell("td", text)));
    }));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
    return make("div", { className: "wide numbers", role: "group", tabIndex: 0, "aria-label": "Numbers of " + form.title }, table);
  }

  // Dragging over a chart shows the range that was dragged over; a double click shows everything again.
  function zoom(chart, canvas, figure) {
    const all = make("button", { type: "button", className: "option" }, "show all");
    const { min, max } = chart.options.scales.x;
    const show = (least, greatest) => {
      Object.assign(chart.options.scales.x, { min: least, max: greatest });
      chart.update("none");
      if (least === min) all.remove(); else figure.querySelector(".tools").append(all);
    };
    all.onclick = () => show(min, max);
    canvas.ondblclick = all.onclick;
    canvas.onpointerdown = (event) => {
      if (event.pointerType !== "mouse" || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      chart.chosen = [event.offsetX, event.offsetX];
    };
    canvas.onpointermove = (event) => {
      if (!chart.chosen) return;
      chart.chosen[1] = event.offsetX;
      chart.draw();
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      if (!chart.chosen) return;
      const [least, greatest] = [...chart.chosen].sort((a, b) => a - b);
      chart.chosen = undefined;
      if (greatest - least > 8) {
        show(chart.scales.x.getValueForPixel(least), chart.scales.x.getValueForPixel(greatest));
      } else {
        chart.draw();
      }
    };
  }

  // A relaxation: pictures, outputs and charts show one sweep.
  function play(player) {
    const frames = data(player.querySelector(".frames"));
    const [button, slider, output] = ["button", "input", "output"].map((tag) => player.querySelector(".controls " + tag));
    const sprites = [...player.querySelectorAll(".sprite")];
    const bars = [...player.querySelectorAll(".bars li")];
    const figures = [...player.querySelectorAll(".chart")];
    const last = frames.outputs.length;
    let timer;

    function show(sweep) {
      slider.value = sweep;
      output.textContent = `${sweep} of ${last}`;
      slider.setAttribute("aria-valuetext", `sweep ${sweep} of ${last}`);
      // Of a long relaxation not every sweep has its picture.
      let frame = 0;
      while (frame + 1 < frames.shown.length && frames.shown[frame + 1] <= sweep) frame += 1;
      const place = frames.shown.length > 1 ? (100 * frame) / (frames.shown.length - 1) : 0;
      for (const sprite of sprites) sprite.style.backgroundPositionY = place + "%";
      bars.forEach((bar, index) => {
        const value = frames.outputs[sweep - 1][index];
        bar.querySelector("i").style.width = (100 * Math.max(value, 0)) / frames.greatest + "%";
        bar.querySelector("b").textContent = value.toFixed(2);
      });
      for (const figure of figures) {
        if (!figure.chart) continue;
        figure.chart.marked = sweep;
        figure.chart.draw();
      }
    }

    function stop() {
      clearInterval(timer);
      timer = undefined;
      button.textContent = "Play";
    }

    button.onclick = () => {
      if (timer) return stop();
      button.textContent = "Stop";
      let sweep = Number(slider.value) >= last ? 1 : Number(slider.value);
      show(sweep);
      // A relaxation of any length takes some seconds.
      timer = setInterval(() => {
        sweep += 1;
        if (sweep > last) return stop();
        show(sweep);
      }, Math.max(50, Math.min(450, 9000 / last)));
    };
    slider.oninput = () => { stop(); show(Number(slider.value)); };
    player.querySelector(".controls").hidden = false;
    show(last);
  }

  const figures = [...document.querySelectorAll("figure.chart")];
  if (window.Chart) {
    figures.forEach(draw);
    const repaint = () => figures.forEach((figure) => paint(figure.chart));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    addEventListener("beforeprint", repaint);
  }
  document.querySelectorAll(".player").forEach(play);
})();
