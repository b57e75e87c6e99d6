#!/usr/bin/env bash
# The script of action.yml: install a release whose checksum is right, and track a rollout with it.
set -euo pipefail

# A release is named by its version; its tag has the prefix v.
VERSION=${VERSION#v}
folder=$RUNNER_TEMP/kubectl-dog-$VERSION
file=$folder/kubectl-dog
mkdir -p "$folder"
curl --fail --silent --show-error --location --retry 3 --proto-redir '=https' --output "$file" \
  "$RELEASES/download/v$VERSION/kubectl-dog"
# From standard input: sha256sum adds a \ before names that contain one, as on Windows.
if command -v sha256sum >/dev/null; then sum=$(sha256sum <"$file"); else sum=$(shasum -a 256 <"$file"); fi
if [ "${sum%% *}" != "$SHA256" ]; then
  echo "kubectl-dog $VERSION has the checksum ${sum%% *}, not $SHA256: it was not installed" >&2
  rm -f "$file"
  exit 1
fi
chmod +x "$file"
echo "$folder" >>"$GITHUB_PATH"

# Print the words of a line, split as a shell splits them, each with a NUL at its end.
split_line() {
  local python
  for python in python3 python; do
    if command -v "$python" >/dev/null; then
      LINE=$1 "$python" -c '
import os, shlex, sys
try:
    words = shlex.split(os.environ["LINE"])
except ValueError as err:
    sys.exit("args: {}: close the quotation, or write one word per line".format(str(err).lower()))
sys.stdout.buffer.write(b"".join(os.fsencode(word) + b"\0" for word in words))'
      return
    fi
  done
  echo 'args: splitting one line needs python3 on the PATH: write one word per line' >&2
  return 1
}

lines=()
while IFS= read -r line; do
  if [ -n "$line" ]; then lines+=("$line"); fi
done <<<"$ARGS"
words=()
if [ ${#lines[@]} = 1 ]; then
  split_line "${lines[0]}" >"$folder/words" || exit 2
  while IFS= read -r -d '' word; do words+=("$word"); done <"$folder/words"
elif [ ${#lines[@]} -gt 1 ]; then
  words=("${lines[@]}")
fi
report=$(mktemp -d "$RUNNER_TEMP/kubectl-dog-report.XXXXXX")
echo "report=$report" >>"$GITHUB_OUTPUT"
code=0
# In the bash of macOS, an empty array counts as an unset variable.
"$file" rollout --report "dir=$report" ${words[@]+"${words[@]}"} || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
