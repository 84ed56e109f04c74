/** AWS's errors and what they mean for the lab: the table behind `translate`. Sources: AWS-FACTS §1, §2, §5 and §6. */
import { EXIT } from "../lab/error.ts";

export interface Translation {
  readonly codes: RegExp;
  /** Where one code means several things: what the message says. */
  readonly message?: RegExp;
  readonly why: string;
  readonly next: readonly string[];
  readonly exitCode?: number;
}

export const GO_ON = "Run the same command again: it goes on from where it stands.";
export const NAME_PROXY = "If only a proxy leads outside, name it: HTTPS_PROXY=http://proxy:8080";
export const CHECK_ENDPOINT = "If you gave --endpoint-url or AWS_ENDPOINT_URL, check that.";
const OWN_NAME = "Give this lab a name of its own: vpclab up --lab my-lab";
const SEE = "See what stands: vpclab status";

export const proxyWantsCredentials = {
  why: "A proxy between here and AWS wants a name and a password.",
  next: ["Give it both: HTTPS_PROXY=http://name:password@proxy:8080", CHECK_ENDPOINT, GO_ON],
} as const;

/**
 * The first that matches wins. RunInstances' own refusals are in launch-refusal.ts, those of permissions in denial.ts,
 * those of queries in insights-query.ts.
 */
export const TRANSLATIONS: readonly Translation[] = [
  // The way to AWS: codes of the system, of OpenSSL (Node's documentation, X509 certificate error codes) and of Node.
  {
    codes: /^(ENOTFOUND|EAI_AGAIN)$/,
    why: "AWS could not be reached: no name server knows that name. There is no network, or only a proxy leads outside.",
    next: ["Check the network.", NAME_PROXY, CHECK_ENDPOINT, GO_ON],
  },
  {
    codes: /^(ECONNREFUSED)$/,
    message: /127.0.0.1|::1:/,
    why: "Nothing listens there, on this very machine: what did has ended, or listens elsewhere now.",
    next: [
      "If it was a simulator: start `vpclab simulator` again, at that port (--port).",
      "If a proxy: start that, or look at HTTPS_PROXY.",
      CHECK_ENDPOINT,
      GO_ON,
    ],
  },
  {
    codes: /^(ECONNREFUSED|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|TimeoutError)$/,
    why: "AWS could not be reached: the network, a firewall or a proxy does not let us through.",
    next: ["Check the network, and HTTPS_PROXY if it is set.", NAME_PROXY, CHECK_ENDPOINT, GO_ON],
  },
  {
    codes: /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    why: "The certificate of what answers is not valid today: the clock here is off, or a proxy in between has an old one.",
    next: ["Check the clock and its time zone.", CHECK_ENDPOINT, GO_ON],
  },
  {
    codes:
      /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|CERT_REJECTED|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    why: "What answers does not prove to be AWS: its certificate is none that this machine trusts. Proxies of companies and virus scanners put their own in the place of AWS's.",
    next: [
      "Have Node trust the company's: NODE_EXTRA_CA_CERTS=/path/to/company-ca.pem",
      NAME_PROXY,
      CHECK_ENDPOINT,
      GO_ON,
    ],
  },
  {
    codes: /^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    why: "What answers does not speak TLS as AWS does: a proxy, or an http:// endpoint that was given as https://.",
    next: [CHECK_ENDPOINT, NAME_PROXY, GO_ON],
  },

  // Credentials, and AWS as a whole.
  {
    codes: /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/,
    why: "The credentials have expired. Nothing is lost: everything carries the lab's tag and is found again.",
    next: ["Sign in again (aws login, or aws sso login), then run the same command: it goes on from here."],
    exitCode: EXIT.noCredentials,
  },
  {
    codes:
      /^(AuthFailure|UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException|RequestTimeTooSkewed)$/,
    why: "AWS does not accept the credentials: a wrong or deleted key, a clock that is off, or a Region that the account has not opted in to.",
    next: [
      "See who you are: aws sts get-caller-identity. Check the clock, and the Region in the console's account settings.",
    ],
    exitCode: EXIT.noCredentials,
  },
  {
    codes: /^OptInRequired$/,
    why: "The account has not opted in to this Region or service.",
    next: ["Choose another Region by --region, or opt in under Account in the console."],
  },
  {
    codes:
      /^(RequestLimitExceeded|Throttling(Exception)?|ThrottledException|TooManyRequestsException|EC2ThrottledException)$/,
    why: "AWS is being asked more often than it allows this account.",
    next: ["Wait a minute and run the same command again: it goes on from here."],
  },
  {
    codes: /^AnswerLostError$/,
    why: "The connection broke, or AWS failed, before it said what came of the call: the thing may have been made or not.",
    next: ["Run the same command again: it looks for what was made, by its tag, and goes on from here."],
  },
  {
    codes:
      /^(Unavailable|InternalError|InternalFailure|InternalServerError|ServiceFailure(Exception)?|ServiceUnavailable(Exception)?)$/,
    why: "AWS itself failed at this call, several times in a row.",
    next: ["Wait some minutes, then run the same command again. See https://health.aws.amazon.com/."],
  },

  // Quotas.
  {
    codes: /^VpcLimitExceeded$/,
    why: "The account may have 5 VPCs in a Region, the default VPC counted, and the lab needs two.",
    next: [
      "Delete a VPC that nobody needs, take another Region by --region, or ask for a higher quota.",
      "See what is in use: vpclab doctor",
    ],
  },
  {
    codes: /^InternetGatewayLimitExceeded$/,
    why: "There may be as many internet gateways as VPCs (5), and the lab needs two.",
    next: [
      "Delete a gateway that nobody needs, or take another Region by --region.",
      "See what is in use: vpclab doctor",
    ],
  },
  {
    // EC2's error codes for what the lab makes.
    codes:
      /^(Subnet|RouteTable|Route|SecurityGroup|RulesPerSecurityGroup|Instance|Volume|NetworkInterface|FlowLogs|ActiveVpcPeeringConnectionPerVpc|OutstandingVpcPeeringConnection)LimitExceeded$/,
    why: "A quota of the account in this Region, or of the VPC, is used up: the code says of what.",
    next: [
      "Delete what nobody needs, take another Region by --region, or ask for more under Service Quotas in the console.",
      GO_ON,
    ],
  },
  {
    codes: /^LimitExceeded(Exception)?$/,
    why: "A quota of the account is used up: of roles, policies, log groups or queries at once. Or, of an instance profile: it holds one role, and has one.",
    next: ["Delete what nobody needs, or ask for more under Service Quotas in the console.", GO_ON],
  },

  // Flow logs.
  {
    codes: /^InvalidParameter$/,
    message: /Unable to assume given IAM role/,
    why: "Flow logs cannot take the role: it is too new, or its trust policy does not name vpc-flow-logs.amazonaws.com for this account and Region.",
    next: [
      "Run the same command again in a minute.",
      "If that does not help: vpclab teardown, then vpclab up.",
    ],
  },
  {
    codes: /^(400|InvalidParameter|Access Denied)$|^InvalidLogDestination/,
    message: /LogDestination|Flow Log/i,
    why: "AWS does not take the flow log as it was asked for: its log group, its role or its interval.",
    next: ["Look at the log group: vpclab status. If somebody changed it: vpclab teardown, then vpclab up."],
  },
  {
    codes: /^FlowLogAlreadyExists$/,
    why: "VPC 1 has a flow log like it already; AWS allows no second one to the same log group.",
    next: ["Delete it in the VPC console if it is not the lab's.", OWN_NAME],
  },

  // Instances and their commands.
  {
    codes: /^InvalidParameterValue$/,
    message: /IAM ?Instance ?Profile/i,
    why: "EC2 does not know the instance profile, or no role in it: what IAM just made takes a while to get about.",
    next: ["Run the same command again in a minute: it goes on from where it stands."],
  },
  {
    codes: /^IdempotentParameterMismatch$/,
    why: "AWS remembers this request from a moment ago, with other parameters.",
    next: [GO_ON],
  },
  {
    codes: /^IdempotentInstanceTerminated$/,
    why: "The instance that this very request had made has been terminated since.",
    next: [GO_ON],
  },
  {
    codes: /^InvalidInstanceId$/,
    why: "Systems Manager does not know the instance: its agent has not registered, or the instance does not run. The agent needs the instance's role and a way to the internet when it starts.",
    next: [SEE, "If it never registers: vpclab teardown, then vpclab up."],
  },
  {
    codes: /^InvocationDoesNotExist$/,
    why: "Systems Manager does not show the command yet, or it was for another instance.",
    next: [GO_ON],
  },

  // Routes and peering.
  {
    codes: /^RouteAlreadyExists$/,
    why: "The route table has a route for that destination already, to another target.",
    next: [
      `${SEE} shows both route tables. Delete the route that you made by hand, then run the command again.`,
    ],
  },
  {
    codes: /^VpcPeeringConnectionAlreadyExists$/,
    why: "The two VPCs are peered already, asked for from the other side.",
    next: ["Delete the other peering connection in the VPC console, then run the same command again."],
  },
  {
    codes: /^InvalidStateTransition$/,
    why: "The peering connection is in a state in which AWS does not do that: still being made, or failed or deleted already.",
    next: ["Run the same command again in a minute. A failed connection fades by itself within hours."],
  },

  // Deleting.
  {
    codes: /^DependencyViolation$/,
    why: "Something still hangs on it and has to go first: the network interface of an instance that is still terminating, something made by hand, or what AWS's GuardDuty plants.",
    next: [
      "Run vpclab teardown again in some minutes.",
      "If it still refuses, look in the VPC console for what is in the VPC.",
    ],
  },
  {
    codes: /^DeleteConflict(Exception)?$/,
    why: "IAM lets nothing go that something hangs on: a policy attached by hand, or a profile that holds the role.",
    next: ["Detach it in the IAM console, then run vpclab teardown again."],
  },
  {
    codes: /^(OperationAborted(Exception)?|ConcurrentModification(Exception)?|UnmodifiableEntity)$/,
    why: "Somebody else is changing the same thing at this moment, another vpclab perhaps.",
    next: ["Run the same command again in a minute."],
  },

  // Names and ids.
  {
    codes:
      /^(EntityAlreadyExists(Exception)?|ResourceAlreadyExistsException|InvalidGroup\.Duplicate|InvalidSubnet\.Conflict)$/,
    why: "Something of that name, or with those addresses, is there already.",
    next: [OWN_NAME, "See what is in the way: vpclab doctor"],
  },
  {
    codes: /^MalformedPolicyDocument(Exception)?$/,
    why: "IAM does not take the policy: most often because whom it names does not exist yet, or was deleted.",
    next: [GO_ON],
  },
  {
    codes: /(\.NotFound|^NoSuchEntity(Exception)?|^ResourceNotFoundException|^ParameterNotFound)$/i,
    why: "It is not there: deleted by somebody, in another Region, or so new that AWS does not show it yet.",
    next: [SEE, "Make what is missing: vpclab up"],
  },
  {
    codes: /\.Malformed$/i,
    why: "That is no id that AWS gives.",
    next: [SEE],
  },

  {
    codes: /^InvalidParameter(Exception)?$/,
    why: "AWS does not take a value that it was given.",
    next: ["Check the options that you gave; --debug shows which call it was."],
  },
];
