"""axe-core on a page of ours: what it finds that is serious, by the rules of WCAG 2.2 AA."""

from pathlib import Path

from playwright.sync_api import Page

CORE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
AXE = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations
  .filter((found) => ["serious", "critical"].includes(found.impact))
  .map((found) => found.id + ": "
    + found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)))"""


def findings(page: Page) -> list[str]:
    """Give the serious findings; none where axe-core is not installed."""
    if not CORE.is_file():
        return []
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(CORE.read_text() + "; () => 0")
    return list(page.evaluate(AXE))
