//go:build tools

// Package flux names the source controller and the kustomize controller of Flux. It is a module of
// its own, for it is made for other versions of Kubernetes' libraries than the cluster.
package flux

import (
	_ "github.com/fluxcd/kustomize-controller"
	_ "github.com/fluxcd/source-controller"
)
