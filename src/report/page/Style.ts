/** How the page looks: wide and narrow, light and dark, on screen and on paper. Text of our own; nothing from outside is ever put into it. */

export const STYLE = `:root{color-scheme:light dark;--text:#1d2327;--quiet:#5a646c;--ground:#fff;--soft:#f3f5f7;--line:#d5dade;--link:#0b57a4;--bad:#b3261e;--good:#1a7038;--warn:#7f5200;--plain:#3d5a80;
--c0:#3d5a80;--c1:#c2571a;--c2:#1a7038;--c3:#8a3ffc;--c4:#b3261e;--c5:#00707a;--c6:#7f5200;--c7:#6b7280}
@media (prefers-color-scheme:dark){:root{--text:#e6e9ec;--quiet:#a7b0b8;--ground:#14181b;--soft:#1e2429;--line:#3a434a;--link:#8ec5ff;--bad:#ff8a80;--good:#7ddc9a;--warn:#ffc266;--plain:#9db8dc;
--c0:#9db8dc;--c1:#ffab70;--c2:#7ddc9a;--c3:#c8a6ff;--c4:#ff8a80;--c5:#6fd3dc;--c6:#ffc266;--c7:#a7b0b8}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--text);background:var(--ground);max-width:84rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.3rem;line-height:1.3;margin:0;overflow-wrap:break-word}h3{font-size:1.1rem;margin:2.5rem 0 .75rem}h4{font-size:1rem;margin:0 0 .5rem;overflow-wrap:break-word}
p{margin:.4rem 0;overflow-wrap:break-word}small{color:var(--quiet);font-size:.85em}a{color:var(--link)}
ul{margin:.4rem 0;padding-left:1.2rem}li{overflow-wrap:break-word}
code{font:.88em/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.command{display:inline-flex;gap:.4rem;align-items:center;max-width:100%;background:var(--soft);border:1px solid var(--line);border-radius:.4rem;padding:.1rem .2rem .1rem .5rem}
button,select,input{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:.4rem;padding:.2rem .6rem;min-height:2rem;max-width:100%}
button{cursor:pointer;background:var(--soft)}button:hover{border-color:var(--quiet)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.bad{color:var(--bad)}.good{color:var(--good)}.warn{color:var(--warn)}.plain{color:var(--text)}
.top{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;margin-bottom:1rem}.top p{margin:0;color:var(--quiet)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1rem;list-style:none;padding:0;margin:0 0 1rem}
.sync+.sync{border-top:3px solid var(--line);margin-top:3rem;padding-top:2rem}
.verdict{background:var(--soft);border:1px solid var(--line);border-radius:.8rem;padding:1rem 1.25rem}
.counts{font-size:1.1rem;font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:.75rem 0}
.tiles li{background:var(--ground);border:1px solid var(--line);border-left:.35rem solid currentColor;border-radius:.5rem;padding:.4rem .9rem;min-width:6rem}
.tiles b{display:block;font-size:1.5rem;line-height:1.2}.tiles .none{color:var(--quiet)}
.badge{display:inline-block;border:1px solid currentColor;border-radius:1rem;padding:0 .6rem;font-size:.85em;font-weight:600;white-space:nowrap}
.note{border-left:.3rem solid var(--line);padding:.1rem 0 .1rem .9rem;margin:1rem 0}.note .label{margin:0;font-size:.85rem;font-weight:600;letter-spacing:.04em}.note p,li,td,dd{overflow:clip;overflow-clip-margin:.4rem}.note p:not(.label){color:var(--text)}
.note.warn{border-color:var(--warn)}.note.bad{border-color:var(--bad)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem}
.card{border:1px solid var(--line);border-top:.3rem solid var(--warn);border-radius:.6rem;padding:1rem;min-width:0}
.card .counts{margin:.2rem 0}.limit{margin:.5rem 0}.proposal{background:var(--soft);border-radius:.4rem;padding:.4rem .6rem}
details{margin:.4rem 0 1rem}.people{max-width:60rem}.plainlist{list-style:none;padding:0}summary{cursor:pointer;color:var(--quiet)}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr));gap:1.5rem 2.5rem}
figure{margin:0;min-width:0}figcaption{font-weight:600;margin-bottom:.4rem}
.chart,.legend{list-style:none;padding:0;margin:0}.chart li{display:grid;grid-template-columns:1fr auto;gap:0 1rem;margin-bottom:.5rem}.chart li>span:first-child{min-width:0;overflow-wrap:break-word}
.figure{color:var(--quiet);font-variant-numeric:tabular-nums}
.bar{display:block;width:100%;height:.8rem;grid-column:1/-1;border-radius:.2rem}.swatch{width:.8rem;height:.8rem;margin-right:.4rem}
.ground{fill:var(--soft);stroke:var(--line);stroke-width:.2}.bar .bad{fill:var(--bad)}.bar .good{fill:var(--good)}.bar .warn{fill:var(--warn)}.bar .plain{fill:var(--plain)}.mark{fill:var(--text)}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}.c7{fill:var(--c7)}
.filters{display:flex;flex-wrap:wrap;gap:.5rem .75rem;align-items:end;margin:.5rem 0}.filters[hidden]{display:none}.filters label{display:grid;font-size:.85rem;color:var(--quiet);min-width:0}.filters select,.filters input{max-width:16rem;color:var(--text)}
.status{color:var(--quiet);margin:.3rem 0;min-height:1.5em}.status button{margin-left:.5rem}
.grid{overflow:auto;border:1px solid var(--line);border-radius:.5rem;background:var(--ground)}
.grid.windowed{height:70vh;min-height:20rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:break-word;min-width:0}
th{font-weight:600;vertical-align:middle}.changes{table-layout:fixed;min-width:58rem}.changes thead th{position:sticky;top:0;background:var(--soft);z-index:1}
col:nth-child(1){width:8rem}col:nth-child(2){width:23%}col:nth-child(3){width:16%}col:nth-child(4){width:15%}col:nth-child(6){width:8.5rem}col:nth-child(7){width:6.5rem}.static col:nth-child(7){width:20%}
th button{border:0;background:none;padding:0;min-height:1.75rem;font-weight:600;width:100%;text-align:left}th[aria-sort=ascending] button::after{content:" \\25B2"}th[aria-sort=descending] button::after{content:" \\25BC"}
.windowed td{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;padding-top:.2rem;padding-bottom:.2rem;vertical-align:middle}.windowed tr:not(.gap){height:2.5rem}
.windowed .gap td{padding:0;border:0}td button{min-height:1.75rem;padding:0 .6rem}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2rem 1rem;margin:.5rem 0}.facts dt{font-weight:600}.facts dd{margin:0;overflow-wrap:anywhere}
dialog{color:inherit;background:var(--ground);border:1px solid var(--line);border-radius:.8rem;max-width:min(44rem,94vw);padding:1.25rem}dialog::backdrop{background:#0008}dialog form{display:flex;justify-content:flex-end;margin-top:1rem}
.paper{display:none}
@media screen and (max-width:700px){
body{padding:1rem .75rem 3rem}.verdict{padding:.75rem}.facts{grid-template-columns:1fr}.facts dt{margin-top:.4rem}
.command{flex-wrap:wrap}.filters label,.filters select,.filters input{width:100%;max-width:none}.filters label{flex:1 1 9rem}
table,tbody,tr,td{display:block;width:auto}.changes{min-width:0}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr:not(.gap){border-bottom:1px solid var(--line);padding:.5rem .75rem}td{border:0;padding:.05rem 0;display:grid;grid-template-columns:4.5rem minmax(0,1fr)}
td::before{content:attr(data-label);color:var(--quiet);font-size:.85em}td:empty{display:none}
.windowed tr:not(.gap){height:11.75rem;overflow:hidden}.windowed td{display:block;padding:.05rem 0}.windowed td::before{display:inline-block;width:4.5rem}.windowed .gap td::before{content:none}}
@media print{
:root{color-scheme:light;--text:#000;--quiet:#444;--ground:#fff;--soft:#fff;--line:#999;--link:#000;--bad:#b3261e;--good:#1a7038;--warn:#7f5200;--plain:#3d5a80;--c0:#3d5a80;--c1:#c2571a;--c2:#1a7038;--c3:#8a3ffc;--c4:#b3261e;--c5:#00707a;--c6:#7f5200;--c7:#6b7280}
@page{margin:14mm 12mm;@bottom-right{content:counter(page) " / " counter(pages)}}
body{font-size:10pt;max-width:none;padding:0}.filters,.status,.copy,nav,dialog,.screen{display:none!important}.paper{display:block}.paper.row{display:table-row}.paper.row th{font-weight:400;position:static}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}.grid,.grid.windowed{overflow:visible;height:auto;min-height:0;border:0}
.changes{min-width:0}.changes thead{display:table-header-group}.changes thead th{position:static}th button{display:contents}.changes .titles th:nth-child(7),.changes td.more{display:none}col:nth-child(1){width:13%}col:nth-child(2){width:28%}col:nth-child(3){width:18%}col:nth-child(4){width:16%}col:nth-child(5){width:14%}col:nth-child(6){width:11%}col:nth-child(7),.static col:nth-child(7){width:0}.pictures{grid-template-columns:1fr 1fr}
.windowed td{white-space:normal;overflow:visible}.windowed tr:not(.gap){height:auto}tr,.card,figure,.note{break-inside:avoid}h3{break-after:avoid}a{text-decoration:none}}`
