"""Headless Chromium, which shows what a page does: its width, what it logs, and what an accessibility linter finds in it."""

import html
import importlib.util
import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROGRAM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "google-chrome"))), None)

# Uses whatever can be used, then says in the document what became of it. The linter's own rules for best practice are obeyed too.
PROBE = """
<script>
addEventListener("load", async () => {
  const result = {errors: []};
  addEventListener("error", (event) => result.errors.push(event.message));
  const all = (selector) => [...document.querySelectorAll(selector)];
  const sweep = () => all(".controls output").map((output) => output.textContent);
  result.charts = all("figure.chart").length;
  result.canvases = all("figure.chart canvas").length;
  result.svgs = all("figure.chart svg").length;
  for (const slider of all(".controls input")) { slider.value = 1; slider.dispatchEvent(new Event("input")); }
  result.first = sweep();
  for (const button of all(".play")) { button.click(); }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  result.played = sweep();
  for (const button of all(".play")) { if (button.textContent !== "Play") button.click(); }
  for (const button of all(".tools button")) { button.click(); }
  result.numbers = all(".numbers tbody tr").length;
  result.tall = all(".plot").filter((plot) => plot.clientHeight < 100).length;
  const width = document.documentElement.clientWidth;
  result.overflow = document.documentElement.scrollWidth - width;
  result.wide = all("body *").filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > width + 1 && !element.closest(".wide, pre, .skip");
  }).map((element) => element.outerHTML.slice(0, 200));
  // What is cut off can be reached by the keyboard, has a name, and shows that it goes on.
  const cut = all(".wide").filter((box) => box.scrollWidth > box.clientWidth);
  result.cut = cut.length;
  result.silent = cut.filter((box) => {
    const shadow = getComputedStyle(box).backgroundImage.includes("gradient");
    return !(shadow && box.tabIndex === 0 && box.getAttribute("aria-label"));
  }).map((box) => box.outerHTML.slice(0, 200));
  // Light, then dark: the rules of either scheme apply at will.
  const schemes = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
    .filter((rule) => rule.media && rule.media.mediaText.includes("prefers-color-scheme: dark"));
  result.papers = [];
  result.violations = [];
  for (const media of ["not all", "all"]) {
    for (const rule of schemes) rule.media.mediaText = media;
    result.papers.push(getComputedStyle(document.body).backgroundColor);
    if (!window.axe) continue;
    const found = await axe.run(document, {resultTypes: ["violations"]});
    result.violations.push(...found.violations.map((rule) =>
      [rule.id, rule.help, media === "all" ? "dark" : "light", rule.nodes.slice(0, 3).map((node) => node.html)]));
  }
  const element = document.createElement("pre");
  element.id = "probe";
  element.textContent = JSON.stringify(result);
  document.body.append(element);
});
</script>
"""


@dataclass(frozen=True)
class Look:
    """What a browser has seen.

    log: what the console said; a page that asked for something outside of itself is refused it there.
    """

    found: dict
    log: str


def linter() -> str:
    """The source of axe-core; empty where Python's package with it is not installed."""
    package = importlib.util.find_spec("axe_core_python")
    script = Path(package.origin).parent / "axe.min.js" if package else None
    return script.read_text() if script and script.exists() else ""


def look(page: Path, width: int, folder: Path) -> Look:
    """Opens a copy of a page in a window of so many pixels, uses it, and lints it in light and in dark colours."""
    copy = folder / f"{page.stem}-{width}.html"
    text = page.read_text()
    end = text.rindex("</body>")
    copy.write_text(f"{text[:end]}<script>{linter()}</script>{PROBE}{text[end:]}")
    shown = run("--dump-dom", f"--window-size={width},900", "--virtual-time-budget=60000", copy.as_uri())
    probe = re.search(r'<pre id="probe">(.*?)</pre>', shown.stdout, re.DOTALL)
    assert probe, f"the page's scripts did not come to their end\n{shown.stderr}"
    return Look(json.loads(html.unescape(probe.group(1))), "\n".join(re.findall(r".*(?:CONSOLE|ERR_).*", shown.stderr)))


def screenshot(page: Path, width: int, height: int, picture: Path, *, dark: bool = False) -> None:
    """The top of a page as a PNG file."""
    run(f"--screenshot={picture}", f"--window-size={width},{height}", "--virtual-time-budget=5000", page.as_uri(), dark=dark)


def run(*arguments: str, dark: bool = False) -> subprocess.CompletedProcess:
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    command = [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--enable-logging=stderr", *scheme]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=180, check=True)
