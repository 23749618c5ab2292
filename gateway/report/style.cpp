#include "report/markup.h"

// The bulletin's look: one column from 390 px on, A4 in print. Colours keep apart without colour, too: falls are
// hatched by their place left of zero and their sign.
namespace songhua::report {

std::string_view style_sheet() {
  return R"css(
:root { color-scheme: light; --ink: #1c2430; --soft: #5b6675; --line: #d5dae1; --blue: #1f5fa8; --red: #b4451f; --gold: #9a6b00; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: #fff; color: var(--ink); font: 16px/1.6 "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "Microsoft YaHei", "PingFang SC", system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 1.7rem; line-height: 1.3; margin: 0 0 4px; }
h1 .en { font-size: 1.05rem; font-weight: 400; color: var(--soft); }
h2 { font-size: 1.25rem; margin: 40px 0 8px; padding-bottom: 4px; border-bottom: 2px solid var(--blue); }
h3 { font-size: 1rem; margin: 22px 0 6px; }
h2 .en, h3 .en { font-weight: 400; font-size: .88em; color: var(--soft); margin-left: .6em; }
p { margin: 6px 0; }
.zh, .en { display: block; }
h2 .zh, h2 .en, h3 .zh, h3 .en, .unit .zh, .unit .en, figcaption .zh, figcaption .en { display: inline; }
.unit .en, figcaption .en { margin-left: .5em; }
.en { color: var(--soft); }
p .en, li .en, dd .en { font-size: .92em; }
.status { color: var(--soft); margin-bottom: 18px; }
.status .zh, .status .en { display: inline; margin-right: .6em; }
.heads { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 10px; margin: 18px 0; }
.head { border: 1px solid var(--line); border-top: 3px solid var(--blue); padding: 8px 12px; }
.head .what { font-size: .82rem; line-height: 1.35; color: var(--soft); }
.head .what .zh { color: var(--ink); }
.head .figure { font-size: 1.55rem; font-weight: 600; line-height: 1.4; font-variant-numeric: tabular-nums; }
.head .unit { font-size: .8rem; font-weight: 400; color: var(--soft); margin-left: .3em; }
.head .remark { font-size: .8rem; line-height: 1.35; }
.lead p { font-size: 1.03rem; margin: 10px 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.35; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 8px; border-bottom: 1px solid var(--line); vertical-align: baseline; }
thead th { text-wrap: balance; word-break: keep-all; border-bottom: 1px solid var(--ink); font-weight: 600; text-align: right; vertical-align: bottom; }
thead tr:first-child th { border-top: 2px solid var(--ink); }
thead th.group { text-align: center; border-bottom: 1px solid var(--line); border-left: 8px solid transparent; background-clip: padding-box; }
thead tr:first-child th:first-child, thead th.of, tbody th { text-align: left; }
tbody th { font-weight: 400; min-width: 9.5em; }
tbody th .en, thead .en { font-size: .88em; font-weight: 400; }
tbody td { text-align: right; white-space: nowrap; }
tbody td:not(.of) { padding-right: 1.35em; }
tbody td sup { display: inline-block; width: 0; white-space: nowrap; }
tbody td.of { text-align: left; white-space: normal; color: var(--soft); }
tbody td.of .zh { color: var(--ink); }
tbody tr:last-child > * { border-bottom: 2px solid var(--ink); }
.l0 th { font-weight: 600; } .l1 th { padding-left: 1.4em; } .l2 th { padding-left: 2.6em; }
.l0 th .en { font-weight: 400; }
.unit { font-weight: 400; color: var(--soft); }
thead .unit { display: block; font-size: .88em; }
sup { font-size: .7em; line-height: 0; color: var(--gold); margin-left: .1em; }
.note, .missing { font-size: .82rem; color: var(--soft); margin: 5px 0; }
.note .zh { color: var(--ink); }
.missing { border-left: 3px solid var(--gold); padding-left: 8px; }
figure { margin: 16px 0; max-width: 640px; }
figcaption { font-size: .92rem; font-weight: 600; margin-bottom: 6px; }
figcaption .en { font-weight: 400; }
svg { display: block; width: 100%; height: auto; font-family: inherit; }
svg .label { font-size: 12px; fill: #1c2430; } svg .small { font-size: 10.5px; fill: #5b6675; }
svg .value { font-size: 12px; font-weight: 600; fill: #1c2430; } svg .goal { font-size: 12px; font-weight: 600; fill: #9a6b00; }
svg .gaplabel { font-size: 11px; fill: #b4451f; } svg .rise { fill: #1f5fa8; } svg .fall { fill: #b4451f; }
svg .axis { stroke: #1c2430; stroke-width: 1; } svg .grid { stroke: #e3e7ec; stroke-width: 1; }
svg .target { stroke: #9a6b00; stroke-width: 2; stroke-dasharray: 7 4; }
svg .course { fill: none; stroke: #1f5fa8; stroke-width: 2.5; } svg .dot { fill: #1f5fa8; }
svg .ahead { stroke: #1f5fa8; stroke-width: 1.6; stroke-dasharray: 2 4; } svg .range { stroke: #1f5fa8; stroke-width: 1.4; }
svg .gap { stroke: #b4451f; stroke-width: 1.4; }
dl { margin: 8px 0; font-size: .88rem; }
dt { font-weight: 600; margin-top: 10px; }
dt .zh, dt .en { display: inline; } dt .en { font-weight: 400; margin-left: .6em; }
dd { margin: 0; }
@media (max-width: 600px) {
  main { padding: 14px 16px 32px; }
  h1 { font-size: 1.3rem; } h1 .en { font-size: .95rem; }
  h2 { font-size: 1.12rem; margin-top: 30px; }
  .heads { grid-template-columns: 1fr 1fr; } .head { padding: 6px 8px; } .head .figure { font-size: 1.25rem; }
  table { font-size: .78rem; } th, td { padding: 4px 5px; }
  tbody th { min-width: 8.5em; }
  .wide tbody th, .wide thead tr:first-child th:first-child { position: sticky; left: 0; background: #fff; }
}
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-center { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #5b6675; } }
@media print {
  body { font-size: 9.5pt; line-height: 1.45; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 17pt; } h2 { font-size: 12.5pt; margin-top: 16pt; } h3 { font-size: 10pt; margin-top: 10pt; }
  .wide { overflow: visible; }
  table { font-size: 7.8pt; } th, td { padding: 2.2pt 3.5pt; }
  .heads { grid-template-columns: repeat(3, 1fr); gap: 6pt; } .head .figure { font-size: 14pt; }
  .head .what, .head .remark, .note, .missing, .head .unit { font-size: 7.8pt; }
  .lead p { font-size: 10pt; } dl { font-size: 8.2pt; }
  h2, h3, figcaption, dt { break-after: avoid; }
  tr, figure, .head, .note, .missing, dd { break-inside: avoid; }
  .note, .missing { break-before: avoid; }
  thead { display: table-header-group; break-after: avoid; }
  tbody tr:nth-child(-n+3):not(:last-child), tbody tr:nth-last-child(-n+4):not(:last-child) { break-after: avoid; }
  figure { max-width: 130mm; }
  .head, thead th, tbody th { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
)css";
}

}  // namespace songhua::report
