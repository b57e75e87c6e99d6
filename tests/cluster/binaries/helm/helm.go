//go:build tools

// Package helm names the program of Helm. It is a module of its own, for it is made for other
// versions of Kubernetes' libraries than the cluster.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
