"""The look of the report: paper first, readable in grey, nothing fetched from anywhere."""

CSS = """
:root { --ink:#1d2733; --soft:#5a6673; --line:#cfd6de; --pale:#f3f5f8; --alarm:#a3161f; }
* { box-sizing:border-box; }
body { margin:0; background:#e6e9ee; color:var(--ink);
  font:14px/1.5 "Inter","Segoe UI",system-ui,"Liberation Sans",Arial,sans-serif; }
main { max-width:860px; margin:24px auto; padding:36px 44px 44px; background:#fff;
  box-shadow:0 1px 12px #0002; }
.mark { background:repeating-linear-gradient(135deg,#ffd84d 0 14px,#ffe58a 14px 28px);
  color:#3a2c00; text-align:center; font-weight:700; letter-spacing:.14em; padding:7px 10px;
  position:sticky; top:0; z-index:2; border-bottom:1px solid #c79f00; }
header { border-bottom:3px solid var(--ink); padding-bottom:14px; margin-bottom:20px; }
.kind { text-transform:uppercase; letter-spacing:.16em; font-size:11.5px; color:var(--soft); }
.changed { border:3px solid var(--alarm); color:var(--alarm); padding:10px 14px; margin:12px 0; }
h1 { font-size:27px; line-height:1.2; margin:4px 0 6px; letter-spacing:-.01em; }
h2 { font-size:16px; margin:30px 0 8px; padding-bottom:4px; border-bottom:1px solid var(--line); }
p { margin:6px 0; } .soft { color:var(--soft); } .when { font-variant-numeric:tabular-nums; }
.facts { display:grid; grid-template-columns:repeat(4,1fr); gap:10px; margin:18px 0 8px; }
.fact { background:var(--pale); border-left:3px solid var(--ink); padding:9px 12px 8px; }
.fact b { display:block; font-size:22px; line-height:1.2; font-variant-numeric:tabular-nums; }
.fact span { font-size:12px; color:var(--soft); }
figure { margin:10px 0 4px; } figcaption { font-size:12px; color:var(--soft); margin-top:4px; }
svg { display:block; width:100%; height:auto; font-family:inherit; }
.sheet { fill:#fbfbf8; stroke:var(--line); } .ring { fill:none; stroke:#d9dee5; }
.ground { fill:none; stroke:#d3d6da; stroke-width:1.4; } .river { stroke:#b9d3e6; stroke-width:2; }
.runway { stroke:#9aa3ad; stroke-width:4; } .border { stroke-dasharray:8 3 2 3; }
.town { fill:#9aa3ad; } .asset { fill:#1f4e7a26; stroke:#1f4e7a; stroke-width:1.2; }
rect.mark-asset { fill:#1f4e7a; }
.debris { fill:#d98a0055; stroke:#8a5600; stroke-width:1.2; stroke-dasharray:4 2; }
.plate { fill:#fffc; } .bar { fill:none; stroke:var(--ink); stroke-width:1.4; }
.leader { stroke:#8b95a1; stroke-width:.7; }
text { font-size:11px; fill:var(--ink); } .small { font-size:10.5px; } .faint { font-size:10px;
  fill:#8b95a1; } .strong { font-weight:600; } .wreck { fill:#7a4c00; }
.halo { paint-order:stroke; stroke:#fff; stroke-width:3px; stroke-linejoin:round; }
.grid { stroke:#e3e7ec; } .tick { stroke:#8b95a1; } .moment { stroke:#8b95a1;
  stroke-dasharray:2 3; } .letter { font-size:11px; font-weight:700; }
.letters { columns:2; font-size:12px; margin:4px 0 0; padding:0; list-style:none; }
.letters b { display:inline-block; width:1.3em; }
table { border-collapse:collapse; width:100%; font-size:13px; }
th { text-align:left; font-size:11px; text-transform:uppercase; letter-spacing:.06em;
  color:var(--soft); border-bottom:1.5px solid var(--ink); padding:4px 10px 4px 0; }
td { vertical-align:top; border-bottom:1px solid #e8ebef; padding:4px 10px 4px 0;
  overflow-wrap:break-word; max-width:24em; }
td.n, th.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; }
td.t { white-space:nowrap; font-variant-numeric:tabular-nums; }
tr.warning td:nth-child(3) { font-weight:600; } tr.warning td:nth-child(2) { color:var(--alarm); }
.tag { font-size:11px; white-space:nowrap; color:var(--soft); }
.hash { font:11px/1.4 ui-monospace,"Liberation Mono",monospace; overflow-wrap:anywhere; }
blockquote { margin:4px 0 4px; padding:2px 0 2px 12px; border-left:3px solid var(--line);
  font-style:italic; }
ul { margin:6px 0; padding-left:20px; }
footer { margin-top:34px; padding-top:10px; border-top:1px solid var(--line); font-size:12px;
  color:var(--soft); }
@media print {
  @page { size:A4; margin:14mm 13mm; }
  body { background:#fff; font-size:11.5px; } main { box-shadow:none; margin:0; padding:0;
    max-width:none; }
  .mark { position:static; } * { print-color-adjust:exact; -webkit-print-color-adjust:exact; }
  h2, figure, tr, .fact { break-inside:avoid; } h2 { break-after:avoid; }
  thead { display:table-header-group; } table { font-size:10.5px; }
}
@media (max-width:640px) { main { padding:18px 16px; margin:0; } .facts
  { grid-template-columns:1fr 1fr; } }
"""
