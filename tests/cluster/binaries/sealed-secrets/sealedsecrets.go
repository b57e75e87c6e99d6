//go:build tools

// Package sealedsecrets names the controller of sealed-secrets and its client. It is a module of its
// own, for it is made for other versions of Kubernetes' libraries than the cluster.
package sealedsecrets

import (
	_ "github.com/bitnami/sealed-secrets/cmd/controller"
	_ "github.com/bitnami/sealed-secrets/cmd/kubeseal"
)
