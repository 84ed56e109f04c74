/** What a web server answers to a request. */
import type { WebServer } from "./web-server.ts";

export interface Page {
  readonly status: number;
  /** Status line and headers, with the empty line. */
  readonly head: string;
  readonly body: string;
}

const SOFTWARE = {
  httpd: "Apache/2.4.62 (Amazon Linux)",
  nginx: "nginx/1.26.2",
  python3: "SimpleHTTP/0.6 Python/3.9.20",
} as const;

const REASONS: Readonly<Record<number, string>> = { 200: "OK", 403: "Forbidden", 404: "Not Found" };

/**
 * @param path of the URL, without query
 * @param now world time, in ms
 */
export function pageOf(server: WebServer, path: string, now: number): Page {
  const file = server.files[path.endsWith("/") ? `${path}index.html` : path];
  const [status, body] = file === undefined ? withoutFile(server, path) : [200, file];
  // Python answers in HTTP/1.0.
  const version = server.program === "python3" ? "1.0" : "1.1";
  const lines = [
    `HTTP/${version} ${status} ${status === 404 && server.program === "python3" ? "File not found" : REASONS[status]}`,
    `Server: ${SOFTWARE[server.program]}`,
    `Date: ${new Date(now).toUTCString()}`,
    "Content-Type: text/html",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return { status, head: `${lines.join("\r\n")}\r\n\r\n`, body };
}

/** As installed, with nothing written: Apache's test page comes with a 403 [U], nginx greets, Python lists the folder. */
function withoutFile({ program, files }: WebServer, path: string): readonly [number, string] {
  if (path === "/" && program === "httpd") return [403, "<html><body><h1>It works!</h1></body></html>\n"];
  if (path === "/" && program === "nginx") return [200, document("Welcome to nginx!", "")];
  if (path === "/") {
    const names = Object.keys(files).map((each) => each.slice(1));
    const items = names.map((name) => `<li><a href="${name}">${name}</a></li>`).join("\n");
    return [200, document("Directory listing for /", `<ul>\n${items}\n</ul>\n`)];
  }
  return [404, document(program === "python3" ? "Error response" : "404 Not Found", "")];
}

function document(title: string, rest: string): string {
  return `<!doctype html>\n<html><head><title>${title}</title></head>\n<body><h1>${title}</h1>\n${rest}</body></html>\n`;
}
