#!/usr/bin/env bash
# What action.yml runs: installs one release, if its sum is right, and tracks a rollout with it.
set -euo pipefail

# A release is called by its version, its tag has a v in front.
VERSION=${VERSION#v}
folder=$RUNNER_TEMP/kubectl-dog-$VERSION
file=$folder/kubectl-dog
mkdir -p "$folder"
curl --fail --silent --show-error --location --retry 3 --proto-redir '=https' --output "$file" \
  "$RELEASES/download/v$VERSION/kubectl-dog"
# From standard input: in front of a name with \ in it, as on Windows, sha256sum writes one more.
if command -v sha256sum >/dev/null; then sum=$(sha256sum <"$file"); else sum=$(shasum -a 256 <"$file"); fi
if [ "${sum%% *}" != "$SHA256" ]; then
  echo "kubectl-dog $VERSION has the sum ${sum%% *}, not $SHA256: it was not installed" >&2
  rm -f "$file"
  exit 1
fi
chmod +x "$file"
echo "$folder" >>"$GITHUB_PATH"

words=()
while IFS= read -r word; do
  if [ -n "$word" ]; then words+=("$word"); fi
done <<<"$ARGS"
code=0
# The bash of macOS takes an empty list for a variable that is not set.
"$file" rollout ${words[@]+"${words[@]}"} || code=$?
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit "$code"
