"""Answers of kubectl 1.37 to arguments; the cluster tier compares them with the real kubectl."""

from __future__ import annotations

SINGLE = 'arguments in resource/name form must have a single resource and name'
SLASHES = 'arguments in resource/name form may not have more than one slash'
NO_TYPE = (
    'there is no need to specify a resource type as a separate argument when passing arguments in '
    "resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get "
    "resource resource/<resource_name>'"
)
SELECTOR = 'selectors and the all flag cannot be used when passing resource/name arguments'
NAME = 'name cannot be provided when a selector is specified'
EVERYWHERE = 'a resource cannot be retrieved by name across all namespaces'

# Arguments that kubectl refuses, and its message.
REFUSED = (
    (('deploy/',), SINGLE),
    (('/web',), SINGLE),
    (('/',), SINGLE),
    (('deploy,sts/a',), SINGLE),
    (('deploy/a', 'sts/'), SINGLE),
    (('deploy,', 'a'), SINGLE),
    ((',deploy', 'a'), SINGLE),
    (('deploy,,sts', 'a'), SINGLE),
    (('deploy/a/b',), SLASHES),
    (('deploy/a', 'deploy/b/c'), SLASHES),
    (('deploy//a',), SLASHES),
    (('deploy/a', 'b'), NO_TYPE),
    (('deploy', 'a/b'), NO_TYPE),
    (('deploy', 'sts/a'), NO_TYPE),
    (('deploy', 'a', 'sts/b'), NO_TYPE),
    (('deploy/a', ''), NO_TYPE),
    (('deploy/a', '-l', 'a=b'), SELECTOR),
    (('deploy/a', 'sts/b', '-l', 'a'), SELECTOR),
    (('deploy', 'a', '-l', 'a=b'), NAME),
    (('deploy', 'a', 'b', '--selector=a=b'), NAME),
    (('deploy,sts', 'a', '-l', 'a=b'), SELECTOR),
    (('deploy,sts', 'a', '-A'), EVERYWHERE),
    (('deploy', ''), 'resource name may not be empty'),
    (('deploy', 'a', ''), 'resource name may not be empty'),
    (('deploy/a', '-A'), EVERYWHERE),
    (('deploy', 'a', '-A'), EVERYWHERE),
    (('deploy', 'a', '--all-namespaces'), EVERYWHERE),
    (
        ('deploy/a', '-f', '-'),
        'resource/name arguments cannot be provided when a path is specified',
    ),
    (('-f', 'a.yaml', '-k', 'dir'), 'only one of -f or -k can be specified'),
)

# Arguments that kubectl accepts, and their (TYPE, NAME) pairs.
TAKEN = (
    (('deploy/a',), (('deploy', 'a'),)),
    (('deploy', 'a'), (('deploy', 'a'),)),
    (('deploy/a', 'deploy/b'), (('deploy', 'a'), ('deploy', 'b'))),
    (('deploy/a', 'sts/b'), (('deploy', 'a'), ('sts', 'b'))),
    (('deploy', 'a', 'b'), (('deploy', 'a'), ('deploy', 'b'))),
    (('deploy,sts', 'a'), (('deploy,sts', 'a'),)),
    (('deploy,sts', 'a', 'b'), (('deploy,sts', 'a'), ('deploy,sts', 'b'))),
    (('deployments.v1.apps/a',), (('deployments.v1.apps', 'a'),)),
    (('deploy', 'deploy'), (('deploy', 'deploy'),)),
    (('deploy', 'a', '-n', 'x', 'b'), (('deploy', 'a'), ('deploy', 'b'))),
)
