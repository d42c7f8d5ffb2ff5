#!/usr/bin/env bash
# Makes `fixtures/sops` anew with the real `sops` (3.13.3 or later) and `age`, both on the PATH:
#   bash test/support/make-sops-fixtures.sh
# Every case is a folder with `sealed.yaml` and `expected.json`: what opening it gives (`ok` or the code of the one
# trouble), what judging it without keys gives, and what is in it. A bad file has one defect. The keys are made here,
# thrown into the repo, and good for nothing else.
set -euo pipefail
cd "$(dirname "$0")/../.."
out="$PWD/fixtures/sops"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
rm -rf "$out"
mkdir -p "$out"
cd "$work" # away from any .sops.yaml

for name in one two three quantum; do
  key="$out/throw-away-$name.key.txt"
  age-keygen $([ "$name" = quantum ] && echo -pq) -o raw.txt 2>/dev/null
  { echo "# THROW-AWAY KEY of Jackfield's tests: it is public, never seal anything with it."; cat raw.txt; } >"$key"
  rm raw.txt
  declare "$name=$(age-keygen -y "$key")"
done

# seal CASE [option of sops…]: standard input, sealed.
seal() {
  local case="$1"
  shift
  mkdir -p "$out/$case"
  sops encrypt --input-type yaml --output-type yaml --filename-override sealed.yaml "$@" /dev/stdin >"$out/$case/sealed.yaml"
}

# seal_by RULE CASE: by a creation rule, which can say more than options.
seal_by() {
  printf 'creation_rules:\n  - %s\n' "$1" >.sops.yaml
  seal "$2"
  rm .sops.yaml
}

ours() { seal "$1" --age "${2:-$one}" --encrypted-regex '^secrets$'; }

# expect CASE OPEN LINT VALUES: LINT is a list of codes with commas, VALUES is JSON.
expect() {
  local codes="${3:+\"${3//,/\", \"}\"}"
  printf '{ "open": "%s", "lint": [%s], "values": %s }\n' "$2" "$codes" "${4:-[]}" >"$out/$1/expected.json"
}

# spoil CASE SED-PROGRAM OPEN LINT [FROM]: a copy of a good file with one defect.
spoil() {
  mkdir -p "$out/$1"
  sed -E "$2" "$out/${5:-simple}/sealed.yaml" >"$out/$1/sealed.yaml"
  if cmp -s "$out/$1/sealed.yaml" "$out/${5:-simple}/sealed.yaml"; then echo "$1: nothing changed" >&2; exit 1; fi
  expect "$1" "$3" "$4" "${6:-[]}"
}

credential() { # extra lines of `secrets`
  printf 'apiVersion: jackfield.dev/v1\nkind: Credential\nspec:\n    connection: warehouse\n    for:\n        environment: production\n    secrets:\n%s\n' "$1"
}
connection=$'---\napiVersion: jackfield.dev/v1\nkind: Connection\nmetadata:\n    name: warehouse\nspec:\n    type: postgres\n    host: db.example.com\n    port: 5432\n    login: etl\n'

# Good files.
two_secrets='        password: canary-password-one
        login: canary-login-two'
simple_values='[["str", "canary-password-one"], ["str", "canary-login-two"]]'
{ credential "$two_secrets"; printf '%s' "$connection"; } | ours simple
expect simple ok '' "$simple_values"

{ credential "$two_secrets"; printf -- '---\n'; credential '        value: canary-three'; } | ours documents
expect documents ok '' '[["str", "canary-password-one"], ["str", "canary-login-two"], ["str", "canary-three"]]'

credential "$two_secrets" | ours recipients "$two,$one,$three"
expect recipients ok '' "$simple_values"

credential "$two_secrets" | ours post-quantum "$quantum"
expect post-quantum ok '' "$simple_values"

credential '        empty: ""
        integer: 9223372036854775807
        negative: -12
        octal: 0755
        separated: 1_000
        whole: 1.0
        large: 1e21
        small: 1e-7
        infinite: .inf
        yes: true
        text: "007"
        day: 2020-01-31
        time: 2020-01-31T01:02:03.450+02:00
        lines: "a\nb\n"
        words: "\u00e4\u2028\U0001F600\0"' | ours scalars
expect scalars ok '' '[["int", "9223372036854775807"], ["int", "-12"], ["int", "493"], ["int", "1000"], ["float", "1"],
  ["float", "1000000000000000000000"], ["float", "0.0000001"], ["float", "+Inf"], ["bool", "True"], ["str", "007"],
  ["time", "2020-01-31T00:00:00Z"], ["time", "2020-01-31T01:02:03.45+02:00"], ["str", "a\nb\n"],
  ["str", "\u00e4\u2028\ud83d\ude00\u0000"]]'

{ credential "$two_secrets"; cat <<'YAML'
---
quoted: "5432"
octal: 0755
new: 0o17
binary: 0b11
hex: 0x1F
separated: 1_000
eight: 08
point: .5
exponent: 1.5e3
large: 1e21
small: 1e-7
infinite: -.inf
none: ~
nothing: null
off: off
yes: True
day: 2020-1-2
time: 2020-01-31t01:02:03.450Z
space: 2020-01-31 01:02:03
no-day: 2020-02-31
text: "a\tb"
block: |
    one
    two
folded: >-
    one
    two
list: [1, [2.50, x], {}, []]
YAML
} | ours plain-scalars
expect plain-scalars ok '' "$simple_values"
# The same values as people write them: what SOPS normalised is put back, which its MAC allows.
spoil plain-scalars-by-hand 's/^octal: .*/octal: 0755/; s/^new: .*/new: 0o17/; s/^binary: .*/binary: 0b11/; s/^hex: .*/hex: 0x1F/
  s/^separated: .*/separated: 1_000/; s/^eight: .*/eight: 08/; s/^point: .*/point: .5/; s/^exponent: .*/exponent: 1.5e3/
  s/^large: .*/large: 1e21/; s/^small: .*/small: 1e-7/; s/^day: .*/day: 2020-1-2/; s/^space: .*/space: 2020-01-31 01:02:03/' \
  ok '' plain-scalars "$simple_values"

credential '        # a sealed comment
        password: canary-password-one # another' | ours comments
expect comments ok '' '[["str", "canary-password-one"]]'

credential '        extra:
            keys:
                - canary-a
                - [canary-b, canary-c]
                - "8080": canary-d' | ours lists
expect lists ok '' '[["str", "canary-a"], ["str", "canary-b"], ["str", "canary-c"], ["str", "canary-d"]]'

groups() { echo "{encrypted_regex: ^secrets\$, shamir_threshold: 2, key_groups: [{age: [$1]}, {age: [$2]}, {age: [$3]}]}"; }
credential "$two_secrets" | seal_by "$(groups "$one" "$three" "$two")" groups
expect groups ok '' "$simple_values"

# Good files of SOPS that are not good files of ours.
for rule in unencrypted-suffix:_plain encrypted-suffix:_secret 'encrypted-regex:^(secrets|data)$' 'unencrypted-regex:^(apiVersion|kind|connection|environment)$'; do
  case="rule-${rule%%:*}"
  printf 'apiVersion: jackfield.dev/v1\nkind: Credential\nspec:\n    pass_secret: canary-one\n    host_plain: h\n    secrets:\n        a: canary-two\n' |
    seal "$case" --age "$one" "--${rule%%:*}" "${rule#*:}"
done
expect rule-unencrypted-suffix ok JF305 '[["str", "jackfield.dev/v1"], ["str", "Credential"], ["str", "canary-one"], ["str", "canary-two"]]'
expect rule-encrypted-suffix ok JF305 '[["str", "canary-one"]]'
expect rule-encrypted-regex ok JF305 '[["str", "canary-two"]]'
expect rule-unencrypted-regex ok JF305 '[["str", "canary-one"], ["str", "h"], ["str", "canary-two"]]'
credential "$two_secrets" | seal rule-default --age "$one"
expect rule-default ok JF305 '[["str", "jackfield.dev/v1"], ["str", "Credential"], ["str", "warehouse"], ["str", "production"], ["str", "canary-password-one"], ["str", "canary-login-two"]]'
credential "$two_secrets" | seal_by "{encrypted_comment_regex: sealed, age: $one}" rule-comment
expect rule-comment JF325 JF305
credential "$two_secrets" | seal_by "{encrypted_regex: ^secrets\$, mac_only_encrypted: true, age: $one}" mac-only-encrypted
expect mac-only-encrypted JF306 JF306
credential '        extra:
            # a comment
            - canary-a' | ours comment-in-list
expect comment-in-list ok JF313 '[["str", "canary-a"]]'

# One defect each.
value() { sed -nE "s/^ +$1: (ENC\[.*\])$/\1/p" "$out/${2:-simple}/sealed.yaml" | head -1; }
escaped() { sed 's/[/&+]/\\&/g' <<<"$1"; }
password="$(escaped "$(value password)")"
login="$(escaped "$(value login)")"
# A ciphertext that SOPS takes for a plain text, because it stands outside the scope.
{ credential "$two_secrets"; printf -- '---\nnote: %s\n' "$(value password)"; } | ours ciphertext-outside
expect ciphertext-outside ok JF212 "$simple_values"
# The same file, later: the same data key, another password.
mkdir -p "$out/value-rolled-back"
cp "$out/simple/sealed.yaml" later.yaml
SOPS_AGE_KEY_FILE="$out/throw-away-one.key.txt" sops set later.yaml '["spec"]["secrets"]["password"]' '"canary-later"'
sed -E "s/^( +password: ).*/\1$password/" later.yaml >"$out/value-rolled-back/sealed.yaml"
expect value-rolled-back JF334 ''

spoil mac-edited 's/^(    mac: ENC\[AES256_GCM,data:)(.)/\1\2\2/; s/^(    mac: ENC\[AES256_GCM,data:..)./\1/' JF333 ''
spoil lastmodified-edited 's/^(    lastmodified: )"2/\1"3/' JF333 ''
spoil lastmodified-odd 's/^(    lastmodified: ).*/\1"yesterday"/' JF304 JF304
spoil lastmodified-missing '/^    lastmodified: /d' JF307 JF307
spoil mac-missing '/^    mac: /d' JF307 JF307
spoil mac-plain 's/^    mac: .*/    mac: none/' JF304 JF304
spoil value-moved "s/^( +)login: ENC.*/\1login: $password/; s/^( +)password: ENC.*/\1password: $login/" JF331 ''
spoil value-edited 's/^( +password: ENC\[AES256_GCM,data:)(.)(.)/\1\3\2/' JF331 ''
spoil value-malformed 's/^( +password: ENC\[AES256_GCM,data:[^,]*),iv:..../\1,iv:/' JF309 JF309
spoil value-plain 's/^( +password: ).*/\1canary-plain/' JF308 JF308
spoil value-removed '/^ +password: /d' JF334 ''
spoil value-relabelled 's/^( +password: .*)type:str/\1type:int/' JF332 ''
spoil key-renamed 's/^( +)password: /\1passphrase: /' JF331 ''
spoil host-edited 's/db.example.com/db.example.org/' JF334 ''
spoil host-added 's/^( +)login: etl/\1login: etl\n\1schema: x/' JF334 ''
spoil document-added '$s/$/\n---\nadded: later/' JF334 ''
item() { escaped "$(sed -nE "s/^ {$1}- (ENC.*)/\1/p" "$out/lists/sealed.yaml")"; }
spoil items-swapped "s/^( {16}- )ENC.*/\1$(item 18)/; s/^( {18}- )ENC.*/\1$(item 16)/" JF334 '' lists
spoil rule-wrong 's/^(    encrypted_regex: ).*/\1^spec$/' JF308 JF305
spoil rule-twice 's/^(    encrypted_regex: .*)/\1\n    encrypted_suffix: _x/' JF304 JF304
spoil rule-unsafe 's/^(    encrypted_regex: ).*/\1^(s|(e+)+)crets$/' JF325 JF305
spoil block-missing '0,/^---/{/^sops:/,/^---/{/^---/!d}}' JF302 JF302 documents
spoil block-of-second-missing '/^---/,${/^sops:/,$d}' ok JF302 documents '[["str", "canary-password-one"], ["str", "canary-login-two"], ["str", "canary-three"]]'
spoil blocks-missing '/^sops:/,/^---/{/^---/!d}' JF302 JF301 recipients
spoil blocks-differ '/^---/,$s/^(    version: ).*/\13.7.1/' ok JF303 simple "$simple_values"
spoil key-unknown 's/^(    version: .*)/\1\n    new_kms: [{id: x}]/' JF304 JF304
spoil recipients-gone '/^    age:/,/^          recipient:/d' JF304 JF304
spoil kms-only '/^    age:/,/^          recipient:/c\    kms:\n        - arn: arn:aws:kms:eu-west-1:111122223333:key\/example\n          created_at: "2026-01-01T00:00:00Z"\n          enc: AAAA' JF322 ''
spoil sealed-outside "s/^quoted: .*/quoted: $password/" JF334 JF212 plain-scalars
spoil armor-broken 's/^( +-----BEGIN AGE ENCRYPTED) FILE/\1/' JF312 JF312
spoil entry-cut '/^    age:/,/-----END/{/^ +-----BEGIN/{n;n;d}}' JF312 JF312
credential "$two_secrets" | ours no-key "$two"
expect no-key JF321 ''
credential "$two_secrets" | seal_by "$(groups "$two" "$one" "$two")" too-few-groups
expect too-few-groups JF323 ''

# A wrapped key in the place of the one entry of `simple`.
entry() { sed -nE '/-----BEGIN/,/-----END/s/^ +//p;/-----END/q' "$out/$1/sealed.yaml"; }
replace_entry() { # CASE: the armored text on standard input instead of every entry of `simple`
  mkdir -p "$out/$1"
  sed 's/^/            /' >armor.txt
  sed -e '/-----END AGE/r armor.txt' -e '/-----BEGIN AGE/,/-----END AGE/d' "$out/simple/sealed.yaml" >"$out/$1/sealed.yaml"
}
entry simple | age -d -i "$out/throw-away-one.key.txt" >data.key
age -a -r "$one" -r "$two" <data.key | replace_entry hidden-stanza
expect hidden-stanza JF310 JF310
age -a -r "$two" <data.key | replace_entry entry-of-another
expect entry-of-another JF312 ''
age -a -r "$one" <data.key | replace_entry entry-mislabelled
sed -i "s/recipient: $one/recipient: $two/" "$out/entry-mislabelled/sealed.yaml"
expect entry-mislabelled JF311 ''
head -c 16 data.key | age -a -r "$one" | replace_entry data-key-short
expect data-key-short JF309 ''
head -c 32 /dev/urandom | age -a -r "$one" | replace_entry data-key-other
expect data-key-other JF331 ''
