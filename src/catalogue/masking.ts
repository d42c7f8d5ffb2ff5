// Airflow masks a field if its name contains one of these words (the union over versions 2.10 to 3.3).
const WORDS = [
  "access_key",
  "access_token",
  "api_key",
  "apikey",
  "auth_header",
  "authorization",
  "bearer",
  "connection_string",
  "dsn",
  "keyfile_dict",
  "passphrase",
  "passwd",
  "password",
  "private_key",
  "proxies",
  "proxy",
  "secret",
  "service_account",
  "service_key",
  "token",
  "webhook_url",
] as const;

/** True if Airflow would mask a field of this name: case counts for nothing, and `-` is as good as `_`. */
export function matchesMaskingWords(key: string): boolean {
  const name = key.toLowerCase().replaceAll("-", "_");
  return WORDS.some((word) => name.includes(word));
}
