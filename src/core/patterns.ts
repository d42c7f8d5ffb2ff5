/** What a text holds that is a secret by its form alone. */
export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** In words, for people. */
  readonly kind: string;
  /** It only names a secret: fields for such names may hold it. */
  readonly isName: boolean;
  readonly isPrivateKey: boolean;
}

interface Pattern {
  readonly kind: string;
  readonly source: string;
  readonly isName?: true;
  readonly isPrivateKey?: true;
}

// By the prefixes that services give their keys, so that a key is found wherever it stands, and nothing else is. Each begins
// where a word does and is bounded, so that no text takes long.
const WORD = "(?<![A-Za-z0-9_-])";
/** How manuals write a URL with a password. */
const PLACEHOLDER = "(?:user|username|login):(?:pass|password|passwd|pwd|secret|x{3,10}|\\.{3}|…)";
const PATTERNS: readonly Pattern[] = [
  {
    kind: "an AWS access key id",
    source: `${WORD}(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z0-9])`,
    isName: true,
  },
  { kind: "a GitHub token", source: `${WORD}gh[por]_[A-Za-z0-9]{36,255}` },
  // Of an app: since 2026 an id and a JSON web token stand behind the prefix.
  { kind: "a GitHub token", source: `${WORD}gh[su]_[\\w.-]{36,2000}` },
  { kind: "a GitHub token", source: `${WORD}github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}` },
  {
    kind: "a GitLab token",
    source: `${WORD}gl(?:pat|oas|dt|rtr?|cbt|ptt|ft|ffct|imt|agent|wt|soat)-[\\w-]{20,255}`,
  },
  { kind: "a Slack token", source: `${WORD}xox[abceoprs]-[A-Za-z0-9-]{10,255}` },
  { kind: "a Slack token", source: `${WORD}xapp-\\d-[A-Z0-9]{6,20}-\\d{6,20}-[a-z0-9]{10,255}` },
  {
    kind: "a Slack webhook",
    source: "hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/[\\w/-]{20,255}",
  },
  { kind: "a Discord webhook", source: "discord(?:app)?\\.com/api/webhooks/\\d{15,25}/[\\w-]{40,100}" },
  { kind: "a Teams webhook", source: "\\.webhook\\.office\\.com/webhookb2/[\\w@-]{36,100}" },
  { kind: "a Telegram bot token", source: `${WORD}\\d{8,10}:AA[\\w-]{33}(?![\\w-])` },
  { kind: "a Google API key", source: `${WORD}AIza[\\w-]{35}` },
  { kind: "a Google client secret", source: `${WORD}GOCSPX-[\\w-]{28}` },
  { kind: "a Google access token", source: `${WORD}ya29\\.[\\w-]{20,2000}` },
  { kind: "a Stripe key", source: `${WORD}(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}` },
  { kind: "a Stripe webhook secret", source: `${WORD}whsec_[A-Za-z0-9]{24,255}` },
  { kind: "a SendGrid key", source: `${WORD}SG\\.[\\w-]{22}\\.[\\w-]{43}` },
  { kind: "a Twilio key", source: `${WORD}SK[0-9a-f]{32}(?![0-9a-f])` },
  { kind: "an npm token", source: `${WORD}npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])` },
  { kind: "a PyPI token", source: `${WORD}pypi-(?:AgEIcHlwaS5vcmc|AgENdGVzdC5weXBpLm9yZw)[\\w-]{50,1000}` },
  { kind: "a Databricks token", source: `${WORD}dapi[0-9a-f]{32}` },
  { kind: "a Vault token", source: `${WORD}hv[sbr]\\.[\\w-]{24,255}` },
  {
    kind: "an OpenAI key",
    source: `${WORD}sk-(?:proj-|svcacct-|admin-)?[\\w-]{20,200}T3BlbkFJ[\\w-]{20,200}`,
  },
  { kind: "an Anthropic key", source: `${WORD}sk-ant-[\\w-]{20,255}` },
  { kind: "a Docker Hub token", source: `${WORD}dckr_[op]at_[\\w-]{20,255}` },
  { kind: "a Grafana token", source: `${WORD}gl(?:sa|c)_[\\w=+/]{30,255}` },
  { kind: "a Hugging Face token", source: `${WORD}hf_[A-Za-z]{34}(?![A-Za-z0-9])` },
  { kind: "an Atlassian token", source: `${WORD}ATATT3[\\w=-]{100,300}` },
  { kind: "an Entra client secret", source: "(?<![\\w~.-])[\\w~.]{3}\\dQ~[\\w~.-]{31,34}(?![\\w~.-])" },
  { kind: "an Azure access key", source: "SharedAccessKey=[A-Za-z0-9+/]{40,120}" },
  { kind: "an Azure storage key", source: "AccountKey=[A-Za-z0-9+/]{40,120}" },
  { kind: "an Azure SAS signature", source: "[?&]sig=[A-Za-z0-9%+/]{30,200}" },
  { kind: "a JSON web token", source: `${WORD}eyJ[\\w-]{10,4000}\\.eyJ[\\w-]{10,4000}\\.[\\w-]{10,4000}` },
  // With the key behind it: its first line alone stands in many a program and manual.
  {
    kind: "a private key",
    source: `-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----(?=[^]{0,300}?[A-Za-z0-9+/]{40})`,
    isPrivateKey: true,
  },
  { kind: "a private key", source: "PuTTY-User-Key-File-\\d: (?=[\\w@.-])", isPrivateKey: true },
  {
    kind: "an age private key",
    source: "AGE-SECRET-KEY-(?:PQ-)?1[A-Za-z0-9]{20,100}",
    isPrivateKey: true,
  },
  {
    kind: "a URL with a password",
    source: `://(?!${PLACEHOLDER}@)[^\\s/?#:@'"]{0,200}:(?![$<{*]|%[(s])[^\\s/?#@'"<{]{1,200}@`,
  },
];

const ANY = new RegExp(PATTERNS.map(({ source }, index) => `(?<p${index}>${source})`).join("|"), "g");

/** Every secret in a text that shows itself by its form, in order. What ends with `EXAMPLE` is from a manual. */
export function* patternsIn(text: string): Generator<PatternMatch> {
  for (const match of text.matchAll(ANY)) {
    const index = PATTERNS.findIndex((_, at) => match.groups?.[`p${at}`] !== undefined);
    const pattern = PATTERNS[index];
    if (!pattern || match[0].endsWith("EXAMPLE")) continue;
    const { kind, isName = false, isPrivateKey = false } = pattern;
    yield { start: match.index, end: match.index + match[0].length, kind, isName, isPrivateKey };
  }
}

/**
 * True for a text that is not to be shown, whatever its field: a URL with a user or password in it
 * (`scheme://user:password@host`), or a key of a form that we know.
 */
export function carriesCredentials(text: string): boolean {
  // People do not escape the slashes and blanks of a password.
  return /:\/\/.*@/s.test(text) || [...patternsIn(text)].some(({ isName }) => !isName);
}

/** `user:password@host` without a scheme, a private key. */
const PRIVATE = /\S:\S+@|AGE-SECRET-KEY-|PRIVATE KEY-----/i;

/** True for the text of a field that is plain by what it is, and yet not to be shown. */
export function mayTell(text: string): boolean {
  return carriesCredentials(text) || PRIVATE.test(text);
}
