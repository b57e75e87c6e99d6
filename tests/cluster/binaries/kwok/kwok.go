//go:build tools

// Package kwok names the program that plays nodes and their pods. It is a module of its own, so that
// its requirements do not change the cluster's. The libraries of Kubernetes have the cluster's
// version: they are compiled once for both.
package kwok

import _ "sigs.k8s.io/kwok/cmd/kwok"
