//! The sheet as a page of HTML.

use std::fmt::Write as _;

use super::Sheet;

const STYLE: &str = "body{font:14px/1.5 system-ui,'Noto Sans SC','Microsoft YaHei',sans-serif;color:#111;max-width:820px;\
margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem;margin:0 0 1rem}dl{display:grid;grid-template-columns:max-content 1fr;\
gap:.1rem 1rem;margin:0 0 1.5rem}dt{color:#555}dd{margin:0}.parties{display:grid;grid-template-columns:1fr 1fr;gap:2rem;\
margin-bottom:1.5rem}h2{font-size:.85rem;color:#555;font-weight:400;margin:0}p{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:.35rem .5rem;border-bottom:1px solid #ddd;\
vertical-align:top}th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere}thead th{font-weight:400;color:#555}\
tfoot th{font-weight:400}tfoot tr:last-child *{font-weight:700;border-bottom:2px solid #111}footer{margin-top:2rem;color:#555;\
white-space:pre-line}@media print{body{margin:0;max-width:none}}";

/// Writes it; whatever a text holds stays text.
pub(super) fn write(sheet: &Sheet) -> String {
    let mut page = String::new();
    let heading = escape(&sheet.heading);
    let language = escape(&sheet.language);
    let _ = write!(
        page,
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{heading}</title><style>{STYLE}</style></head><body><h1>{heading}</h1><dl>"
    );
    for (label, value) in &sheet.facts {
        let _ = write!(page, "<dt>{}</dt><dd>{}</dd>", escape(label), escape(value));
    }
    page += "</dl><div class=\"parties\">";
    for (role, lines) in &sheet.parties {
        let _ = write!(page, "<section><h2>{}</h2>", escape(role));
        for line in lines {
            let _ = write!(page, "<p>{}</p>", escape(line));
        }
        page += "</section>";
    }
    page += "</div><table><thead><tr>";
    for column in &sheet.columns {
        let _ = write!(page, "<th scope=\"col\">{}</th>", escape(column));
    }
    page += "</tr></thead><tbody>";
    for row in &sheet.rows {
        page += "<tr>";
        for cell in row {
            let _ = write!(page, "<td>{}</td>", escape(cell));
        }
        page += "</tr>";
    }
    page += "</tbody><tfoot>";
    let span = super::COLUMNS - 1;
    for (label, amount) in &sheet.sums {
        let (label, amount) = (escape(label), escape(amount));
        let _ = write!(
            page,
            "<tr><th scope=\"row\" colspan=\"{span}\">{label}</th><td>{amount}</td></tr>"
        );
    }
    page += "</tfoot></table>";
    if let Some(footer) = &sheet.footer {
        let _ = write!(page, "<footer>{}</footer>", escape(footer));
    }
    page + "</body></html>"
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            other => escaped.push(other),
        }
    }
    escaped
}
