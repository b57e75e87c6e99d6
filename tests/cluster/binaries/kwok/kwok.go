//go:build tools

// Package kwok names the program that plays nodes and their pods. It is a module of its own, for it
// is made for other versions of Kubernetes' libraries than the cluster.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
