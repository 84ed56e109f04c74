/** Exported records as chunks of the default format: a file or stdin, gzipped or not, lines or the AWS CLI's JSON. */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { DEFAULT_FORMAT, flowLogField } from "../flow-logs/fields.ts";
import { LabError, usageError } from "../lab/error.ts";

/** Bytes read at a time: larger chunks are not faster. */
const CHUNK = 256 * 1024;

const DEFAULT_NAMES = DEFAULT_FORMAT.split(" ").map((word) => word.slice(2, -1));

/** With the byte order mark that PowerShell may write before UTF-8. */
const JSON_BEGINS = /^(\u00ef\u00bb\u00bf)?\s*\{/;

/**
 * @param path "-" for stdin
 * @throws LabError, exit code 2 where the file cannot be opened or its records lack fields of the default format
 */
export async function* recordChunks(path: string, stdin: Readable): AsyncGenerator<Buffer> {
  const source = path === "-" ? stdin : await opened(path);
  try {
    const chunks = inUtf8(buffers(await unzipped(source)));
    const first = await chunks.next();
    if (first.done) return;
    if (JSON_BEGINS.test(first.value.toString("latin1", 0, 16))) {
      yield* messagesOf(await whole(first.value, chunks));
      return;
    }
    const rewrite = rewriter(first.value);
    if (rewrite === undefined) {
      yield first.value;
      yield* chunks;
    } else yield* rewritten(first.value, chunks, rewrite);
  } catch (error) {
    throw told(path, error);
  } finally {
    if (path !== "-") source.destroy();
  }
}

async function opened(path: string): Promise<Readable> {
  const stream = createReadStream(path, { highWaterMark: CHUNK });
  try {
    await once(stream, "ready");
    return stream;
  } catch (error) {
    throw told(path, error);
  }
}

/** A gzipped file begins with 1f 8b, whatever its name. */
async function unzipped(source: Readable): Promise<Readable> {
  const chunks = buffers(source);
  const first = await chunks.next();
  const start = first.done ? Buffer.alloc(0) : first.value;
  const whole = new PassThrough({ highWaterMark: CHUNK });
  const isZipped = start[0] === 0x1f && start[1] === 0x8b;
  const rest = async function* () {
    yield start;
    yield* chunks;
  };
  // Its errors end the stream that is read, and are thrown where it is read.
  const end = (error: Error | null | undefined) => void (error && whole.destroy(error));
  if (isZipped) pipeline(rest, createGunzip({ chunkSize: CHUNK }), whole, end);
  else pipeline(rest, whole, end);
  return whole;
}

async function* buffers(stream: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

/** UTF-16 is what `>` of Windows PowerShell writes (about_Redirection), with a byte order mark: ff fe. */
async function* inUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | undefined;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && chunk[0] === 0xff && chunk[1] === 0xfe) decoder = new TextDecoder("utf-16le");
    isFirst = false;
    yield decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }));
  }
}

async function whole(first: Buffer, chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all = [first];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/**
 * The events of `aws logs filter-log-events` and `get-log-events`, a line each.
 * JSON of something else goes on as it is: none of its lines is a record, and that is told.
 */
function* messagesOf(json: Buffer): Generator<Buffer> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.toString().replace(/^\uFEFF/, ""));
  } catch {
    // Cut off, say.
  }
  const events = (parsed as { events?: unknown } | undefined)?.events;
  if (!Array.isArray(events)) yield json;
  else for (const { message } of events.filter(Boolean)) yield Buffer.from(`${String(message).trimEnd()}\n`);
}

/** How each line becomes one of the default format, by what the first one is; undefined where it is one already. */
function rewriter(first: Buffer): ((line: string) => string) | undefined {
  const line = first
    .subarray(0, Math.min(2048, (first.indexOf("\n") + 1 || first.length + 1) - 1))
    .toString();
  const names = line.trim().split(/ +/);
  if (names.length < 2 || !names.every((name) => flowLogField(name.replaceAll("_", "-")) !== undefined))
    return undefined;
  const places = DEFAULT_NAMES.map((name) => names.findIndex((other) => other.replaceAll("_", "-") === name));
  const missing = DEFAULT_NAMES.filter((_, index) => places[index] === -1);
  if (missing.length > 0)
    throw usageError(
      `The file's records have a format of their own, without ${missing.join(", ")}: queries need all fields of version 2.`,
    );
  if (names.length === DEFAULT_NAMES.length && places.every((place, index) => place === index))
    return undefined;
  return (each) => {
    const values = each.split(" ");
    return places.map((place) => values[place] ?? "-").join(" ");
  };
}

async function* rewritten(
  first: Buffer,
  chunks: AsyncIterable<Buffer>,
  rewrite: (line: string) => string,
): AsyncGenerator<Buffer> {
  let rest = "";
  const take = (chunk: Buffer) => {
    // Flow-log records are ASCII; latin1 keeps bytes apart that a chunk's end has cut.
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    return Buffer.from(lines.map((line) => `${rewrite(line)}\n`).join(""), "latin1");
  };
  yield take(first);
  for await (const chunk of chunks) yield take(chunk);
  if (rest !== "") yield Buffer.from(rewrite(rest), "latin1");
}

function told(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof LabError) return error;
  const { code } = error as NodeJS.ErrnoException;
  const name = path === "-" ? "stdin" : path;
  if (code === "ENOENT") return usageError(`There is no file ${name}.`);
  if (code === "EISDIR") return usageError(`${name} is a folder; name a file in it.`);
  if (code === "EACCES") return usageError(`${name} may not be read.`);
  if (code?.startsWith("Z_"))
    return new LabError("bad-gzip", `${name} is gzipped, but damaged or cut off`, {
      why: error.message,
      cause: error,
    });
  return error;
}
