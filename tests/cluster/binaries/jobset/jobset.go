//go:build tools

// Package jobset names the operator of sigs.k8s.io/jobset. It is a module of its own, for it is made for other
// versions of Kubernetes' libraries than the cluster.
package jobset

import _ "sigs.k8s.io/jobset"
