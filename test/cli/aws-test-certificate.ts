/**
 * The key and the certificate of "aws.test", for servers of tests on 127.0.0.1: a name that no name server ever knows
 * (RFC 6761). No secret: nobody trusts it but a process that a test starts.
 */
export const AWS_TEST = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9A3nkUH/xjEfc4NE
QQMxOW727C9+HST4tMckLWqx0+6hRANCAARfODzRKdpSJ/Gpft0izLdyB2eU4yQQ
Jyme2MnLWCwq/J0sfcDtHvqgB4lbkVKmesyCvnmzdOLPDDSAvEcQGdpm
-----END PRIVATE KEY-----`,
  /** Signed by itself; valid from 2020 to 2120. */
  cert: `-----BEGIN CERTIFICATE-----
MIIBXjCCAQSgAwIBAgIBATAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhhd3MudGVz
dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowEzERMA8GA1UEAwwI
YXdzLnRlc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARfODzRKdpSJ/Gpft0i
zLdyB2eU4yQQJyme2MnLWCwq/J0sfcDtHvqgB4lbkVKmesyCvnmzdOLPDDSAvEcQ
Gdpmo0cwRTATBgNVHREEDDAKgghhd3MudGVzdDAPBgNVHRMBAf8EBTADAQH/MB0G
A1UdDgQWBBSz94QxNc1FCoR9qii/NpFrMyAusTAKBggqhkjOPQQDAgNIADBFAiAL
MbRJ6NdSEGfit1IESI7wK1va2wWBYImSOE22wDkP3AIhALeTax4DX1c4a9oTuQrO
Q1p1aZ+SsKMkh5lJ7tBGn2G/
-----END CERTIFICATE-----`,
};
