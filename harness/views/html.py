"""Pieces of HTML: text that others wrote is made safe and escaped, tables become lists of cards on a narrow screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.text.html import html_text as text

STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem;color:#111;overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ddd}h3{font-size:1rem;margin:1.2rem 0 .2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{border-bottom:1px solid #eee;padding:.3rem .5rem;text-align:left;
vertical-align:top}th{color:#555;font-weight:600}td,th{overflow-wrap:break-word}.scroll{overflow-x:auto}.num{text-align:right;font-variant-numeric:tabular-nums}
.badge{display:inline-block;padding:.1rem .6rem;border-radius:1rem;color:#fff;background:#6b7280;font-size:1rem}
.good{background:#15803d}.bad{background:#b91c1c}.care{background:#b45309}
.change{border:2px solid #2563eb;border-radius:.5rem;padding:.2rem 1rem;margin:1rem 0}
blockquote{border-left:4px solid #ddd;margin:1rem 0;padding:.2rem 1rem;color:#333}
svg{display:block;width:100%;max-width:36rem;height:auto}small,summary{color:#555;font-size:.9rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.9rem;margin:.5rem 0}.legend span::before{content:"";
display:inline-block;width:1.6rem;margin-right:.4rem;vertical-align:middle;border-top:3px solid var(--c)}
.legend .dashed::before{border-top-style:dashed}.legend .dotted::before{border-top-style:dotted}
.legend .band::before{border-top:0;height:.9rem;background:var(--c);opacity:.3}
@media(max-width:40rem){td{overflow-wrap:anywhere}table,tbody,tr,td{display:block;width:100%}tr:first-child{display:none}
tr{border:1px solid #ddd;border-radius:.4rem;margin:.5rem 0;padding:.3rem}td{border:0;padding:.1rem .3rem}.num{text-align:left}
td::before{content:attr(data-label);display:inline-block;min-width:8.5rem;margin-right:.5rem;color:#555}td:empty{display:none}}
"""


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table that scrolls inside its own box; numbers have four significant digits, None is a dash."""
    head = "".join(f"<th>{text(name)}</th>" for name in header)
    body = "".join(
        "<tr>" + "".join(_cell(name, value) for name, value in zip(header, row, strict=True)) + "</tr>" for row in rows
    )
    return f"<div class=scroll><table><tr>{head}</tr>{body}</table></div>"


def _cell(label: str, value: object) -> str:
    attribute = f' data-label="{text(label)}"' if label else ""
    if value is None:
        return f"<td class=num{attribute}>–</td>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"<td class=num{attribute}>{value:.4g}</td>"
    return f"<td{attribute}>{text(value)}</td>"


def items(lines: Iterable[object]) -> str:
    """Return a list, empty without lines."""
    body = "".join(f"<li>{text(line)}</li>" for line in lines)
    return f"<ul>{body}</ul>" if body else ""


def document(title: str, parts: Iterable[str]) -> str:
    """Return a whole page without scripts or external resources, which a browser holds to that."""
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{text(title)}</title><style>{STYLE}</style>'
    )
    return f"<!doctype html><html lang=en><head>{head}</head><body>{''.join(parts)}</body></html>"
