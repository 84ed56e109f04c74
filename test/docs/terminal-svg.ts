/** What a terminal shows, as an SVG: text that can be selected, in colours for light and dark. */

/** Of one character, in px: 13px monospace is 7.8 wide in most fonts; `textLength` sees to the rest. */
const CELL = { width: 7.8, height: 18 };
const PAD = 16;

/** Each pair of text and ground with a contrast above 4.5 : 1. */
const STYLE = `
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2933 }
.screen { fill: #ffffff; stroke: #c4cdd5 }
.bold { font-weight: 600 }
.dim { fill: #52606d }
.red { fill: #9b1c1c }
.green { fill: #1b6e3c }
.yellow { fill: #7a5200 }
.cyan { fill: #0b6477 }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb }
  .screen { fill: #12181f; stroke: #3e4c59 }
  .dim { fill: #9aa5b1 }
  .red { fill: #ff9b9b }
  .green { fill: #7fd6a0 }
  .yellow { fill: #f0c674 }
  .cyan { fill: #7fd1e0 }
}`.trim();

/** The colours that vpclab uses, by their codes. */
const STYLES: Readonly<Record<number, string>> = {
  1: "bold",
  2: "dim",
  31: "red",
  32: "green",
  33: "yellow",
  36: "cyan",
};

/**
 * @param lines with their colours
 * @param title for those who do not see it
 */
export function terminalSvg(lines: readonly string[], title: string): string {
  const columns = Math.max(...lines.map((line) => [...line.replace(SGR, "")].length));
  const width = Math.ceil(columns * CELL.width) + 2 * PAD;
  const height = lines.length * CELL.height + 2 * PAD;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="screen" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...lines.flatMap((line, index) => row(line, PAD + (index + 0.75) * CELL.height)),
    "</svg>",
  ].join("\n")}\n`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const SGR = /\u001b\[(\d+)m/g;

function row(line: string, y: number): string[] {
  const classes = new Set<string>();
  const length = [...line.replace(SGR, "")].length;
  if (length === 0) return [];
  // Text and codes by turns.
  const spans = line.split(SGR).map((part, index) => {
    if (index % 2 === 0) return span(part, [...classes]);
    const code = Number(part);
    const style = STYLES[code];
    if (style !== undefined) classes.add(style);
    else if (code === 22) ["bold", "dim"].map((name) => classes.delete(name));
    else if (code === 39) ["red", "green", "yellow", "cyan"].map((name) => classes.delete(name));
    else throw new Error(`no style for the terminal's code ${code}`);
    return "";
  });
  const textLength = Math.round(length * CELL.width * 10) / 10;
  return [
    `<text x="${PAD}" y="${y}" xml:space="preserve" textLength="${textLength}">${spans.join("")}</text>`,
  ];
}

function span(text: string, classes: readonly string[]): string {
  if (text === "") return "";
  return classes.length === 0
    ? escapeXml(text)
    : `<tspan class="${classes.join(" ")}">${escapeXml(text)}</tspan>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
