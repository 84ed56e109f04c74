/**
 * An error for a client of whichever service: in the form that its protocol reads, as far as the request tells. The
 * five services that are on offer encode their own errors; this is for everything that never gets to one of them.
 */
import type { AwsError } from "../error.ts";
import { encodeJsonError } from "./json.ts";
import { encodeQueryError } from "./query.ts";
import { escapeXml } from "./xml.ts";

export interface EncodedRefusal {
  readonly contentType: string;
  readonly body: string;
  /** Where clients of REST services with JSON look for the code. */
  readonly headers: Readonly<Record<string, string>>;
}

/** REST services whose answers are XML in the query protocols' envelope; S3 has one of its own. */
const REST_XML: ReadonlySet<string> = new Set(["route53", "cloudfront"]);

/**
 * @param headers of the request, names in lower case
 * @param service of the signature's credential scope; undefined without one
 */
export function encodeRefusal(
  headers: Readonly<Record<string, string>>,
  service: string | undefined,
  error: AwsError,
  requestId: string,
): EncodedRefusal {
  const xml = (body: string) => ({ contentType: "text/xml;charset=UTF-8", body, headers: {} });
  // What is uploaded to S3 may well be JSON: its service goes before the content's type.
  if (service !== undefined && /^s3\b/.test(service)) return xml(s3Error(error, requestId));
  const type = headers["content-type"] ?? "";
  const isForm = type.includes("x-www-form-urlencoded");
  const isOtherRest = service !== undefined && !isForm && !QUERY.has(service) && !REST_XML.has(service);
  if (headers["x-amz-target"] !== undefined || type.includes("json") || isOtherRest)
    return {
      contentType: type.includes("x-amz-json-1.0")
        ? "application/x-amz-json-1.0"
        : "application/x-amz-json-1.1",
      body: encodeJsonError(error),
      headers: { "x-amzn-errortype": error.code },
    };
  return xml(encodeQueryError(service === "ec2" ? "ec2" : "common", error, requestId));
}

/** Of the services on offer, those of the query protocols. */
const QUERY: ReadonlySet<string> = new Set(["ec2", "iam", "sts"]);

function s3Error({ code, message }: AwsError, requestId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`;
}
