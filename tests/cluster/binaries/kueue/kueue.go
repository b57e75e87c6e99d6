//go:build tools

// Package kueue names the manager of Kueue. It is a module of its own, for it is made for other
// versions of Kubernetes' libraries than the cluster.
package kueue

import _ "sigs.k8s.io/kueue/cmd/kueue"
