/** Findings as text: a ping, a route table, a record taken apart, a query's result. */
import type { Finding, PingSummary } from "../lab/narrator.ts";
import { inWords } from "../steps/hosts.ts";
import { bars } from "../ui/chart.ts";
import { type Column, table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { indent, plain, plainLines, wrapText } from "../ui/text.ts";
import { amountInWords, isAmount } from "./amount.ts";
import { drawing } from "./drawing.ts";
import { hopLines } from "./hop-lines.ts";

/** "5 sent, 5 received, 0% packet loss, 0.5 ms on average" */
export function pingFigures({ sent, received, lossPercent, rttMs }: PingSummary): string {
  const rtt = rttMs ? `, ${rttMs.avg} ms on average` : "";
  return `${sent} sent, ${received} received, ${lossPercent}% packet loss${rtt}`;
}

/** @returns the lines, indented by two, none wider than the terminal where that can be */
export function showFinding(terminal: Terminal, finding: Finding): string {
  const { bold, dim } = terminal.colour;
  const width = terminal.width - 2;
  const tableOf = (columns: readonly Column[], rows: readonly (readonly string[])[]) =>
    table(
      columns,
      rows.map((row) => row.map(plain)),
      {
        width,
        unicode: terminal.unicode,
        colour: terminal.colour,
      },
    );
  const lines: string[] = [];
  if (finding.kind !== "ping") lines.push(bold(plain(finding.title)));
  switch (finding.kind) {
    case "ping": {
      const { result } = finding;
      lines.push(
        bold(
          `ping ${plain(result.address)} (${plain(inWords(result.to))}), from ${plain(inWords(result.from))}`,
        ),
      );
      lines.push(...plainLines(finding.output.trimEnd()).map((line) => dim(`  ${line}`)));
      lines.push(pingFigures(result));
      for (const sentence of finding.meaning) lines.push(...wrapText(plain(sentence), width));
      break;
    }
    case "route-table": {
      const columns: Column[] = [
        { title: "destination", fit: "keep" },
        { title: "target", fit: "keep" },
        { title: "state", fit: "keep" },
        { title: "what it means", fit: "wrap" },
      ];
      const rows = finding.rows.map((row) => [row.destination, row.target, row.state, row.note]);
      lines.push(tableOf(columns, rows));
      break;
    }
    case "network-acl": {
      const columns: Column[] = ["rule", "direction", "protocol", "CIDR", "action"].map((title) => ({
        title,
        fit: "keep",
      }));
      const rows = finding.rows.map((row) => [row.rule, row.direction, row.protocol, row.cidr, row.action]);
      lines.push(tableOf(columns, rows));
      break;
    }
    case "walk":
      lines.push(...hopLines(terminal, finding.hops, { width }));
      for (const sentence of finding.meaning) lines.push(...wrapText(plain(sentence), width));
      break;
    case "records":
      for (const { line, note } of finding.records) {
        lines.push(...wrapText(plain(line), width));
        if (note !== "") lines.push(...wrapText(plain(note), width - 4).map((part) => dim(`    ${part}`)));
      }
      break;
    case "record": {
      lines.push(...wrapText(plain(finding.line), width).map((line) => dim(line)), "");
      const columns: Column[] = [
        { title: "field", fit: "keep" },
        { title: "value", fit: "keep" },
        { title: "meaning", fit: "wrap" },
      ];
      const rows = finding.fields.map((field) => [field.name, field.value, field.meaning]);
      lines.push(tableOf(columns, rows));
      break;
    }
    case "addresses": {
      const rows = finding.rows.map((row) => [row.address, row.whose]);
      lines.push(
        tableOf(
          [
            { title: "address", fit: "keep" },
            { title: "whose", fit: "wrap" },
          ],
          rows,
        ),
      );
      break;
    }
    case "drawing":
      lines.push(...drawing(finding.picture, { width, unicode: terminal.unicode }));
      break;
    case "query": {
      lines.push(
        ...finding.query
          .split("\n")
          .flatMap((line) => wrapText(plain(line), width - 2).map((part) => dim(`  ${part}`))),
        "",
      );
      if (finding.rows.length === 0) lines.push("The query found no rows.");
      else {
        const amounts = finding.columns.map((title, index) =>
          isAmount(
            title,
            finding.rows.map((row) => row[index] ?? ""),
          ),
        );
        const columns: Column[] = finding.columns.map((title, index) => ({
          title,
          fit: "keep",
          align: amounts[index] ? "right" : "left",
        }));
        const rows = finding.rows.map((row) =>
          row.map((value, index) => (amounts[index] ? amountInWords(value) : value)),
        );
        lines.push(tableOf(columns, rows));
      }
      if (finding.bars.length > 0) lines.push("", bars(finding.bars, { width, unicode: terminal.unicode }));
      break;
    }
    default:
      finding satisfies never;
  }
  return indent(lines.join("\n"), 2);
}
