/** Style of a report, in its file: colours of a light and of a dark scheme, and of paper. */

export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --dim: #60646c; --page: #fff; --box: #f7f8f9; --line: #d9dce0;
  --accent: #0b5cad; --high: #b3261e; --medium: #8a5a00; --low: #4a5568; --info: #4a5568; --good: #1a6b34; --mark: #fff3c4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --dim: #a0a6ae; --page: #15181c; --box: #1e2328;
  --line: #363d45; --accent: #7db8f5; --high: #ff8a80; --medium: #f2c063; --low: #b0b8c2; --info: #b0b8c2;
  --good: #7fd399; --mark: #4a3f14; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 24px 20px 40px; max-width: 1040px; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 22px; overflow-wrap: anywhere; }
h2 { margin: 32px 0 10px; font-size: 18px; }
h3 { margin: 0; font-size: 15px; overflow-wrap: anywhere; }
p { margin: 6px 0; overflow-wrap: anywhere; }
code, pre, td.route { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.92em; }
.facts, footer { color: var(--dim); font-size: 13px; }
.figures { display: flex; flex-wrap: wrap; gap: 10px; margin: 16px 0 0; }
.figures div { min-width: 96px; padding: 8px 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--box); }
.figures dt { color: var(--dim); font-size: 12px; }
.figures dd { margin: 0; font-size: 18px; font-weight: 600; font-variant-numeric: tabular-nums; }
article { margin: 12px 0; padding: 12px 16px; border: 1px solid var(--line); border-left: 4px solid var(--info);
  border-radius: 8px; background: var(--box); break-inside: avoid; }
article.high { border-left-color: var(--high); } article.medium { border-left-color: var(--medium); }
.kind { font-weight: 700; } .high .kind { color: var(--high); } .medium .kind { color: var(--medium); }
.site { color: var(--accent); font-weight: 400; }
.new { padding: 1px 7px; border: 1px solid var(--high); border-radius: 9px; color: var(--high); font-size: 12px; }
.advice::before { content: "→ "; } .advice { font-weight: 600; }
pre { margin: 8px 0; padding: 8px 10px; overflow-x: auto; border: 1px solid var(--line); border-radius: 6px;
  background: var(--page); line-height: 1.45; }
.gutter { color: var(--dim); user-select: none; }
mark { background: var(--mark); color: inherit; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14px; }
section > .wide > table { width: 100%; }
th, td { padding: 5px 10px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: 500; font-size: 12px; white-space: nowrap; }
td.route { overflow-wrap: anywhere; min-width: 180px; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tag { display: inline-block; padding: 0 6px; border: 1px solid var(--line); border-radius: 5px; font-size: 12px; white-space: nowrap; }
.better { color: var(--good); } .worse { color: var(--high); }
.difference { padding: 4px 16px 12px; margin-top: 24px; border: 1px solid var(--line); border-radius: 8px; }
.difference h2 { margin-top: 8px; } .difference h3 { margin-top: 12px; } ul { margin: 6px 0; padding-left: 20px; } li { overflow-wrap: anywhere; }
footer { margin-top: 40px; }
@media print { :root { color-scheme: light; --ink: #000; --dim: #444; --page: #fff; --box: #fff; --line: #bbb; --accent: #003a75;
  --high: #8c1d18; --medium: #6b4600; --good: #14532d; --mark: #eee; }
  body { max-width: none; padding: 0; font-size: 11pt; } pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .wide { overflow: visible; } tr { break-inside: avoid; } h2, h3 { break-after: avoid; } mark { font-weight: 700; } }
`;
