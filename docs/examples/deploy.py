"""A deploy script: apply a manifest, wait for it, and print the reasons if it fails.

python deploy.py web.yaml --namespace shop
"""

from __future__ import annotations

import argparse
import subprocess
import sys

import kubectl_dog


def main() -> int:
    parser = argparse.ArgumentParser(description='Apply a manifest, and wait for it.')
    parser.add_argument('manifest')
    parser.add_argument('--namespace', default='default')
    args = parser.parse_args()
    subprocess.run(
        ['kubectl', 'apply', '--namespace', args.namespace, '-f', args.manifest], check=True
    )
    try:
        result = kubectl_dog.rollout(
            files=[args.manifest],
            namespace=args.namespace,
            options=kubectl_dog.Options(timeout=120.0),
        )
    except kubectl_dog.TrackError as error:
        print(f'not deployed: {error}', file=sys.stderr)
        for ended in error.result.ended:
            for fact in (*ended.explanation.facts, *ended.explanation.log_excerpt):
                print(f'  {fact}', file=sys.stderr)
        return error.result.exit_code
    print(f'deployed in {result.seconds:.0f} s')
    return 0


if __name__ == '__main__':
    sys.exit(main())
