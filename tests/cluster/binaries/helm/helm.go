//go:build tools

// Package helm names the program of Helm. It is a module of its own, so that
// its requirements do not change the cluster's. The libraries of Kubernetes have the cluster's
// version: they are compiled once for both.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
