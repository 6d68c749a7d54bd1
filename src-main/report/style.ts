// The look of the report: neutral greys that never tint a picture, one accent, light, dark and print.

export const STYLE = `
:root{color-scheme:light dark;--bg:#f2f2f2;--surface:#fff;--well:#e8e8e8;--border:#dadada;--edge:#868686;--text:#1a1a1a;--text2:#515151;--text3:#666;--accent:#0b6780;--soft:#dfeef2;--s2:#b85200;--grid:#ddd}
@media (prefers-color-scheme:dark){:root{--bg:#131313;--surface:#1b1b1b;--well:#0c0c0c;--border:#303030;--edge:#727272;--text:#ececec;--text2:#b8b8b8;--text3:#999;--accent:#5fb9d1;--soft:#14333d;--s2:#ee9a4d;--grid:#2a2a2a}}
*{box-sizing:border-box}
html{background:var(--bg)}
body{margin:0 auto;padding:40px 24px 64px;max-width:1040px;color:var(--text);font:15px/24px system-ui,-apple-system,"Segoe UI",Roboto,Ubuntu,Cantarell,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:28px;line-height:36px;margin:0 0 8px}
h2{font-size:22px;line-height:28px;margin:0 0 4px}
h3{font-size:16px;line-height:24px;margin:28px 0 4px}
p{margin:0 0 12px;max-width:68ch}
.lead{color:var(--text2)}
.facts{color:var(--text2);font-size:13px;line-height:20px;margin:0 0 28px}
.cards{display:grid;grid-template-columns:1fr 1fr;gap:16px;margin:24px 0 40px}
.card{background:var(--surface);border:1px solid var(--border);border-radius:8px;padding:20px;color:inherit;text-decoration:none;display:flex;flex-direction:column}
.card h2{font-size:16px;line-height:24px}
.card .pair{margin:12px 0}
.card .numbers{margin:0 0 12px}
.card p{margin:auto 0 0;font-size:13px;line-height:20px;color:var(--text2)}
a.card:hover{border-color:var(--accent)}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.verdict{color:var(--accent);font-weight:600;font-size:13px;line-height:20px}
.pair{display:flex;gap:16px;flex-wrap:wrap}
.numbers{display:flex;gap:32px;flex-wrap:wrap}
.number b{display:block;font-size:22px;line-height:28px}
.number span{display:block;font-size:12px;line-height:16px;color:var(--text2);max-width:26ch}
section{background:var(--surface);border:1px solid var(--border);border-radius:8px;padding:28px 32px;margin:0 0 24px}
section>.pair{margin:20px 0}
section>.numbers{margin:20px 0 8px}
.answer{font-size:16px}
figure{margin:0;max-width:100%}
.pair figure{flex:0 0 auto}
.figures{display:flex;flex-wrap:wrap;align-items:flex-start;gap:20px 16px;margin:12px 0 20px}
.frame{vertical-align:top;background:var(--well);outline:1px solid var(--border);display:inline-block;line-height:0;max-width:100%;overflow-x:auto}
.frame img{image-rendering:pixelated;display:block}
figcaption,caption{font-size:12px;line-height:16px;color:var(--text2);text-align:left}
figcaption{margin-top:6px;max-width:52ch}
.scroll{overflow-x:auto;margin:16px 0 20px}
table{border-collapse:collapse;font-size:13px;line-height:20px;min-width:50%}
caption{padding:0 0 8px;max-width:90ch}
th{font-weight:600;text-align:left;color:var(--text2);border-bottom:1px solid var(--edge);vertical-align:bottom}
th,td{padding:4px 12px 4px 0}
th+th.n,td+td.n{padding-left:12px}
td{border-bottom:1px solid var(--border);vertical-align:top}
.n{text-align:right;white-space:nowrap}
svg{display:block;max-width:100%;height:auto;margin:8px 0}
svg text{font-size:11px;fill:var(--text2)}
ul,ol{padding-left:20px;margin:0;font-size:13px;line-height:20px;color:var(--text2)}
li{margin:0 0 4px;max-width:90ch}
@media (max-width:760px){.cards{grid-template-columns:1fr}body{padding:20px 12px 40px}section{padding:20px 16px}}
@page{size:A4;margin:14mm 12mm}
@media print{:root{--bg:#fff;--surface:#fff;--well:#fff;--border:#ccc;--edge:#777;--text:#000;--text2:#333;--text3:#555;--accent:#0b6780;--s2:#b85200;--grid:#ddd}
html{background:#fff}body{padding:0;max-width:none;font-size:10.5pt;line-height:15pt}
h1{font-size:18pt;line-height:22pt}p,caption{max-width:none}.facts{margin:0 0 10pt}.card h2{font-size:11pt;line-height:14pt}.card .pair{margin:6pt 0}.card .numbers{margin:0 0 6pt}
section{border:0;padding:0;margin:0 0 18pt}
section:not(.tail){break-before:page}
.verdict,thead,caption{break-after:avoid}
h2,h3,.answer{break-after:avoid}
.card,figure,svg,tr,.pair,.numbers{break-inside:avoid}
.figures{gap:10pt 14pt}img{max-width:100%;height:auto}.card .pair{flex-wrap:nowrap}.card .pair figure{flex:0 1 32%}.card .numbers{flex-wrap:nowrap;gap:12pt}.card .number b{font-size:13pt;line-height:17pt}.card{padding:10pt}.cards{margin:12pt 0}.figures figure{max-width:47%}table{width:100%}
.scroll,.frame{overflow:visible}table{font-size:8.5pt;line-height:12pt}th,td{padding:2pt 6pt 2pt 0}th+th.n,td+td.n{padding-left:0}
.frame{-webkit-print-color-adjust:exact;print-color-adjust:exact}
a{color:inherit}}
`;
